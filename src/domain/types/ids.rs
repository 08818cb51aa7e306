//! IDs, with one type per kind of ID, and the references that the Marketplace lists local images by.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::checked::Expected;
use super::names::{Label, Zone};

/// Defines an ID type: a UUID that cannot be mixed up with another kind of ID. Parsing ignores case, and `Display` is lower case.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl FromStr for $name {
            type Err = Expected;

            fn from_str(text: &str) -> Result<Self, Expected> {
                // `Uuid` also parses braces, URNs and digits without dashes, but the API accepts only one form.
                if text.len() != 36 {
                    return Err(Expected("a UUID, like `6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`"));
                }
                match Uuid::try_parse(text) {
                    Ok(id) if id.is_nil() || id.is_max() => Err(Expected("a UUID other than all zeros or all ones")),
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

/// The UUID in a text that has one in another form: with a zone before it, in braces, or without dashes.
pub(crate) fn uuid_within(text: &str) -> Option<String> {
    let text = text.rsplit_once('/').map_or(text, |(_, id)| id).trim();
    let id = Uuid::try_parse(text).ok().filter(|id| !id.is_nil() && !id.is_max())?;
    Some(id.hyphenated().to_string())
}

id!(
    /// The ID of a local image, which an Instance boots from. A pin stores this ID.
    LocalImageId
);

id!(
    /// The ID of a Marketplace image, the same for all its versions. An Instance cannot boot from it, so it is never pinned.
    ImageId
);

id!(
    /// The ID of one version of an image. An Instance cannot boot from it, so it is never pinned.
    VersionId
);

impl From<LocalImageId> for VersionId {
    /// Treats an ID of unknown kind as the ID of a version.
    fn from(id: LocalImageId) -> Self {
        Self(id.0)
    }
}

impl From<VersionId> for LocalImageId {
    /// Treats the ID as one of unknown kind.
    fn from(id: VersionId) -> Self {
        Self(id.0)
    }
}

impl From<ImageId> for LocalImageId {
    /// Treats the ID as one of unknown kind.
    fn from(id: ImageId) -> Self {
        Self(id.0)
    }
}

impl From<LocalImageId> for ImageId {
    /// Treats an ID of unknown kind as the ID of an image.
    fn from(id: LocalImageId) -> Self {
        Self(id.0)
    }
}

/// A local image ID with its zone, in the form that Terraform resources require: `ZONE/ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZonedId<'a>(pub &'a Zone, pub LocalImageId);

impl fmt::Display for ZonedId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

/// The parameter of a Marketplace request that lists local images.
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
