//! Text that deceives the reader or controls the terminal is escaped wherever it is printed.

use std::fmt::Write as _;

use imagelock::domain::diagnostics::escaped;
use insta::assert_snapshot;

use crate::support::fixtures::mistakes::{each, lock, mistake, mistake_in_lock, mistake_in_snapshot, snapshot};
use crate::support::manifest::web;
use crate::support::sandbox::{Run, Sandbox};

/// Encodes a text with JSON escapes only.
fn json_escaped(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut quoted, unit| {
        let _ = write!(quoted, "\\u{unit:04x}");
        quoted
    })
}

/// Puts a text into every place that others control, and checks that the whole output is escaped.
fn check_never_printed(text: &str) {
    // TOML does not allow surrogates, so each character has one escape.
    let toml: Vec<String> = text.chars().map(|char| format!("\\U{:08x}", u32::from(char))).collect();
    let toml = toml.concat();
    let json = json_escaped(text);
    let mut printed = vec![
        mistake(web(text)),
        mistake(web("").replace("ubuntu_noble", &format!("\u{20ac}{text}"))),
        mistake(web("").replace("ubuntu_noble", &toml)),
        mistake(format!("# {text}\n{}# {text}\nx = # {text}\n", web(""))),
        mistake(web(&format!("\"{toml}\" = 1 # {text}\n"))),
        mistake(web(&format!("freeze = {{ reason = \"{toml}\" }}\n"))),
        mistake(web(&format!("accept = [{{ reason = \"{toml}\" }}]\nversion-id = \"{toml}\"\n"))),
        mistake(web(&format!("[[accept]]\nimage = \"{toml}\"\nstatus = \"{toml}\"\n"))),
        mistake(web("").replace("images.web", &format!("images.\"{toml}\""))),
        mistake_in_lock(lock(&toml)),
        mistake_in_lock(lock(text)),
        mistake_in_lock(format!("version = 7 # read by imagelock {text}\n")),
        mistake_in_snapshot(snapshot(&json, "")),
        mistake_in_snapshot(snapshot("ubuntu_noble", "").replace("taken", &json)),
        mistake_in_snapshot(text),
    ];
    let sandbox =
        Sandbox::with(&web(&format!("[[outputs]]\nformat = \"env\"\npath = \"{toml}x\"\noverwrite = true\n")));
    sandbox.write("catalog.json", snapshot("ubuntu_noble", &json));
    let mut run = |line: &str| {
        let Run { stdout, stderr, .. } = sandbox.run(line);
        printed.extend([stdout, stderr]);
    };
    run("search --catalog catalog.json");
    run("explain web --catalog catalog.json");
    run("resolve --catalog catalog.json");
    run("resolve --locked");
    if !text.contains(['\0', '/']) {
        std::fs::create_dir_all(sandbox.path("stacks").join(text)).unwrap();
        let mistakes = each(20, |n| format!("k{n} = 1\n"));
        sandbox.write(&format!("stacks/{text}/images.toml"), web(&mistakes));
        run("resolve --recursive stacks --offline");
        sandbox.write(&format!("stacks/{text}/images.toml"), web(""));
        run("resolve --recursive stacks --offline");
        run("resolve --recursive stacks --catalog catalog.json");
        run("check --recursive stacks --catalog catalog.json");
    }
    for printed in printed {
        let bare: String = printed.split('\n').map(escaped).collect::<Vec<_>>().join("\n");
        assert_eq!(printed, bare, "{printed:?}");
    }
}

#[test]
fn terminal_escapes_are_never_printed() {
    check_never_printed("\u{1b}[2J");
    // A hyperlink and a bell.
    check_never_printed("\u{1b}]8;;https:example.com\u{1b}\\scaleway\u{1b}]8;;\u{7}");
    // The same with eight-bit controls, which a fuzzer found.
    check_never_printed("\u{9b}2J");
    check_never_printed("\u{9d}0;title\u{9c}");
    assert_snapshot!(mistake(web("x = \"\u{9b}2J\" # \u{1b}[2J\n")), @r#"
    error: invalid TOML: the file contains a control character
     --> images.toml:5:13
      |
    5 | x = "¿2J" # ␛[2J
      |             ^ invalid character
      |
      = help: remove the character
    "#);
}

#[test]
fn bidirectional_controls_are_never_printed() {
    check_never_printed("\u{202e}");
    check_never_printed("\u{2066}a\u{2069}\u{61c}");
    assert_snapshot!(mistake(web("").replace("ubuntu", "ubuntu\u{202e}")), @r#"
    error: `ubuntu\u{202e}_noble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu�_noble"
      |         ^^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = note: character 7 (`\u{202e}`) is U+202E, which is not an ASCII character
      = help: write, for example, `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
}

#[test]
fn invisible_characters_are_never_printed() {
    check_never_printed("\u{200b}\u{200d}\u{2060}\u{feff}");
    check_never_printed("\u{ad}\u{34f}\u{180e}\u{3164}");
    check_never_printed("\u{e0041}\u{e007f}");
    assert_snapshot!(mistake(web("").replace("ubuntu", "ubuntu\u{200b}")), @r#"
    error: `ubuntu\u{200b}_noble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu�_noble"
      |         ^^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = note: character 7 (`\u{200b}`) is U+200B, which is not an ASCII character
      = help: write, for example, `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu\u{e0041}_noble")), @r#"
    error: `ubuntu\u{e0041}_noble` is not a valid label
     --> images.lock:8:9
      |
    8 | label = "ubuntu� _noble"
      |         ^^^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = note: character 7 (`\u{e0041}`) is U+E0041, which is not an ASCII character
      = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version
    "#);
}

#[test]
fn lookalike_letters_are_named() {
    assert_snapshot!(mistake(web("").replace("noble", "n\u{43e}ble")), @r#"
    error: `ubuntu_nоble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu_nоble"
      |         ^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = note: character 9 (`о`) is U+043E, which is not an ASCII character
      = help: write, for example, `label = "ubuntu_noble"`; to list the labels: `imagelock search`
    "#);
    assert_snapshot!(mistake(web("\"typ\u{435}\" = \"instance_sbs\"\n")), @r#"
    error: unknown key `typе` in `[images.web]`
     --> images.toml:5:1
      |
    5 | "typе" = "instance_sbs"
      | ^^^^^^ unknown key
      |
      = note: character 4 (`е`) is U+0435, which is not an ASCII character
      = help: did you mean `type`?
    "#);
    assert_snapshot!(mistake(web("typ\u{435} = \"instance_sbs\"\n")), @r#"
    error: invalid TOML: a key contains `е`
     --> images.toml:5:4
      |
    5 | typе = "instance_sbs"
      |    ^ not an ASCII letter
      |
      = note: character 4 (`е`) is U+0435, which is not an ASCII character
      = help: write the key with ASCII letters, digits, `-` and `_` only
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu_n\u{43e}ble")), @r#"
    error: `ubuntu_nоble` is not a valid label
     --> images.lock:8:9
      |
    8 | label = "ubuntu_nоble"
      |         ^^^^^^^^^^^^^^ expected a label, like `ubuntu_noble`
      |
      = note: character 9 (`о`) is U+043E, which is not an ASCII character
      = help: restore the file with `git restore images.lock`; or remove this block and run `imagelock resolve`, which pins the newest version
    "#);
    assert_snapshot!(mistake_in_snapshot(snapshot("ubuntu_n\u{43e}ble", "")), @"
    error: cannot use `catalog.json`: label `ubuntu_nоble`: expected a label, like `ubuntu_noble`
     |
     = note: character 9 (`о`) is U+043E, which is not an ASCII character
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    let sandbox = Sandbox::with(&web(""));
    assert_snapshot!(sandbox.fails("upgrade w\u{435}b"), @"
    error: no image is named `wеb`
     |
     = note: character 2 (`е`) is U+0435, which is not an ASCII character
     = help: did you mean `web`?
    ");
}

#[test]
fn nul_is_never_printed() {
    check_never_printed("\0");
    assert_snapshot!(mistake(web("\0")), @"
    error: invalid TOML: the file contains a null character
     --> images.toml:5:1
      |
    5 | ␀
      | ^ null character
      |
      = help: save the file as UTF-8; it may be UTF-16
    ");
    assert_snapshot!(mistake_in_lock(lock("a\0b")), @r#"
    error: invalid TOML: the file contains a null character
     --> images.lock:8:11
      |
    8 | label = "a␀b"
      |           ^ null character
      |
      = help: restore the file with `git restore images.lock`; or delete it and run `imagelock resolve`, which pins the newest versions
    "#);
}
