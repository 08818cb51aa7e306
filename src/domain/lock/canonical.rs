//! Text as imagelock writes it -> [`Lock`], many times faster than through a TOML parser. Nearly every lockfile is as
//! it was written; all others are left to `any`.

use super::{HEAD, Lock, Pin, digest, named};
use crate::domain::Cell;

/// Reads a text that is canonical to the last byte; `None` for any other.
pub(super) fn read(text: &str) -> Option<Lock> {
    let mut blocks = text.strip_prefix(HEAD)?.split("\n[[pin]]\n");
    if !blocks.next()?.is_empty() {
        return None;
    }
    let pins: Vec<Pin> = blocks.map(pin).collect::<Option<_>>()?;
    let sorted = pins.windows(2).all(|pair| pair[0].cell < pair[1].cell);
    sorted.then(|| Lock { pins, ..Lock::default() })
}

/// Reads one block. That writing the pin gives the same text is what makes it canonical.
fn pin(block: &str) -> Option<Pin> {
    let (body, written) = block.split_at(block.rfind("digest = ")?);
    let (mut name, mut zone, mut arch, mut image_type, mut id) = (None, None, None, None, None);
    let (mut label, mut image_id, mut version_id, mut release) = (None, None, None, None);
    let (mut instance_type, mut published) = (None, None);
    for line in body.lines() {
        let (key, value) = line.split_once(" = ")?;
        let word = value.trim_matches('"');
        match key {
            "name" => name = word.parse().ok(),
            "zone" => zone = word.parse().ok(),
            "arch" => arch = word.parse().ok(),
            "type" => image_type = word.parse().ok(),
            "label" => label = word.parse().ok(),
            "image-id" => image_id = word.parse().ok(),
            "version-id" => version_id = word.parse().ok(),
            "release" => release = word.parse().ok(),
            "instance-type" => instance_type = word.parse().ok(),
            "id" => id = word.parse().ok(),
            "published" => published = value.parse().ok(),
            _ => return None,
        }
    }
    let cell = Cell { name: name?, zone: zone?, arch: arch? };
    let (image, stated_label) = named(label, image_id, version_id)?;
    let pin = Pin { cell, image_type: image_type?, image, stated_label, release, instance_type, id: id?, published };
    let canonical = pin.body() == body && written == format!("digest = \"{}\"\n", digest(body));
    canonical.then_some(pin)
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
}
