//! A sandbox: an empty directory, an empty environment, a fixed clock.

pub mod report_schemas;

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::authority::Authority;
use crate::support::fake_marketplace::Marketplace;

/// The time of every run.
const NOW: &str = "2026-11-24T10:00:00Z";

/// The arguments of a line, with the time after the command unless the line has one.
fn arguments(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    match words.next() {
        Some(command) if !line.contains("--now") => [command, "--now", NOW].into_iter().chain(words).collect(),
        first => first.into_iter().chain(words).collect(),
    }
}

/// The folder that a test works in.
pub struct Sandbox {
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// The outcome of a run of imagelock, to be compared as a whole.
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

    /// A sandbox with a manifest.
    pub fn with(manifest: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("images.toml", manifest);
        sandbox
    }

    /// A sandbox in memory if the system supports it, so that nothing waits for a disk.
    pub fn in_memory(manifest: &str) -> Self {
        let memory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let sandbox = Self { directory: memory.unwrap(), environment: Vec::new() };
        sandbox.write("images.toml", manifest);
        sandbox
    }

    /// Lets imagelock ask this Marketplace.
    pub fn asking(self, marketplace: &Marketplace) -> Self {
        self.env("SCW_API_URL", &marketplace.url())
    }

    /// Lets imagelock trust this authority through the environment, as companies set it up.
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

    /// The names of all files, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// imagelock, ready to run here.
    pub fn command(&self, line: &str) -> Command {
        let mut command = self.here(env!("CARGO_BIN_EXE_imagelock"));
        command.args(arguments(line));
        command
    }

    /// imagelock on a pseudo-terminal by `script` (util-linux), which copies its output.
    pub fn on_a_terminal(&self, line: &str) -> Command {
        let mut command = self.here("/usr/bin/script");
        let line = arguments(line).join(" ");
        command.arg("-qec").arg(format!("{} {line}", env!("CARGO_BIN_EXE_imagelock"))).arg("/dev/null");
        command
    }

    /// A program, with the directory and the environment of the sandbox.
    pub fn here(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.directory.path())
            .env_clear()
            // Without a Marketplace, no request leaves the machine.
            .env("SCW_API_URL", "http://127.0.0.1:1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs `imagelock LINE`. The words of the line are separated by spaces.
    #[track_caller]
    pub fn run(&self, line: &str) -> Run {
        self.outcome(&mut self.command(line))
    }

    /// A script in which each call of `"$IMAGELOCK"` gets the time.
    pub fn timed(script: &str) -> String {
        script.replace("\"$IMAGELOCK\"", &format!("\"$IMAGELOCK\" --now {NOW}"))
    }

    /// Runs a script in which `"$IMAGELOCK"` is imagelock.
    pub fn shell(&self, script: &str) -> Run {
        let mut shell = self.here("/bin/sh");
        self.outcome(shell.env("IMAGELOCK", env!("CARGO_BIN_EXE_imagelock")).arg("-c").arg(Self::timed(script)))
    }

    #[track_caller]
    fn outcome(&self, command: &mut Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let stdout = String::from_utf8(stdout).unwrap();
        report_schemas::hold(&stdout);
        Run { status: status.code(), stdout, stderr: self.scrub(&stderr) }
    }

    /// Runs a line that must succeed, and gives its standard output.
    #[track_caller]
    pub fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.status, Some(0), "imagelock {line}\n{run}");
        run.stdout
    }

    /// Runs a line that must fail and change no file, and gives its message.
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

    /// Standard error with a placeholder for the port, which differs from run to run.
    fn scrub(&self, stderr: &[u8]) -> String {
        let mut text = String::from_utf8(stderr.to_vec()).unwrap();
        for (_, url) in self.environment.iter().filter(|(name, _)| name == "SCW_API_URL") {
            text = text.replace(url.as_str(), "[API]");
        }
        text
    }
}
