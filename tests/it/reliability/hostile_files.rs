//! Files that are too long, nested too deep, not text, or damaged by an editor.

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::{ID, each, lock, mistake, mistake_in_lock, mistake_in_snapshot, snapshot};
use crate::support::manifest::web;
use crate::support::sandbox::Sandbox;

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
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a letter or `_`, followed by letters, digits, `_` or `-`
      |
      = note: the text has 1000000 characters
      = help: write, for example, `[images.web]`
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
    let message = mistake(web(&keys));
    let lines: Vec<&str> = message.lines().collect();
    assert_snapshot!(lines[lines.len() - 5..].join("\n"), @"
    error: images.toml:889:1: unknown key `k884` in `[images.web]`

    and 99115 more

    100000 errors in all; nothing was changed
    ");
}

/// Each file takes a moment. With quadratic time, each would take minutes.
#[test]
fn long_files_are_read_in_linear_time() {
    let mistakes = [
        "bad\n".repeat(50_000),
        web("").replace("\"fr-par-1\"", &format!("[{}]", "\"fr-par-1\", ".repeat(50_000))),
        web(&format!("# {}\nbad", "x".repeat(10_000_000))),
        web(&format!("# {}bad\n", "\n".repeat(10_000_000))),
        format!("x = [{}]\n", "a, ".repeat(50_000)),
        format!("x = {{{}}}\n", "a = b, ".repeat(50_000)),
        format!("x = \"{}\"\n", "\\q".repeat(50_000)),
        "=".repeat(50_000),
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
            assert!(message.starts_with("error: invalid TOML: ") && message.len() < 1000, "{message}");
        }
    }
    assert_snapshot!(mistake(format!("{dotted} = 1\n")), @"
    error: invalid TOML: values are nested too deeply
     --> images.toml:1:1
      |
    1 | a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a...
      | ^ nested too deeply
      |
      = help: remove the inner values
    ");
    assert_snapshot!(mistake_in_snapshot("[".repeat(10_000)), @"
    error: cannot use `catalog.json`: it is not a snapshot of the Marketplace: it has an unexpected value at line 1, column 0 (invalid type: sequence, expected an object)
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    let name = format!("{{\"imagelock_snapshot\":{}", "[".repeat(10_000));
    assert_snapshot!(mistake_in_snapshot(name), @"
    error: cannot use `catalog.json`: it is not a snapshot of the Marketplace: it has an unexpected value at line 1, column 22 (invalid type: sequence, expected u32)
     |
     = help: to write a new snapshot: `imagelock snapshot FILE`
    ");
    // The files in which `adopt` looks for IDs have the same limits.
    let sandbox = Sandbox::new();
    sandbox.write("deep.json", "[".repeat(100_000));
    sandbox.write("deep.tf", "a { b = [\n".repeat(100_000));
    assert_eq!(sandbox.run("adopt --offline --from deep.json --from deep.tf").status, Some(1));
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
    error: invalid TOML: a line ends with CR only
     --> images.toml:1:14
      |
    1 | [images.web]␍label = "ubuntu_noble"␍zone = "fr-par-1"␍arch = "x86_64"␍
      |              ^ expected a line feed
      |
      = help: save the file with LF or CRLF line endings
    "#);
    assert_snapshot!(mistake_in_lock(lock("ubuntu_noble").replace('\n', "\r")), @r#"
    error: invalid TOML: a line ends with CR only
     --> images.lock:1:13
      |
    1 | version = 1␍␍[[pin]]␍name = "web"␍zone = "fr-par-1"␍arch = "x86_64"␍type = "instance_sbs"␍label = "ubuntu_noble"␍id = "00000001-0000-4000-8000-0000000000...
      |             ^ expected a line feed
      |
      = help: restore the file with `git restore images.lock`; or delete it and run `imagelock resolve`, which pins the newest versions
    "#);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let spoilt = |text: String| {
        text.replace("ubuntu", "\u{1}").bytes().map(|it| if it == 1 { 0xff } else { it }).collect::<Vec<u8>>()
    };
    assert_snapshot!(mistake(spoilt(web(""))), @"
    error: `images.toml` is not a text file: line 2 is not valid UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(mistake_in_lock(spoilt(lock("ubuntu_noble"))), @"
    error: `images.lock` is not a text file: line 8 is not valid UTF-8
     |
     = help: restore the file with `git restore images.lock`; or delete it and run `imagelock resolve`, which pins the newest versions
    ");
    assert_snapshot!(mistake_in_snapshot(spoilt(snapshot("ubuntu_noble", ""))), @"
    error: `catalog.json` is not a text file: line 1 is not valid UTF-8
     |
     = help: save the file as UTF-8
    ");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // With the byte order mark that PowerShell writes, and without.
    assert_snapshot!(mistake(wide(&format!("\u{feff}{}", web("")))), @"
    error: `images.toml` is not a text file: line 1 is not valid UTF-8
     |
     = help: save the file as UTF-8
    ");
    assert_snapshot!(mistake(wide("x = 1")), @"
    error: invalid TOML: the file contains a null character
     --> images.toml:1:2
      |
    1 | x␀ ␀=␀ ␀1␀
      |  ^ null character
      |
      = help: save the file as UTF-8; it may be UTF-16
    ");
}
