//! IDs in the files of other tools, and what they are called there.
//!
//! A file may hold UUIDs that are secrets. Which mention says that it is an image decides what may be asked about; all
//! others are only compared with what the Marketplace lists.

use std::collections::BTreeSet;

use super::Wish;
use super::telling::{is_image, is_of_resource, is_secret, is_silent};
use super::text::{Placed, strings, words};
use crate::domain::problem::Problem;
use crate::domain::{LocalImageId, Name, Zone};

/// The IDs in the texts of files, which have their paths beside them: Terraform configurations, variables and states, or any
/// JSON; in their order.
///
/// What one of them says is an image is one wherever it stands; but not if it may be a secret anywhere.
///
/// # Errors
/// If one must be JSON and is none.
pub fn mentions(files: &[(String, String)]) -> Result<Vec<Wish>, Problem> {
    let (mut wishes, mut images, mut secrets) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let files: Vec<(&str, Vec<Placed>)> =
        files.iter().map(|(name, text)| Ok((name.as_str(), strings(name, text)?))).collect::<Result<_, _>>()?;
    let hidden: BTreeSet<String> = files.iter().flat_map(|(_, strings)| strings).filter_map(hidden).collect();
    for (file, strings) in files {
        let mut known = BTreeSet::new();
        for placed in strings {
            let Placed { path, line, value, is_hidden } = &placed;
            let is_of_hidden = !is_of_resource(path) && path.iter().any(|key| hidden.contains(key));
            if *is_hidden || is_of_hidden || is_secret(path) {
                secrets.extend(words(value).filter_map(|word| word.parse::<LocalImageId>().ok()));
            }
            let Some((zone, id)) = zoned(value) else { continue };
            if is_image(path) {
                images.insert(id);
            }
            let name = name(path);
            if known.insert((id, name.clone())) {
                let place = Some(format!("{file}:{line}"));
                wishes.push(Wish { name, id, zone, place, is_image: false });
            }
        }
    }
    for wish in &mut wishes {
        wish.is_image = images.contains(&wish.id) && !secrets.contains(&wish.id);
    }
    Ok(wishes)
}

/// Reads `UUID`, `ZONE/UUID` or `${...}/UUID`, and nothing else with a UUID in it.
fn zoned(value: &str) -> Option<(Option<Zone>, LocalImageId)> {
    let id = id(value).parse().ok()?;
    let Some((before, _)) = value.rsplit_once('/') else { return Some((None, id)) };
    let template = before.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match template {
        Some(inner) => (!inner.contains(['{', '}'])).then_some((None, id)),
        None => before.parse().ok().map(|zone| (Some(zone), id)),
    }
}

/// The part of `ZONE/ID` that is the ID.
pub(super) fn id(value: &str) -> &str {
    value.rsplit_once('/').map_or(value, |(_, id)| id)
}

/// The variable or output that is declared sensitive. A value that another file gives to it, or shows of it, is as well.
fn hidden(placed: &Placed) -> Option<String> {
    let declares = |kind: &str| matches!(kind, "variable" | "variables" | "output" | "outputs");
    let names = placed.path.windows(2).filter(|_| placed.is_hidden);
    names.rev().find(|keys| declares(&keys[0])).map(|keys| keys[1].clone())
}

/// What the file calls an ID: the block that it stands in, else the innermost key that tells.
fn name(path: &[String]) -> Option<Name> {
    let block = match path {
        [kind, _, name, ..] if matches!(kind.as_str(), "resource" | "data") => Some(name),
        [kind, name, ..] if matches!(kind.as_str(), "variable" | "module" | "output") => Some(name),
        _ => None,
    };
    let words = ["image", "images", "image_id", "imageid", "locals", "variable"];
    let tells = |key: &&String| !is_silent(key) && !words.contains(&key.to_lowercase().as_str());
    let key = block.or_else(|| path.iter().rev().find(tells))?;
    let stem =
        ["_image_id", "_image", "-image"].iter().find_map(|end| key.strip_suffix(end)).filter(|it| !it.is_empty());
    let plain = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let name: String = stem.unwrap_or(key).chars().map(plain).collect();
    let name =
        if name.starts_with(|char: char| char.is_ascii_digit() || char == '-') { format!("_{name}") } else { name };
    name.parse().ok()
}
