//! The history of the pins: the changes between the revisions of a lockfile.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::diff::{Change, changes};
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::Name;

/// A commit of git. Its texts are untrusted and not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The full hash.
    pub id: String,
    /// The time of the commit. `None` if it is outside the range of `Timestamp`.
    pub time: Option<Timestamp>,
    /// The name of the author.
    pub author: String,
    /// The first line of the message.
    pub subject: String,
}

/// The lockfile in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit. `None` for the working tree.
    pub commit: Option<Commit>,
    /// The contents, which are empty for a missing file. The error is one line that says why the file cannot be read.
    pub lock: Result<Lock, String>,
}

/// The changes that a revision made to the pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The commit. `None` for the working tree.
    pub commit: Option<Commit>,
    /// The time for which the ages of images are computed, if it is known.
    pub time: Option<Timestamp>,
    /// The changes, sorted by cell.
    pub changes: Vec<Change>,
    /// Why the revision cannot be read, if it cannot.
    pub unreadable: Option<String>,
}

/// The changes between two states of the lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The older state.
    pub from: Side,
    /// The newer state.
    pub to: Side,
    /// The changes, sorted by cell.
    pub changes: Vec<Change>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The name of the side in messages: the revision as the user wrote it, or the working tree.
    pub name: String,
    /// The full hash of the commit. `None` for the working tree.
    pub commit: Option<String>,
}

/// Parses a revision of the lockfile. A missing file (`None`) is an empty lockfile.
///
/// # Errors
/// The title of the first problem, in one line, because the history only mentions revisions that cannot be read.
pub fn read(text: Option<&[u8]>) -> Result<Lock, String> {
    let Some(text) = text else { return Ok(Lock::default()) };
    let text = std::str::from_utf8(text).map_err(|_| "the file is not UTF-8".to_owned())?;
    Lock::parse(text).map_err(|problems| problems.into_iter().next().map_or_else(String::new, |problem| problem.title))
}

/// Compares the revisions of a lockfile, from the newest to the oldest, and keeps only two lockfiles in memory.
///
/// If a revision cannot be read, the next newer one is compared with the last readable one before it, so that no change is lost.
pub struct HistoryReader {
    /// The names of the requested pins. Empty for all pins.
    names: BTreeSet<String>,
    /// The time of uncommitted changes.
    now: Timestamp,
    /// The names of all pins in all revisions.
    known: BTreeSet<Name>,
    /// The last readable revision, which is compared with the next one.
    newer: Option<(Option<Commit>, Lock)>,
    /// The revisions after it that cannot be read.
    unreadable: Vec<Entry>,
}

impl HistoryReader {
    /// Creates a reader for the pins of these names, or for all pins if there are none.
    pub fn new(names: &[String], now: Timestamp) -> Self {
        let names = names.iter().cloned().collect();
        Self { names, now, known: BTreeSet::new(), newer: None, unreadable: Vec::new() }
    }

    /// Adds the next older revision. Returns the entries of newer revisions that are complete now, without those that change nothing.
    pub fn push_older(&mut self, Revision { commit, lock }: Revision) -> Vec<Entry> {
        let date = || "the date of the commit is outside the years -9999 to 9999".to_owned();
        let is_dated = commit.as_ref().is_none_or(|commit| commit.time.is_some());
        match lock.and_then(|lock| if is_dated { Ok(lock) } else { Err(date()) }) {
            Ok(lock) => {
                for pin in lock.pins() {
                    if !self.known.contains(&pin.cell.name) {
                        self.known.insert(pin.cell.name.clone());
                    }
                }
                let entries = self.entries(&lock);
                self.newer = Some((commit, lock));
                entries
            }
            Err(why) => {
                let time = commit.as_ref().map_or(Some(self.now), |commit| commit.time);
                self.unreadable.push(Entry { commit, time, changes: Vec::new(), unreadable: Some(why) });
                Vec::new()
            }
        }
    }

    /// Returns the last entries and the names of all pins in all revisions. If the history `is_whole`, the oldest revision added all
    /// of its pins. Otherwise, its changes are unknown.
    pub fn finish(mut self, is_whole: bool) -> (Vec<Entry>, BTreeSet<Name>) {
        if !is_whole {
            self.newer = None;
        }
        (self.entries(&Lock::default()), self.known)
    }

    /// The entry of the last readable revision, compared with an older lockfile, and the entries of the unreadable
    /// revisions in between.
    fn entries(&mut self, before: &Lock) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some((commit, lock)) = self.newer.take() {
            let is_requested =
                |change: &Change| self.names.is_empty() || self.names.contains(change.cell.name.as_str());
            let changes: Vec<Change> = changes(before, &lock).into_iter().filter(is_requested).collect();
            if !changes.is_empty() {
                let time = commit.as_ref().map_or(Some(self.now), |commit| commit.time);
                entries.push(Entry { commit, time, changes, unreadable: None });
            }
        }
        entries.append(&mut self.unreadable);
        entries
    }
}

/// The age of the pinned version at a time, in whole days. `None` if its date is unknown or after that time.
pub fn age(pin: &Pin, at: Timestamp) -> Option<usize> {
    let hours = at.duration_since(pin.published?).as_hours();
    usize::try_from(hours).ok().map(|hours| hours / 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lock::diff::Action;

    /// A lockfile with pins of these names, whose IDs start with these numbers.
    fn lock(pins: &[(&str, u32)]) -> Lock {
        let block = |(name, id): &(&str, u32)| {
            format!(
                "[[pin]]\nname = \"{name}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                 label = \"ubuntu_noble\"\nid = \"{id:08}-0000-4000-8000-000000000000\"\n\
                 published = 2026-09-02T08:30:55Z\ndigest = \"\"\n"
            )
        };
        let text = pins.iter().map(block).fold("version = 1\n".to_owned(), |text, block| text + &block);
        // Created from the pins, so that the digests match.
        Lock::new(Lock::parse(&text).unwrap().pins().to_vec())
    }

    fn revision(lock: Result<Lock, String>) -> Revision {
        Revision { commit: None, lock }
    }

    fn walk(revisions: &[Revision], is_whole: bool) -> (Vec<Entry>, BTreeSet<Name>) {
        let mut reader = HistoryReader::new(&[], Timestamp::UNIX_EPOCH);
        let mut entries: Vec<Entry> =
            revisions.iter().flat_map(|revision| reader.push_older(revision.clone())).collect();
        let (rest, names) = reader.finish(is_whole);
        entries.extend(rest);
        (entries, names)
    }

    fn actions(entries: &[Entry]) -> Vec<Vec<(String, Action)>> {
        let action = |change: &Change| (change.cell.name.to_string(), change.action());
        entries.iter().map(|entry| entry.changes.iter().map(action).collect()).collect()
    }

    #[test]
    fn locks_differ_in_pins_and_edited_blocks() {
        let old = lock(&[("db", 1), ("web", 1)]);
        assert_eq!(changes(&old, &old), []);
        let edited = old.write().replacen("digest = \"sha256:", "digest = \"sha256:0", 1);
        let edited = Lock::parse(&edited).unwrap();
        let actions = |from, to| changes(from, to).iter().map(Change::action).collect::<Vec<_>>();
        assert_eq!(actions(&old, &edited), [Action::Edited]);
        assert_eq!(actions(&edited, &edited), []);
        assert_eq!(actions(&old, &lock(&[("web", 2), ("x", 1)])), [Action::Removed, Action::Moved, Action::Added]);
    }

    #[test]
    fn no_change_is_lost_at_an_unreadable_revision() {
        let revisions =
            [revision(Ok(lock(&[("web", 2)]))), revision(Err("garbage".to_owned())), revision(Ok(lock(&[("web", 1)])))];
        let entry = |action| vec![("web".to_owned(), action)];
        let (all, names) = walk(&revisions, true);
        assert_eq!(actions(&all), [entry(Action::Moved), vec![], entry(Action::Added)]);
        assert_eq!(all[1].unreadable.as_deref(), Some("garbage"));
        let (cut, _) = walk(&revisions, false);
        assert_eq!(actions(&cut), [entry(Action::Moved), vec![]]);
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn a_revision_with_an_impossible_date_is_unreadable() {
        let dated = |time| Commit { id: "1".to_owned(), time, author: String::new(), subject: String::new() };
        let revision = |time, id| Revision { commit: Some(dated(time)), lock: Ok(lock(&[("web", id)])) };
        let now = Some(Timestamp::UNIX_EPOCH);
        let (all, _) = walk(&[revision(now, 3), revision(None, 2), revision(now, 1)], true);
        let entry = |action| vec![("web".to_owned(), action)];
        assert_eq!(actions(&all), [entry(Action::Moved), vec![], entry(Action::Added)]);
        assert_eq!(all[1].time, None);
        assert!(all[1].unreadable.is_some());
    }

    #[test]
    fn an_image_from_the_future_has_no_age() {
        let pin = lock(&[("web", 1)]).pins()[0].clone();
        assert_eq!(age(&pin, "2026-09-05T08:30:54Z".parse().unwrap()), Some(2));
        assert_eq!(age(&pin, "2026-09-01T08:30:54Z".parse().unwrap()), None);
        assert_eq!(age(&Pin { published: None, ..pin }, Timestamp::MAX), None);
    }
}
