//! `imagelock man`: a page for the whole and one for each command.

use insta::assert_snapshot;

use crate::bench::Bench;
use crate::help::COMMANDS;

#[test]
fn a_page_for_the_whole_and_one_for_each_command() {
    let bench = Bench::new();
    assert_snapshot!(bench.run("man share/man1"), @"
    --- stderr
    wrote 19 pages to `share/man1`
    --- exit 0
    ");
    let mut pages = COMMANDS.map(|command| format!("imagelock-{command}.1")).to_vec();
    pages.push("imagelock.1".to_owned());
    pages.sort();
    let files = std::fs::read_dir(bench.path("share/man1")).unwrap();
    let mut files: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, pages);
    for page in pages {
        let text = bench.read(&format!("share/man1/{page}"));
        for section in ["NAME", "SYNOPSIS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES", "\"SEE ALSO\""] {
            assert!(text.contains(&format!("\n.SH {section}\n")), "{page} {section}");
        }
    }
    assert_snapshot!("check", bench.read("share/man1/imagelock-check.1"));
}

#[test]
fn without_a_directory_the_page_of_the_whole_is_printed() {
    let bench = Bench::new();
    let page = bench.ok("man");
    assert_snapshot!("whole", page);
    // Again, over what is there: the same bytes.
    bench.ok("man .");
    bench.ok("man .");
    assert_eq!(bench.read("imagelock.1"), page);
}

#[test]
fn a_directory_that_cannot_be_made() {
    let bench = Bench::new();
    bench.write("taken", "");
    assert_snapshot!(bench.fails("man taken/man1"), @"
    error: could not write `taken/man1`: Not a directory (os error 20)
     |
     = help: a part of the path is not a directory; name another path
    ");
}
