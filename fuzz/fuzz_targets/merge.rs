//! Merges three versions of a lock, and resolves conflicts in any text with conflict markers.
#![no_main]

use std::fmt::Write;

use arbitrary::Arbitrary;
use imagelock::domain::lock::Lock;
use imagelock::domain::lock::conflicts::fix_conflicts;
use imagelock::domain::lock::merge::{Merged, merge};
use imagelock::domain::diagnostics::Document;
use imagelock_fuzz::{check_problems, with_valid_digests};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    /// The blocks of the base, of our side and of their side.
    Branches([Vec<Block>; 3]),
    /// The blocks of a lock, and the lines to insert into its text.
    WithMarkers(Vec<Block>, Vec<(u8, Marker)>),
    /// Any text.
    Text(&'a str),
}

/// A block. There are only a few cells, so that blocks often have the same cell.
#[derive(Debug, Arbitrary)]
struct Block {
    cell: u8,
    build: u8,
    /// Whether its version is known.
    has_version: bool,
    /// A byte that makes the digest invalid.
    edited: Option<u8>,
}

#[derive(Debug, Arbitrary)]
enum Marker {
    Ours,
    Base,
    Middle,
    Theirs,
    Empty,
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Branches(branches) => {
        let [base, ours, theirs] = branches.map(|blocks| Lock::parse(&text(&blocks)).unwrap());
        check_merge(&base, &ours, &theirs);
        check_merge(&base, &ours, &ours);
        check_merge(&base, &ours, &base);
    }
    Input::WithMarkers(blocks, markers) => {
        let text = text(&blocks);
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (at, marker) in markers {
            let marker = match marker {
                Marker::Ours => "<<<<<<< ours\n",
                Marker::Base => "||||||| base\n",
                Marker::Middle => "=======\n",
                Marker::Theirs => ">>>>>>> theirs\n",
                Marker::Empty => "\n",
            };
            lines.insert(usize::from(at) % (lines.len() + 1), marker);
        }
        check_fixed(&lines.concat());
    }
    Input::Text(text) => check_fixed(text),
});

/// The text of a lock with these blocks. If several blocks have the same cell, the last one is used.
fn text(blocks: &[Block]) -> String {
    let cells: std::collections::BTreeMap<u8, &Block> = blocks.iter().map(|block| (block.cell % 12, block)).collect();
    let mut text = "version = 2\n".to_owned();
    for (cell, Block { build, has_version, .. }) in &cells {
        let (name, zone, arch) = (cell / 4, cell / 2 % 2 + 1, ["arm64", "x86_64"][usize::from(cell % 2)]);
        let id = format!("0000000{}-0000-4000-8000-000000000000", build % 4);
        let _ = write!(text, "\n[[pin]]\nname = \"n{name}\"\nzone = \"fr-par-{zone}\"\narch = \"{arch}\"\n");
        let version = if *has_version { format!("version-id = \"{id}\"\n") } else { String::new() };
        let _ = write!(text, "type = \"instance_sbs\"\nlabel = \"ubuntu_noble\"\n{version}id = \"{id}\"\ndigest = \"\"\n");
    }
    let mut blocks: Vec<String> = with_valid_digests(&text).split_inclusive("\n\n").map(str::to_owned).collect();
    for (block, Block { edited, .. }) in blocks.iter_mut().skip(1).zip(cells.values()) {
        if let Some(edited) = edited {
            *block = block.replace("sha256:", &format!("sha256:{edited:02x}"));
        }
    }
    blocks.concat()
}

fn check_merge(base: &Lock, ours: &Lock, theirs: &Lock) {
    let merged = merge(base, ours, theirs);
    let is_unedited = |lock: &Lock| lock.pins().iter().all(|pin| !lock.is_edited(&pin.cell));
    if is_unedited(ours) && is_unedited(theirs) {
        // Versions may differ, because a version that only one side has is kept.
        let is_theirs = |merged: Merged| {
            let pins = || merged.lock.pins().iter().zip(theirs.pins());
            let as_many = merged.lock.pins().len() == theirs.pins().len();
            merged.conflicts.is_empty() && as_many && pins().all(|(pin, their)| pin.is_same(their))
        };
        assert!(is_theirs(merge(ours, ours, theirs)));
        assert!(is_theirs(merge(ours, theirs, ours)));
    }
    let mirrored = merge(base, theirs, ours);
    assert_eq!(merged.lock.write(), mirrored.lock.write());
    assert_eq!(merged.conflicts.len(), mirrored.conflicts.len());
    if ours == theirs {
        assert!(merged.conflicts.is_empty());
        assert_eq!(merged.lock.write(), ours.write());
    }
    let check_blocks = |lock: &Lock| {
        for pin in lock.pins() {
            let block = lock.block(&pin.cell);
            assert!(block == ours.block(&pin.cell) || block == theirs.block(&pin.cell), "a block that is on neither side");
        }
    };
    check_blocks(&merged.lock);
    for conflict in &merged.conflicts {
        assert!(merged.lock.get(&conflict.cell).is_none());
        assert!(!conflict.summary().is_empty());
    }
    let fixed = fix_conflicts(&merged.write()).unwrap();
    check_blocks(&fixed.lock);
    for conflict in &fixed.conflicts {
        assert!(conflict.ours.is_some() && conflict.theirs.is_some());
    }
}

fn check_fixed(text: &str) {
    match fix_conflicts(text) {
        Ok(merged) => {
            let written = merged.lock.write();
            assert_eq!(Lock::parse(&written).unwrap().write(), written);
            fix_conflicts(&merged.write()).unwrap();
        }
        Err(problems) => check_problems(problems, text, Document::Lock),
    }
}
