//! How JSON is laid out, for people as well as for programs, and made while it is written.

use std::fmt;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::domain::diagnostics::sanitize::is_unprintable;

/// Writes a value and ends the line.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, value: &impl Serialize) -> fmt::Result {
    /// Gets whole characters alone: the serialiser writes strings, and the buffer above it cuts none of them.
    struct Bytes<'a, 'f>(&'a mut fmt::Formatter<'f>);

    impl Write for Bytes<'_, '_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = str::from_utf8(bytes).map_err(io::Error::other)?;
            self.0.write_str(text).map(|()| bytes.len()).map_err(io::Error::other)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut bytes = BufWriter::new(Bytes(f));
    let mut serializer = Serializer::with_formatter(&mut bytes, Lines::default());
    value.serialize(&mut serializer).map_err(|_| fmt::Error)?;
    bytes.write_all(b"\n").and_then(|()| bytes.flush()).map_err(|_| fmt::Error)
}

/// That of `serde_json::to_string_pretty`, but each line begins with one write, and not with one a level.
#[derive(Default)]
struct Lines {
    depth: usize,
    has_value: bool,
}

impl Lines {
    /// Begins a line, which ends the one before it with a comma unless it is the first or the last of its kind.
    fn begin<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        // Of reports, none is half as deep.
        const MARGIN: &[u8] = b",\n                                ";
        writer.write_all(&MARGIN[usize::from(first)..2 + 2 * self.depth])
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.begin(writer, true)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    /// Spells out what a terminal would obey, or what is not seen. A reader of JSON reads the same value.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unprintable) {
            let (before, behind) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let length = behind.chars().next().map_or(0, char::len_utf8);
            for unit in behind[..length].encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &behind[length..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_the_layout_that_everybody_knows() {
        let value = json!({ "none": [], "nothing": {}, "some": [1, "é\n", [[null]], { "deep": { "er": true } }, {}] });
        let text = fmt::from_fn(|f| write(f, &value)).to_string();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap() + "\n");
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        let value = json!({ "a\u{7f}": "\u{1b}\u{9b}b\u{202e}\u{e0041}é\u{feff}" });
        let text = fmt::from_fn(|f| write(f, &value)).to_string();
        assert_eq!(text, "{\n  \"a\\u007f\": \"\\u001b\\u009bb\\u202e\\udb40\\udc41é\\ufeff\"\n}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
