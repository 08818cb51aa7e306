//! The terminal gets only text and colors, no matter what files, arguments and variables are named.

use std::process::Command;

use imagelock::domain::diagnostics::escaped;

use crate::support::manifest::WEB;
use crate::support::sandbox::Sandbox;

/// A name with a title sequence, a workflow command, reversed text and an eight-bit escape.
const NAME: &str = "x\u{1b}]0;title\u{7}\u{1b}[2J\n::error title=imagelock::injected\u{202e}\u{9b}2J\u{200b}";

const ID: &str = "00000001-0000-4000-8000-000000000000";

fn snapshot() -> String {
    let local = format!("{{\"id\":\"{ID}\",\"zone\":\"fr-par-1\",\"arch\":\"x86_64\",\"commercial_types\":[]}}");
    let image =
        format!("{{\"label\":\"ubuntu_noble\",\"id\":\"{ID}\",\"name\":\"Ubuntu\",\"local_images\":[{local}]}}");
    format!("{{\"imagelock_snapshot\":1,\"taken\":\"2026-11-24T08:00:00Z\",\"images\":[{image}]}}")
}

/// Runs a command, and checks that everything it prints is escaped.
#[track_caller]
fn check_escaped(command: &mut Command) {
    let output = command.output().unwrap();
    for text in [output.stdout, output.stderr] {
        let text = String::from_utf8(text).unwrap();
        for line in text.split('\n') {
            assert_eq!(line, escaped(line), "{command:?}\n{text}");
            assert!(!line.starts_with("::error title=imagelock::injected"), "{command:?}\n{text}");
        }
    }
}

#[test]
#[cfg(unix)]
fn every_command_escapes_the_names_of_files() {
    let sandbox = Sandbox::new();
    let inside = |file: &str| format!("{NAME}/{NAME}{file}");
    let (manifest, catalog) = (inside(".toml"), inside(".json"));
    std::fs::create_dir(sandbox.path(NAME)).unwrap();
    let output = "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n";
    sandbox.write(&manifest, format!("{WEB}{output}"));
    sandbox.write(&catalog, snapshot());
    sandbox.write(&inside(".tf"), format!("x = \"{ID}\"\n"));
    let run = |arguments: &[&str]| {
        let mut command = sandbox.command("");
        check_escaped(command.args(arguments).args(["--manifest", &manifest, "--catalog", &catalog]));
    };
    run(&["init"]);
    run(&["list"]);
    run(&["get", "web"]);
    run(&["resolve"]);
    run(&["resolve"]);
    run(&["resolve", "--locked"]);
    run(&["list"]);
    run(&["get", "web"]);
    run(&["add", "db", "--label", "ubuntu_noble", "--zone", "fr-par-1", "--arch", "x86_64"]);
    for format in ["human", "json", "markdown", "github", "sarif", "junit", "html"] {
        run(&["check", "--format", format]);
        run(&["resolve", "--locked", "--format", format]);
        run(&["check", "-o", &format!("{format}={}", inside(format))]);
    }
    run(&["remove", "db"]);
    sandbox.write(&format!("{NAME}/images.env"), "changed");
    run(&["resolve", "--locked"]);
    run(&["resolve"]);
    run(&["adopt", "--from", &inside(".tf")]);
    run(&["adopt", "--from", &inside(".absent")]);
    run(&["explain", "web"]);
    run(&["search"]);
    run(&["snapshot", &inside(".copy")]);
    run(&["snapshot", &manifest]);
    run(&["man", &inside(".man")]);
    run(&["log"]);
    run(&["diff", NAME]);
    sandbox.shell("git init -q . 2>&1");
    run(&["log"]);
    run(&["diff", NAME, NAME]);
    run(&["merge-driver", &inside(".toml"), &inside(".toml"), &inside(".toml"), &inside(".lock")]);
    sandbox.write(&inside(".toml"), "x = 1\n");
    run(&["check"]);
    check_escaped(
        sandbox.command("resolve --offline --recursive").arg(NAME).arg("--manifest").arg(format!("{NAME}.toml")),
    );
    check_escaped(sandbox.command("check --recursive").arg(NAME).arg("--manifest").arg("absent.toml"));
    check_escaped(sandbox.command("check --manifest").arg(NAME));
    std::fs::remove_file(sandbox.path(&manifest)).unwrap();
    std::os::unix::fs::symlink(NAME.repeat(2), sandbox.path(&manifest)).unwrap();
    run(&["check"]);
    run(&["resolve"]);
}

#[test]
fn wrong_arguments_and_variables_are_escaped() {
    let sandbox = Sandbox::with(WEB);
    for line in [
        "",
        "--",
        "get web --zone",
        "get",
        "check --format",
        "--format",
        "check --color",
        "check --timeout",
        "check --min-age",
        "check --api-url",
        "check --now",
        "completions",
        "export",
        "explain",
        "log",
        "remove",
        "adopt",
        "adopt --label",
        "upgrade",
        "check",
        "add",
        "add x --label",
        "check --catalog",
        "check -o",
        "search --zone",
        "diff",
    ] {
        check_escaped(sandbox.command(line).arg(NAME));
        check_escaped(sandbox.command(line).arg(format!("--{NAME}")));
        check_escaped(sandbox.command(line).arg(format!("{NAME}=x")));
    }
    for variable in ["SCW_API_URL", "SSL_CERT_FILE", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "IMAGELOCK_NOW"] {
        for verbose in ["search", "search --verbose"] {
            check_escaped(sandbox.command(verbose).env(variable, NAME));
            check_escaped(sandbox.command(verbose).env(variable, format!("https://{NAME}@a.invalid/{NAME}")));
        }
    }
}

/// The colors of clap stay, but the color in the argument is escaped.
#[test]
fn a_color_in_an_argument_is_escaped() {
    let sandbox = Sandbox::new();
    let output = sandbox.command("get").arg("--\u{1b}[31mred").env("CLICOLOR_FORCE", "1").output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("\u{1b}[") && text.contains("\\u{1b}[31mred"), "{text:?}");
    assert!(!text.contains("\u{1b}[31mred"), "{text:?}");
}

/// The URI in SARIF keeps a byte that is not UTF-8 as a percent escape.
#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf_8_are_escaped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let path = sandbox.path("").join(OsStr::from_bytes(b"a\xff.toml"));
    std::fs::write(&path, WEB).unwrap();
    let run = |arguments: &[&str]| {
        let output = sandbox.command("").args(arguments).arg("--manifest").arg(&path).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&["resolve", "--locked", "--format", "sarif"]).contains("/a%FF.toml\""));
    for format in ["human", "json", "markdown", "github", "junit", "html"] {
        assert_ne!(run(&["resolve", "--locked", "--format", format]), "");
    }
}

#[test]
fn errors_and_warnings_have_a_size_limit() {
    let sandbox = Sandbox::with(WEB);
    let block = |n| {
        format!(
            "\n[[pin]]\nname = \"image-with-a-long-name-{n}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\
             type = \"instance_sbs\"\nlabel = \"ubuntu_noble\"\nid = \"{ID}\"\ndigest = \"\"\n"
        )
    };
    let blocks: Vec<String> = (0..4000).map(block).collect();
    sandbox.write("images.lock", format!("version = 1\n{}", blocks.concat()));
    for line in ["export env", "list", "get image-with-a-long-name-1", "check x"] {
        let run = sandbox.run(line);
        assert!(run.stderr.len() < 65_536, "{line}: {} bytes", run.stderr.len());
    }
    let message = sandbox.fails("export env");
    assert!(message.contains("upgrade NAME...") && message.ends_with("4000 errors in all; nothing was changed\n"));
    let report = sandbox.run("resolve --locked").stdout;
    assert!(report.lines().last().unwrap().len() < 10_000, "{}", report.lines().last().unwrap());
    // The limit applies to many manifests with many mistakes as well.
    for n in 0..300 {
        std::fs::create_dir_all(sandbox.path(&format!("stacks/{n}"))).unwrap();
        sandbox.write(&format!("stacks/{n}/images.toml"), "a = 1\nb = 1\nc = 1\n".replace(' ', &" ".repeat(40)));
    }
    let message = sandbox.fails("check --recursive stacks");
    assert!(message.len() < 65_536 && message.contains("more manifests"), "{} bytes", message.len());
}
