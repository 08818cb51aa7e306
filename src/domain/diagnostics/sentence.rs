//! Sentences: lists, plurals, names that may have been meant.

use std::collections::BTreeSet;
use std::fmt::Display;

/// `1 pin`, `2 pins`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Joins items as people do: `a`, `a and b`, `a, b and c`.
pub fn and(items: impl IntoIterator<Item = impl Display>) -> String {
    join(items, "and")
}

/// Joins alternatives: `a`, `a or b`, `a, b or c`.
pub fn or(items: impl IntoIterator<Item = impl Display>) -> String {
    join(items, "or")
}

fn join(items: impl IntoIterator<Item = impl Display>, word: &str) -> String {
    let mut items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let Some(last) = items.pop() else {
        return String::new();
    };
    if items.is_empty() {
        return last;
    }
    format!("{} {word} {last}", items.join(", "))
}

/// An item in backticks.
pub fn quoted(item: impl Display) -> String {
    format!("`{item}`")
}

/// A sentence of its own: with a capital.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first `most` items, and how many more there are.
pub fn and_more(items: impl IntoIterator<Item = impl Display>, most: usize) -> String {
    let mut items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let rest = items.len().saturating_sub(most);
    // "and 1 more" is no shorter than the item itself.
    if rest > 1 {
        items.truncate(most);
        items.push(format!("{rest} more"));
    }
    and(items)
}

/// The known words that `wrong` was probably meant to be, nearest first; at most three.
pub fn near<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // Nothing that is known is as long, and to compare takes time and memory for each pair of letters.
    if wrong.len() > 256 {
        return Vec::new();
    }
    // A third of the letters wrong is a typo; more is another word, unless one begins the other.
    let length = wrong.chars().count();
    let most = length.max(3) / 3;
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter_map(|word| {
            let prefix = wrong.len() >= 3 && (word.starts_with(wrong) || wrong.starts_with(word));
            // What is so much longer or shorter need not be compared.
            if !prefix && word.chars().count().abs_diff(length) > most {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&wrong.to_lowercase(), &word.to_lowercase());
            (prefix || distance <= most).then_some((distance, word))
        })
        .collect();
    scored.sort_unstable();
    scored.into_iter().map(|(_, word)| word).take(3).collect()
}

/// For how many unknown words of one run near ones are looked up.
pub const MOST_SUGGESTIONS: usize = 20;

/// "did you mean `a` or `b`?", if anything is near.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = near(wrong, known);
    (!near.is_empty()).then(|| format!("did you mean {}?", or(near.iter().map(quoted))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(and(["a"]), "a");
        assert_eq!(and(["a", "b"]), "a and b");
        assert_eq!(or(["a", "b", "c"]), "a, b or c");
        assert_eq!(and_more(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(and_more(["a", "b", "c"], 2), "a, b and c");
        assert_eq!(count(1, "pin"), "1 pin");
        assert_eq!(count(0, "pin"), "0 pins");
    }

    #[test]
    fn near_matches_are_typos_and_prefixes_but_not_other_words() {
        let labels = ["ubuntu_noble", "ubuntu_jammy", "ubuntu_noble_gpu_os_12", "debian_bookworm"];
        assert_eq!(near("ubuntu_nobel", labels), ["ubuntu_noble"]);
        assert_eq!(near("debian", labels), ["debian_bookworm"]);
        assert_eq!(near("windows", labels), [""; 0]);
    }
}
