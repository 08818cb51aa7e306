//! Text from strangers, made safe to print.

use std::path::Path;

/// How much of a stranger's text fits in a line, in characters.
const MOST: usize = 80;

/// Text from the network or a stranger's file, made safe to print in a line: [`escaped`], and cut where it is longer
/// than a line.
pub fn visible(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => escaped(&text[..end]) + "…",
        None => escaped(text),
    }
}

/// What cannot be seen of a word where [`visible`] shows it: its length if it is cut, and which character is none of ASCII,
/// as many look like one that is.
pub fn oddities(text: &str) -> Vec<String> {
    let length = text.chars().count();
    let long = (length > MOST).then(|| format!("it has {length} characters"));
    let odd = text.chars().enumerate().find(|(_, char)| !char.is_ascii()).map(|(at, char)| {
        let shown = escaped(char.encode_utf8(&mut [0; 4]));
        let code = u32::from(char);
        format!("character {} (`{shown}`) is U+{code:04X}, which is not an ASCII character", at + 1)
    });
    long.into_iter().chain(odd).collect()
}

/// A path, made safe to print: whoever names files may name them anything. This is the only way in which a path becomes
/// text for people; `tests/it/interface/architecture.rs` checks that there is no other.
pub fn shown(path: &Path) -> String {
    escaped(&path.display().to_string())
}

/// A path in a suggested command, as a shell reads it.
pub fn shell(path: &Path) -> String {
    shell_word(&shown(path))
}

/// A word of a suggested command, in quotes if a shell would read something else without them.
pub fn shell_word(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|char| char.is_alphanumeric() || "/._-+=@:,\\".contains(char));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Text in which control and bidirectional characters are spelt out.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_unprintable(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown
}

/// Text with something to see for each character that [`escaped`] spells out, but for those of ASCII. Every byte has the
/// place that it had, so that spans hold.
pub fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii() || !is_unprintable(char) {
            shown.push(char);
        } else {
            shown.push_str(["¿", "\u{fffd}", "\u{fffd} "][char.len_utf8() - 2]);
        }
    }
    shown
}

/// A character that a terminal obeys, or that changes the text around it without being seen.
pub fn is_unprintable(char: char) -> bool {
    // Nearly all that is printed is ASCII, of which nothing is invisible but the controls.
    if char.is_ascii() { char.is_ascii_control() } else { char.is_control() || is_invisible(char) }
}

/// Characters that nobody sees, or that change how the text around them reads: bidirectional controls, zero-width
/// characters, fillers, tags, variation selectors, the byte order mark, and what Unicode will never assign.
pub fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(char) & 0xfffe == 0xfffe
}

/// A message that may quote a file, without the middle of what is longer than a few lines: its end has the place.
pub fn without_middle(message: &str) -> String {
    const HALF: usize = 200;
    let chars: Vec<char> = message.chars().collect();
    if chars.len() <= 2 * HALF {
        return message.to_owned();
    }
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}…{}", text(&chars[..HALF]), text(&chars[chars.len() - HALF..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_spelt_out_and_cut() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(visible("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
        assert_eq!(visible(&"x".repeat(100)).chars().count(), 81);
    }

    #[test]
    fn what_is_masked_keeps_its_place() {
        let text = "a\u{9b}b\u{ad}c\u{200b}d\u{202e}e\u{e0041}f\tg\u{fe0f}é";
        assert_eq!(masked(text), "a¿b¿c\u{fffd}d\u{fffd}e\u{fffd} f\tg\u{fffd}é");
        assert_eq!(masked(text).len(), text.len());
    }
}
