//! The text of a lockfile in which git left conflict markers -> the lock, and the conflicts that remain.

use crate::domain::diagnostics::Problem;
use crate::domain::lock::Lock;
use crate::domain::lock::diff::Change;
use crate::domain::lock::merge::{Conflict, Merged, merge};
use crate::domain::manifest::toml_reader::marker;

/// Merges both sides of every conflict, with their base if git wrote it (`merge.conflictStyle = diff3`). A cell that one
/// side removed, or never had, is as the other has it: the manifest says which cells there are. If one of the two blocks
/// was edited by hand, it stays, and is reported as edited.
///
/// # Errors
/// Every problem of both sides, and markers that do not make up conflicts.
pub fn fix_conflicts(text: &str) -> Result<Merged, Vec<Problem>> {
    let Sides { ours, base, theirs } = sides(text).map_err(|problem| vec![problem.in_lock()])?;
    let (ours, theirs) = match (Lock::parse(&ours), Lock::parse(&theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (ours, theirs) => {
            let mut problems = ours.err().unwrap_or_default();
            // What is wrong outside the conflicts is wrong on both sides.
            let others = theirs.err().unwrap_or_default().into_iter().filter(|problem| !problems.contains(problem));
            problems.extend(others.collect::<Vec<_>>());
            return Err(problems);
        }
    };
    // git may leave out of the base what the sides agree on: then it is not a lock, and nothing is known.
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

/// Adds to the changes of the pins that were in conflict what the two sides had.
pub fn note_conflicts(conflicts: &[Conflict], changes: &mut [Change]) {
    for conflict in conflicts {
        // The changes are sorted by cell.
        if let Ok(at) = changes.binary_search_by(|change| change.cell.cmp(&conflict.cell)) {
            changes[at].note = Some(format!("disputed: {}", conflict.summary()));
        }
    }
}

/// The two sides of a file in which git may have left conflict markers; `None` if they are not as git writes them.
pub fn both_sides(text: &str) -> Option<[String; 2]> {
    sides(text).ok().map(|sides| [sides.ours, sides.theirs])
}

/// The sides of a text with conflict markers. The lines that do not belong to a side are blank there, so that every
/// other byte has the same place as in the text.
struct Sides {
    ours: String,
    base: Option<String>,
    theirs: String,
}

fn sides(text: &str) -> Result<Sides, Problem> {
    // Within a conflict, the character of the marker above; a space outside.
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
            _ => return Err(disordered(start..start + line.trim_end().len())),
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
        return Err(disordered(text.len()..text.len()));
    }
    Ok(Sides { ours, base: has_base.then_some(base), theirs })
}

fn disordered(span: std::ops::Range<usize>) -> Problem {
    Problem::new("the conflict markers are not as git writes them").at(span, "expected another marker").help(
        "restore them with `git checkout --merge FILE`, or take one side whole with `git checkout --ours FILE` or `--theirs FILE`",
    )
}
