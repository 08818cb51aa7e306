//! Suggested commands name the right file, also for paths that a shell or git would read in another way.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::support::fake_marketplace::FakeMarketplace;
use crate::support::fixtures::one_pin::{OLD, docker, manifest};
use crate::support::git_repository::repository;
use crate::support::sandbox::Sandbox;

const NAMES: [&[u8]; 15] = [
    b"a b",
    b"it's",
    b"back\\slash",
    b"-dash",
    b":colon",
    b"=equals",
    b"~",
    b"$(touch run)",
    b"`touch run`",
    b"';touch run;'",
    b"quote\"",
    b"line\nbreak",
    b"escape\x1b[2J",
    b"not-\xff-utf-8",
    b"zero\xe2\x80\x8bwidth",
];

/// Runs a program with the manifest, and returns what it prints.
fn output(sandbox: &Sandbox, program: &str, args: &[&OsStr]) -> String {
    let path = std::env::var("PATH").unwrap();
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap().to_owned();
    let mut command = sandbox.program(program);
    command.env("PATH", format!("{bin}:{path}")).env("EMAIL", "team@example.com").env("GIT_AUTHOR_NAME", "Ana");
    let output = command.env("GIT_COMMITTER_NAME", "Ana").args(args).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn suggested_commands_name_the_file() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let sandbox = repository(Sandbox::new().asking(&marketplace));
    for name in NAMES {
        let path = |extension: &str| sandbox.path("").join(OsStr::from_bytes(&[name, extension.as_bytes()].concat()));
        let (toml, lock) = (path(".toml"), path(".lock"));
        std::fs::write(&toml, manifest("")).unwrap();
        let option = [b"--manifest=", name, b".toml"].concat();
        let imagelock = |command: &str| {
            let args = [OsStr::new(command), OsStr::from_bytes(&option)];
            output(&sandbox, env!("CARGO_BIN_EXE_imagelock"), &args)
        };
        // Runs the first command of a message that begins with these words.
        let run = |message: &str, start: &str, end: &str| {
            let at = message.find(start).unwrap_or_else(|| panic!("no {start}\n{message}"));
            let command = message[at..].split(end).next().unwrap();
            output(&sandbox, "bash", &["-c", command].map(OsStr::new))
        };
        let printed = run(&imagelock("check"), "imagelock resolve", "\n");
        let good = std::fs::read(&lock).unwrap_or_else(|error| panic!("{error}\n{printed}"));
        run(&imagelock("log"), "git add", "`\n");
        std::fs::write(&lock, "bad").unwrap();
        let message = imagelock("list");
        let printed = run(&message, "git restore", "`; or delete");
        assert_eq!(std::fs::read(&lock).unwrap(), good, "{message}\n{printed}");
        let committed = output(&sandbox, "git", &["log", "--format=%H"].map(OsStr::new)).lines().count();
        assert_eq!(committed, 1 + NAMES.iter().position(|it| *it == name).unwrap());
    }
    assert!(!sandbox.path("run").exists());
}
