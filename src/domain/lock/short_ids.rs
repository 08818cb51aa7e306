//! How the IDs of one table are shortened: to the first eight digits, unless others of them begin alike.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::domain::lock::diff::Change;

/// The digits that are shown.
const DIGITS: usize = 8;

/// The IDs that one table shows, of images and of commits.
#[derive(Debug, Clone, Default)]
pub struct ShortIds {
    /// For each beginning, the only ID that has it, or `None` if there are several.
    by_digits: BTreeMap<String, Option<String>>,
}

impl ShortIds {
    /// The IDs of a table.
    pub fn of(ids: impl IntoIterator<Item = impl Display>) -> Self {
        let mut short = Self::default();
        short.extend(ids);
        short
    }

    /// The IDs that a table of changes shows.
    pub fn of_changes<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let pins = |change: &'c Change| change.from.iter().chain(&change.to).map(|pin| pin.id);
        Self::of(changes.into_iter().flat_map(|change| pins(change).chain(change.newer.as_ref().map(|newer| newer.id))))
    }

    /// Adds the IDs of other columns.
    pub fn extend(&mut self, ids: impl IntoIterator<Item = impl Display>) {
        for id in ids {
            let id = id.to_string();
            let other = self.by_digits.entry(beginning(&id).to_owned()).or_insert_with(|| Some(id.clone()));
            if other.as_ref() != Some(&id) {
                *other = None;
            }
        }
    }

    /// An ID as the table shows it.
    pub fn show(&self, id: impl Display) -> String {
        let id = id.to_string();
        match self.by_digits.get(beginning(&id)) {
            Some(None) => id,
            _ => beginning(&id).to_owned(),
        }
    }
}

fn beginning(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shown_in_full_only_if_they_share_their_first_digits() {
        let ids = ["0123456789", "01234567ab", "0123456789", "fedcba9876"];
        let short = ShortIds::of(ids);
        assert_eq!(ids.map(|id| short.show(id)), ["0123456789", "01234567ab", "0123456789", "fedcba98"]);
        assert_eq!(ShortIds::default().show("0123456789"), "01234567");
        assert_eq!(ShortIds::default().show("é"), "é");
    }
}
