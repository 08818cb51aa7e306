//! Manifest text -> manifest text: declares images and removes them, and leaves every other byte as it is.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};

use super::Manifest;
use crate::domain::Name;
use crate::domain::diagnostics::problem::{Problem, Span};
use crate::domain::manifest::toml_reader::document;

/// An image to declare: its name, and what it says, in the words of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The name, unchecked.
    pub name: String,
    /// Each key and its words: one is written as a string, several as a list.
    pub keys: Vec<(&'static str, Vec<String>)>,
}

impl Declaration {
    /// The lines of the table.
    fn lines(&self) -> Vec<String> {
        let bare = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
        let is_bare = !self.name.is_empty() && self.name.chars().all(bare);
        let name = if is_bare { self.name.clone() } else { string(&self.name) };
        let keys = self.keys.iter().filter(|(_, words)| !words.is_empty());
        let keys = keys.map(|(key, words)| format!("{key} = {}", value(words)));
        std::iter::once(format!("[images.{name}]")).chain(keys).collect()
    }
}

/// One word is written as a string, several as a list.
fn value(words: &[String]) -> String {
    match words {
        [word] => string(word),
        words => {
            let words: Vec<String> = words.iter().map(|word| string(word)).collect();
            format!("[{}]", words.join(", "))
        }
    }
}

/// JSON's strings are TOML's.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Declares images behind those that are declared already. The outcome is text, to be read as any manifest is.
///
/// # Errors
/// If the text is no TOML, declares one of the names, or has its images in braces.
pub fn declare(text: &str, declarations: &[Declaration]) -> Result<String, Vec<Problem>> {
    let images = Images::read(text)?;
    let again = declarations.iter().filter_map(|declaration| {
        let (_, place) = images.names.iter().find(|(name, _)| *name == declaration.name)?;
        let problem = Problem::new(format!("`{}` is declared already", declaration.name));
        Some(problem.at(place.clone(), "here").help("change it there, or choose another name"))
    });
    let problems: Vec<Problem> = again.collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut lines = Lines::of(text);
    let end = images.lines.last().map_or(lines.0.len(), |last| lines.with_remarks(*last) + 1);
    let line_end = lines.line_end();
    let mut block = Vec::new();
    for declaration in declarations {
        if end + block.len() > 0 {
            block.push(line_end.to_owned());
        }
        block.extend(declaration.lines().into_iter().map(|line| line + line_end));
    }
    lines.finish(end, line_end);
    lines.0.splice(end..end, block);
    Ok(lines.0.concat())
}

/// Changes keys of a declared image, and leaves every other byte as it is. `zones` replaces `zone`, and the other way round.
///
/// # Errors
/// If the text is not a manifest, or the declaration has no place for a key that it lacks.
pub fn set(text: &str, name: &Name, keys: &[(&str, Vec<String>)]) -> Result<String, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(document) = document(text, &mut problems) else { return Err(problems) };
    let image = match document.get_ref().get("images").map(toml::Spanned::get_ref) {
        Some(DeValue::Table(images)) => images.get_key_value(name.as_str()),
        _ => None,
    };
    let Some((header, DeValue::Table(image))) = image.map(|(key, value)| (key, value.get_ref())) else {
        return Ok(text.to_owned());
    };
    let mut edits: Vec<(Span, String)> = Vec::new();
    for (key, words) in keys {
        let is_same = |other: &str| other.trim_end_matches('s') == key.trim_end_matches('s');
        if let Some((old, of)) = image.iter().find(|(other, _)| is_same(other.get_ref())) {
            edits.push((of.span(), value(words)));
            edits.push((old.span(), (*key).to_owned()));
            continue;
        }
        let start = text[..header.span().start].rfind('\n').map_or(0, |at| at + 1);
        if !text[start..].trim_start().starts_with('[') {
            let problem = Problem::new(format!("`{name}` has no `{key}` that could be changed"));
            let help = format!("add `{key} = {}` to the declaration, and run the command again", value(words));
            return Err(vec![problem.at(header.span(), "declared here").help(help)]);
        }
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = if text[..end].ends_with('\r') { end - 1 } else { end };
        let line_end = Lines::of(text).line_end();
        edits.push((end..end, format!("{line_end}{key} = {}", value(words))));
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    for (span, new) in edits {
        text.replace_range(span, &new);
    }
    Ok(text)
}

/// Removes the declarations of images, with the comments that stand directly above and below them.
///
/// # Errors
/// If the text is no manifest, or has its images in braces. That the names are declared is for the caller to know.
pub fn remove<'a>(text: &str, names: impl IntoIterator<Item = &'a Name>) -> Result<String, Vec<Problem>> {
    Manifest::parse(text)?;
    let mut text = text.to_owned();
    for name in names {
        let images = Images::of(&text, Some(name.as_str()))?;
        let mut lines = Lines::of(&text);
        for run in runs(&images.lines).into_iter().rev() {
            lines.remove(run);
        }
        text = lines.0.concat();
    }
    Ok(text)
}

/// Where images are declared.
struct Images {
    /// Each name, and where it stands first.
    names: Vec<(String, Span)>,
    /// The lines of the declarations, counted from 0.
    lines: BTreeSet<usize>,
}

impl Images {
    fn read(text: &str) -> Result<Self, Vec<Problem>> {
        Self::of(text, None)
    }

    /// Finds the declaration of one image, or of all.
    fn of(text: &str, only: Option<&str>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut images = Self { names: Vec::new(), lines: BTreeSet::new() };
        let Some(document) = document(text, &mut problems) else { return Err(problems) };
        let Some((key, value)) = document.get_ref().get_key_value("images") else { return Ok(images) };
        let DeValue::Table(table) = value.get_ref() else { return Ok(images) };
        if text[value.span()].starts_with('{') {
            let problem = Problem::new("the images stand in braces, and cannot be edited line by line");
            return Err(vec![
                problem
                    .at(key.span(), "")
                    .help("write each as a table of its own, `[images.NAME]`, or edit it by hand"),
            ]);
        }
        let mut spans = Vec::new();
        for (name, value) in table {
            if only.is_none_or(|only| only == name.get_ref()) {
                images.names.push((name.get_ref().to_string(), name.span()));
                spans.push(name.span());
                extents(value.span(), value.get_ref(), text, &mut spans);
            }
        }
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let line = |offset: usize| starts.partition_point(|start| *start <= offset) - 1;
        for span in spans {
            images.lines.extend(line(span.start)..=line(span.end.max(span.start + 1) - 1));
        }
        Ok(images)
    }
}

/// The places of all keys and values of a table. What stands in braces or brackets is one.
fn extents(span: Span, value: &DeValue<'_>, text: &str, spans: &mut Vec<Span>) {
    let in_place = |span: &Span| {
        text.get(span.clone()).is_some_and(|text| text.starts_with(['{', '[']) && !text.starts_with("[["))
    };
    let table = |table: &DeTable<'_>, spans: &mut Vec<Span>| {
        for (key, value) in table {
            spans.push(key.span());
            extents(value.span(), value.get_ref(), text, spans);
        }
    };
    match value {
        DeValue::Table(inner) if !text[span.clone()].starts_with('{') => table(inner, spans),
        DeValue::Array(items) if !in_place(&span) => {
            for item in items {
                spans.push(item.span());
                if let DeValue::Table(inner) = item.get_ref() {
                    table(inner, spans);
                }
            }
        }
        _ => spans.push(span),
    }
}

/// Lines that follow one another.
fn runs(lines: &BTreeSet<usize>) -> Vec<RangeInclusive<usize>> {
    let mut runs: Vec<RangeInclusive<usize>> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some(run) if run.end() + 1 == *line => *run = *run.start()..=*line,
            _ => runs.push(*line..=*line),
        }
    }
    runs
}

/// The lines of a text, each with its end.
struct Lines(Vec<String>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.split_inclusive('\n').map(str::to_owned).collect())
    }

    fn is_comment(&self, line: usize) -> bool {
        self.0.get(line).is_some_and(|line| line.trim_start().starts_with('#'))
    }

    fn is_blank(&self, line: usize) -> bool {
        self.0.get(line).is_none_or(|line| line.trim().is_empty())
    }

    /// The last of the comments that stand directly below a line, and above nothing else; or the line.
    fn with_remarks(&self, line: usize) -> usize {
        let last = (line + 1..self.0.len()).take_while(|line| self.is_comment(*line)).last().unwrap_or(line);
        if self.is_blank(last + 1) { last } else { line }
    }

    /// How lines end: as the first does.
    fn line_end(&self) -> &'static str {
        if self.0.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" }
    }

    /// Ends the line before another, where it is the last and has no end.
    fn finish(&mut self, line: usize, line_end: &str) {
        if let Some(last) =
            line.checked_sub(1).and_then(|line| self.0.get_mut(line)).filter(|line| !line.ends_with('\n'))
        {
            last.push_str(line_end);
        }
    }

    /// Removes lines with the comments directly above and below them, and one of the blank lines around.
    fn remove(&mut self, lines: RangeInclusive<usize>) {
        let first =
            (0..*lines.start()).rev().take_while(|line| self.is_comment(*line)).last().unwrap_or(*lines.start());
        let last = self.with_remarks(*lines.end());
        let (first, last) = match first.checked_sub(1) {
            Some(above) if self.is_blank(above) && self.is_blank(last + 1) => (above, last),
            None if last + 1 < self.0.len() && self.is_blank(last + 1) => (first, last + 1),
            _ => (first, last),
        };
        self.0.drain(first..=last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
# Whose images these are.
requires = \">=0.1\" # not older

[defaults]
zone   = \"fr-par-1\"
arch = \"x86_64\"

# ── production ──

# The web servers.
[images.web] # three of them
label = 'ubuntu_noble'

# The database.
[images.db]
label = \"ubuntu_noble\"
freeze = { reason = \"ticket 4711\", until = 2026-12-31 }

# ── for other tools ──

[[outputs]]
format = \"tfvars\"
path = \"images.auto.tfvars.json\"
# The end.
";

    fn runner() -> Declaration {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let keys =
            vec![("label", words(&["fedora_43"])), ("zones", words(&["fr-par-1", "nl-ams-1"])), ("arch", Vec::new())];
        Declaration { name: "runner".to_owned(), keys }
    }

    fn removed(names: &[&str]) -> String {
        let names: Vec<Name> = names.iter().map(|name| name.parse().unwrap()).collect();
        remove(MANIFEST, &names).unwrap()
    }

    #[test]
    fn a_declaration_stands_behind_the_last_and_nothing_else_changes() {
        let block = "\n[images.runner]\nlabel = \"fedora_43\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\n";
        let expected = MANIFEST.replace("2026-12-31 }\n", &format!("2026-12-31 }}\n{block}"));
        assert_eq!(declare(MANIFEST, &[runner()]).unwrap(), expected);
        assert_eq!(declare("", &[runner()]).unwrap(), block.trim_start());
        let windows = declare(&MANIFEST.replace('\n', "\r\n"), &[runner()]).unwrap();
        assert_eq!(windows, expected.replace('\n', "\r\n"));
    }

    #[test]
    fn removing_it_again_restores_every_byte() {
        let with = declare(MANIFEST, &[runner()]).unwrap();
        assert_eq!(remove(&with, [&"runner".parse().unwrap()]).unwrap(), MANIFEST);
    }

    #[test]
    fn comments_go_with_their_image_and_headings_stay() {
        let web = "# The web servers.\n[images.web] # three of them\nlabel = 'ubuntu_noble'\n\n";
        assert_eq!(removed(&["web"]), MANIFEST.replace(web, ""));
        let db = MANIFEST.split("# The database").nth(1).unwrap().split("# ──").next().unwrap();
        assert_eq!(removed(&["db"]), MANIFEST.replace(&format!("# The database{db}"), ""));
    }

    #[test]
    fn every_way_to_write_a_table_can_be_edited() {
        for (text, declared, without) in [
            (
                "[images]\nweb = { label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" } # x\n",
                "[images.runner]\n",
                "[images]\n",
            ),
            (
                "[images]\nweb.label = \"a\"\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n",
                "[images.runner]\n",
                "[images]\n",
            ),
        ] {
            let text = &text.replace("]\nweb", "]\n# heading\n\n# of web\nweb");
            let without = &without.replace("]\n", "]\n# heading\n");
            let mut runner = runner();
            runner.keys[2].1.push("arm64".to_owned());
            let with = declare(text, &[runner]).unwrap();
            assert!(with.contains(declared), "{with}");
            let names = Manifest::parse(&with).map(|it| it.names().into_iter().map(ToString::to_string).collect());
            assert_eq!(names, Ok(vec!["runner".to_owned(), "web".to_owned()]));
            assert_eq!(remove(text, [&"web".parse().unwrap()]).unwrap(), *without);
        }
    }

    #[test]
    fn every_other_byte_stays() {
        let web = "[images . web]\r\nlabel = \"a\"\nzone = \"fr-par-1\"\r\narch = \"arm64\"\n";
        for (before, after) in [
            ("\u{feff}# ours\r\n \t\r\n", "# eol = 2027-05-31   # of web alone\n"),
            ("\u{feff}", "# of web\r\n\r\n# the end"),
            ("# ours\n  \n", ""),
            ("", "\n[[outputs]]\nformat='env'\npath='images.env'"),
        ] {
            let text = format!("{before}{web}{after}");
            let with = declare(&text, &[runner()]).unwrap();
            let names = ["runner".parse().unwrap()];
            assert!(Images::read(&with).unwrap().names.iter().any(|(name, _)| name == "runner"), "{with:?}");
            let block = with.find("[images.runner]").unwrap();
            assert!(with[..block].contains("of web") || !text.contains("of web"), "{with:?}");
            let complete = with.replace("label = \"fedora_43\"", "label = \"fedora_43\"\narch = \"arm64\"");
            assert_eq!(remove(&complete, &names).unwrap(), text, "{with:?}");
        }
    }

    #[test]
    fn headings_stay_however_the_lines_end() {
        for text in ["# heading\n\n# web\n", "# heading\n  \n# web\n"] {
            let text = MANIFEST.replace("# The web servers.\n", text);
            for text in [text.clone(), text.replace('\n', "\r\n")] {
                let without = remove(&text, [&"web".parse().unwrap()]).unwrap();
                assert!(without.contains("# heading") && !without.contains("# web"), "{without:?}");
            }
        }
    }

    #[test]
    fn images_in_braces_are_left_to_their_owner() {
        let text = "images = { web = { label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" } }\n";
        let problems = declare(text, &[runner()]).unwrap_err();
        assert_eq!(problems[0].title, "the images stand in braces, and cannot be edited line by line");
        assert_eq!(remove(text, [&"web".parse().unwrap()]).unwrap_err(), problems);
    }
}
