//! Files that somebody made to fool the eye, the terminal or the program; and those that an editor spoilt.

use std::fmt::Write;

use imagelock::domain::diagnostics::sanitize::escaped;
use insta::assert_snapshot;

use crate::support::sandbox::{Run, Sandbox};

const ID: &str = "00000001-0000-4000-8000-000000000000";

/// An image that is right but for what a test adds.
fn web(rest: &str) -> String {
    format!("[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{rest}")
}

fn lock(label: &str) -> String {
    let cell = "name = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    format!(
        "version = 1\n\n[[pin]]\n{cell}type = \"instance_sbs\"\nlabel = \"{label}\"\nid = \"{ID}\"\ndigest = \"\"\n"
    )
}

fn snapshot(label: &str, name: &str) -> String {
    let local = format!("{{\"id\":\"{ID}\",\"zone\":\"fr-par-1\",\"arch\":\"x86_64\",\"commercial_types\":[]}}");
    let image = format!("{{\"label\":\"{label}\",\"id\":\"{ID}\",\"name\":\"{name}\",\"local_images\":[{local}]}}");
    format!("{{\"imagelock_snapshot\":1,\"taken\":\"2026-11-24T08:00:00Z\",\"images\":[{image}]}}")
}

/// What imagelock says of a manifest.
fn mistake(manifest: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("images.toml", manifest);
    sandbox.fails("resolve --locked")
}

/// What it says of a lockfile.
fn mistake_in_lock(lock: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::with(&web(""));
    sandbox.write("images.lock", lock);
    sandbox.fails("list")
}

/// What it says of a snapshot.
fn mistake_in_snapshot(snapshot: impl AsRef<[u8]>) -> String {
    let sandbox = Sandbox::with(&web(""));
    sandbox.write("catalog.json", snapshot);
    sandbox.fails("resolve --catalog catalog.json")
}

/// What a function makes of the numbers below `n`, one after another.
fn each(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect::<Vec<_>>().concat()
}

/// Text as a string of JSON can hold any.
fn in_quotes(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut quoted, unit| {
        let _ = write!(quoted, "\\u{unit:04x}");
        quoted
    })
}

/// Puts a text wherever a stranger could, and sees to it that what is said can be looked at.
fn is_never_printed(text: &str) {
    // TOML has no surrogates.
    let toml: Vec<String> = text.chars().map(|char| format!("\\U{:08x}", u32::from(char))).collect();
    let toml = toml.concat();
    let json = in_quotes(text);
    let mut said = vec![
        mistake(web(text)),
        mistake(web("").replace("ubuntu_noble", &format!("\u{20ac}{text}"))),
        mistake(web("").replace("ubuntu_noble", &toml)),
        mistake(format!("# {text}\n{}# {text}\nx = # {text}\n", web(""))),
        mistake(web(&format!("\"{toml}\" = 1 # {text}\n"))),
        mistake(web(&format!("freeze = {{ reason = \"{toml}\" }}\n"))),
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
        said.extend([stdout, stderr]);
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
    for said in said {
        let bare: String = said.split('\n').map(escaped).collect::<Vec<_>>().join("\n");
        assert_eq!(said, bare, "{said:?}");
    }
}

#[test]
fn terminal_escapes_are_never_printed() {
    is_never_printed("\u{1b}[2J");
    // A link, and the bell.
    is_never_printed("\u{1b}]8;;https:example.com\u{1b}\\scaleway\u{1b}]8;;\u{7}");
    // The same, of eight bits. A fuzzer found them.
    is_never_printed("\u{9b}2J");
    is_never_printed("\u{9d}0;title\u{9c}");
    assert_snapshot!(mistake(web("x = \"\u{9b}2J\" # \u{1b}[2J\n")), @r#"
    error: this is not TOML
     --> images.toml:5:13
      |
    5 | x = "¿2J" # ␛[2J
      |             ^ invalid comment character, expected printable characters
    "#);
}

#[test]
fn bidirectional_controls_are_never_printed() {
    is_never_printed("\u{202e}");
    is_never_printed("\u{2066}a\u{2069}\u{61c}");
    assert_snapshot!(mistake(web("").replace("ubuntu", "ubuntu\u{202e}")), @r#"
    error: `ubuntu\u{202e}_noble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu�_noble"
      |         ^^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
      |
      = note: its character 7, `\u{202e}`, is U+202E: none of ASCII, whatever it looks like
    "#);
}

#[test]
fn invisible_characters_are_never_printed() {
    is_never_printed("\u{200b}\u{200d}\u{2060}\u{feff}");
    is_never_printed("\u{ad}\u{34f}\u{180e}\u{3164}");
    is_never_printed("\u{e0041}\u{e007f}");
    assert_snapshot!(mistake(web("").replace("ubuntu", "ubuntu\u{200b}")), @r#"
    error: `ubuntu\u{200b}_noble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu�_noble"
      |         ^^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
      |
      = note: its character 7, `\u{200b}`, is U+200B: none of ASCII, whatever it looks like
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu\u{e0041}_noble")), @r#"
    error: `ubuntu\u{e0041}_noble` is not a valid label
     --> images.lock:8:9
      |
    8 | label = "ubuntu� _noble"
      |         ^^^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
      |
      = note: its character 7, `\u{e0041}`, is U+E0041: none of ASCII, whatever it looks like
    "#);
}

#[test]
fn lookalike_letters_are_named() {
    assert_snapshot!(mistake(web("").replace("noble", "n\u{43e}ble")), @r#"
    error: `ubuntu_nоble` is not a valid label
     --> images.toml:2:9
      |
    2 | label = "ubuntu_nоble"
      |         ^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
      |
      = note: its character 9, `о`, is U+043E: none of ASCII, whatever it looks like
    "#);
    assert_snapshot!(mistake(web("\"typ\u{435}\" = \"instance_sbs\"\n")), @r#"
    error: unknown key `typе` in [images.web]
     --> images.toml:5:1
      |
    5 | "typе" = "instance_sbs"
      | ^^^^^^ unknown key
      |
      = note: its character 4, `е`, is U+0435: none of ASCII, whatever it looks like
      = help: did you mean `type`?
    "#);
    assert_snapshot!(mistake(web("typ\u{435} = \"instance_sbs\"\n")), @r#"
    error: this is not TOML
     --> images.toml:5:4
      |
    5 | typе = "instance_sbs"
      |    ^ invalid unquoted key, expected letters, numbers, `-`, `_`
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu_n\u{43e}ble")), @r#"
    error: `ubuntu_nоble` is not a valid label
     --> images.lock:8:9
      |
    8 | label = "ubuntu_nоble"
      |         ^^^^^^^^^^^^^^ expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
      |
      = note: its character 9, `о`, is U+043E: none of ASCII, whatever it looks like
    "#);
    assert_snapshot!(mistake_in_snapshot(snapshot("ubuntu_n\u{43e}ble", "")), @"
    error: `catalog.json`: label `ubuntu_nоble`: expected letters, digits, `_`, `-` or `.`, like `ubuntu_noble`
     |
     = note: its character 9, `о`, is U+043E: none of ASCII, whatever it looks like
     = help: `imagelock snapshot FILE` writes one
    ");
    let sandbox = Sandbox::with(&web(""));
    assert_snapshot!(sandbox.fails("resolve --upgrade w\u{435}b"), @"
    error: no image is named `wеb`
     |
     = note: its character 2, `е`, is U+0435: none of ASCII, whatever it looks like
     = help: did you mean `web`?
    ");
}

#[test]
fn a_long_word_is_shortened() {
    let long = "a".repeat(1_000_000);
    for (message, most) in [
        (mistake(web("").replace("images.web", &format!("images.{long}"))), 1000),
        (mistake(web("").replace("images.web", &format!("images.\"{}\"", "a b".repeat(300_000)))), 1000),
        (mistake(format!("[images]\n{long} = 1\n")), 2000),
        (mistake(web("").replace("ubuntu_noble", &long)), 1000),
        (mistake(web("").replace("fr-par-1", &long)), 1000),
        (mistake(web(&format!("{long} = 1\n"))), 1000),
        (mistake(web(&format!("[[outputs]]\nformat = \"env\"\npath = \"{long}\"\n").repeat(2))), 1000),
        (mistake(long.clone()), 1000),
        (mistake(format!("requires = \"{long}\"\n{}", web(""))), 1000),
        (mistake_in_lock(lock(&long)), 1000),
        (mistake_in_lock(format!("version = \"{long}\"\n")), 1000),
        (mistake_in_snapshot(snapshot(&long, "")), 1000),
        (mistake_in_snapshot(snapshot("a", "").replace("taken", &long)), 1000),
    ] {
        assert!(message.len() < most, "{} bytes: {message:.500}…", message.len());
    }
    assert_snapshot!(mistake(web("").replace("images.web", &format!("images.{long}"))), @"
    error: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is not a valid image name
     --> images.toml:1:9
      |
    1 | ...es.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a letter or `_`, then letters, digits, `_` or `-`, so that shells and HCL can use it as an identifier
      |
      = note: it has 1000000 characters
    ");
}

#[test]
fn a_list_instead_of_an_object_in_a_snapshot_is_refused() {
    let web = snapshot("ubuntu_noble", "web");
    let whole = "[1,\"2026-11-24T08:00:00Z\",[]]".to_owned();
    let image = format!(
        "{{\"imagelock_snapshot\":1,\"taken\":\"2026-11-24T08:00:00Z\",\"images\":[[\"a\",\"{ID}\",\"a\",[]]]}}"
    );
    let local = format!("{{\"id\":\"{ID}\",\"zone\":\"fr-par-1\",\"arch\":\"x86_64\",\"commercial_types\":[]}}");
    assert!(web.contains(&local));
    let version = web.replace("\"local_images\"", &format!("\"versions\":[[\"{ID}\"]],\"local_images\""));
    let row = web.replace(&local, &format!("[\"{ID}\",\"fr-par-1\",\"x86_64\",null,[],false,[]]"));
    for snapshot in [whole, image, version, row] {
        let message = mistake_in_snapshot(&snapshot);
        assert!(message.contains("invalid type: sequence, expected an object"), "{snapshot}: {message}");
    }
}

#[test]
fn many_mistakes_are_printed_up_to_the_limit() {
    let keys = each(100_000, |n| format!("k{n} = 1\n"));
    let blocks = format!("version = 1\n{}", "[[pin]]\n".repeat(20_000));
    for message in [mistake(web(&keys)), mistake(format!("[images]\n{keys}")), mistake_in_lock(blocks)] {
        assert!(message.len() < 65_536, "{} bytes", message.len());
    }
    let told = mistake(web(&keys));
    let lines: Vec<&str> = told.lines().collect();
    assert_snapshot!(lines[lines.len() - 5..].join("\n"), @"
    error: images.toml:914:1: unknown key `k909` in [images.web]

    and 99090 more

    100000 errors in all; nothing was changed
    ");
}

/// A moment each. Where time grew as the square of the file, each would take minutes.
#[test]
fn long_files_are_read_in_linear_time() {
    let mistakes = [
        "bad\n".repeat(50_000),
        web("").replace("\"fr-par-1\"", &format!("[{}]", "\"fr-par-1\", ".repeat(50_000))),
        web(&format!("# {}\nbad", "x".repeat(10_000_000))),
        web(&format!("# {}bad\n", "\n".repeat(10_000_000))),
    ];
    for text in mistakes {
        mistake(text);
    }
    let images = each(50_000, |n| format!("k{n} = {{ label = \"a\" }}\n"));
    let outputs = each(20_000, |n| format!("[[outputs]]\nformat = \"env\"\npath = \"p{n}\"\n"));
    for text in [format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n[images]\n{images}"), web(&outputs)] {
        assert_eq!(Sandbox::with(&text).run("resolve --locked").status, Some(2));
    }
}

#[test]
fn deep_nesting_is_refused() {
    let dotted = vec!["a"; 10_000].join(".");
    for text in [
        format!("x = {}{}\n", "[".repeat(10_000), "]".repeat(10_000)),
        format!("x = {}\n", "{ a = ".repeat(10_000)),
        format!("{dotted} = 1\n"),
        format!("[{dotted}]\n"),
        format!("[[{dotted}]]\n"),
        format!("images.{dotted} = 1\n"),
    ] {
        for message in [mistake(&text), mistake_in_lock(&text)] {
            assert!(message.starts_with("error: this is not TOML") && message.len() < 1000, "{message}");
        }
    }
    assert_snapshot!(mistake(format!("{dotted} = 1\n")), @"
    error: this is not TOML
     --> images.toml:1:1
      |
    1 | a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a...
      | ^ recursion limit
    ");
    assert_snapshot!(mistake_in_snapshot("[".repeat(10_000)), @"
    error: `catalog.json`: it is no snapshot of the Marketplace: invalid type: sequence, expected an object at line 1 column 0
     |
     = help: `imagelock snapshot FILE` writes one
    ");
    let name = format!("{{\"imagelock_snapshot\":{}", "[".repeat(10_000));
    assert_snapshot!(mistake_in_snapshot(name), @"
    error: `catalog.json`: it is no snapshot of the Marketplace: invalid type: sequence, expected u32 at line 1 column 22
     |
     = help: `imagelock snapshot FILE` writes one
    ");
    // Neither does it harm those who look for IDs in a file of another tool's.
    let sandbox = Sandbox::new();
    sandbox.write("deep.json", "[".repeat(100_000));
    sandbox.write("deep.tf", "a { b = [\n".repeat(100_000));
    assert_eq!(sandbox.run("adopt --offline --from deep.json --from deep.tf").status, Some(1));
}

#[test]
fn nul_is_never_printed() {
    is_never_printed("\0");
    assert_snapshot!(mistake(web("\0")), @"
    error: this is not TOML
     --> images.toml:5:1
      |
    5 | ␀
      | ^ invalid unquoted key, expected letters, numbers, `-`, `_`
    ");
    assert_snapshot!(mistake_in_lock(lock("a\0b")), @r#"
    error: this is not TOML
     --> images.lock:8:11
      |
    8 | label = "a␀b"
      |           ^ invalid basic string, expected non-double-quote visible characters, `\`
    "#);
}

#[test]
fn other_line_endings_and_a_byte_order_mark_are_accepted() {
    for text in [web("").replace('\n', "\r\n"), format!("\u{feff}{}", web("")).replace('\n', "\r\n")] {
        let sandbox = Sandbox::new();
        sandbox.write("images.toml", text);
        sandbox.write("catalog.json", format!("\u{feff}{}", snapshot("ubuntu_noble", "").replace(',', ",\r\n")));
        sandbox.ok("resolve --catalog catalog.json");
        sandbox.write("images.lock", format!("\u{feff}{}", sandbox.lock()).replace('\n', "\r\n"));
        assert_eq!(sandbox.run("resolve --locked").status, Some(0));
    }
}

#[test]
fn a_lone_carriage_return_does_not_end_a_line() {
    assert_snapshot!(mistake(web("").replace('\n', "\r")), @r#"
    error: this is not TOML
     --> images.toml:1:14
      |
    1 | [images.web]␍label = "ubuntu_noble"␍zone = "fr-par-1"␍arch = "x86_64"␍
      |              ^ carriage return must be followed by newline, expected newline
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu_noble").replace('\n', "\r")), @r#"
    error: this is not TOML
     --> images.lock:1:13
      |
    1 | version = 1␍␍[[pin]]␍name = "web"␍zone = "fr-par-1"␍arch = "x86_64"␍type = "instance_sbs"␍label = "ubuntu_noble"␍id = "00000001-0000-4000-8000-0000000000...
      |             ^ carriage return must be followed by newline, expected newline
    "#);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let spoilt = |text: String| {
        text.replace("ubuntu", "\u{1}").bytes().map(|it| if it == 1 { 0xff } else { it }).collect::<Vec<u8>>()
    };
    assert_snapshot!(mistake(spoilt(web(""))), @"
    error: `images.toml` is not a text file: line 2 is not UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(mistake_in_lock(spoilt(lock("ubuntu_noble"))), @"
    error: `images.lock` is not a text file: line 8 is not UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(mistake_in_snapshot(spoilt(snapshot("ubuntu_noble", ""))), @"
    error: `catalog.json` is not a text file: line 1 is not UTF-8
     |
     = help: save the file as UTF-8
    ");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // As PowerShell writes it, and as it is without the mark.
    assert_snapshot!(mistake(wide(&format!("\u{feff}{}", web("")))), @"
    error: `images.toml` is not a text file: line 1 is not UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(mistake(wide("x = 1")), @"
    error: this is not TOML
     --> images.toml:1:2
      |
    1 | x␀ ␀=␀ ␀1␀
      |  ^ invalid unquoted key, expected letters, numbers, `-`, `_`
    ");
}
