//! The names of images, labels, zones, architectures, image types and Instance types.

use std::fmt;
use std::str::FromStr;

use super::checked::{Expected, checked_string};

checked_string!(
    /// The name of an image in the manifest: `web` in `[images.web]`. It is a valid identifier in shells and in HCL.
    Name,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    },
    "a letter or `_`, followed by letters, digits, `_` or `-`"
);

checked_string!(
    /// The Marketplace's name for an image, like `ubuntu_noble`. It is the same for all versions of the image.
    Label,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    },
    "a label, like `ubuntu_noble`"
);

checked_string!(
    /// A processor architecture as the Marketplace writes it: `x86_64`, `arm64`. Other values are valid, because new ones may appear.
    Arch,
    |text| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 32
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            // Other names of x86_64 and arm64, which the Marketplace never uses.
            && !matches!(text, "amd64" | "x64" | "x86" | "aarch64" | "armv8")
    },
    "`x86_64` or `arm64`"
);

checked_string!(
    /// An Instance type, like `PRO2-S`. The Marketplace lists the types that each local image can boot.
    CommercialType,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 64
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    },
    "an Instance type, like `PRO2-S`"
);

/// An availability zone, like `fr-par-1`. The legacy names `par1` and `ams1` are converted to `fr-par-1` and `nl-ams-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zone(std::sync::Arc<str>);

impl Zone {
    /// The name of the zone.
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
        if well_formed { Ok(Self(text.into())) } else { Err(Expected("a zone, like `fr-par-1`")) }
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

/// The type of a local image, which decides the kind of root volume that it boots from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageType {
    /// For a Block Storage root volume (`volume_type = "sbs_volume"`), the default when an Instance is created.
    InstanceSbs,
    /// For a local root volume (`volume_type = "l_ssd"`).
    InstanceLocal,
}

impl ImageType {
    /// All types, in display order.
    pub const ALL: [Self; 2] = [Self::InstanceSbs, Self::InstanceLocal];

    /// The name of the type in the Marketplace API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InstanceSbs => "instance_sbs",
            Self::InstanceLocal => "instance_local",
        }
    }

    /// The type of the root volume, as the Instance API and the Terraform provider name it.
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
            .ok_or(Expected("`instance_sbs` (Block Storage root volume) or `instance_local` (local root volume)"))
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
