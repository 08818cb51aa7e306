//! IDs in the files of other tools, and what they are called there.
//!
//! A file may hold UUIDs that are secrets, and no key says so reliably: they are compared with what is known, and never sent.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::key::{is_image, name};
use super::text::strings;
use super::{Place, Wish};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::{LocalImageId, Zone};

/// The IDs in the text of a file: a Terraform configuration, variables, a state, or any JSON; in their order.
///
/// # Errors
/// If it must be JSON and is not, or if it is nested too deep.
pub fn mentions(file: &str, text: &str) -> Result<Vec<Wish>, Problem> {
    let (mut wishes, mut known): (Vec<Wish>, _) = (Vec::new(), BTreeSet::new());
    let shared: Arc<str> = file.into();
    strings(file, text, &mut |path: &[Cow<'_, str>], line, value| {
        let Some((zone, id)) = zoned(value) else { return };
        let mut name = name(path);
        // What follows one another is often called the same: one copy is enough.
        if let Some(last) = wishes.last().filter(|last| last.name == name) {
            name.clone_from(&last.name);
        }
        if known.insert((id, name.clone())) {
            let place = Some(Place { file: Arc::clone(&shared), line });
            wishes.push(Wish { name, id, zone, place, is_image: is_image(path) });
        }
    })?;
    Ok(wishes)
}

/// Reads `UUID`, `ZONE/UUID` or `${...}/UUID`, and nothing else with a UUID in it.
fn zoned(value: &str) -> Option<(Option<Zone>, LocalImageId)> {
    let (before, id) = value.rsplit_once('/').map_or((None, value), |(before, id)| (Some(before), id));
    let id = id.parse().ok()?;
    let Some(before) = before else { return Some((None, id)) };
    let template = before.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match template {
        Some(inner) => (!inner.contains(['{', '}'])).then_some((None, id)),
        None => before.parse().ok().map(|zone| (Some(zone), id)),
    }
}
