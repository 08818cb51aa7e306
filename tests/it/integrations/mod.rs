//! The programs that read what imagelock writes, for real, each in a copy of its example.
//!
//! What `cargo` does not bring is marked `#[ignore]`, and `cargo test` says so. `.ci/tools` installs it and
//! `cargo test -- --ignored` runs it; there, a program that is missing is a failure, never a test left out.

pub mod ansible;
pub mod ci_kit;
pub mod editors;
pub mod examples;
pub mod export_formats;
pub mod git;
pub mod packer;
pub mod precommit;
pub mod reports;
pub mod shells;
pub mod terraform;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::sandbox::{Run, Sandbox};

const OCTOBER: &str = "--catalog ../quickstart/catalog-2026-10-05.json";
const NOVEMBER: &str = "--catalog ../quickstart/catalog-2026-11-02.json";

/// A file or directory of this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A copy of an example to work in, with the quickstart and its catalogs beside it as in a clone.
struct Example {
    sandbox: Sandbox,
    name: String,
}

impl Example {
    fn of(name: &str) -> Self {
        let sandbox = Sandbox::new();
        for name in ["quickstart", name] {
            copy(&repository("examples").join(name), &sandbox.path(name));
        }
        Self { sandbox, name: name.to_owned() }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.sandbox.path(&self.name).join(file)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// Changes the one place of the manifest that says `from`.
    fn edit(&self, from: &str, to: &str) {
        let manifest = self.read("images.toml");
        assert_eq!(manifest.matches(from).count(), 1, "{from}");
        self.write("images.toml", &manifest.replace(from, to));
    }

    /// Runs a program in the example, words split at spaces.
    #[track_caller]
    fn run(&self, line: &str) -> Run {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.program(words[0], &words[1..])
    }

    /// Runs what must succeed, and gives its standard output.
    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.status, Some(0), "{line}\n{run}");
        run.stdout
    }

    /// Runs a script that must succeed, by a program that takes one after `-c`, and gives its standard output.
    #[track_caller]
    fn script(&self, program: &str, script: &str) -> String {
        let run = self.run_script(program, script);
        assert_eq!(run.status, Some(0), "{program} -c {script}\n{run}");
        run.stdout
    }

    #[track_caller]
    fn run_script(&self, program: &str, script: &str) -> Run {
        self.program(program, &["-c", script])
    }

    /// Runs a program that finds the `imagelock` under test and, whatever it would tell the world, reaches nobody.
    #[track_caller]
    fn program(&self, name: &str, arguments: &[&str]) -> Run {
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
        let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| {
            panic!("`{name}` cannot be run ({error}). This test shows nothing without it: run .ci/tools")
        });
        let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Run { status: status.code(), stdout, stderr }
    }
}

/// The `imagelock` under test first, then what `.ci/tools` installed, then the machine's own.
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
        // What Terraform leaves behind where somebody tried the example.
        let is_state = to.file_name().unwrap().to_str().unwrap().contains("tfstate") || to.ends_with(".terraform");
        if from.is_dir() && !is_state {
            copy(&from, &to);
        } else if !is_state {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}
