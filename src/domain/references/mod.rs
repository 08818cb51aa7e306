//! IDs in the files of other tools: a Terraform configuration, variables, a state, or any JSON; and what they are called
//! there.
//!
//! A file may hold UUIDs that are secrets, and no key says so reliably: they are compared with what is known, and never sent.

mod hcl;
mod json;
mod keys;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::domain::diagnostics::{Help, Problem};
use crate::domain::types::{LocalImageId, Name, Zone};

/// Is called with one string of a file after the other: the keys that lead to it, its line from 1, and the string. The keys
/// of a resource begin with `resource`, its type and its name.
type Visit<'s> = dyn FnMut(&[Cow<'_, str>], usize, &str) + 's;

/// How deep a file may be nested: as deep as JSON may be.
const MAX_DEPTH: usize = 128;

/// An ID in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name that the file suggests for its image; `None` if it suggests none.
    pub name: Option<Name>,
    /// The zone in front of the ID, if there is one.
    pub zone: Option<Zone>,
    /// The ID.
    pub id: LocalImageId,
    /// Where it is.
    pub place: Place,
    /// Whether the file calls it the ID of an image.
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

/// Finds the IDs in the text of a file, in their order.
///
/// # Errors
/// If the file must be JSON and is not, or if it is nested too deep.
pub fn references(file: &str, text: &str) -> Result<Vec<Reference>, Problem> {
    let (mut references, mut known): (Vec<Reference>, _) = (Vec::new(), BTreeSet::new());
    let shared: Arc<str> = file.into();
    visit_strings(file, text, &mut |path: &[Cow<'_, str>], line, value| {
        let Some((zone, id)) = zoned(value) else { return };
        let mut name = keys::name(path);
        // IDs that follow one another often have the same name: one copy is enough.
        if let Some(last) = references.last().filter(|last| last.name == name) {
            name.clone_from(&last.name);
        }
        if known.insert((id, name.clone())) {
            let place = Place { file: Arc::clone(&shared), line };
            references.push(Reference { name, zone, id, place, is_image: keys::is_image(path) });
        }
    })?;
    Ok(references)
}

/// Visits the strings of a file that may be IDs, whether it is JSON or HCL.
fn visit_strings(file: &str, text: &str, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Err(error) = json::visit_ids(text, visit) else { return Ok(()) };
    // No HCL begins with a bracket.
    let name = file.to_ascii_lowercase();
    let is_called_json = [".json", ".tfstate"].iter().any(|end| name.ends_with(end));
    if is_called_json || text.trim_start().starts_with(['{', '[']) {
        let help = Help::from(format!("have the tool that wrote `{file}` write it again, or name the IDs: "));
        let problem = Problem::new(format!("`{file}` is no whole JSON value: {error}"));
        return Err(problem.help(help.then_run("adopt web=UUID")));
    }
    hcl::visit_strings(text, visit).map_err(|line| {
        Problem::new(format!("cannot read `{file}`: line {line} is nested more than {MAX_DEPTH} levels deep"))
            .help(Help::from("remove the file from the command line, or name the IDs: ").then_run("adopt web=UUID"))
    })
}

/// Reads `UUID`, `ZONE/UUID` or `${...}/UUID`, and nothing else with a UUID in it.
fn zoned(value: &str) -> Option<(Option<Zone>, LocalImageId)> {
    let Some((before, id)) = value.rsplit_once('/') else { return Some((None, value.parse().ok()?)) };
    let id = id.parse().ok()?;
    match before.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(inner) => (!inner.contains(['{', '}'])).then_some((None, id)),
        None => Some((Some(before.parse().ok()?), id)),
    }
}
