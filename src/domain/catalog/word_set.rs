//! A set of words that the Marketplace says by the hundred, kept in one piece: as large as what was said, and compared and
//! copied at once.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Words, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordSet(
    /// Each with the line break behind it.
    Arc<str>,
);

impl WordSet {
    /// The words that stand in a text, one a line.
    pub fn of_lines(lines: &str) -> Self {
        words(lines).collect()
    }

    /// The words in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        words(&self.0)
    }

    /// How many bytes of text they take.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Whether a word is one of them.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|own| own == word)
    }
}

/// The lines of a text. A carriage return is part of a word that nobody asks for, and none of the line break.
fn words(lines: &str) -> impl Iterator<Item = &str> {
    lines.split_terminator('\n')
}

impl<'w> FromIterator<&'w str> for WordSet {
    /// Leaves out what is no word: nothing, and what holds a line break.
    fn from_iter<I: IntoIterator<Item = &'w str>>(words: I) -> Self {
        let sorted: BTreeSet<&str> =
            words.into_iter().filter(|word| !word.is_empty() && !word.contains('\n')).collect();
        let mut lines = String::new();
        for word in sorted {
            lines.push_str(word);
            lines.push('\n');
        }
        Self(lines.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_sorted_and_has_each_word_once() {
        let set: WordSet = ["PRO2-S", "DEV1-S", "PRO2-S", "", "two\nlines"].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), ["DEV1-S", "PRO2-S"]);
        assert_eq!(set, WordSet::of_lines("PRO2-S\nDEV1-S\n"));
        assert_eq!(WordSet::of_lines("PRO2-S\r\n").iter().collect::<Vec<_>>(), ["PRO2-S\r"]);
        assert!(set.contains("PRO2-S"));
        assert!(!set.contains("PRO2"));
        assert!(!set.contains("DEV1-S\nPRO2-S"));
        assert_eq!(WordSet::default().iter().count(), 0);
    }
}
