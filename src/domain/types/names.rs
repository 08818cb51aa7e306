//! Names: of images, labels, zones, architectures, types.

use std::fmt;
use std::str::FromStr;

use super::checked::{Expected, checked_string};

checked_string!(
    /// The name that a manifest gives an image: `web` in `[images.web]`.
    Name,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    },
    "a letter or `_`, then letters, digits, `_` or `-`, so that shells and HCL can use it as an identifier"
);

checked_string!(
    /// The Marketplace's own name for an image: `ubuntu_noble`. Stable over versions; may contain dots.
    Label,
    |text| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    },
    "letters, digits, `_`, `-` or `.`, like `ubuntu_noble`"
);

checked_string!(
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

checked_string!(
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
