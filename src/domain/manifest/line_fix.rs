//! Lines to write instead of lines that are not TOML.

use toml::de::{DeTable, Error};

use crate::domain::diagnostics::{Problem, Span, visible};

/// Longer lines are not suggested, because they would be truncated.
const MOST: usize = 80;
const DATE: &str = "expected a date like `2026-12-31`";

/// The beginnings of the messages about a value that is not in quotes, or that is missing.
const BARE: [&str; 14] = [
    "string values must be quoted",
    "invalid boolean",
    "invalid integer",
    "invalid float",
    "invalid mantissa",
    "invalid fraction",
    "invalid exponent",
    "invalid date",
    "invalid time",
    "unexpected leading zero",
    "unexpected sign",
    "radix must be",
    "missing value",
    "`_` may only",
];

pub(super) fn span(error: &Error) -> Span {
    error.span().unwrap_or(0..0)
}

/// The end of the line that an offset is in.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.as_bytes().get(offset..).unwrap_or_default();
    offset + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

pub(super) fn is_bare(error: &Error) -> bool {
    BARE.iter().any(|start| error.message().starts_with(start))
}

pub(super) fn is_key(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '-'
}

/// A place in the text, with the line that it is in.
pub(super) struct Place<'t> {
    pub(super) span: Span,
    /// The line without its indent and its end.
    pub(super) line: &'t str,
    /// The part of the line before the span, and the part after it.
    pub(super) before: &'t str,
    pub(super) after: &'t str,
    /// The text of the span.
    pub(super) found: &'t str,
}

impl<'t> Place<'t> {
    pub(super) fn new(text: &'t str, span: Span) -> Self {
        let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = line_end(text, span.start);
        let found = &text[span.start..span.end.min(end)];
        let (before, after) = (text[start..span.start].trim_start(), text[span.start + found.len()..end].trim_end());
        Self { line: text[start..end].trim(), before, after, found, span }
    }

    /// A problem at this place.
    pub(super) fn problem(&self, what: &str, label: &str, help: impl Into<String>) -> Problem {
        Problem::new(format!("invalid TOML: {what}")).at(self.span.clone(), label).help(help.into())
    }
}

/// The help that suggests a line, in which values without quotes are corrected. If that is not TOML either, the help is
/// `otherwise`.
pub(super) fn write(line: &str, otherwise: &str) -> String {
    corrected(line).map_or_else(|| otherwise.to_owned(), |line| format!("write `{line}`"))
}

/// The line with quotes around the values that need them; `None` if that is not TOML, or is too long to show.
fn corrected(line: &str) -> Option<String> {
    // A line without `=` is part of a list.
    let (start, end) = match line.matches(']').count() > line.matches('[').count() {
        _ if line.contains('=') || line.starts_with('[') => ("", ""),
        true => ("x = [\n", ""),
        false => ("x = [\n", "\n]"),
    };
    let mut text = format!("{start}{line}{end}");
    while text.len() <= MOST && visible(line) == line {
        let (_, errors) = DeTable::parse_recoverable(&text);
        let Some(error) = errors.iter().min_by_key(|error| span(error).start) else {
            return Some(text[start.len()..text.len() - end.len()].to_owned());
        };
        let bare = Bare::new(&Place::new(&text, span(error))).filter(|_| is_bare(error))?;
        let fixed = format!("{}{}{}", &text[..bare.span.start], bare.value, &text[bare.span.end..]);
        if fixed == text {
            return None;
        }
        text = fixed;
    }
    None
}

/// A value without quotes, or in the wrong quotes.
struct Bare {
    span: Span,
    what: String,
    label: &'static str,
    /// The value in valid TOML.
    value: String,
}

impl Bare {
    /// The value at a place; `None` if there is no text.
    fn new(place: &Place<'_>) -> Option<Self> {
        // The parser accepts the beginning of some values, like `1.2` of `1.2.3`.
        let key_end = place.before.rfind(['=', '[', ',', '{']).map_or(0, |at| at + 1);
        let head = place.before[key_end..].trim_start();
        let start = place.span.start - if head.contains(['"', '\'']) { 0 } else { head.len() };
        let rest = format!(
            "{}{}{}",
            &place.before[place.before.len() - (place.span.start - start)..],
            place.found,
            place.after
        );
        let is_nested = place.before.contains(['[', '{']) || !place.before.contains('=');
        let end = |char: char| is_nested && matches!(char, ',' | ']' | '}' | '#');
        let rest = rest[..rest.find(end).unwrap_or(rest.len())].trim_end();
        let bare = rest.split(" #").next().unwrap_or_default().trim_end();
        if bare.is_empty() || bare.starts_with('#') {
            return None;
        }
        let span = start..start + bare.len();
        let text = if is_nested { bare } else { bare.trim_end_matches([',', ';']) };
        let (what, label, value) = Self::value(text);
        Some(Self { span, what, label, value })
    }

    /// What is wrong with a value, what is expected, and the value in valid TOML.
    fn value(bare: &str) -> (String, &'static str, String) {
        let quoted = |text: &str| toml_edit::Value::from(text).to_string();
        let curly = |char: char| matches!(char, '“' | '”' | '„' | '‘' | '’');
        if bare.starts_with(curly) {
            let what = "a string has typographic quotes".to_owned();
            return (what, "expected straight quotes", quoted(bare.trim_matches(curly)));
        }
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = bare.split(['-', '/', '.']).collect();
        if let [year, month, day] = parts[..]
            && parts.iter().all(|part| digits(part))
            && [year, day].iter().any(|part| part.len() == 4)
        {
            let (year, day) = if day.len() == 4 && bare.contains('.') { (day, year) } else { (year, day) };
            let date = format!("{year}-{month:0>2}-{day:0>2}");
            let what = format!("`{}` is not a valid date", visible(bare));
            // A date that does not exist stays, and is still an error.
            let date = if date.parse::<jiff::civil::Date>().is_ok() { date } else { bare.to_owned() };
            return (what, DATE, date);
        }
        let boolean = |value: &str| {
            let what = format!("`{}` is not a boolean", visible(bare));
            (what, "expected `true` or `false`", value.to_owned())
        };
        match bare.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => boolean("true"),
            "false" | "no" | "off" => boolean("false"),
            _ => ("a string has no quotes".to_owned(), "expected quotes around this", quoted(bare)),
        }
    }
}

/// The problem of a value without quotes, or of a missing one.
pub(super) fn bare_value(place: &Place<'_>) -> Problem {
    let Some(bare) = Bare::new(place) else {
        let key = visible(place.before.trim_end_matches(['=', ' ', '\t']));
        let help = format!("write `{key} = \"…\"`, or remove the key");
        return place.problem(&format!("`{key}` has no value"), "expected a value", help);
    };
    let otherwise = match bare.label {
        DATE => "write a date that exists, as year, month and day, like `2026-12-31`".to_owned(),
        _ if bare.value.len() <= MOST => format!("write `{}`", visible(&bare.value)),
        _ => "write the value in double quotes".to_owned(),
    };
    place.problem(&bare.what, bare.label, write(place.line, &otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(text: &str) -> String {
        let (_, errors) = DeTable::parse_recoverable(text);
        let problem = bare_value(&Place::new(text, span(&errors[0])));
        format!("{}: {}", problem.title, problem.help.unwrap().show(&crate::domain::diagnostics::Invocation::default()))
    }

    #[test]
    fn the_suggested_line_is_complete_and_valid() {
        let texts = [
            "zones = [fr-par-1, nl-ams-1] # two",
            "zones = [\n  fr-par-1,\n]",
            "freeze = { reason = holidays, until = 2026-1-6 }",
            "web = { label = ubuntu_noble }",
            "label = ubuntu noble # the newest",
            "release = 1.2.3",
            "min-age = 3d,",
            "label = a \" b ' c",
            "freeze = { reason = x }}",
        ];
        assert_eq!(
            texts.map(help).join("\n"),
            "invalid TOML: a string has no quotes: write `zones = [\"fr-par-1\", \"nl-ams-1\"] # two`\n\
             invalid TOML: a string has no quotes: write `\"fr-par-1\",`\n\
             invalid TOML: a string has no quotes: write `freeze = { reason = \"holidays\", until = 2026-01-06 }`\n\
             invalid TOML: a string has no quotes: write `web = { label = \"ubuntu_noble\" }`\n\
             invalid TOML: a string has no quotes: write `label = \"ubuntu noble\" # the newest`\n\
             invalid TOML: a string has no quotes: write `release = \"1.2.3\"`\n\
             invalid TOML: a string has no quotes: write `min-age = \"3d\"`\n\
             invalid TOML: a string has no quotes: write `label = \"\"\"a \" b ' c\"\"\"`\n\
             invalid TOML: a string has no quotes: write `\"x\"`"
        );
        let long = help(&format!("label = {}", "x".repeat(100)));
        assert_eq!(long, "invalid TOML: a string has no quotes: write the value in double quotes");
    }
}
