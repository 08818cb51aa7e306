//! Copies of the examples, and the programs that run in them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::sandbox::{Run, Sandbox};

pub const OCTOBER: &str = "--catalog ../quickstart/catalog-2026-10-05.json";
pub const NOVEMBER: &str = "--catalog ../quickstart/catalog-2026-11-02.json";

/// Returns the path of a file or directory of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A working copy of an example, next to the quickstart and its catalogs, as in a clone.
pub struct Example {
    sandbox: Sandbox,
    name: String,
}

impl Example {
    pub fn of(name: &str) -> Self {
        let sandbox = Sandbox::new();
        for name in ["quickstart", name] {
            copy(&repository("examples").join(name), &sandbox.path(name));
        }
        Self { sandbox, name: name.to_owned() }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.sandbox.path(&self.name).join(file)
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// Replaces `from`, which must occur once in the manifest.
    pub fn edit(&self, from: &str, to: &str) {
        let manifest = self.read("images.toml");
        assert_eq!(manifest.matches(from).count(), 1, "{from}");
        self.write("images.toml", &manifest.replace(from, to));
    }

    /// Runs a program in the example. Spaces separate the words of the line.
    #[track_caller]
    pub fn run(&self, line: &str) -> Run {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.program(words[0], &words[1..])
    }

    /// Runs a line that must succeed, and returns its standard output.
    #[track_caller]
    pub fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.status, Some(0), "{line}\n{run}");
        run.stdout
    }

    /// Passes a script to a program with `-c`. The script must succeed; its standard output is returned.
    #[track_caller]
    pub fn script(&self, program: &str, script: &str) -> String {
        let run = self.run_script(program, script);
        assert_eq!(run.status, Some(0), "{program} -c {script}\n{run}");
        run.stdout
    }

    #[track_caller]
    pub fn run_script(&self, program: &str, script: &str) -> Run {
        self.program(program, &["-c", script])
    }

    /// Runs a program that can find the `imagelock` under test but cannot reach the network.
    #[track_caller]
    pub fn program(&self, name: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(name);
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.sandbox.path(""))
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .envs(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, "http://127.0.0.1:1")))
            .envs([("CHECKPOINT_DISABLE", "1"), ("TF_IN_AUTOMATION", "1"), ("TF_INPUT", "0")])
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        let Output { status, stdout, stderr } =
            command.output().unwrap_or_else(|error| panic!("cannot run `{name}` ({error}); run .ci/tools"));
        let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Run { status: status.code(), stdout, stderr }
    }
}

/// Returns the search path: first the `imagelock` under test, then the programs of `.ci/tools`, then those of the
/// machine.
fn search_path() -> OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let node = ["node_modules/.bin", "node_modules/@microsoft/sarif-multitool-linux"];
    let installed = ["venv/bin"].into_iter().chain(node).map(|path| repository("target/tools").join(path));
    let directories = std::iter::once(built).chain(installed).chain(std::env::split_paths(&inherited));
    std::env::join_paths(directories).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.as_ref().unwrap().file_name()));
        // Skips the state that Terraform leaves in an example that a developer has tried.
        let is_state = to.file_name().unwrap().to_str().unwrap().contains("tfstate") || to.ends_with(".terraform");
        if from.is_dir() && !is_state {
            copy(&from, &to);
        } else if !is_state {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}
