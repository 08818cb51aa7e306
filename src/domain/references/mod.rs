//! Finds IDs in the files of other tools (Terraform configurations, variables and states, or any JSON), and names for
//! them.
//!
//! A file may contain UUIDs that are secrets, and its keys do not identify them reliably. Therefore, the UUIDs are only
//! compared with known IDs, and are never sent.

mod hcl;
mod json;
mod keys;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::domain::diagnostics::{Help, Problem};
use crate::domain::types::{LocalImageId, Name, Zone};

/// A function that is called for each string of a file, with the keys that lead to the string, its line (from 1), and
/// the string. The keys of a resource begin with `resource`, its type and its name.
type Visit<'s> = dyn FnMut(&[Cow<'_, str>], usize, &str) + 's;

/// The maximum nesting depth of a file. It is the limit of `serde_json`.
const MAX_DEPTH: usize = 128;

/// An ID in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name that the keys in the file suggest for its image.
    pub name: Option<Name>,
    /// The zone before the ID (`ZONE/UUID`), if there is one.
    pub zone: Option<Zone>,
    /// The ID.
    pub id: LocalImageId,
    /// The file and line of its first occurrence under this name.
    pub location: Location,
    /// Whether its keys say that it is the ID of an image.
    pub is_image: bool,
}

/// A line of a file. Displayed as `FILE:LINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    file: Arc<str>,
    /// The line, counted from 1.
    line: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Finds the IDs in the text of a file, in their order. `file` is its name, for messages and to recognize JSON.
///
/// # Errors
/// Returns a problem if the file is JSON by its name or its first character but is not valid JSON, or if it is nested
/// too deeply.
pub fn references(file: &str, text: &str) -> Result<Vec<Reference>, Problem> {
    let (mut references, mut known): (Vec<Reference>, _) = (Vec::new(), BTreeSet::new());
    let shared: Arc<str> = file.into();
    visit_strings(file, text, &mut |path: &[Cow<'_, str>], line, value| {
        let Some((zone, id)) = parse_zoned_id(value) else { return };
        let mut name = keys::name(path);
        // Consecutive IDs often have the same name. They share it, to save memory.
        if let Some(last) = references.last().filter(|last| last.name == name) {
            name.clone_from(&last.name);
        }
        if known.insert((id, name.clone())) {
            let location = Location { file: Arc::clone(&shared), line };
            references.push(Reference { name, zone, id, location, is_image: keys::is_image(path) });
        }
    })?;
    Ok(references)
}

/// Visits the strings of a JSON or HCL file that may be IDs.
fn visit_strings(file: &str, text: &str, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Err(error) = json::visit_ids(text, visit) else { return Ok(()) };
    // HCL never begins with a bracket.
    let name = file.to_ascii_lowercase();
    let has_json_name = [".json", ".tfstate"].iter().any(|end| name.ends_with(end));
    let error = if has_json_name || text.trim_start().starts_with(['{', '[']) {
        error
    } else {
        match hcl::visit_strings(text, visit) {
            Ok(()) => return Ok(()),
            Err(line) => json::Error::TooDeep { line },
        }
    };
    let (title, before) = match error {
        json::Error::TooDeep { line } => (
            format!("cannot read `{file}`: line {line} is nested more than {MAX_DEPTH} levels deep"),
            "remove the file from the command line".to_owned(),
        ),
        json::Error::Incomplete { line } => (
            format!("`{file}` is not valid JSON: it ends in line {line}, before the JSON value is complete"),
            format!("write `{file}` again with the tool that created it"),
        ),
        json::Error::TrailingText { line } => (
            format!("`{file}` is not valid JSON: line {line} has more text after the end of the JSON value"),
            format!("write `{file}` again with the tool that created it"),
        ),
        json::Error::Syntax { line, column } => (
            format!("`{file}` is not valid JSON: syntax error in line {line}, column {column}"),
            format!("write `{file}` again with the tool that created it"),
        ),
    };
    let help = Help::from(format!("{before}, or type the IDs: ")).then_run("adopt NAME=UUID");
    Err(Problem::new(title).help(help))
}

/// Parses `UUID`, `ZONE/UUID` or `${...}/UUID`. Any other text with a UUID in it is not an ID.
fn parse_zoned_id(value: &str) -> Option<(Option<Zone>, LocalImageId)> {
    let Some((before, id)) = value.rsplit_once('/') else { return Some((None, value.parse().ok()?)) };
    let id = id.parse().ok()?;
    match before.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(inner) => (!inner.contains(['{', '}'])).then_some((None, id)),
        None => Some((Some(before.parse().ok()?), id)),
    }
}
