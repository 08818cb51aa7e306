//! Shells read the env file, and scripts get a single pin.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::example::{Example, NOVEMBER, OCTOBER};
use crate::support::sandbox::Sandbox;

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

/// A directory with a manifest, one with names that a terminal obeys, and one that is not a manifest.
fn completion_scene() -> Sandbox {
    let sandbox = Sandbox::with(
        "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"us-nyc-1\"\n\
         [images.database]\nlabel = \"debian_bookworm\"\ninstance-type = \"PRO2-S\"\n",
    );
    std::fs::create_dir(sandbox.path("stack")).unwrap();
    sandbox.write("stack/images.toml", "[images.api]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    sandbox.write("broken.toml", "[images\n");
    sandbox.write("evil\u{1b}[2J.toml", "");
    for (shell, file) in [("bash", "imagelock.bash"), ("zsh", "_imagelock"), ("fish", "imagelock.fish")] {
        sandbox.write(file, sandbox.ok(&format!("completions {shell}")));
    }
    sandbox
}

/// Words to complete, the last of them to its end.
const LINES: [&[&str]; 20] = [
    &["res"],
    &["get", ""],
    &["get", "d"],
    &["add", ""],
    &["check", "web,"],
    &["explain", "ubuntu"],
    &["get", "-m", "stack", ""],
    &["get", "--manifest", "stack/images.toml", ""],
    &["get", "-m", "broken.toml", ""],
    &["get", "-m", "nowhere", ""],
    &["get", "web", "--zone", ""],
    &["get", "web", "--arch", ""],
    &["search", "--type", ""],
    &["search", "--instance-type", ""],
    &["check", "--format", ""],
    &["export", ""],
    &["list", "--no"],
    &["list", "--l"],
    &["check", "-m", "evil"],
    &["check", "-m", "st"],
];

/// Runs a script with a shell, which finds imagelock on its path; its output and its errors.
fn in_shell(sandbox: &Sandbox, shell: &str, script: &str) -> String {
    let path = Path::new(env!("CARGO_BIN_EXE_imagelock")).parent().unwrap().to_str().unwrap().to_owned();
    let mut command = sandbox.program(shell);
    command.env("PATH", format!("{path}:/usr/bin:/bin")).env("HOME", sandbox.path("")).env("LC_ALL", "C.UTF-8");
    let output = command.args(["-c", script]).output().unwrap_or_else(|error| panic!("{shell}: {error}"));
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ")
}

/// What each line is completed to, on one line.
fn completions(complete: impl Fn(&[&str]) -> String) -> String {
    let line = |words: &&[&str]| {
        let candidates = complete(words);
        let candidates: Vec<&str> = candidates.lines().map(|line| line.split('\t').next().unwrap()).collect();
        format!("{}| {}\n", words.join(" "), candidates.join(" "))
    };
    LINES.iter().map(line).collect()
}

#[test]
fn bash_completes_names_and_values() {
    let sandbox = completion_scene();
    let complete = |words: &[&str]| {
        let (count, last) = (words.len(), words[words.len() - 1]);
        let script = format!(
            ". ./imagelock.bash; COMP_WORDS=(imagelock {}); COMP_CWORD={count}; COMP_TYPE=9; \
             _clap_complete_imagelock imagelock '{last}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted(words)
        );
        in_shell(&sandbox, "bash", &script)
    };
    assert_snapshot!(completions(complete), @"
    res| resolve
    get | database web --zone --arch --zoned --locked --manifest --format --color --help
    get d| database
    add | --label --release --image-id --zone --arch --type --instance-type --min-age --freeze --eol --eol-warning --manifest --quiet --color --help
    check web,| web,database web,web
    explain ubuntu| ubuntu_noble
    get -m stack | api --zone --arch --zoned --locked --manifest --format --color --help
    get --manifest stack/images.toml | api --zone --arch --zoned --locked --manifest --format --color --help
    get -m broken.toml | --zone --arch --zoned --locked --manifest --format --color --help
    get -m nowhere | --zone --arch --zoned --locked --manifest --format --color --help
    get web --zone | fr-par-1 fr-par-2 fr-par-3 it-mil-1 nl-ams-1 nl-ams-2 nl-ams-3 pl-waw-1 pl-waw-2 pl-waw-3 us-nyc-1
    get web --arch | arm64 x86_64
    search --type | instance_local instance_sbs
    search --instance-type | PRO2-S
    check --format | human json markdown github sarif junit html
    export | tfvars hcl ansible env json yaml --locked --manifest --color --help
    list --no| 
    list --l| --locked
    check -m evil| 
    check -m st| stack/
    ");
    // bash makes three words of an option with an equal sign.
    assert_eq!(complete(&["get", "web", "--arch", "=", "x8"]), "x86_64\n");
}

#[test]
fn bash_runs_nothing_in_the_name_of_a_file() {
    let sandbox = completion_scene();
    let manifest = "[images.api]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    for name in ["x$(touch run).toml", "y;touch run;`touch run`.toml", "it's \"z\" & *.toml"] {
        sandbox.write(name, manifest);
    }
    // The candidate becomes a part of the line that the user runs.
    let complete = |words: &str| {
        let script = format!(
            ". ./imagelock.bash; COMP_WORDS=(imagelock {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9; \
             _clap_complete_imagelock imagelock \"${{COMP_WORDS[COMP_CWORD]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"; \
             eval \"printf '<%s>\\n' ${{COMPREPLY[*]}}\""
        );
        in_shell(&sandbox, "bash", &script)
    };
    assert_snapshot!([complete("check -m x"), complete("check -m y"), complete("check -m it")].concat(), @r#"
    x\$\(touch\ run\).toml
    <x$(touch run).toml>
    y\;touch\ run\;\`touch\ run\`.toml
    <y;touch run;`touch run`.toml>
    it\'s\ \"z\"\ \&\ \*.toml
    <it's "z" & *.toml>
    "#);
    // The words arrive in the quotes of the line.
    assert_snapshot!(complete(r#"check -m "'it'\\''s \"z'" "#), @r#"
    it\'s\ \"z\"\ \&\ \*.toml
    <it's "z" & *.toml>
    "#);
    assert_snapshot!(complete(r#"get -m "'it'\\''s \"z\" & *.toml'" a"#), @"
    api
    <api>
    ");
    assert!(!sandbox.path("run").exists());
}

#[test]
fn power_shell_gets_quoted_file_names() {
    let sandbox = completion_scene();
    sandbox.write("it's $(x).toml", "");
    let mut command = sandbox.program(env!("CARGO_BIN_EXE_imagelock"));
    let output =
        command.env("IMAGELOCK_COMPLETE", "powershell").args(["--", "imagelock", "check", "-m", "it"]).output();
    assert_snapshot!(String::from_utf8(output.unwrap().stdout).unwrap(), @"'it''s $(x).toml'");
}

#[test]
#[ignore = "needs zsh: run .ci/tools first"]
fn zsh_completes_names_and_values() {
    let sandbox = completion_scene();
    let complete = |words: &[&str]| {
        let script = format!(
            "compdef() {{ }}; _describe() {{ print -rl -- ${{(P)3}} }}; . ./_imagelock; words=(imagelock {}); \
             CURRENT={}; _clap_dynamic_completer_imagelock",
            quoted(words),
            words.len() + 1
        );
        let candidates = in_shell(&sandbox, "zsh", &script);
        let values: Vec<&str> = candidates.lines().map(|line| line.split(':').next().unwrap()).collect();
        values.join("\n")
    };
    assert_snapshot!(completions(complete), @"
    res| resolve
    get | database web --zone --arch --zoned --locked --manifest --format --color --help
    get d| database
    add | --label --release --image-id --zone --arch --type --instance-type --min-age --freeze --eol --eol-warning --manifest --quiet --color --help
    check web,| web,database web,web
    explain ubuntu| ubuntu_noble
    get -m stack | api --zone --arch --zoned --locked --manifest --format --color --help
    get --manifest stack/images.toml | api --zone --arch --zoned --locked --manifest --format --color --help
    get -m broken.toml | --zone --arch --zoned --locked --manifest --format --color --help
    get -m nowhere | --zone --arch --zoned --locked --manifest --format --color --help
    get web --zone | fr-par-1 fr-par-2 fr-par-3 it-mil-1 nl-ams-1 nl-ams-2 nl-ams-3 pl-waw-1 pl-waw-2 pl-waw-3 us-nyc-1
    get web --arch | arm64 x86_64
    search --type | instance_local instance_sbs
    search --instance-type | PRO2-S
    check --format | human json markdown github sarif junit html
    export | tfvars hcl ansible env json yaml --locked --manifest --color --help
    list --no| 
    list --l| --locked
    check -m evil| 
    check -m st| stack
    ");
}

#[test]
#[ignore = "needs fish: run .ci/tools first"]
fn fish_completes_names_and_values() {
    let sandbox = completion_scene();
    let complete = |words: &[&str]| {
        let line = format!("imagelock {}", words.join(" "));
        in_shell(&sandbox, "fish", &format!("source ./imagelock.fish; complete -C '{line}'"))
    };
    assert_snapshot!(completions(complete), @"
    res| resolve
    get | database web --zone --arch --zoned --locked --manifest --format --color --help
    get d| database
    add | --label --release --image-id --zone --arch --type --instance-type --min-age --freeze --eol --eol-warning --manifest --quiet --color --help
    check web,| web,database web,web
    explain ubuntu| ubuntu_noble
    get -m stack | api --zone --arch --zoned --locked --manifest --format --color --help
    get --manifest stack/images.toml | api --zone --arch --zoned --locked --manifest --format --color --help
    get -m broken.toml | --zone --arch --zoned --locked --manifest --format --color --help
    get -m nowhere | --zone --arch --zoned --locked --manifest --format --color --help
    get web --zone | fr-par-1 fr-par-2 fr-par-3 it-mil-1 nl-ams-1 nl-ams-2 nl-ams-3 pl-waw-1 pl-waw-2 pl-waw-3 us-nyc-1
    get web --arch | arm64 x86_64
    search --type | instance_local instance_sbs
    search --instance-type | PRO2-S
    check --format | human json markdown github sarif junit html
    export | tfvars hcl ansible env json yaml --locked --manifest --color --help
    list --no| 
    list --l| --locked
    check -m evil| 
    check -m st| stack/
    ");
}
