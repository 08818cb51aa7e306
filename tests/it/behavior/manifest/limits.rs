//! The limits on the number of printed mistakes and on the number of declared pins.

use imagelock::domain::manifest::{Manifest, check_names};
use insta::assert_snapshot;

use crate::support::fixtures::mistakes::refused_by_every_command;
use crate::support::manifest::web;
use crate::support::sandbox::Sandbox;

#[test]
fn mistakes_beyond_a_screenful_are_shortened_to_one_escaped_line_each() {
    let keys: Vec<String> = (10..30).map(|n| format!("\"k{n}\\u001b[31m\\u202e\" = 1")).collect();
    let message = refused_by_every_command(&web(&keys.join("\n")));
    assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message:?}");
    assert_snapshot!(message.rsplit_once("\n\n").unwrap().1, @"20 errors in all; nothing was changed");
    assert_snapshot!(message.lines().rev().nth(2).unwrap(), @r"error: images.toml:24:1: unknown key `k29\u{1b}[31m\u{202e}` in `[images.web]`");
}

/// Returns a manifest with this many images of ten thousand pins each.
fn manifest(images: usize) -> String {
    let zones: Vec<String> = (0..100).map(|it| format!("\"aa-bb-{it}\"")).collect();
    let archs: Vec<String> = (0..100).map(|it| format!("\"a{it}\"")).collect();
    let head = format!("[defaults]\nzones = [{}]\narchs = [{}]\n", zones.join(", "), archs.join(", "));
    let images: Vec<String> = (0..images).map(|n| format!("[images.n{n:03}]\nlabel = \"docker\"\n")).collect();
    head + &images.concat()
}

/// A few kilobytes can declare millions of pins, so pins are counted before they are created.
#[test]
fn a_manifest_with_too_many_pins_is_refused_with_their_number() {
    let sandbox = Sandbox::with(&manifest(300));
    assert_snapshot!(sandbox.fails("resolve --locked"), @"
    error: the manifest declares 3000000 pins, but the limit is 100000
      --> images.toml:24:9
       |
    24 | [images.n010]
       |         ^^^^ `[images.n010]` exceeds the limit
       |
       = note: each image has one pin per zone and architecture
       = help: remove images, zones or architectures, or split the manifest into several
    ");
    assert_eq!(Manifest::parse(&manifest(10)).unwrap().targets().len(), 100_000);
    assert!(Manifest::parse(&manifest(11)).is_err());
}

#[test]
fn the_manifests_of_a_run_share_one_limit_on_pins() {
    let sandbox = Sandbox::new();
    for directory in 0..12 {
        std::fs::create_dir(sandbox.path(&format!("d{directory:02}"))).unwrap();
        sandbox.write(&format!("d{directory:02}/images.toml"), manifest(10));
    }
    let message = sandbox.fails("resolve --locked --recursive .");
    assert!(message.contains("the manifests of this run declare more than 1000000 pins together"), "{message}");
}

/// Comparing many unknown names with many known names would take quadratic time.
#[test]
fn only_the_first_unknown_names_get_a_suggestion() {
    let names: Vec<String> = (0..30).map(|it| format!("fron{it}")).collect();
    let front = "front".parse().unwrap();
    let problems = check_names(&names, &[&front].into_iter().collect()).unwrap_err();
    assert_eq!(problems.len(), 30);
    let suggestion = Some("did you mean `front`?".into());
    assert_eq!(problems.iter().filter(|problem| problem.help == suggestion).count(), 20);
}
