//! The history of the pins: the changes between two locks, and between the revisions of one.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::lock::diff::{Change, changes};
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::Name;

/// A commit, as far as it is shown. Its texts are not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full hash.
    pub id: String,
    /// When it was made; `None` for a date that `Timestamp` cannot hold.
    pub time: Option<Timestamp>,
    /// Who wrote it.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
}

/// The lockfile as a commit left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit; `None` for what is not committed.
    pub commit: Option<Commit>,
    /// The lock; an absent file is an empty one. Or why it cannot be read, in a line.
    pub lock: Result<Lock, String>,
}

/// The changes that a revision made to the pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The commit; `None` for what is not committed.
    pub commit: Option<Commit>,
    /// The time by which the ages of its images count, if it is known.
    pub time: Option<Timestamp>,
    /// The pins that it changed, sorted by cell.
    pub changes: Vec<Change>,
    /// Why it cannot be read, if it cannot.
    pub unreadable: Option<String>,
}

/// The changes between two states of the lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The older state.
    pub from: Side,
    /// The newer state.
    pub to: Side,
    /// The pins that differ, sorted by cell.
    pub changes: Vec<Change>,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What to call it: a revision as it was given, or the working tree.
    pub name: String,
    /// The whole hash of its commit, if it is one.
    pub commit: Option<String>,
}

/// Reads a revision of the lockfile. `None` is an absent file, and an empty lock.
///
/// # Errors
/// The first of its problems, in a line: a revision that cannot be read is reported, and the history goes on.
pub fn read(text: Option<&[u8]>) -> Result<Lock, String> {
    let Some(text) = text else { return Ok(Lock::default()) };
    let text = std::str::from_utf8(text).map_err(|_| "it is no text".to_owned())?;
    Lock::parse(text).map_err(|problems| problems.into_iter().next().map_or_else(String::new, |problem| problem.title))
}

/// Compares the revisions of a lockfile, the newest first. Two locks are kept at a time.
///
/// The revision after one that cannot be read is compared with the last readable one before it, so that no change is lost.
pub struct HistoryReader {
    /// The names of the pins that are asked for; all if there are none.
    names: BTreeSet<String>,
    /// The time of changes that are not committed.
    now: Timestamp,
    /// The names of all pins that there were.
    known: BTreeSet<Name>,
    /// The revision whose predecessor comes next.
    newer: Option<(Option<Commit>, Lock)>,
    /// Those between the two that cannot be read.
    unreadable: Vec<Entry>,
}

impl HistoryReader {
    /// Asks for the pins of these names, or for all.
    pub fn new(names: &[String], now: Timestamp) -> Self {
        let names = names.iter().cloned().collect();
        Self { names, now, known: BTreeSet::new(), newer: None, unreadable: Vec::new() }
    }

    /// Takes the next older revision, and returns the changes of the newer ones that are known by that. Revisions without
    /// changes are left out.
    pub fn push_older(&mut self, Revision { commit, lock }: Revision) -> Vec<Entry> {
        let date = || "its date is not between the years -9999 and 9999".to_owned();
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

    /// The last entries, once all revisions were taken, and the names of all pins that there were. The oldest revision
    /// added everything that it has. If the history goes further back (`is_whole` is false), its changes are unknown.
    pub fn finish(mut self, is_whole: bool) -> (Vec<Entry>, BTreeSet<Name>) {
        if !is_whole {
            self.newer = None;
        }
        (self.entries(&Lock::default()), self.known)
    }

    /// The changes of the newer revision to a lock, and the revisions between the two.
    fn entries(&mut self, before: &Lock) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some((commit, lock)) = self.newer.take() {
            let is_asked = |change: &Change| self.names.is_empty() || self.names.contains(change.cell.name.as_str());
            let changes: Vec<Change> = changes(before, &lock).into_iter().filter(is_asked).collect();
            if !changes.is_empty() {
                let time = commit.as_ref().map_or(Some(self.now), |commit| commit.time);
                entries.push(Entry { commit, time, changes, unreadable: None });
            }
        }
        entries.append(&mut self.unreadable);
        entries
    }
}

/// How many whole days old the pinned version was at a time, if its date is known and had come.
pub fn age(pin: &Pin, at: Timestamp) -> Option<usize> {
    let hours = at.duration_since(pin.published?).as_hours();
    usize::try_from(hours).ok().map(|hours| hours / 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lock::diff::Action;

    /// A lock of `web` and `db` as these lines would have them.
    fn lock(pins: &[(&str, u32)]) -> Lock {
        let block = |(name, id): &(&str, u32)| {
            format!(
                "[[pin]]\nname = \"{name}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                 label = \"ubuntu_noble\"\nid = \"{id:08}-0000-4000-8000-000000000000\"\n\
                 published = 2026-09-02T08:30:55Z\ndigest = \"\"\n"
            )
        };
        let text = pins.iter().map(block).fold("version = 1\n".to_owned(), |text, block| text + &block);
        // Of the pins alone, so that the digests are right.
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
