//! `imagelock man`: a main page and one page per command.

use insta::assert_snapshot;

use crate::support::documentation::COMMANDS;
use crate::support::sandbox::Sandbox;

#[test]
fn man_writes_a_main_page_and_one_page_per_command() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("man share/man1"), @"
    --- stderr
    wrote 20 pages to `share/man1`
    --- exit 0
    ");
    let mut pages = COMMANDS.map(|command| format!("imagelock-{command}.1")).to_vec();
    pages.push("imagelock.1".to_owned());
    pages.sort();
    let files = std::fs::read_dir(sandbox.path("share/man1")).unwrap();
    let mut files: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, pages);
    for page in pages {
        let text = sandbox.read(&format!("share/man1/{page}"));
        for section in ["NAME", "SYNOPSIS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES", "\"SEE ALSO\""] {
            assert!(text.contains(&format!("\n.SH {section}\n")), "{page} {section}");
        }
    }
    assert_snapshot!("check", sandbox.read("share/man1/imagelock-check.1"));
}

#[test]
fn man_without_a_directory_prints_the_main_page() {
    let sandbox = Sandbox::new();
    let page = sandbox.ok("man");
    assert_snapshot!("whole", page);
    // Overwriting the existing page gives the same bytes.
    sandbox.ok("man .");
    sandbox.ok("man .");
    assert_eq!(sandbox.read("imagelock.1"), page);
}

#[test]
fn a_directory_that_cannot_be_created_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("taken", "");
    assert_snapshot!(sandbox.fails("man taken/man1"), @"
    error: cannot write `taken/man1`: a part of its path is not a directory
     |
     = help: check the path, or name another one
    ");
}
