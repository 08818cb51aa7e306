//! Shortens the IDs of a table to their first eight digits, unless two IDs start with the same digits.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::domain::lock::diff::Change;

/// The number of digits of a short ID.
const DIGITS: usize = 8;

/// The IDs of one table, of images and of commits.
#[derive(Debug, Clone, Default)]
pub struct ShortIds {
    /// For each prefix, the only ID that starts with it, or `None` if there are several.
    by_prefix: BTreeMap<String, Option<String>>,
}

impl ShortIds {
    /// Collects the IDs of a table.
    pub fn of(ids: impl IntoIterator<Item = impl Display>) -> Self {
        let mut short = Self::default();
        short.extend(ids);
        short
    }

    /// Collects the IDs of a table of changes.
    pub fn of_changes<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let pins = |change: &'c Change| change.from.iter().chain(&change.to).map(|pin| pin.id);
        Self::of(changes.into_iter().flat_map(|change| pins(change).chain(change.newer.as_ref().map(|newer| newer.id))))
    }

    /// Adds the IDs of other columns.
    pub fn extend(&mut self, ids: impl IntoIterator<Item = impl Display>) {
        for id in ids {
            let id = id.to_string();
            let other = self.by_prefix.entry(prefix(&id).to_owned()).or_insert_with(|| Some(id.clone()));
            if other.as_ref() != Some(&id) {
                *other = None;
            }
        }
    }

    /// The form of an ID in the table.
    pub fn show(&self, id: impl Display) -> String {
        let id = id.to_string();
        match self.by_prefix.get(prefix(&id)) {
            Some(None) => id,
            _ => prefix(&id).to_owned(),
        }
    }
}

fn prefix(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_the_same_first_digits_are_not_shortened() {
        let ids = ["0123456789", "01234567ab", "0123456789", "fedcba9876"];
        let short = ShortIds::of(ids);
        assert_eq!(ids.map(|id| short.show(id)), ["0123456789", "01234567ab", "0123456789", "fedcba98"]);
        assert_eq!(ShortIds::default().show("0123456789"), "01234567");
        assert_eq!(ShortIds::default().show("é"), "é");
    }
}
