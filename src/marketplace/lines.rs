//! JSON lists of strings as one text: a hundred Instance types a row would be a hundred allocations.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::catalog::word_set::WordSet;

/// The strings of a list, each with a line break behind it. One that holds a line break itself is no word, and left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines(String);

impl Lines {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set of them.
    pub(super) fn words(&self) -> WordSet {
        WordSet::of_lines(&self.0)
    }
}

impl From<&WordSet> for Lines {
    fn from(words: &WordSet) -> Self {
        Self(words.iter().flat_map(|word| [word, "\n"]).collect())
    }
}

impl Serialize for Lines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.split_terminator('\n'))
    }
}

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut lines = String::new();
        deserializer.deserialize_seq(Onto(&mut lines))?;
        Ok(Self(lines))
    }
}

/// Reads a list, or a string of it, to the end of a text.
struct Onto<'l>(&'l mut String);

impl<'de> DeserializeSeed<'de> for Onto<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Onto<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut strings: A) -> Result<(), A::Error> {
        while strings.next_element_seed(Onto(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, string: &str) -> Result<(), E> {
        if !string.contains('\n') {
            self.0.push_str(string);
            self.0.push('\n');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_strings_is_read_and_written() {
        let lines: Lines = serde_json::from_str(r#"["b", "\u0061", "", "two\nlines", "b"]"#).unwrap();
        assert_eq!(lines, Lines("b\na\n\nb\n".to_owned()));
        assert_eq!(serde_json::to_string(&Lines::from(&lines.words())).unwrap(), r#"["a","b"]"#);
    }

    #[test]
    fn nothing_else_is() {
        for json in ["{}", "\"a\"", "[1]", "[null]", "[[\"a\"]]"] {
            let error = serde_json::from_str::<Lines>(json).unwrap_err();
            assert!(error.to_string().contains("expected"), "{json}: {error}");
        }
    }
}
