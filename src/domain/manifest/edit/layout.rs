//! Restores the formatting that `toml_edit` changes: it writes LF, ends the last line, and formats all headers of a table like the
//! first one.

/// Returns the text `after` an edit, in which each line that is also in the text `before` the edit is replaced with the line of the
/// original file. If two lines differ only in their line endings, one may get the line ending of the other.
pub(super) fn restored(original: &str, before: &str, after: &str) -> String {
    let [originals, before, after] = [original, before, after].map(lines);
    let line_end = if originals.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    // `toml_edit` moves separate keys of one table together. Then the lines cannot be compared with those of the original.
    let is_kept = originals.len() == before.len() && originals.iter().zip(&before).all(|(old, new)| is_same(old, new));
    let originals = if is_kept { &*originals } else { &[] };
    // New lines are contiguous. The lines after them are matched from the end, so that a new line is not matched with one of them.
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    let (changed, same) = after.split_at(after.len() - end);
    let mut restored = String::new();
    let mut add = |line: &str, old: Option<usize>| {
        if !restored.is_empty() && !restored.ends_with('\n') {
            restored.push_str(line_end);
        }
        match old.and_then(|old| originals.get(old)) {
            Some(original) => restored.push_str(original),
            None => restored.extend([line.trim_end_matches('\n'), line_end]),
        }
    };
    let mut next = 0;
    for line in changed {
        let old = before[next..before.len() - end].iter().position(|old| old == line).map(|skipped| next + skipped);
        next = old.map_or(next, |old| old + 1);
        add(line, old);
    }
    for (line, old) in same.iter().zip(before.len() - end..) {
        add(line, Some(old));
    }
    restored
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Whether two lines differ only in their line endings or in the format of a header.
fn is_same(old: &str, new: &str) -> bool {
    let is_header = |line: &str| line.trim_start().starts_with('[');
    old.trim_end_matches(['\r', '\n']) == new.trim_end_matches('\n') || (is_header(old) && is_header(new))
}
