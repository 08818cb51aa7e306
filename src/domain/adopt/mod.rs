//! Adopts image IDs that are already in use: [`identify`] looks up what they are, and [`plan`] declares them in the
//! manifest and pins exactly these IDs.

mod correct;
mod declare;
pub mod identify;
mod listed;
mod pin;
pub mod plan;
mod typed;

use crate::domain::catalog::{LocalImage, QueryError};
use crate::domain::diagnostics::{Command, Help, Problem, oddities, visible};
use crate::domain::references::{Location, Reference};
use crate::domain::types::{Arch, Cell, Expected, ImageType, Label, LocalImageId, Name, Zone};

/// An ID to adopt, and the name of its image in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The name that the user typed or the file suggests.
    pub name: Option<Name>,
    /// The ID.
    pub id: LocalImageId,
    /// The zone before the ID (`ZONE/UUID`), if there is one.
    pub zone: Option<Zone>,
    /// The file and line that contain the ID; `None` if the user typed it. Only typed IDs are sent to the Marketplace.
    pub location: Option<Location>,
    /// Whether the user or the file says that this is the ID of an image.
    pub is_image: bool,
}

impl From<Reference> for Request {
    fn from(Reference { name, zone, id, location, is_image }: Reference) -> Self {
        Self { name, id, zone, location: Some(location), is_image }
    }
}

/// An example of a typed ID.
const EXAMPLE: &str = "adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103";

impl Request {
    /// Parses `web=fr-par-1/UUID` or `web=UUID`.
    ///
    /// # Errors
    /// Returns a problem if the name, the zone or the ID is invalid.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let malformed = |what: &str, word: &str, expected: Expected| {
            let problem = Problem::new(format!("`{}` is not {what}: {expected}", visible(word)));
            Problem { notes: oddities(word), ..problem }.help(Help::from("write `NAME=UUID`, like ").then_run(EXAMPLE))
        };
        let Some((name, value)) = text.split_once('=') else {
            let is_id = split_zone(text).1.parse::<LocalImageId>().is_ok();
            let problem = Problem::new(format!("`{}` has no {}", visible(text), if is_id { "name" } else { "ID" }));
            return Err(if is_id {
                let adopt = Command::new("adopt").args([format!("NAME={text}")]);
                problem.help(Help::from("give it a name: ").then_run(adopt))
            } else {
                let problem = problem.note("to find the IDs in a file, use `--from FILE`");
                problem.help(Help::from("write `NAME=UUID`, like ").then_run(EXAMPLE))
            });
        };
        let (zone, id) = split_zone(value);
        Ok(Self {
            name: Some(name.parse().map_err(|expected| malformed("an image name", name, expected))?),
            id: id.parse().map_err(|expected| malformed("an ID", id, expected))?,
            zone: zone.map(|zone| zone.parse().map_err(|expected| malformed("a zone", zone, expected))).transpose()?,
            location: None,
            is_image: true,
        })
    }

    fn origin(&self) -> String {
        origin(self.location.as_ref())
    }

    /// Whether the user typed the ID. Otherwise, it was read from a file.
    pub(crate) fn is_typed(&self) -> bool {
        self.location.is_none()
    }

    /// The ID as the user would type it, including the zone.
    fn zoned(&self) -> String {
        self.zone.as_ref().map_or_else(|| self.id.to_string(), |zone| format!("{zone}/{}", self.id))
    }
}

/// The user's description of the typed IDs. It applies to IDs that the Marketplace does not list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// Their label.
    pub label: Option<Label>,
    /// Their zone, if it is not before the ID.
    pub zone: Option<Zone>,
    /// Their architecture.
    pub arch: Option<Arch>,
    /// Their type. By default, the only type with which the label is offered.
    pub image_type: Option<ImageType>,
}

/// An ID that was identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    name: Name,
    local: LocalImage,
    label: Label,
    image_type: ImageType,
    location: Option<Location>,
}

impl Found {
    fn cell(&self) -> Cell {
        Cell { name: self.name.clone(), zone: self.local.zone.clone(), arch: self.local.arch.clone() }
    }

    fn origin(&self) -> String {
        origin(self.location.as_ref())
    }
}

/// Why an ID cannot be adopted.
enum Unidentified {
    /// It is not the ID of a local image, or it differs from the user's description.
    Problem(Problem),
    /// The Marketplace gave no usable response.
    Failed(QueryError),
}

impl From<Problem> for Unidentified {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<QueryError> for Unidentified {
    fn from(error: QueryError) -> Self {
        Self::Failed(error)
    }
}

/// Splits `ZONE/UUID` or `UUID`.
fn split_zone(text: &str) -> (Option<&str>, &str) {
    text.split_once('/').map_or((None, text), |(zone, id)| (Some(zone), id))
}

/// The beginning of a message about an ID: the file and line that contain it, or nothing for a typed ID.
fn origin(location: Option<&Location>) -> String {
    location.map_or_else(String::new, |location| format!("{location}: "))
}
