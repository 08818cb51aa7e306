//! Shells read the env file, and scripts get a single pin.

use insta::assert_snapshot;

use crate::support::example::{Example, NOVEMBER, OCTOBER};

#[test]
fn a_deploy_script_reads_the_env_file_and_one_pin() {
    let example = Example::of("shell");
    example.ok(&format!("imagelock upgrade web {NOVEMBER}"));
    assert_snapshot!(example.ok("./deploy.sh"), @"
    scw instance server create type=DEV1-S zone=fr-par-1 image=3559232e-6848-4761-b469-a6ac569e248d
    scw instance server create type=DEV1-S zone=fr-par-1 image=35fdc69b-503a-4d8c-8879-497a1abfd103
    ");
}

#[test]
fn a_deploy_script_stops_if_the_pin_is_missing() {
    let example = Example::of("shell");
    example.edit("[images.db]", "[images.database]");
    example.ok(&format!("imagelock resolve {OCTOBER}"));
    assert_snapshot!(example.run("./deploy.sh"), @"
    scw instance server create type=DEV1-S zone=fr-par-1 image=35fdc69b-503a-4d8c-8879-497a1abfd103
    --- stderr
    error: the lockfile has no pin named `db`
     |
     = help: to list the pins: `imagelock list`; to pin a new image: `imagelock resolve`
    --- exit 1
    ");
}

/// Returns the variables of the file as a child process of the shell sees them.
fn lines(example: &Example, shell: &str) -> Vec<String> {
    let script = "set -a; . ./images.env; env";
    let mut lines: Vec<String> = example.script(shell, script).lines().map(str::to_owned).collect();
    lines.retain(|line| line.starts_with("IMAGE_"));
    lines.sort();
    lines
}

fn lines_of_the_file(example: &Example) -> Vec<String> {
    example.read("images.env").lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn sh_reads_every_line() {
    let example = Example::of("shell");
    assert_eq!(lines(&example, "sh"), lines_of_the_file(&example));
}

#[test]
#[ignore = "needs dash and bash: run .ci/tools first"]
fn dash_and_bash_read_every_line() {
    let example = Example::of("shell");
    for shell in ["dash", "bash"] {
        assert_eq!(lines(&example, shell), lines_of_the_file(&example), "{shell}");
    }
}

#[test]
#[ignore = "needs python-dotenv: run .ci/tools first"]
fn dotenv_reads_every_line() {
    let example = Example::of("shell");
    let script =
        "import dotenv\nfor name, value in dotenv.dotenv_values('images.env').items(): print(f'{name}={value}')";
    let read: Vec<String> = example.script("python3", script).lines().map(str::to_owned).collect();
    assert_eq!(read, lines_of_the_file(&example));
}
