//! A lock out of IDs that people already run: [`mention`] finds them, [`identify`] asks what they are, [`correct`] replaces
//! what was stated before, [`declare`] says so in the manifest, and [`pins`](pin::pins) pins them as they are.

pub mod correct;
pub mod declare;
mod hcl;
pub mod identify;
mod json;
mod key;
mod listed;
pub mod mention;
pub mod pin;
mod stated;
mod text;

use std::fmt;
use std::sync::Arc;

use crate::domain::catalog::LocalImage;
use crate::domain::diagnostics::help::Help;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::{oddities, visible};
use crate::domain::{Arch, Cell, Expected, ImageType, Label, LocalImageId, Name, Zone};

/// An ID that somebody runs, and the name that its image gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The name; none where nothing suggests one.
    pub name: Option<Name>,
    /// The ID.
    pub id: LocalImageId,
    /// The zone in front of it, where it has one.
    pub zone: Option<Zone>,
    /// Where it was read; none for one that the user typed. Only a typed one is ever sent.
    pub place: Option<Place>,
    /// Whether it is said to be the ID of an image.
    pub is_image: bool,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: Arc<str>,
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// How an ID is named.
const EXAMPLE: &str = "adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103";

impl Wish {
    /// Reads `web=fr-par-1/UUID` or `web=UUID`.
    ///
    /// # Errors
    /// If that is no name, no zone or no UUID.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let malformed = |what: &str, word: &str, expected: Expected| {
            let problem = Problem::new(format!("`{}` is no {what}: {expected}", visible(word)));
            Problem { notes: oddities(word), ..problem }.help(Help::from("write `NAME=UUID`, like ").then_run(EXAMPLE))
        };
        let (name, value) = text.split_once('=').ok_or_else(|| {
            malformed("name and ID", text, Expected("a name, `=` and a UUID"))
                .note("IDs are found in a file with `--from FILE`")
        })?;
        let (zone, id) = value.split_once('/').map_or((None, value), |(zone, id)| (Some(zone), id));
        Ok(Self {
            name: Some(name.parse().map_err(|expected| malformed("image name", name, expected))?),
            id: id.parse().map_err(|expected| malformed("ID", id, expected))?,
            zone: zone.map(|zone| zone.parse().map_err(|expected| malformed("zone", zone, expected))).transpose()?,
            place: None,
            is_image: true,
        })
    }

    /// Whether the user typed it, and did not only name a file that has it.
    pub(crate) fn is_typed(&self) -> bool {
        self.place.is_none()
    }

    /// How the user would write it.
    fn zoned(&self) -> String {
        self.zone.as_ref().map_or_else(|| self.id.to_string(), |zone| format!("{zone}/{}", self.id))
    }
}

/// What the user says of the IDs that they type, for those that the Marketplace does not describe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Their label.
    pub label: Option<Label>,
    /// Their zone, where it does not stand before the ID.
    pub zone: Option<Zone>,
    /// Their architecture.
    pub arch: Option<Arch>,
    /// Their type; if nothing is said, the one that the label is offered with.
    pub image_type: Option<ImageType>,
}

/// An ID that is identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    name: Name,
    local: LocalImage,
    label: Label,
    image_type: ImageType,
    place: Option<Place>,
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
