//! The format of `images.lock`: the keys of a block, once and in their order, and the formats before this one.
//!
//! A new key is a row of [`KEYS`] and a field of [`Draft`]. Reading, writing, digests, merges and diffs follow from that.
//! A change that an older release would misread is a new format: a row of [`RELEASES`] and one of [`STEPS`].

use std::borrow::Cow;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::pin::Pin;
use crate::domain::types::{
    Arch, Cell, CommercialType, Expected, ImageId, ImageRef, ImageType, Label, LocalImageId, Name, Release, VersionId,
    Zone,
};

/// For each format, the first release that reads it. The last one is what this release writes.
const RELEASES: [&str; 2] = ["0.1.0", "0.1.0"];

/// The format that this release writes.
pub(super) const FORMAT: usize = RELEASES.len();

/// For each older format, what its pins mean in the next one. `None` for a pin that it could not have.
const STEPS: [fn(Pin) -> Option<Pin>; FORMAT - 1] = [from_format_1];

/// In format 1, `version-id` is only in the blocks of images that are declared by it, and never next to `image-id`.
fn from_format_1(pin: Pin) -> Option<Pin> {
    let is_of_image = matches!(pin.image, ImageRef::Id(_));
    (!is_of_image || pin.version.is_none()).then_some(pin)
}

/// What a pin of an older format means in this one. `None` for a pin that its format could not have.
pub(super) fn upgraded(pin: Pin, format: usize) -> Option<Pin> {
    STEPS[format - 1..].iter().try_fold(pin, |pin, step| step(pin))
}

/// The head of a file. An older release that meets a newer format quotes the remark on the version.
pub(super) fn head(format: usize) -> String {
    format!(
        "# This file is written by imagelock. Commit it; change images.toml instead of editing it.\n\
         version = {format} # read by imagelock {} and later\n",
        RELEASES[format - 1]
    )
}

/// A key of a block.
pub(crate) struct Key {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// Whether every block has it.
    pub(super) is_required: bool,
    /// Takes a value from the file.
    pub(super) read: Read,
    /// What a pin has there.
    write: fn(&Pin) -> Option<Cow<'_, str>>,
    /// The words before the value in a merge conflict. Names, IDs and dates have a place of their own there.
    pub(super) in_conflict: Option<&'static str>,
    /// What the value is called in the changes of a pin.
    pub(crate) in_change: Option<&'static str>,
}

/// How the value of a key is read into a draft.
pub(super) enum Read {
    Text(fn(&mut Draft, &str) -> Result<(), Expected>),
    Time(fn(&mut Draft, Timestamp)),
}

impl Key {
    const fn required(name: &'static str, read: Read, write: fn(&Pin) -> Option<Cow<'_, str>>) -> Self {
        Self { name, is_required: true, read, write, in_conflict: None, in_change: None }
    }

    const fn optional(name: &'static str, read: Read, write: fn(&Pin) -> Option<Cow<'_, str>>) -> Self {
        Self { is_required: false, ..Self::required(name, read, write) }
    }
}

/// The keys of a block, in their order. The digest follows them.
pub(super) static KEYS: [Key; 11] = [
    Key::required("name", Read::Text(|it, text| set(&mut it.name, text)), |pin| word(&pin.cell.name)),
    Key::required("zone", Read::Text(|it, text| set(&mut it.zone, text)), |pin| word(&pin.cell.zone)),
    Key::required("arch", Read::Text(|it, text| set(&mut it.arch, text)), |pin| word(&pin.cell.arch)),
    Key {
        in_conflict: Some(""),
        in_change: Some("type"),
        ..Key::required("type", Read::Text(|it, text| set(&mut it.image_type, text)), |pin| word(&pin.image_type))
    },
    Key::optional("label", Read::Text(|it, text| set(&mut it.label, text)), |pin| pin.label().and_then(word)),
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
            pin.release.as_ref().and_then(word)
        })
    },
    Key {
        in_conflict: Some("for "),
        in_change: Some("Instance type"),
        ..Key::optional("instance-type", Read::Text(|it, text| set(&mut it.instance_type, text)), |pin| {
            pin.instance_type.as_ref().and_then(word)
        })
    },
    Key::required("id", Read::Text(|it, text| set(&mut it.id, text)), |pin| Some(pin.id.to_string().into())),
    Key::optional("published", Read::Time(|it, time| it.published = Some(time)), |pin| {
        pin.published.map(|time| time.to_string().into())
    }),
];

/// The key that ends a block.
pub(super) const DIGEST: &str = "digest";

fn set<T: FromStr<Err = Expected>>(field: &mut Option<T>, text: &str) -> Result<(), Expected> {
    *field = Some(text.parse()?);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the values of required and optional keys are written alike")]
fn word<T: AsRef<str>>(word: &T) -> Option<Cow<'_, str>> {
    Some(word.as_ref().into())
}

/// The values of a block, as far as they were read.
#[derive(Default)]
pub(super) struct Draft {
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

impl Draft {
    /// The pin, if the block names an image.
    pub(super) fn pin(self) -> Option<Pin> {
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

/// The lines of a block that its digest is taken over. They are the same in every format: an older one has fewer keys.
pub(super) fn lines(pin: &Pin) -> String {
    let mut lines = String::with_capacity(400);
    for key in &KEYS {
        let Some(value) = (key.write)(pin) else { continue };
        // Every word is checked when it is made and has nothing that a TOML string would have to escape.
        let quote = if matches!(key.read, Read::Text(_)) { "\"" } else { "" };
        lines.extend([key.name, " = ", quote, &value, quote, "\n"]);
    }
    lines
}

/// The digest of these lines: `sha256:` and 64 digits.
pub(super) fn digest(lines: &str) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(lines) {
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// A key whose value differs between two pins, with both values.
pub(crate) type Difference<'p> = (&'static Key, Option<Cow<'p, str>>, Option<Cow<'p, str>>);

/// How two pins differ.
pub(crate) fn differences<'p>(from: &'p Pin, to: &'p Pin) -> impl Iterator<Item = Difference<'p>> {
    KEYS.iter().map(move |key| (key, (key.write)(from), (key.write)(to))).filter(|(_, from, to)| from != to)
}

#[cfg(test)]
mod tests {
    use crate::domain::lock::Lock;
    use crate::domain::types::ImageRef;

    /// A file as a release wrote it that knew only format 1: of an image that is declared by its ID, of one that is declared
    /// by its version, and of one by its label.
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
    fn format_1_is_read_with_its_original_meaning() {
        let lock = Lock::parse(FORMAT_1).unwrap();
        assert_eq!(lock.edited_cells().count(), 0);
        let [by_image, by_version, web] = lock.pins() else { panic!("three pins") };
        assert_eq!((matches!(by_image.image, ImageRef::Id(_)), by_image.version), (true, None));
        assert_eq!(by_version.image, ImageRef::Label("fedora_43".parse().unwrap()));
        assert_eq!(by_version.version, "23971953-d7a8-4773-8d5d-d672c2091c85".parse().ok());
        assert_eq!((matches!(web.image, ImageRef::Label(_)), web.version), (true, None));
        assert!(lock.is_written(FORMAT_1), "it is not a reason to write the file");
        // The same pins in this format.
        assert_eq!(lock.write(), FORMAT_1.replacen("version = 1", "version = 2", 1));
        assert_eq!(Lock::parse(&lock.write()).unwrap(), lock);
    }

    #[test]
    fn a_block_that_format_1_could_not_have_is_refused() {
        let image = "image-id = \"c219dabc-60ac-42a0-8111-3fdbc5090939\"\n";
        let both = FORMAT_1.replace(image, &format!("{image}version-id = \"f730c19e-ca6b-4265-af18-20118a0ebad2\"\n"));
        let problems = Lock::parse(&both).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].title, "a block of the lockfile does not name one image");
        let lock = Lock::parse(&both.replace("version = 1", "version = 2")).unwrap();
        assert_eq!(lock.edited_cells().collect::<Vec<_>>(), [&lock.pins()[0].cell]);
    }
}
