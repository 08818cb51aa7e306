//! The format of `images.lock`: the keys of a block, in order, and the older formats.
//!
//! To add a key, add a row to [`KEYS`] and a field to [`PinBuilder`]. The code for parsing, writing, digests, merges and diffs uses
//! this table. A change that older releases would misinterpret requires a new format: a row in [`RELEASES`] and one in [`STEPS`].

use std::borrow::Cow;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::pin::Pin;
use crate::domain::types::{
    Arch, Cell, CommercialType, Expected, ImageId, ImageRef, ImageType, Label, LocalImageId, Name, Release, VersionId,
    Zone,
};

/// For each format, starting with 1, the first release of imagelock that reads it.
const RELEASES: [&str; 2] = ["0.1.0", "0.1.0"];

/// The current format, which is written.
pub(super) const FORMAT: usize = RELEASES.len();

/// For each older format, the conversion of a pin to the next format. `None` for a pin that the older format cannot express.
const STEPS: [fn(Pin) -> Option<Pin>; FORMAT - 1] = [from_format_1];

/// In format 1, only images that were declared by `version-id` have the key, and never together with `image-id`.
fn from_format_1(pin: Pin) -> Option<Pin> {
    let has_image_id = matches!(pin.image, ImageRef::Id(_));
    (!has_image_id || pin.version.is_none()).then_some(pin)
}

/// Converts a pin to the current format. `None` for a pin that its format cannot express.
pub(super) fn upgraded(pin: Pin, format: usize) -> Option<Pin> {
    STEPS[format - 1..].iter().try_fold(pin, |pin, step| step(pin))
}

/// The first lines of a file. A release that cannot read the format quotes the comment after the version in its error.
pub(super) fn head(format: usize) -> String {
    format!(
        "# This file is written by imagelock. Commit it; change images.toml instead of editing it.\n\
         version = {format} # read by imagelock {} and later\n",
        RELEASES[format - 1]
    )
}

/// A key of a block, with the functions that read and write its value.
pub(crate) struct Key {
    /// The name of the key.
    pub(super) name: &'static str,
    /// Whether every block must have the key.
    pub(super) is_required: bool,
    /// Stores the value from a file.
    pub(super) read: Read,
    /// The value of a pin, if it has one.
    write: fn(&Pin) -> Option<Cow<'_, str>>,
    /// The words before the value in the description of a conflict. `None` for names, IDs and dates, which have a fixed place there.
    pub(super) in_conflict: Option<&'static str>,
    /// The name of the value in the description of a change, if it is shown there.
    pub(crate) in_change: Option<&'static str>,
}

/// The function that stores the value of a key in a builder.
pub(super) enum Read {
    Text(fn(&mut PinBuilder, &str) -> Result<(), Expected>),
    Time(fn(&mut PinBuilder, Timestamp)),
}

impl Key {
    const fn required(name: &'static str, read: Read, write: fn(&Pin) -> Option<Cow<'_, str>>) -> Self {
        Self { name, is_required: true, read, write, in_conflict: None, in_change: None }
    }

    const fn optional(name: &'static str, read: Read, write: fn(&Pin) -> Option<Cow<'_, str>>) -> Self {
        Self { is_required: false, ..Self::required(name, read, write) }
    }
}

/// The keys of a block, in order. The digest comes after them.
pub(super) static KEYS: [Key; 11] = [
    Key::required("name", Read::Text(|it, text| set(&mut it.name, text)), |pin| text(&pin.cell.name)),
    Key::required("zone", Read::Text(|it, text| set(&mut it.zone, text)), |pin| text(&pin.cell.zone)),
    Key::required("arch", Read::Text(|it, text| set(&mut it.arch, text)), |pin| text(&pin.cell.arch)),
    Key {
        in_conflict: Some(""),
        in_change: Some("type"),
        ..Key::required("type", Read::Text(|it, text| set(&mut it.image_type, text)), |pin| text(&pin.image_type))
    },
    Key::optional("label", Read::Text(|it, text| set(&mut it.label, text)), |pin| pin.label().and_then(text)),
    Key::optional("image-id", Read::Text(|it, text| set(&mut it.image_id, text)), |pin| match &pin.image {
        ImageRef::Id(id) => Some(id.to_string().into()),
        ImageRef::Label(_) | ImageRef::Version(_) => None,
    }),
    Key::optional("version-id", Read::Text(|it, text| set(&mut it.version, text)), |pin| {
        pin.version.map(|id| id.to_string().into())
    }),
    Key {
        in_conflict: Some("release "),
        ..Key::optional("release", Read::Text(|it, text| set(&mut it.release, text)), |pin| {
            pin.release.as_ref().and_then(text)
        })
    },
    Key {
        in_conflict: Some("for "),
        in_change: Some("Instance type"),
        ..Key::optional("instance-type", Read::Text(|it, text| set(&mut it.instance_type, text)), |pin| {
            pin.instance_type.as_ref().and_then(text)
        })
    },
    Key::required("id", Read::Text(|it, text| set(&mut it.id, text)), |pin| Some(pin.id.to_string().into())),
    Key::optional("published", Read::Time(|it, time| it.published = Some(time)), |pin| {
        pin.published.map(|time| time.to_string().into())
    }),
];

/// The last key of a block.
pub(super) const DIGEST: &str = "digest";

fn set<T: FromStr<Err = Expected>>(field: &mut Option<T>, text: &str) -> Result<(), Expected> {
    *field = Some(text.parse()?);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the functions of required and optional keys have one type")]
fn text<T: AsRef<str>>(value: &T) -> Option<Cow<'_, str>> {
    Some(value.as_ref().into())
}

/// Builds a pin from the values of a block.
#[derive(Default)]
pub(super) struct PinBuilder {
    name: Option<Name>,
    zone: Option<Zone>,
    arch: Option<Arch>,
    image_type: Option<ImageType>,
    label: Option<Label>,
    image_id: Option<ImageId>,
    version: Option<VersionId>,
    release: Option<Release>,
    instance_type: Option<CommercialType>,
    id: Option<LocalImageId>,
    published: Option<Timestamp>,
}

impl PinBuilder {
    /// The pin, or `None` if the block does not identify its image.
    pub(super) fn build(self) -> Option<Pin> {
        let (image, stated_label) = match (self.label, self.image_id, self.version) {
            (label, Some(id), _) => (ImageRef::Id(id), label),
            (Some(label), None, _) => (ImageRef::Label(label), None),
            (None, None, Some(id)) => (ImageRef::Version(id), None),
            (None, None, None) => return None,
        };
        Some(Pin {
            cell: Cell { name: self.name?, zone: self.zone?, arch: self.arch? },
            image_type: self.image_type?,
            image,
            stated_label,
            version: self.version,
            release: self.release,
            instance_type: self.instance_type,
            id: self.id?,
            published: self.published,
        })
    }
}

/// The lines of a block that its digest covers. They are the same in every format, because older formats only have fewer keys.
pub(super) fn lines(pin: &Pin) -> String {
    let mut lines = String::with_capacity(400);
    for key in &KEYS {
        let Some(value) = (key.write)(pin) else { continue };
        // The types of the values do not allow characters that TOML strings must escape.
        let quote = if matches!(key.read, Read::Text(_)) { "\"" } else { "" };
        lines.extend([key.name, " = ", quote, &value, quote, "\n"]);
    }
    lines
}

/// The digest of the lines of a block: `sha256:` and 64 hexadecimal digits.
pub(super) fn digest(lines: &str) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(lines) {
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// A key that has different values in two pins, with both values.
pub(crate) type Difference<'p> = (&'static Key, Option<Cow<'p, str>>, Option<Cow<'p, str>>);

/// The keys with different values in two pins.
pub(crate) fn differences<'p>(from: &'p Pin, to: &'p Pin) -> impl Iterator<Item = Difference<'p>> {
    KEYS.iter().map(move |key| (key, (key.write)(from), (key.write)(to))).filter(|(_, from, to)| from != to)
}

#[cfg(test)]
mod tests {
    use crate::domain::lock::Lock;
    use crate::domain::types::ImageRef;

    /// A file in format 1, as early releases wrote it: with an image that is declared by its ID, one that is declared by its version,
    /// and one that is declared by its label.
    const FORMAT_1: &str = "\
# This file is written by imagelock. Commit it; change images.toml instead of editing it.
version = 1 # read by imagelock 0.1.0 and later

[[pin]]
name = \"by-image\"
zone = \"fr-par-1\"
arch = \"x86_64\"
type = \"instance_sbs\"
label = \"debian_bookworm\"
image-id = \"c219dabc-60ac-42a0-8111-3fdbc5090939\"
id = \"91fc8647-cf93-4402-9deb-5d64ebd35cfe\"
published = 2026-09-21T09:12:40Z
digest = \"sha256:2721710af83619ca936ab1a3658581bdaba7af7180cdb8f19d82164cde5dd660\"

[[pin]]
name = \"by-version\"
zone = \"fr-par-1\"
arch = \"x86_64\"
type = \"instance_sbs\"
label = \"fedora_43\"
version-id = \"23971953-d7a8-4773-8d5d-d672c2091c85\"
id = \"c37f333e-6a55-4f86-a5be-d11afa933ed9\"
published = 2026-09-30T14:01:07Z
digest = \"sha256:0e106636cea7a5878ca528f24fd8c596a9563d4ddc2dc0a6a8697ee592d038b9\"

[[pin]]
name = \"web\"
zone = \"fr-par-1\"
arch = \"x86_64\"
type = \"instance_sbs\"
label = \"ubuntu_noble\"
id = \"35fdc69b-503a-4d8c-8879-497a1abfd103\"
published = 2026-09-02T08:30:55Z
digest = \"sha256:59993edd9ef1cd4753d9c93db39a072e2efe89826c5f528071ab6c339c54c278\"
";

    #[test]
    fn format_1_is_read() {
        let lock = Lock::parse(FORMAT_1).unwrap();
        assert_eq!(lock.edited_cells().count(), 0);
        let [by_image, by_version, web] = lock.pins() else { panic!("three pins") };
        assert_eq!((matches!(by_image.image, ImageRef::Id(_)), by_image.version), (true, None));
        assert_eq!(by_version.image, ImageRef::Label("fedora_43".parse().unwrap()));
        assert_eq!(by_version.version, "23971953-d7a8-4773-8d5d-d672c2091c85".parse().ok());
        assert_eq!((matches!(web.image, ImageRef::Label(_)), web.version), (true, None));
        assert!(lock.is_written(FORMAT_1), "an older format is not a reason to write the file");
        assert_eq!(lock.write(), FORMAT_1.replacen("version = 1", "version = 2", 1));
        assert_eq!(Lock::parse(&lock.write()).unwrap(), lock);
    }

    #[test]
    fn a_block_that_format_1_cannot_express_is_refused() {
        let image = "image-id = \"c219dabc-60ac-42a0-8111-3fdbc5090939\"\n";
        let both = FORMAT_1.replace(image, &format!("{image}version-id = \"f730c19e-ca6b-4265-af18-20118a0ebad2\"\n"));
        let problems = Lock::parse(&both).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].title, "a block of the lockfile does not identify its image");
        let lock = Lock::parse(&both.replace("version = 1", "version = 2")).unwrap();
        assert_eq!(lock.edited_cells().collect::<Vec<_>>(), [&lock.pins()[0].cell]);
    }
}
