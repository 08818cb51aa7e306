//! Text for messages: lists, plurals and suggestions for misspelled names.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::sanitize::visible;

/// The maximum number of known names in a message.
const MAX_KNOWN_NAMES: usize = 12;

/// A number with a noun: `1 pin`, `2 pins`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Joins items: `a`, `a and b`, `a, b and c`.
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

/// Lists the known names: the only image is `a`; the images are `a` and `b`.
pub fn known_names<'a>(noun: &str, plural: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| quoted(visible(name))).collect();
    let subject = if names.len() == 1 { format!("the only {noun} is") } else { format!("the {plural} are") };
    format!("{subject} {}", and_more(names, MAX_KNOWN_NAMES))
}

/// Makes the first letter upper case.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Joins at most `most` items, and appends the number of the others: `a, b and 7 more`.
pub fn and_more(items: impl IntoIterator<Item = impl Display>, most: usize) -> String {
    let mut items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let rest = items.len().saturating_sub(most);
    // "and 1 more" is not shorter than the item itself.
    if rest > 1 {
        items.truncate(most);
        items.push(format!("{rest} more"));
    }
    and(items)
}

/// The known words that are similar to a misspelled one, the most similar first. At most three.
pub fn near<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // No known word is this long, and a comparison takes quadratic time and memory.
    if wrong.len() > 256 {
        return Vec::new();
    }
    // Up to a third of the letters may differ. A prefix is similar, too.
    let length = wrong.chars().count();
    let most = length.max(3) / 3;
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter_map(|word| {
            let prefix = wrong.len() >= 3 && (word.starts_with(wrong) || wrong.starts_with(word));
            // A word that is much longer or shorter cannot be similar.
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

/// The largest number of unknown words in a run for which similar ones are searched.
pub const MOST_SUGGESTIONS: usize = 20;

/// A question about the similar words, if there are any: "did you mean `a` or `b`?"
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = near(wrong, known);
    (!near.is_empty()).then(|| format!("did you mean {}?", or(near.iter().map(quoted))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_with_commas_and_a_word() {
        assert_eq!(and(["a"]), "a");
        assert_eq!(and(["a", "b"]), "a and b");
        assert_eq!(or(["a", "b", "c"]), "a, b or c");
        assert_eq!(and_more(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(and_more(["a", "b", "c"], 2), "a, b and c");
        assert_eq!(count(1, "pin"), "1 pin");
        assert_eq!(count(0, "pin"), "0 pins");
    }

    #[test]
    fn typos_and_prefixes_are_similar() {
        let labels = ["ubuntu_noble", "ubuntu_jammy", "ubuntu_noble_gpu_os_12", "debian_bookworm"];
        assert_eq!(near("ubuntu_nobel", labels), ["ubuntu_noble"]);
        assert_eq!(near("debian", labels), ["debian_bookworm"]);
        assert_eq!(near("windows", labels), [""; 0]);
    }
}
