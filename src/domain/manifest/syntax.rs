//! Syntax errors of TOML, in the words of imagelock. The parser finds them; its own messages are not shown.

use toml::de::Error;

use super::line_fix::{Place, bare_value, is_bare, is_key, line_end, span, write};
use crate::domain::diagnostics::{Problem, oddities, visible};

/// A syntax error for each kind of message of the parser: how the message starts, what is wrong, what is expected at the place
/// and what fixes it. The first row that matches wins.
const CAUSES: [(&str, &str, &str, &str); 20] = [
    ("invalid basic string, expected non", CONTROL, "invalid character", "remove the character"),
    ("invalid literal string, expected non", CONTROL, "invalid character", "remove the character"),
    ("invalid comment character", CONTROL, "invalid character", "remove the character"),
    ("invalid multi-line", "a string has no closing quotes", "expected three quotes", "use single quotes on one line"),
    ("missing escaped value", ESCAPE, "invalid escape", "write each backslash as `\\\\`, or use single quotes"),
    ("too few unicode", ESCAPE, "invalid escape", "write each backslash as `\\\\`, or use single quotes"),
    ("invalid value", ESCAPE, "invalid escape", "write each backslash as `\\\\`, or use single quotes"),
    (
        "carriage return",
        "a line ends with CR only",
        "expected a line feed",
        "save the file with LF or CRLF line endings",
    ),
    ("missing comma between array", "a list has no comma between two items", "expected `,`", "add the comma"),
    ("extra comma in array", "a list has an extra comma", "expected a value", "remove the comma"),
    ("unclosed array", "a list has no closing bracket", "expected `]`", "add `]` after the last item of the list"),
    ("unclosed inline table", "an inline table has no closing brace", "expected `}`", "add `}` after the last value"),
    ("missing comma between key", "an inline table has no comma between two keys", "expected `,`", "add the comma"),
    ("extra comma in inline", "an inline table has an extra comma", "expected a key", "remove the comma"),
    ("missing assignment", INLINE, "expected `=`", "write `{ key = \"value\", key = \"value\" }`"),
    ("missing key for inline", INLINE, "expected a key", "write `{ key = \"value\", key = \"value\" }`"),
    ("cannot extend value", "a key already has a value, so it cannot be a table", "not a table", "rename one of them"),
    ("cannot recurse", NESTED, "nested too deeply", "remove the inner values"),
    ("recursion limit", NESTED, "nested too deeply", "remove the inner values"),
    ("extra `=`", "a key has two equals signs", "expected a value", "remove one `=`"),
];
const CONTROL: &str = "the file contains a control character";
const ESCAPE: &str = "a string contains an invalid escape sequence";
const INLINE: &str = "an inline table is invalid";
const NESTED: &str = "values are nested too deeply";

/// The problems of a text that is not TOML, at most twenty. What follows a structural error is not reported, because the parser
/// can only guess what is meant there; only values without quotes are independent of each other.
pub(super) fn problems(text: &str, mut errors: Vec<Error>) -> Vec<Problem> {
    if let Some(format) = other_format(text) {
        let title = format!("invalid TOML: the file is written in {format}");
        let first = text.len() - text.trim_start().len();
        let help = "write each image as a table: `[images.web]`, and below it `label = \"ubuntu_noble\"`";
        return vec![Problem::new(title).at(first..line_end(text, first), format!("this is {format}")).help(help)];
    }
    if let Some(at) = text.find('\0') {
        let problem = Problem::new("invalid TOML: the file contains a null character").at(at..at + 1, "null character");
        return vec![problem.help("save the file as UTF-8; it may be UTF-16")];
    }
    errors.sort_by_key(|error| span(error).start);
    // Looking for the end of the line of each error would take quadratic time if all errors are on one line.
    let newlines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    errors.dedup_by_key(|error| newlines.partition_point(|newline| *newline < span(error).start));
    let structural = errors.iter().position(|error| !is_bare(error));
    errors.truncate(structural.map_or(20, |at| at + 1).min(20));
    errors.iter().map(|error| problem(text, error)).collect()
}

/// The format of a file that is not TOML, as far as its first line shows it.
fn other_format(text: &str) -> Option<&'static str> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let (key, rest) = first.split_at(first.find(|c: char| !is_key(c)).unwrap_or(first.len()));
    match rest.trim_start().chars().next() {
        _ if first == "---" => Some("YAML"),
        Some('{') if key.is_empty() => Some("JSON"),
        Some('{') => Some("HCL"),
        Some(':') if !key.is_empty() => Some("YAML"),
        _ => None,
    }
}

fn problem(text: &str, error: &Error) -> Problem {
    let message = error.message();
    let place = Place::new(text, span(error));
    let starts = |start: &str| message.starts_with(start);
    if is_bare(error) {
        return bare_value(&place);
    }
    if starts("duplicate key") {
        return duplicate(&place);
    }
    if starts("unclosed table") || starts("unclosed array table") {
        return header(&place);
    }
    if starts("invalid basic string, expected `") || starts("invalid literal string, expected `") {
        let quote = if message.contains('"') { '"' } else { '\'' };
        let open = place.line.trim_end_matches([']', '}', ' ']);
        let (text, end) =
            if place.line.contains(['[', '{']) { place.line.split_at(open.len()) } else { (place.line, "") };
        let help = write(&format!("{text}{quote}{end}"), &format!("add `{quote}` at the end of the string"));
        return place.problem("a string has no closing quote", &format!("expected `{quote}`"), help);
    }
    if starts("key with no value") || starts("invalid unquoted key") || starts("invalid key-value pair") {
        return key(&place);
    }
    if starts("unexpected key or value") {
        return rest_of_line(&place);
    }
    if starts("missing comma between array") || starts("unexpected `=` in array") {
        let rest = text[place.span.start..].trim_start();
        let after_key = rest.trim_start_matches(is_key).trim_start();
        if rest.starts_with('[') || after_key.starts_with('=') {
            let end = text[..place.span.start].trim_end().len();
            let place = Place::new(text, end.saturating_sub(1)..end);
            let help = write(&format!("{}]", place.line), "add `]` after the last item of the list");
            return place.problem("a list has no closing bracket", "expected `]` after this", help);
        }
    }
    match CAUSES.iter().find(|(start, ..)| starts(start)) {
        Some((_, what, label, help)) => place.problem(what, label, *help),
        None => place.problem(
            "unexpected text",
            "not expected here",
            "check the quotes, brackets and commas of this line, or start with `key = \"value\"`",
        ),
    }
}

/// The problem of a key or a table that is defined twice.
fn duplicate(place: &Place<'_>) -> Problem {
    if place.line.starts_with('[') {
        let header = place.line.split('#').next().unwrap_or_default().trim();
        let what = format!("the table `{}` is defined twice", visible(header));
        return place.problem(&what, "defined again", "rename this table, or move its keys to the first one");
    }
    let what = format!("the key `{}` is defined twice", visible(place.found));
    place.problem(&what, "defined again", "remove one of the two lines")
}

/// The problem of a header that does not end with its bracket.
fn header(place: &Place<'_>) -> Problem {
    let line = place.line.split('#').next().unwrap_or_default().trim();
    let open = if line.starts_with("[[") { 2 } else { 1 };
    let name = line.trim_matches(['[', ']']).trim();
    let (open, close) = ("[".repeat(open), "]".repeat(open));
    let name_without_spaces = name.split_whitespace().collect::<Vec<_>>().join("-");
    let help = write(&format!("{open}{name_without_spaces}{close}"), &format!("end the header with `{close}`"));
    if name.contains(char::is_whitespace) {
        return place.problem("the name of a table contains a space", "expected `]`", help);
    }
    place.problem("the header of a table has no closing bracket", &format!("expected `{close}`"), help)
}

/// The problem of a line that does not start with a key and `=`.
fn key(place: &Place<'_>) -> Problem {
    let line = place.line;
    if let Some(comment) = line.strip_prefix("//").or_else(|| line.strip_prefix(';')) {
        let help = format!("write `# {}`", visible(comment.trim()));
        return place.problem("a comment must start with `#`", "not a comment", help);
    }
    let (name, value) = line.split_at(line.find(|c: char| !is_key(c)).unwrap_or(line.len()));
    let (name, value) = (visible(name), value.trim());
    if let Some(value) = value.strip_prefix(':') {
        let help = write(&format!("{name} = {}", value.trim()), "write `=` after the key, and then the value");
        return place.problem("a key is followed by `:`", "expected `=`", help);
    }
    if !place.found.is_ascii() {
        let shown = visible(place.found);
        let help = "write the key with ASCII letters, digits, `-` and `_` only";
        let problem = place.problem(&format!("a key contains `{shown}`"), "not an ASCII letter", help);
        // The position of the character is counted in the whole key.
        return Problem { notes: oddities(line.split('=').next().unwrap_or_default().trim()), ..problem };
    }
    if name.is_empty() {
        let help = "start the line with a key, like `label = \"ubuntu_noble\"`, or remove it";
        return place.problem("a line does not start with a key", "expected a key", help);
    }
    let help = match value {
        "" => format!("write `{name} = \"…\"`, or remove the key"),
        value => {
            write(&format!("{name} = {value}"), "start the line with a key and `=`, like `label = \"ubuntu_noble\"`")
        }
    };
    place.problem(&format!("`{name}` has no value"), "expected `=` after the key", help)
}

/// The problem of text after a value.
fn rest_of_line(place: &Place<'_>) -> Problem {
    let rest = format!("{}{}", place.found, place.after);
    let rest = rest.trim();
    let help = match rest.strip_prefix("//") {
        Some(comment) => format!("start the comment with `#`: `# {}`", visible(comment.trim())),
        None if rest.trim_start_matches([',', ';']).is_empty() => format!("remove `{}`", visible(rest)),
        None => {
            let rest = rest.trim_start_matches([',', ';', ' ']);
            if !rest.contains('=') || write(rest, "").is_empty() {
                format!("remove `{}`", visible(rest))
            } else {
                format!("move `{}` to a line of its own", visible(rest))
            }
        }
    };
    place.problem("a value is followed by other text", "expected the end of the line", help)
}
