//! A lock for IDs that are in use already: [`identify`] finds out what they are; [`plan`] declares them in the manifest, and
//! pins them as they are.

mod correct;
mod declare;
pub mod identify;
mod listed;
mod pin;
pub mod plan;
mod typed;

use crate::domain::catalog::{LocalImage, QueryError};
use crate::domain::diagnostics::{Help, Problem, oddities, visible};
use crate::domain::references::{Place, Reference};
use crate::domain::types::{Arch, Cell, Expected, ImageType, Label, LocalImageId, Name, Zone};

/// An ID to adopt, and the name that its image gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The name; `None` if nothing suggests one.
    pub name: Option<Name>,
    /// The ID.
    pub id: LocalImageId,
    /// The zone in front of the ID, if there is one.
    pub zone: Option<Zone>,
    /// Where the ID was read; `None` if the user typed it. Only typed IDs are ever sent.
    pub place: Option<Place>,
    /// Whether the user or the file calls it the ID of an image.
    pub is_image: bool,
}

impl From<Reference> for Request {
    fn from(Reference { name, zone, id, place, is_image }: Reference) -> Self {
        Self { name, id, zone, place: Some(place), is_image }
    }
}

/// How an ID is named.
const EXAMPLE: &str = "adopt web=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103";

impl Request {
    /// Reads `web=fr-par-1/UUID` or `web=UUID`.
    ///
    /// # Errors
    /// If the name, the zone or the ID is not valid.
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

    fn origin(&self) -> String {
        origin(self.place.as_ref())
    }

    /// Whether the user typed the ID, and did not only name a file that has it.
    pub(crate) fn is_typed(&self) -> bool {
        self.place.is_none()
    }

    /// The ID as the user would write it, with the zone.
    fn zoned(&self) -> String {
        self.zone.as_ref().map_or_else(|| self.id.to_string(), |zone| format!("{zone}/{}", self.id))
    }
}

/// What the user states about the IDs that they type, for those that the Marketplace does not list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// Their label.
    pub label: Option<Label>,
    /// Their zone, if it is not in front of the ID.
    pub zone: Option<Zone>,
    /// Their architecture.
    pub arch: Option<Arch>,
    /// Their type; if nothing is stated, the one that the label is offered with.
    pub image_type: Option<ImageType>,
}

/// An ID that was identified.
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

    fn origin(&self) -> String {
        origin(self.place.as_ref())
    }
}

/// Why an ID cannot be adopted.
enum Unidentified {
    /// It is not what can be adopted, or what was stated.
    Problem(Problem),
    /// The Marketplace did not answer.
    Failed(QueryError),
}

impl From<Problem> for Unidentified {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<QueryError> for Unidentified {
    fn from(failure: QueryError) -> Self {
        Self::Failed(failure)
    }
}

/// Where an ID was read, in front of a message about it.
fn origin(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| format!("{place}: "))
}
