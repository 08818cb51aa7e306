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
    }
}

#[test]
fn every_command_is_listed() {
    let help = Sandbox::new().ok("--help");
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = rest.split_once("\n\n").unwrap();
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
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
    assert_snapshot!(sandbox.run("upgrade --dry-rum"), @"
    --- stderr
    error: unexpected argument '--dry-rum' found

      tip: a similar argument exists: '--dry-run'

    Usage: imagelock upgrade --dry-run [NAME]...

    For more information, try '--help'.
    --- exit 1
    ");
    assert_snapshot!(sandbox.run("get web --zone paris"), @"
    --- stderr
    error: invalid value 'paris' for '--zone <ZONE>': expected a zone, like `fr-par-1`

    For more information, try '--help'.
    --- exit 1
    ");
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
fn completions_for_every_shell_list_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Sandbox::new().ok(&format!("completions {shell}"));
        for command in COMMANDS {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
}

#[test]
fn bash_accepts_the_completions() {
    let sandbox = Sandbox::new();
    sandbox.write("imagelock.bash", sandbox.ok("completions bash"));
    let complete =
        "COMP_WORDS=(imagelock res); COMP_CWORD=1; _imagelock imagelock res imagelock; echo \"${COMPREPLY[*]}\"";
    let script = format!(". ./imagelock.bash; {complete}");
    let output =
        std::process::Command::new("bash").arg("-c").arg(script).current_dir(sandbox.path("")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "resolve\n");
}
