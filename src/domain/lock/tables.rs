//! The text of a lockfile -> its tables: the head, then each block, with the places of their keys and values.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::lexer::TokenKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ParseError, Source};

use crate::domain::diagnostics::{Problem, Span};
use crate::domain::manifest::toml_reader::{document, wrong_type};

/// The head of a lockfile, or a block.
pub(super) struct Table<'t> {
    /// Where the block begins; the head has no place.
    pub(super) span: Span,
    /// Its keys, in the order of the file.
    pub(super) entries: Vec<Entry<'t>>,
}

/// A key and its value.
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_span: Span,
    pub(super) value: Spanned<DeValue<'t>>,
}

impl<'t> Table<'t> {
    fn new(span: Span, table: DeTable<'t>) -> Self {
        let entry = |(key, value): (Spanned<Cow<'t, str>>, _)| {
            let key_span = key.span();
            Entry { key: key.into_inner(), key_span, value }
        };
        let mut entries: Vec<_> = table.into_iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        Self { span, entries }
    }

    /// What a key stands for.
    pub(super) fn get(&self, key: &str) -> Option<&Spanned<DeValue<'t>>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
}

/// Reads any file as TOML: the head, then the blocks, or what stands in the place of one.
///
/// # Errors
/// Every reason why it is not TOML.
pub(super) fn of_any(text: &str) -> Result<Vec<Result<Table<'_>, Problem>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(top) = document(text, &mut problems) else { return Err(problems) };
    let mut top = top.into_inner();
    let blocks = top.remove("pin");
    let mut tables = vec![Ok(Table::new(0..0, top))];
    match blocks.map(|blocks| (blocks.span(), blocks.into_inner())) {
        None => {}
        Some((_, DeValue::Array(blocks))) => tables.extend(blocks.into_iter().map(|block| {
            let span = block.span();
            match block.into_inner() {
                DeValue::Table(table) => Ok(Table::new(span, table)),
                other => Err(wrong_type("pin", &Spanned::new(span, other), "a block: `[[pin]]`")),
            }
        })),
        Some((span, other)) => {
            tables.push(Err(wrong_type("pin", &Spanned::new(span, other), "blocks: `[[pin]]`")));
        }
    }
    Ok(tables)
}

/// Reads a file of the shape that imagelock writes, a table at a time: a tree of the whole file would take several times the
/// memory. `None` for any other shape, and for what is not TOML; then [`of_any`] can tell.
pub(super) fn in_turn<'t>(text: &'t str, mut take: impl FnMut(Table<'t>)) -> Option<()> {
    let source = Source::new(text);
    let (mut tokens, mut events) = (Vec::new(), Vec::new());
    let mut is_head = true;
    let mut lexer = source.lex().peekable();
    while let Some(token) = lexer.next() {
        tokens.push(token);
        let ends_table = token.kind() == TokenKind::Newline
            && lexer.peek().is_some_and(|next| next.kind() == TokenKind::LeftSquareBracket);
        if !ends_table && lexer.peek().is_some() {
            continue;
        }
        let mut error: Option<ParseError> = None;
        let mut checked = ValidateWhitespace::new(&mut events, source);
        // No value of a lockfile is nested.
        parse_document(&tokens, &mut RecursionGuard::new(&mut checked, 0), &mut error);
        let table = table(source, &events, is_head).filter(|_| error.is_none())?;
        take(table);
        is_head = false;
        tokens.clear();
        events.clear();
    }
    Some(())
}

/// The table that these events are of, if it has single keys with values on one line.
fn table<'t>(source: Source<'t>, events: &[Event], is_head: bool) -> Option<Table<'t>> {
    use EventKind::{ArrayTableClose, ArrayTableOpen, Comment, KeyValSep, Newline, Scalar, SimpleKey, Whitespace};
    let mut events = events.iter().filter(|it| !matches!(it.kind(), Whitespace | Newline | Comment | KeyValSep));
    let mut next = |kind| events.next().map(|event| (event.kind() == kind).then_some(event));
    let mut error: Option<ParseError> = None;
    let mut table = Table { span: 0..0, entries: Vec::with_capacity(16) };
    if !is_head {
        let (open, name, close) = (next(ArrayTableOpen)??, next(SimpleKey)??, next(ArrayTableClose)??);
        if source.get(name)?.as_str() != "pin" {
            return None;
        }
        table.span = open.span().start()..close.span().end();
    }
    while let Some(key) = next(SimpleKey) {
        let (key, scalar) = (key?, next(Scalar)??);
        let (mut name, mut text) = (Cow::Borrowed(""), Cow::Borrowed(""));
        source.get(key)?.decode_key(&mut name, &mut error);
        let raw = source.get(scalar)?;
        let value = match scalar.encoding() {
            Some(Encoding::BasicString | Encoding::LiteralString) => {
                let ScalarKind::String = raw.decode_scalar(&mut text, &mut error) else { return None };
                DeValue::String(text)
            }
            // What git left of a conflict may be in it.
            Some(Encoding::MlBasicString | Encoding::MlLiteralString) => return None,
            None => DeValue::parse(raw.as_str()).ok()?.into_inner(),
        };
        if error.is_some() || table.get(&name).is_some() {
            return None;
        }
        let span = |event: &Event| event.span().start()..event.span().end();
        table.entries.push(Entry { key: name, key_span: span(key), value: Spanned::new(span(scalar), value) });
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lockfile that the README shows.
    fn example() -> &'static str {
        let readme = include_str!("../../../README.md");
        let block = readme.split("```toml\n").find(|block| block.contains("[[pin]]")).unwrap();
        block.split("```").next().unwrap()
    }

    /// All of a table: spans, keys, values.
    fn shown(table: &Table<'_>) -> String {
        let entries = table.entries.iter().map(|it| format!("{:?} {} {:?}", it.key_span, it.key, it.value));
        format!("{:?}\n{}", table.span, entries.collect::<Vec<_>>().join("\n"))
    }

    fn read_in_turn(text: &str) -> Option<Vec<String>> {
        let mut tables = Vec::new();
        in_turn(text, |table| tables.push(shown(&table))).map(|()| tables)
    }

    fn read_any(text: &str) -> Option<Vec<String>> {
        let tables = of_any(text).ok()?;
        tables.iter().map(|table| table.as_ref().ok().map(shown)).collect()
    }

    #[test]
    fn both_ways_of_reading_agree() {
        let text = example();
        assert_eq!(read_in_turn(text).unwrap().len(), 2);
        assert_eq!(read_in_turn(text), read_any(text));
        let mut read = 0;
        for (at, _) in text.char_indices() {
            for put in
                ["", " ", "\n", "\"", "'", "[", "]", "{", ".", "#", "=", "a", "1", "-", "\\", "\r\n", "\u{0}", "\u{e9}"]
            {
                for end in [at, at + 1] {
                    let changed = [&text[..at], put, &text[end..]].concat();
                    let Some(tables) = read_in_turn(&changed) else { continue };
                    assert_eq!(Some(tables), read_any(&changed), "{changed}");
                    read += 1;
                }
            }
        }
        assert!(read > 1000, "{read}");
    }

    #[test]
    fn only_the_usual_shape_is_read_in_turn() {
        for unusual in [
            "[[pin]]\nname.x = 1\n",
            "[[pin]]\nname = [1]\n",
            "[[pin]]\nname = {x = 1}\n",
            "[[pin]]\n[[pin.name]]\n",
            "[[pin]]\n[pin.name]\n",
            "[pin]\n",
            "pin = []\n",
        ] {
            let text = format!("version = 2\n{unusual}");
            assert_eq!(read_in_turn(&text), None, "{text}");
            assert!(of_any(&text).is_ok(), "{text}");
        }
        // Conflict markers are reported as such, even in a string.
        let conflict = "version = 2\n[[pin]]\nname = \"\"\"\n<<<<<<< ours\n\"\"\"\n";
        assert_eq!(read_in_turn(conflict), None);
        assert!(of_any(conflict).is_err());
    }
}
