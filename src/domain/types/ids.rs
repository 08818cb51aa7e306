//! IDs, each kind a type of its own, and what local images are listed by.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::checked::Expected;
use super::names::{Label, Zone};

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

impl From<VersionId> for LocalImageId {
    /// The same UUID, of unknown kind.
    fn from(id: VersionId) -> Self {
        Self(id.0)
    }
}

impl From<ImageId> for LocalImageId {
    /// The same UUID, of unknown kind.
    fn from(id: ImageId) -> Self {
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
