//! A sandbox: a temporary directory, an empty environment and a fixed clock.

pub mod report_schemas;

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::authority::Authority;
use crate::support::fake_marketplace::FakeMarketplace;

/// The time of every run.
const NOW: &str = "2026-11-24T10:00:00Z";

/// Splits a line into arguments, and adds the time after the command unless the line sets it.
fn arguments(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    match words.next() {
        Some(command) if !line.contains("--now") => [command, "--now", NOW].into_iter().chain(words).collect(),
        first => first.into_iter().chain(words).collect(),
    }
}

/// The directory and the environment in which a test runs programs.
pub struct Sandbox {
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// The complete outcome of a run of imagelock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.status {
            Some(status) => writeln!(f, "--- exit {status}"),
            None => writeln!(f, "--- killed"),
        }
    }
}

impl Sandbox {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// Creates a sandbox with a manifest.
    pub fn with(manifest: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("images.toml", manifest);
        sandbox
    }

    /// Creates a sandbox in memory if the system supports it, so that no run waits for a disk.
    pub fn in_memory(manifest: &str) -> Self {
        let memory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let sandbox = Self { directory: memory.unwrap(), environment: Vec::new() };
        sandbox.write("images.toml", manifest);
        sandbox
    }

    /// Makes imagelock use this Marketplace.
    pub fn asking(self, marketplace: &FakeMarketplace) -> Self {
        self.env("SCW_API_URL", &marketplace.url())
    }

    /// Makes imagelock trust this authority through the environment, as companies configure it.
    pub fn trusting(self, authority: &Authority) -> Self {
        self.write("ca.pem", authority.pem());
        let path = self.path("ca.pem").to_str().unwrap().to_owned();
        self.env("SSL_CERT_FILE", &path)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn lock(&self) -> String {
        self.read("images.lock")
    }

    /// Returns the names of all files, including hidden ones.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns an imagelock command for this line.
    pub fn command(&self, line: &str) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_imagelock"));
        command.args(arguments(line));
        command
    }

    /// Returns a command that runs imagelock on a pseudo-terminal. The terminal comes from `script` of util-linux.
    pub fn on_a_terminal(&self, line: &str) -> Command {
        let mut command = self.program("/usr/bin/script");
        let line = arguments(line).join(" ");
        command.arg("-qec").arg(format!("{} {line}", env!("CARGO_BIN_EXE_imagelock"))).arg("/dev/null");
        command
    }

    /// Returns a command that runs a program in the directory and environment of the sandbox.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .current_dir(self.directory.path())
            .env_clear()
            // Without a fake Marketplace, no request may leave the machine.
            .env("SCW_API_URL", "http://127.0.0.1:1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs `imagelock LINE`. Spaces separate the words of the line.
    #[track_caller]
    pub fn run(&self, line: &str) -> Run {
        self.outcome(&mut self.command(line))
    }

    /// Adds the fixed time to each call of `"$IMAGELOCK"` in a script.
    pub fn with_time(script: &str) -> String {
        script.replace("\"$IMAGELOCK\"", &format!("\"$IMAGELOCK\" --now {NOW}"))
    }

    /// Runs a shell script in which `"$IMAGELOCK"` is imagelock.
    pub fn shell(&self, script: &str) -> Run {
        let mut shell = self.program("/bin/sh");
        self.outcome(shell.env("IMAGELOCK", env!("CARGO_BIN_EXE_imagelock")).arg("-c").arg(Self::with_time(script)))
    }

    #[track_caller]
    fn outcome(&self, command: &mut Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let stdout = String::from_utf8(stdout).unwrap();
        report_schemas::check(&stdout);
        Run { status: status.code(), stdout, stderr: self.scrub(&stderr) }
    }

    /// Runs a line that must succeed, and returns its standard output.
    #[track_caller]
    pub fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.status, Some(0), "imagelock {line}\n{run}");
        run.stdout
    }

    /// Runs a line that must fail without changing a file, and returns the error message.
    #[track_caller]
    pub fn fails(&self, line: &str) -> String {
        let before = std::fs::read(self.path("images.lock")).ok();
        let files = self.files();
        let run = self.run(line);
        assert_eq!(run.status, Some(1), "imagelock {line}\n{run}");
        assert_eq!(run.stdout, "", "imagelock {line}");
        assert_eq!(std::fs::read(self.path("images.lock")).ok(), before, "imagelock {line} changed the lockfile");
        assert_eq!(self.files(), files, "imagelock {line} left files behind");
        run.stderr
    }

    /// Replaces the URL of the Marketplace in standard error, because its port differs between runs.
    fn scrub(&self, stderr: &[u8]) -> String {
        let mut text = String::from_utf8(stderr.to_vec()).unwrap();
        for (_, url) in self.environment.iter().filter(|(name, _)| name == "SCW_API_URL") {
            text = text.replace(url.as_str(), "[API]");
        }
        text
    }
}
