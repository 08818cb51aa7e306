//! Text as imagelock writes it -> [`Lock`], many times faster than through a TOML parser. Nearly every lockfile is as
//! it was written; all others are left to `any`.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;

use super::{HEAD, Lock, Pin, digest, named};
use crate::domain::Cell;

/// Reads a text that is canonical to the last byte; `None` for any other.
pub(super) fn read(text: &str) -> Option<Lock> {
    let mut reader = Reader { rest: text.strip_prefix(HEAD)?, date: None };
    // A block has some 380 bytes.
    let mut pins: Vec<Pin> = Vec::with_capacity(text.len() / 360);
    while !reader.rest.is_empty() {
        let pin = reader.pin(pins.last())?;
        if pins.last().is_some_and(|last| last.cell >= pin.cell) {
            return None;
        }
        pins.push(pin);
    }
    Some(Lock { pins, ..Lock::default() })
}

struct Reader<'t> {
    rest: &'t str,
    /// The last date: most pins are of a few versions.
    date: Option<(&'t str, Timestamp)>,
}

/// A line that may be left out: the outer `None` is one that imagelock would write otherwise.
type Optional<T> = Option<Option<T>>;

impl<'t> Reader<'t> {
    /// Reads one block. What it has in common with the `last` one is shared with it.
    fn pin(&mut self, last: Option<&Pin>) -> Option<Pin> {
        self.rest = self.rest.strip_prefix("\n[[pin]]\n")?;
        let block = self.rest;
        let name = self.word("name", last.map(|last| &last.cell.name))??;
        let zone = self.word("zone", last.map(|last| &last.cell.zone))??;
        let arch = self.word("arch", last.map(|last| &last.cell.arch))??;
        let image_type = self.word("type", None)??;
        let label = self.word("label", last.and_then(Pin::label))?;
        let image_id = self.id("image-id")?;
        let version_id = self.id("version-id")?;
        let release = self.word("release", last.and_then(|last| last.release.as_ref()))?;
        let instance_type = self.word("instance-type", last.and_then(|last| last.instance_type.as_ref()))?;
        let id = self.id("id")??;
        let published = self.published()?;
        let body = &block[..block.len() - self.rest.len()];
        let written = self.quoted("digest")??;
        let (image, stated_label) = named(label, image_id, version_id)?;
        let cell = Cell { name, zone, arch };
        let pin = Pin { cell, image_type, image, stated_label, release, instance_type, id, published };
        (written == digest(body)).then_some(pin)
    }

    /// `key = "word"`
    fn word<T: FromStr + Clone + AsRef<str>>(&mut self, key: &str, last: Option<&T>) -> Optional<T> {
        let Some(text) = self.quoted(key)? else { return Some(None) };
        if let Some(last) = last.filter(|last| (*last).as_ref() == text) {
            return Some(Some(last.clone()));
        }
        text.parse().ok().filter(|word: &T| word.as_ref() == text).map(Some)
    }

    /// `key = "UUID"`
    fn id<T: FromStr + Display>(&mut self, key: &str) -> Optional<T> {
        let Some(text) = self.quoted(key)? else { return Some(None) };
        text.parse().ok().filter(|id: &T| id.to_string() == text).map(Some)
    }

    /// `published = TIME`
    fn published(&mut self) -> Optional<Timestamp> {
        let Some(text) = self.line("published = ") else { return Some(None) };
        let known = self.date.filter(|(known, _)| *known == text).map(|(_, time)| time);
        let time = known.or_else(|| text.parse().ok().filter(|time: &Timestamp| time.to_string() == text))?;
        self.date = Some((text, time));
        Some(Some(time))
    }

    /// What stands between the quotes of the next line, if that has this key.
    fn quoted(&mut self, key: &str) -> Optional<&'t str> {
        let Some(value) = self.line(key) else { return Some(None) };
        value.strip_prefix(" = \"")?.strip_suffix('"').map(Some)
    }

    /// What follows this beginning on the next line, if that has it.
    fn line(&mut self, beginning: &str) -> Option<&'t str> {
        let line = self.rest.strip_prefix(beginning)?;
        let (line, after) = line.split_at(line.find('\n')?);
        self.rest = &after[1..];
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lock::any;

    #[test]
    fn whatever_it_reads_the_other_reader_reads_alike() {
        let readme = include_str!("../../../README.md");
        let block = readme.split("```toml\n").find(|block| block.contains("[[pin]]")).unwrap();
        let text = block.split("```").next().unwrap();
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

    /// A right digest makes no block canonical that imagelock would write otherwise.
    #[test]
    fn what_would_be_written_otherwise_is_left_to_the_other_reader() {
        let body = "name = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                    label = \"fedora_43\"\nrelease = \"43\"\ninstance-type = \"PRO2-S\"\n\
                    id = \"35fdc69b-503a-4d8c-8879-497a1abfd103\"\npublished = 2026-09-02T08:30:55Z\n";
        let lock = |body: &str| format!("{HEAD}\n[[pin]]\n{body}digest = \"{}\"\n", digest(body));
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
            ("release", "released"),
            ("release = \"43\"\n", "release = \"43\"\nrelease = \"43\"\n"),
            ("release = \"43\"\ninstance-type = \"PRO2-S\"\n", "instance-type = \"PRO2-S\"\nrelease = \"43\"\n"),
            ("label = \"fedora_43\"\n", "label = \"fedora_43\"\n\n"),
        ] {
            assert_eq!(read(&lock(&body.replace(from, to))), None, "{from} {to}");
        }
    }
}
