//! The checked names of the domain: images, labels, zones, architectures, Instance types, IDs, cells.
//!
//! Each is checked when it is made, so that a [`Label`] or a [`Zone`] in hand is known to be well formed.

pub mod release;
pub mod status;
pub mod timestamp;

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// What a malformed word should have looked like, to stand behind "expected".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(pub &'static str);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for Expected {}

/// Defines a checked string: its test, and the words that tell what passes. A copy shares the text: ten thousand pins are in
/// a few zones.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $test:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The word as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Expected;

            fn from_str(text: &str) -> Result<Self, Expected> {
                let test: fn(&str) -> bool = $test;
                if test(text) { Ok(Self(text.into())) } else { Err(Expected($expected)) }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

pub(crate) use word;

word!(
    /// The name that a manifest gives an image: `web` in `[images.web]`.
    Name,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    },
    "a letter or `_`, then letters, digits, `_` or `-`, so that shells and HCL can use it as an identifier"
);

word!(
    /// The Marketplace's own name for an image: `ubuntu_noble`. Stable over versions; may contain dots.
    Label,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    },
    "letters, digits, `_`, `-` or `.`, like `ubuntu_noble`"
);

word!(
    /// A processor architecture as the API writes it: `x86_64`, `arm64`. A free string: new ones appear.
    Arch,
    |text| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 32
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            // What others call x86_64 and arm64. No row has these names, so asking for one is a slip.
            && !matches!(text, "amd64" | "x64" | "x86" | "aarch64" | "armv8")
    },
    "`x86_64` or `arm64`"
);

word!(
    /// An Instance type, like `PRO2-S`; a local image lists those that it can boot.
    CommercialType,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 64
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    },
    "the name of an Instance type, like `PRO2-S`"
);

/// An availability zone: `fr-par-1`. The legacy names `par1` and `ams1` are read as what they mean today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zone(std::sync::Arc<str>);

impl Zone {
    /// The zone as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match text {
            "par1" => return Ok(Self("fr-par-1".into())),
            "ams1" => return Ok(Self("nl-ams-1".into())),
            _ => {}
        }
        let mut parts = text.split('-');
        let letters =
            |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase()));
        let well_formed = text.len() <= 32
            && letters(parts.next())
            && letters(parts.next())
            && parts.next().is_some_and(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()))
            && parts.next().is_none();
        if well_formed { Ok(Self(text.into())) } else { Err(Expected("country, city and number, like `fr-par-1`")) }
    }
}

impl AsRef<str> for Zone {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which root volume a local image is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageType {
    /// A Block Storage root volume (`volume_type = "sbs_volume"`); what server creation takes unless told otherwise.
    InstanceSbs,
    /// A local root volume (`volume_type = "l_ssd"`).
    InstanceLocal,
}

impl ImageType {
    /// Every type, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::InstanceSbs, Self::InstanceLocal];

    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InstanceSbs => "instance_sbs",
            Self::InstanceLocal => "instance_local",
        }
    }

    /// The root volume that it boots from, in the words of the Instance API and the Terraform provider.
    pub fn volume_type(self) -> &'static str {
        match self {
            Self::InstanceSbs => "sbs_volume",
            Self::InstanceLocal => "l_ssd",
        }
    }
}

impl FromStr for ImageType {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or(Expected("`instance_sbs` (a Block Storage root volume) or `instance_local` (a local one)"))
    }
}

impl AsRef<str> for ImageType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ImageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Defines an ID: a UUID that cannot be taken for another kind of ID.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl FromStr for $name {
            type Err = Expected;

            fn from_str(text: &str) -> Result<Self, Expected> {
                // `Uuid` also reads braces, URNs and bare digits; the API writes one form.
                if text.len() != 36 {
                    return Err(Expected("a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`"));
                }
                match Uuid::try_parse(text) {
                    Ok(id) if id.is_nil() || id.is_max() => Err(Expected("a UUID that is not all zeros or all ones")),
                    Ok(id) => Ok(Self(id)),
                    Err(_) => Err(Expected("a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = Uuid::encode_buffer();
                f.pad(self.0.hyphenated().encode_lower(&mut text))
            }
        }
    };
}

id!(
    /// The ID of a local image: what an Instance boots, and what a pin pins.
    LocalImageId
);

id!(
    /// The ID of a Marketplace image over all its versions. Never a pin: no Instance boots it.
    ImageId
);

id!(
    /// The ID of one version of an image. Never a pin: no Instance boots it.
    VersionId
);

impl From<LocalImageId> for VersionId {
    /// The version that has the same UUID, for an ID of unknown kind.
    fn from(id: LocalImageId) -> Self {
        Self(id.0)
    }
}

impl From<LocalImageId> for ImageId {
    /// The image that has the same UUID, for an ID of unknown kind.
    fn from(id: LocalImageId) -> Self {
        Self(id.0)
    }
}

/// A local image in its zone, as Terraform's resources want it: `ZONE/ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZonedId<'a>(pub &'a Zone, pub LocalImageId);

impl fmt::Display for ZonedId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

/// What the Marketplace lists local images by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageRef {
    /// The current local images of a label.
    Label(Label),
    /// The current local images of an image.
    Id(ImageId),
    /// The local images of one version.
    Version(VersionId),
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => label.fmt(f),
            Self::Id(id) => id.fmt(f),
            Self::Version(id) => write!(f, "version {id}"),
        }
    }
}

/// The cell of a pin: which image of the manifest, where, for which processor. Unique in a manifest and in a lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The image's name in the manifest.
    pub name: Name,
    /// The zone.
    pub zone: Zone,
    /// The architecture.
    pub arch: Arch,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}, {})", self.name, self.zone, self.arch)
    }
}
