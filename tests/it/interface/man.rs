//! `imagelock man`: a main page and one page per command.

use std::fmt::Write as _;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::documentation::COMMANDS;
use crate::support::sandbox::Sandbox;

#[test]
fn man_writes_a_main_page_and_one_page_per_command() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("man share"), @"
    --- stderr
    wrote 21 pages to `share`
    --- exit 0
    ");
    let mut pages = COMMANDS.map(|command| format!("imagelock-{command}.1")).to_vec();
    pages.extend(["images.toml.5", "imagelock.1"].map(str::to_owned));
    pages.sort();
    let names = |section: &str| {
        let files = std::fs::read_dir(sandbox.path(&format!("share/{section}"))).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let mut files = [names("man1"), names("man5")].concat();
    files.sort();
    assert_eq!(files, pages);
    for page in pages {
        let section = page.rsplit_once('.').unwrap().1;
        let text = sandbox.read(&format!("share/man{section}/{page}"));
        let common = ["NAME", "DESCRIPTION", "\"SEE ALSO\""];
        let of_a_command = ["SYNOPSIS", "EXAMPLES", "ENVIRONMENT", "\"EXIT STATUS\""];
        let of_a_command = of_a_command.iter().filter(|_| page.ends_with(".1"));
        for section in common.iter().chain(of_a_command) {
            assert!(text.contains(&format!("\n.SH {section}\n")), "{page} {section}");
        }
    }
    assert_snapshot!("check", sandbox.read("share/man1/imagelock-check.1"));
    assert_snapshot!("manifest", sandbox.read("share/man5/images.toml.5"));
}

/// A page lists the files and variables that affect its command, and no others.
#[test]
fn files_and_environment_are_those_of_the_command() {
    let sandbox = Sandbox::new();
    sandbox.ok("man .");
    let mut listed = String::new();
    for command in COMMANDS {
        let page = sandbox.read(&format!("man1/imagelock-{command}.1"));
        let names = |title: &str| {
            let section = page.split_once(&format!("\n.SH {title}\n")).map_or("", |(_, rest)| rest);
            let section = section.split("\n.SH ").next().unwrap();
            let names = section.split(".TP\n").skip(1).map(|item| item.lines().next().unwrap());
            names.map(|name| name.replace("\\fB", "").replace("\\fR", "")).collect::<Vec<_>>().join(" ")
        };
        let _ = writeln!(listed, "{command}: {} | {}", names("FILES"), names("ENVIRONMENT"));
    }
    assert_snapshot!(listed, @"
    init: images.toml images.schema.json | NO_COLOR CLICOLOR_FORCE
    add: images.toml images.schema.json | NO_COLOR CLICOLOR_FORCE
    remove: images.toml | NO_COLOR CLICOLOR_FORCE
    adopt: images.toml images.lock | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    resolve: images.toml images.lock | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    upgrade: images.toml images.lock | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    check: images.toml images.lock | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    list: images.toml images.lock | NO_COLOR CLICOLOR_FORCE
    log: images.toml images.lock | NO_COLOR CLICOLOR_FORCE
    diff: images.toml images.lock | NO_COLOR CLICOLOR_FORCE
    explain: images.toml images.lock | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    search:  | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    get: images.toml images.lock | NO_COLOR CLICOLOR_FORCE
    export: images.toml images.lock | NO_COLOR CLICOLOR_FORCE
    schema:  | NO_COLOR CLICOLOR_FORCE
    completions:  | NO_COLOR CLICOLOR_FORCE
    man:  | NO_COLOR CLICOLOR_FORCE
    snapshot:  | SCW_API_URL SSL_CERT_FILE HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR CLICOLOR_FORCE
    merge-driver: images.lock | NO_COLOR CLICOLOR_FORCE
    ");
}

/// The keys come from the schema: each key is in the page.
#[test]
fn the_page_of_the_manifest_lists_every_key() {
    let sandbox = Sandbox::new();
    sandbox.ok("man .");
    let page = sandbox.read("man5/images.toml.5");
    let schema: serde_json::Value = serde_json::from_str(&sandbox.ok("schema")).unwrap();
    for table in ["/properties", "/properties/defaults/properties", "/definitions/image/properties"] {
        for key in schema.pointer(table).unwrap().as_object().unwrap().keys() {
            let key = key.replace('-', "\\-");
            let headings = page.lines().filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR"));
            assert!(headings.flat_map(|heading| heading.split(", ")).any(|it| it == key), "{table} {key}\n{page}");
        }
    }
}

/// Writes all pages, and returns their paths.
fn written_pages(sandbox: &Sandbox) -> Vec<String> {
    sandbox.ok("man .");
    let pages = ["man1", "man5"].into_iter().flat_map(|section| {
        let pages = std::fs::read_dir(sandbox.path(section)).unwrap();
        pages.map(move |page| format!("{section}/{}", page.unwrap().file_name().to_str().unwrap()))
    });
    pages.collect()
}

#[test]
fn pages_are_ascii_and_words_are_not_hyphenated() {
    let sandbox = Sandbox::new();
    for file in written_pages(&sandbox) {
        let page = sandbox.read(&file);
        assert!(page.is_ascii(), "{file}");
        assert_eq!(page.matches("\n.nh\n").count(), 1, "{file}");
    }
}

#[test]
#[ignore = "needs groff: run .ci/tools first"]
fn formatters_accept_every_page() {
    let sandbox = Sandbox::new();
    for file in written_pages(&sandbox) {
        let output =
            Command::new("groff").args(["-ww", "-k", "-man", "-Tutf8", &file]).current_dir(sandbox.path("")).output();
        let output = output.unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{file}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn man_without_a_directory_prints_the_main_page() {
    let sandbox = Sandbox::new();
    let page = sandbox.ok("man");
    assert_snapshot!("whole", page);
    // Overwriting the existing page gives the same bytes.
    sandbox.ok("man .");
    sandbox.ok("man .");
    assert_eq!(sandbox.read("man1/imagelock.1"), page);
}

#[test]
fn a_directory_that_cannot_be_created_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("taken", "");
    assert_snapshot!(sandbox.fails("man taken/man1"), @"
    error: cannot write `taken/man1/man1`: a part of its path is not a directory
     |
     = help: check the path, or choose another one
    ");
}
