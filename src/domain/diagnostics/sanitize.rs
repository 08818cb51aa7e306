//! Makes untrusted text safe to print.

use std::path::Path;

/// The largest number of characters of an untrusted text that are shown in a line.
const MOST: usize = 80;

/// Makes untrusted text safe to print in a line: escapes it like [`escaped`], and truncates it to 80 characters.
pub fn visible(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => escaped(&text[..end]) + "…",
        None => escaped(text),
    }
}

/// Notes on what [`visible`] does not show: the length of a truncated text, and the first character outside ASCII, because many such
/// characters look like ASCII ones.
pub fn oddities(text: &str) -> Vec<String> {
    let length = text.chars().count();
    let long = (length > MOST).then(|| format!("the text has {length} characters"));
    let odd = text.chars().enumerate().find(|(_, char)| !char.is_ascii()).map(|(at, char)| {
        let shown = escaped(char.encode_utf8(&mut [0; 4]));
        let code = u32::from(char);
        format!("character {} (`{shown}`) is U+{code:04X}, which is not an ASCII character", at + 1)
    });
    long.into_iter().chain(odd).collect()
}

/// Makes a path safe to print, because file names can contain any characters. All paths in messages must use this function;
/// `tests/it/interface/architecture.rs` checks that.
pub fn shown(path: &Path) -> String {
    escaped(&path.display().to_string())
}

/// A path for a suggested command, quoted for a shell if necessary. Unlike [`shown`], it names the file even if it contains
/// control characters or is not UTF-8.
pub fn shell(path: &Path) -> String {
    // After `./`, `-` does not start an option, and `:` is not special to git.
    let bytes = path.as_os_str().as_encoded_bytes();
    let prefix = if bytes.starts_with(b"-") || bytes.starts_with(b":") { "./" } else { "" };
    match path.to_str().filter(|text| !text.chars().any(is_unprintable)) {
        Some(text) => shell_word(&format!("{prefix}{text}")),
        None => format!("$'{prefix}{}'", bytes.iter().copied().map(shell_byte).collect::<String>()),
    }
}

/// A byte in `$'…'`, which bash and zsh accept.
fn shell_byte(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// A word of a suggested command, quoted for a shell if necessary.
pub fn shell_word(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "/._-+=@:,".contains(char) || cfg!(windows) && char == '\\';
    // zsh replaces `=name` with the path of a program.
    let plain = !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain);
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Replaces control characters and invisible characters with escapes like `\u{1b}`.
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

/// Replaces each character outside ASCII that [`escaped`] escapes with a visible one of the same length in bytes, so that spans stay
/// valid.
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

/// Whether a character controls the terminal, or is invisible.
pub fn is_unprintable(char: char) -> bool {
    // A fast path, because nearly all characters are ASCII.
    if char.is_ascii() { char.is_ascii_control() } else { char.is_control() || is_invisible(char) }
}

/// Whether a character is invisible, or changes how the text around it is displayed: bidirectional controls, zero-width characters,
/// fillers, tags, variation selectors, the byte order mark and noncharacters.
pub fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(char) & 0xfffe == 0xfffe
}

/// Shortens a long message of a parser in the middle. Its end stays, because it contains the place of the error.
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
    fn hostile_text_is_escaped_and_truncated() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(visible("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
        assert_eq!(visible(&"x".repeat(100)).chars().count(), 81);
    }

    #[test]
    fn paths_in_commands_name_the_file() {
        let paths = ["a/b.toml", "it's.toml", "a\\b", "-x", ":x", "=x", "$(x)", "é", "a\nb'\\c\u{9b}", "-\u{200b}"];
        assert_eq!(
            paths.map(|path| shell(Path::new(path))).join("\n"),
            "a/b.toml\n'it'\\''s.toml'\n'a\\b'\n./-x\n./:x\n'=x'\n'$(x)'\né\n$'a\\x0ab\\'\\\\c\\xc2\\x9b'\n\
             $'./-\\xe2\\x80\\x8b'"
        );
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            assert_eq!(shell(Path::new(std::ffi::OsStr::from_bytes(b"a\xff"))), "$'a\\xff'");
        }
    }

    #[test]
    fn masking_keeps_every_offset() {
        let text = "a\u{9b}b\u{ad}c\u{200b}d\u{202e}e\u{e0041}f\tg\u{fe0f}é";
        assert_eq!(masked(text), "a¿b¿c\u{fffd}d\u{fffd}e\u{fffd} f\tg\u{fffd}é");
        assert_eq!(masked(text).len(), text.len());
    }
}
