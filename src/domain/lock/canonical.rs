//! Text as imagelock writes it -> [`Lock`], many times faster than through a TOML parser. Nearly every lockfile is as
//! it was written; all others are left to `any`.

use std::str::FromStr;

use jiff::Timestamp;
use memchr::{memchr, memmem};

use super::{HEAD, Lock, Pin, digest, is_writable, named};
use crate::domain::{Arch, Cell, Label, Zone};

/// Reads a text that is canonical to the last byte; `None` for any other.
pub(super) fn read(text: &str) -> Option<Lock> {
    Reader::default().finish(text)
}

/// How a block begins, with the empty line above it.
const BEGINNING: &str = "\n[[pin]]\n";

/// Reads a canonical text in parts, so that the whole of it is never in memory.
#[derive(Default)]
pub struct Reader {
    /// Whether the lines above all blocks were read.
    is_begun: bool,
    pins: Vec<Pin>,
    words: Words,
}

impl Reader {
    /// Reads the blocks that are whole for sure, and says up to where: the next part of the text begins there. `None` if
    /// it is not canonical.
    pub fn read(&mut self, text: &str) -> Option<usize> {
        let end = memmem::rfind(text.as_bytes(), BEGINNING.as_bytes()).unwrap_or(0);
        self.blocks(&text[..end])?;
        Some(end)
    }

    /// Reads the last part; `None` if it is not canonical.
    pub fn finish(mut self, text: &str) -> Option<Lock> {
        self.blocks(text)?;
        self.is_begun.then(|| Lock { pins: self.pins, ..Lock::default() })
    }

    fn blocks(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        if !self.is_begun && !rest.is_empty() {
            rest = rest.strip_prefix(HEAD)?;
            self.is_begun = true;
        }
        let mut lines = Lines { rest };
        while !lines.rest.is_empty() {
            let last = self.pins.last();
            let pin = self.words.pin(&mut lines, last)?;
            if last.is_some_and(|last| last.cell >= pin.cell) {
                return None;
            }
            self.pins.push(pin);
        }
        Some(())
    }
}

/// Words that were read already, to be shared. Pins are sorted, so that the same few zones and architectures come again and
/// again, each the same as the last or the one that followed it before.
struct Known<T> {
    words: Vec<T>,
    last: usize,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { words: Vec::new(), last: 0 }
    }
}

impl<T: FromStr + Clone + AsRef<str>> Known<T> {
    /// More different words than this are not looked through.
    const MOST: usize = 32;

    fn word(&mut self, text: &str) -> Option<T> {
        let is = |word: &T| word.as_ref() == text;
        let likely = [self.last, (self.last + 1) % self.words.len().max(1)];
        let known = likely.into_iter().find(|at| self.words.get(*at).is_some_and(is));
        self.last = if let Some(at) = known.or_else(|| self.words.iter().position(is)) {
            at
        } else {
            let word = parse(text)?;
            if self.words.len() == Self::MOST {
                self.words.clear();
            }
            self.words.push(word);
            self.words.len() - 1
        };
        self.words.get(self.last).cloned()
    }
}

/// A word that imagelock would write as it stands there.
fn parse<T: FromStr + AsRef<str>>(text: &str) -> Option<T> {
    text.parse().ok().filter(|word: &T| word.as_ref() == text)
}

#[derive(Default)]
struct Words {
    zones: Known<Zone>,
    archs: Known<Arch>,
    labels: Known<Label>,
    /// The last date: most pins are of a few versions.
    date: Option<(String, Timestamp)>,
}

/// A line that may be left out: the outer `None` is one that imagelock would write otherwise.
type Optional<T> = Option<Option<T>>;

impl Words {
    /// Reads one block. What it has in common with the `last` one is shared with it.
    fn pin(&mut self, lines: &mut Lines<'_>, last: Option<&Pin>) -> Option<Pin> {
        lines.rest = lines.rest.strip_prefix(BEGINNING)?;
        let block = lines.rest;
        let name = lines.word("name = \"", last.map(|last| &last.cell.name))??;
        let zone = lines.quoted("zone = \"")??;
        let zone = self.zones.word(zone)?;
        let arch = lines.quoted("arch = \"")??;
        let arch = self.archs.word(arch)?;
        let image_type = lines.quoted("type = \"")??.parse().ok()?;
        let label = match lines.quoted("label = \"")? {
            Some(label) => Some(self.labels.word(label)?),
            None => None,
        };
        let image_id = lines.id("image-id = \"")?;
        let version_id = lines.id("version-id = \"")?;
        let release = lines.word("release = \"", last.and_then(|last| last.release.as_ref()))?;
        let instance_type = lines.word("instance-type = \"", last.and_then(|last| last.instance_type.as_ref()))?;
        let id = lines.id("id = \"")??;
        let published = match lines.line("published = ") {
            Some(text) => Some(self.time(text)?),
            None => None,
        };
        let body = &block[..block.len() - lines.rest.len()];
        let written = lines.quoted("digest = \"")??;
        let (image, stated_label) = named(label, image_id, version_id)?;
        let cell = Cell { name, zone, arch };
        let pin = Pin { cell, image_type, image, stated_label, release, instance_type, id, published };
        (written.as_bytes() == digest(body)).then_some(pin)
    }

    fn time(&mut self, text: &str) -> Option<Timestamp> {
        if let Some((known, time)) = &self.date
            && known == text
        {
            return Some(*time);
        }
        let time = text.parse().ok().filter(|time: &Timestamp| time.to_string() == text && is_writable(*time))?;
        self.date = Some((text.to_owned(), time));
        Some(time)
    }
}

struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    /// `key = "word"`
    #[inline]
    fn word<T: FromStr + Clone + AsRef<str>>(&mut self, beginning: &str, last: Option<&T>) -> Optional<T> {
        let Some(text) = self.quoted(beginning)? else { return Some(None) };
        if let Some(last) = last.filter(|last| (*last).as_ref() == text) {
            return Some(Some(last.clone()));
        }
        parse(text).map(Some)
    }

    /// `key = "UUID"`
    #[inline]
    fn id<T: FromStr>(&mut self, beginning: &str) -> Optional<T> {
        let Some(text) = self.quoted(beginning)? else { return Some(None) };
        // Of the forms of a UUID, IDs have one, and it is written in small letters.
        let id = text.parse().ok().filter(|_| !text.bytes().any(|byte| byte.is_ascii_uppercase()));
        id.map(Some)
    }

    /// What follows this beginning, which ends with a quote, up to the quote at the end of the next line.
    #[inline]
    fn quoted(&mut self, beginning: &str) -> Optional<&'t str> {
        let Some(value) = self.line(beginning) else { return Some(None) };
        value.strip_suffix('"').map(Some)
    }

    /// What follows this beginning on the next line, if that has it.
    #[inline]
    fn line(&mut self, beginning: &str) -> Option<&'t str> {
        let line = self.rest.strip_prefix(beginning)?;
        let (line, after) = line.split_at(memchr(b'\n', line.as_bytes())?);
        self.rest = &after[1..];
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lock::{any, in_text};

    /// The lockfile that the README shows.
    fn example() -> &'static str {
        let readme = include_str!("../../../README.md");
        let block = readme.split("```toml\n").find(|block| block.contains("[[pin]]")).unwrap();
        block.split("```").next().unwrap()
    }

    #[test]
    fn whatever_it_reads_the_other_reader_reads_alike() {
        let text = example();
        let lock = read(text).unwrap();
        assert_eq!(Ok(lock), any::read(text));
        for (from, to) in [
            ("zone =", "zone  ="),
            ("web", "wep"),
            ("2026-09-02T08:30:55Z", "2026-09-02t08:30:55Z"),
            ("\"fr-par-1\"", "fr-par-1"),
            ("version = 1", "version = 2"),
            ("label", "lable"),
            ("[[pin]]\n", "[[pin]]\r\n"),
            ("Commit it", "Commit"),
            ("fr-par-1", "par1"),
        ] {
            let text = text.replace(from, to);
            assert_eq!(read(&text), None, "{from} {to}");
        }
    }

    /// Wherever the text is cut, and if every byte came alone.
    #[test]
    fn parts_are_read_as_the_whole_is() {
        let text = example();
        let lock = read(text).unwrap();
        assert_eq!(lock.write(), text);
        let in_parts = |size: usize, text: &str| {
            let (mut reader, mut start) = (Reader::default(), 0);
            for end in (0..text.len()).step_by(size) {
                start += reader.read(&text[start..end])?;
            }
            reader.finish(&text[start..])
        };
        for size in 1..=text.len() {
            assert_eq!(in_parts(size, text).as_ref(), Some(&lock), "{size}");
            assert_eq!(in_parts(size, &text.replace("id = \"", "id = \"0")), None, "{size}");
            assert_eq!(in_parts(size, &text[..text.len() - 1]), None, "{size}");
        }
        assert_eq!(in_parts(1, HEAD), Some(Lock::default()));
        assert_eq!(in_parts(1, ""), None);
    }

    /// A right digest makes no block canonical that imagelock would write otherwise.
    #[test]
    fn what_would_be_written_otherwise_is_left_to_the_other_reader() {
        let body = "name = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                    label = \"fedora_43\"\nrelease = \"43\"\ninstance-type = \"PRO2-S\"\n\
                    id = \"35fdc69b-503a-4d8c-8879-497a1abfd103\"\npublished = 2026-09-02T08:30:55Z\n";
        let lock = |body: &str| format!("{HEAD}\n[[pin]]\n{body}digest = \"{}\"\n", in_text(&digest(body)));
        assert!(read(&lock(body)).is_some());
        for (from, to) in [
            ("\"fr-par-1\"", "\"par1\""),
            ("\"43\"", "43"),
            ("\"43\"", "\"43\" # newest"),
            ("\"PRO2-S\"", "'PRO2-S'"),
            ("35fdc69b", "35FDC69B"),
            ("08:30:55Z", "08:30:55.0Z"),
            ("08:30:55Z", "10:30:55+02:00"),
            ("08:30:55Z", "08:30:55Z "),
            ("2026-09-02T08:30:55Z", ""),
            ("release", "released"),
            ("release = \"43\"\n", "release = \"43\"\nrelease = \"43\"\n"),
            ("release = \"43\"\ninstance-type = \"PRO2-S\"\n", "instance-type = \"PRO2-S\"\nrelease = \"43\"\n"),
            ("label = \"fedora_43\"\n", "label = \"fedora_43\"\n\n"),
        ] {
            assert_eq!(read(&lock(&body.replace(from, to))), None, "{from} {to}");
        }
    }
}
