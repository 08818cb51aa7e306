//! Merges both sides of a lockfile with conflict markers of git.

use crate::domain::diagnostics::{Help, Problem};
use crate::domain::lock::Lock;
use crate::domain::lock::diff::Change;
use crate::domain::lock::merge::{Conflict, Merged, merge};
use crate::domain::manifest::toml_reader::marker;

/// Merges both sides of all conflicts, with their base if git wrote it (`merge.conflictStyle = diff3`).
///
/// If only one side has a pin, the pin is kept, because the manifest decides which pins are needed. If one of two blocks was
/// edited by hand, that block is kept, so that it is reported as edited. The other conflicts remain.
///
/// # Errors
/// Every problem of both sides, or the first conflict marker that is out of place.
pub fn fix_conflicts(text: &str) -> Result<Merged, Vec<Problem>> {
    let Sides { ours, base, theirs } = sides(text).map_err(|problem| vec![problem.in_lock()])?;
    let (ours, theirs) = match (Lock::parse(&ours), Lock::parse(&theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (ours, theirs) => {
            let mut problems = ours.err().unwrap_or_default();
            // Both sides have the problems outside the conflicts.
            let others = theirs.err().unwrap_or_default().into_iter().filter(|problem| !problems.contains(problem));
            problems.extend(others.collect::<Vec<_>>());
            return Err(problems);
        }
    };
    // git may omit from the base what both sides have in common, so it may not be a complete lockfile.
    let base = base.and_then(|base| Lock::parse(&base).ok()).unwrap_or_default();
    let mut merged = merge(&base, &ours, &theirs);
    for conflict in std::mem::take(&mut merged.conflicts) {
        match (&conflict.ours, &conflict.theirs) {
            (Some(block), None) | (None, Some(block)) => merged.lock.insert(block.clone()),
            (Some(block), _) | (_, Some(block)) if block.is_edited() => merged.lock.insert(block.clone()),
            _ => merged.conflicts.push(conflict),
        }
    }
    Ok(merged)
}

/// Adds a note with the values of both sides to the changes of the pins that were in conflict.
pub fn note_conflicts(conflicts: &[Conflict], changes: &mut [Change]) {
    for conflict in conflicts {
        // The changes are sorted by cell.
        if let Ok(at) = changes.binary_search_by(|change| change.cell.cmp(&conflict.cell)) {
            changes[at].note = Some(format!("conflict: {}", conflict.summary()));
        }
    }
}

/// Both sides of a file that may have conflict markers of git. `None` if a marker is out of place.
pub fn both_sides(text: &str) -> Option<[String; 2]> {
    sides(text).ok().map(|sides| [sides.ours, sides.theirs])
}

/// The sides of a text with conflict markers. Lines that do not belong to a side are blank in it, so that all offsets stay the same.
struct Sides {
    ours: String,
    base: Option<String>,
    theirs: String,
}

fn sides(text: &str) -> Result<Sides, Problem> {
    // The character of the last marker inside a conflict, and a space outside of conflicts.
    let mut part = ' ';
    let (mut ours, mut base, mut theirs) = (String::new(), String::new(), String::new());
    let mut has_base = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let marker = marker(line);
        part = match (part, marker) {
            (part, None) => part,
            (' ', Some('<')) => '<',
            ('<', Some('|')) => '|',
            ('<' | '|', Some('=')) => '=',
            ('=', Some('>')) => ' ',
            _ => return Err(misplaced_marker(start..start + line.trim_end().len())),
        };
        has_base |= part == '|';
        for (side, name) in [(&mut ours, '<'), (&mut base, '|'), (&mut theirs, '=')] {
            if marker.is_none() && (part == ' ' || part == name) {
                side.push_str(line);
            } else {
                side.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            }
        }
        start += line.len();
    }
    if part != ' ' {
        return Err(misplaced_marker(text.len()..text.len()));
    }
    Ok(Sides { ours, base: has_base.then_some(base), theirs })
}

fn misplaced_marker(span: std::ops::Range<usize>) -> Problem {
    let help = Help::from("restore the markers with ")
        .then_git("checkout --merge")
        .then(", or keep one side with ")
        .then_git("checkout --ours")
        .then(" or ")
        .then_git("checkout --theirs");
    Problem::new("a conflict marker is missing or out of place").at(span, "expected another marker").help(help)
}
