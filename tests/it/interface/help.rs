//! The `--help` of every command, and the errors for invalid arguments.

use insta::assert_snapshot;

use crate::support::documentation::COMMANDS;
use crate::support::sandbox::Sandbox;

#[test]
fn every_command_prints_its_help() {
    let sandbox = Sandbox::new();
    assert_snapshot!("imagelock", sandbox.ok("--help"));
    for command in COMMANDS {
        assert_snapshot!(command, sandbox.ok(&format!("{command} --help")));
        assert_eq!(help(&sandbox, &[command]), sandbox.ok(&format!("{command} --help")));
    }
    assert_eq!(help(&sandbox, &[]), sandbox.ok("--help"));
}

/// What `imagelock help COMMAND` prints.
fn help(sandbox: &Sandbox, command: &[&str]) -> String {
    let output = sandbox.program(env!("CARGO_BIN_EXE_imagelock")).arg("help").args(command).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// `-h` has the options of the command itself, two examples, and refers to `--help` for the others.
#[test]
fn short_help_fits_on_a_screen() {
    let sandbox = Sandbox::new();
    let help = COMMANDS.map(|command| format!("$ imagelock {command} -h\n{}\n", sandbox.ok(&format!("{command} -h"))));
    for (command, help) in COMMANDS.iter().zip(&help) {
        assert!(help.lines().count() <= 42, "{help}");
        assert!(!help.contains("Marketplace options") && !help.contains("--color"), "{help}");
        assert!(help.contains(&format!("Run `imagelock {command} --help` to show all options")), "{help}");
    }
    assert_snapshot!("short", format!("$ imagelock -h\n{}\n{}", sandbox.ok("-h"), help.concat()));
}

#[test]
fn every_command_is_in_one_group() {
    let help = Sandbox::new().ok("--help");
    let (groups, _) = help.split_once("\nOptions:\n").unwrap();
    let lines = groups.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, COMMANDS);
}

#[test]
fn version_prints_the_release() {
    assert_eq!(Sandbox::new().ok("--version"), format!("imagelock {}\n", imagelock::VERSION));
}

/// Exit status 2 means drift, so invalid arguments exit with 1.
#[test]
fn invalid_arguments_exit_with_1() {
    let sandbox = Sandbox::with("");
    for line in [
        "",
        "frobnicate",
        "upgrade --dry-rum",
        "resolve --locked --dry-run",
        "get",
        "check --format xml",
        "get web --zone paris",
    ] {
        assert_eq!(sandbox.run(line).status, Some(1), "imagelock {line}");
    }
}

#[test]
fn color_is_printed_only_to_terminals_or_on_request() {
    let sandbox = Sandbox::with("[images.a]\nlabel = \"a\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    assert!(!sandbox.run("check").stdout.contains('\u{1b}'));
    assert!(sandbox.run("check --color always").stdout.contains('\u{1b}'));
    assert!(sandbox.run("list --color always").stderr.contains('\u{1b}'));
    let forced = Sandbox::with(&sandbox.read("images.toml")).env("CLICOLOR_FORCE", "1");
    assert!(forced.run("check").stdout.contains('\u{1b}'));
    assert!(!forced.run("check --color never").stdout.contains('\u{1b}'));
}

#[test]
fn every_shell_gets_a_script_that_asks_imagelock() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Sandbox::new().ok(&format!("completions {shell}"));
        assert!(script.contains("IMAGELOCK_COMPLETE") && script.contains("imagelock"), "{shell}\n{script}");
    }
}

/// Every shell asks with its own variables; the candidates are the same.
#[test]
fn every_shell_gets_candidates() {
    let sandbox = Sandbox::with("[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let mut command = sandbox.program(env!("CARGO_BIN_EXE_imagelock"));
        command.env("IMAGELOCK_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "2");
        let output = command.args(["--", "imagelock", "get", "w"]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "web", "{shell}");
    }
}
