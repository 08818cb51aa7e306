//! Merges of lockfiles in different formats: a side that only adds `version-id` counts as unchanged.

use imagelock::domain::lock::{Lock, Pin};

use crate::support::fixtures::diverged_branches::MANIFEST;
use crate::support::git_repository::lock;
use crate::support::sandbox::Sandbox;

/// Returns the lockfile in format 1, as the releases before format 2 wrote it.
fn in_format_1(text: &str) -> String {
    let pins = Lock::parse(text).unwrap().pins().to_vec();
    let pins = pins.into_iter().map(|pin| Pin { version: None, ..pin });
    Lock::new(pins).write().replace("version = 2", "version = 1")
}

#[test]
fn a_side_that_only_adds_versions_counts_as_unchanged() {
    let (base, moved) = (lock(&[("db", 1), ("web", 1)]), lock(&[("db", 1), ("web", 2)]));
    let merge = |base: &str, ours: &str, theirs: &str| {
        let sandbox = Sandbox::new();
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            sandbox.write(name, text);
        }
        sandbox.ok("merge-driver base ours theirs");
        sandbox.read("ours")
    };
    let (old_base, old_moved) = (in_format_1(&base), in_format_1(&moved));
    // The pin that moved in format 1 has no version. The other pin gets its version from the side that knows it.
    let half_known = merge(&old_base, &base, &old_moved);
    assert_eq!(half_known.matches("version-id = ").count(), 1);
    assert!(half_known.contains("version = 2 ") && half_known.contains("id = \"00000002-"), "{half_known}");
    assert_eq!(merge(&old_base, &old_moved, &base), half_known);
    assert_eq!(merge(&old_base, &moved, &old_base), moved);
    assert_eq!(merge(&base, &old_base, &moved), moved);
    assert_eq!(merge(&old_base, &old_base, &base), base);
    // The merge of two files in the old format is written in the new format.
    assert_eq!(merge(&old_base, &old_base, &old_moved), old_moved.replace("version = 1", "version = 2"));
}

#[test]
fn conflicts_between_formats_are_fixed() {
    let (ours, theirs) = (lock(&[("db", 1), ("web", 1)]), in_format_1(&lock(&[("db", 1), ("web", 1)])));
    let sandbox = Sandbox::with(MANIFEST);
    sandbox.write("images.lock", format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n"));
    sandbox.ok("resolve --fix-conflicts --offline");
    assert_eq!(sandbox.lock(), ours);
}
