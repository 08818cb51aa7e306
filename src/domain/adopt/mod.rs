//! A lock out of IDs that people already run: [`mention`] finds them, [`identify`] asks what they are, [`declare`] says so in
//! the manifest, and [`pins`](pin::pins) pins them as they are.

pub mod declare;
mod hcl;
pub mod identify;
pub mod mention;
pub mod pin;
mod telling;
mod text;

use super::catalog::LocalImage;
use super::problem::Problem;
use super::words::{oddities, visible};
use super::{Arch, Cell, Expected, ImageType, Label, LocalImageId, Name, Zone};

/// An ID that somebody runs, and the name that its image gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The name; none where nothing suggests one.
    pub name: Option<Name>,
    /// The ID.
    pub id: LocalImageId,
    /// The zone in front of it, where it has one.
    pub zone: Option<Zone>,
    /// File and line; none for one that the user named.
    pub place: Option<String>,
    /// Whether it is said to be the ID of an image: then the Marketplace is asked about it.
    pub is_image: bool,
}

impl Wish {
    /// Reads `web=fr-par-1/UUID` or `web=UUID`.
    ///
    /// # Errors
    /// If that is no name, no zone or no UUID.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let malformed = |what: &str, word: &str, expected: Expected| {
            let problem = Problem::new(format!("`{}` is no {what}: {expected}", visible(word)));
            Problem { notes: oddities(word), ..problem }
                .help("write `NAME=UUID`, like `imagelock adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103`")
        };
        let (name, value) =
            text.split_once('=').ok_or_else(|| malformed("name and ID", text, Expected("a name, `=` and a UUID")))?;
        let (zone, id) = value.split_once('/').map_or((None, value), |(zone, id)| (Some(zone), id));
        Ok(Self {
            name: Some(name.parse().map_err(|expected| malformed("image name", name, expected))?),
            id: id.parse().map_err(|expected| malformed("ID", id, expected))?,
            zone: zone.map(|zone| zone.parse().map_err(|expected| malformed("zone", zone, expected))).transpose()?,
            place: None,
            is_image: true,
        })
    }

    /// How the user would write it.
    fn zoned(&self) -> String {
        self.zone.as_ref().map_or_else(|| self.id.to_string(), |zone| format!("{zone}/{}", self.id))
    }
}

/// What the user says of IDs that the Marketplace no longer describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Their label.
    pub label: Option<Label>,
    /// Their zone, where it does not stand before the ID.
    pub zone: Option<Zone>,
    /// Their architecture.
    pub arch: Option<Arch>,
    /// Their type; `instance_sbs` if nothing is said.
    pub image_type: Option<ImageType>,
}

/// An ID that is identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    name: Name,
    local: LocalImage,
    label: Label,
    image_type: ImageType,
    place: Option<String>,
}

impl Found {
    fn cell(&self) -> Cell {
        Cell { name: self.name.clone(), zone: self.local.zone.clone(), arch: self.local.arch.clone() }
    }

    /// Where the ID was read, in front of what is said of it.
    fn origin(&self) -> String {
        self.place.as_ref().map_or_else(String::new, |place| format!("{place}: "))
    }
}
