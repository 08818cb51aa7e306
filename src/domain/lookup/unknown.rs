//! The problem of a word that is not an image name, a label or an ID.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem, oddities, or, visible};
use crate::domain::lock::Lock;
use crate::domain::lookup::short_id::ids_in_lock;
use crate::domain::select::similar;
use crate::domain::types::{LocalImageId, Name};

/// The problem of a word that is not an image name, a label or an ID. `names` are the image names in the manifest;
/// `None` without a manifest.
pub(crate) fn unknown_word(
    word: &str,
    names: Option<&BTreeSet<&Name>>,
    lock: &Lock,
    now: Timestamp,
    catalog: &Catalog,
) -> Problem {
    let searched = if names.is_some() {
        "searched the image names in the manifest, the labels of the Marketplace, and IDs"
    } else {
        "searched the labels of the Marketplace and IDs; there is no manifest with image names"
    };
    let problem = Problem::new(format!("`{}` is not an image name, a label or an ID", visible(word)));
    let problem = Problem { notes: oddities(word), ..problem }
        .note(searched)
        .note("an ID is a UUID with dashes, or at least its first 8 digits");
    if let Some(id) = with_dashes(word) {
        return problem.help(Help::from("write the ID with dashes: ").then_run(Command::new("explain").args([id])));
    }
    let ids = ids_in_lock(lock).chain(catalog.images().iter().map(|image| image.id.into()));
    let ids: BTreeSet<String> = ids.map(|id: LocalImageId| id.to_string()).collect();
    let names = names.into_iter().flatten().map(|name| name.as_str());
    let similar = similar(word, names.chain(ids.iter().map(String::as_str)), now, catalog);
    problem.help(if similar.is_empty() {
        Help::from("to list the labels: ").then_run("search").then("; to list the pins: ").then_run("list")
    } else {
        format!("did you mean {}?", or(similar)).into()
    })
}

/// The ID that is written without dashes.
fn with_dashes(word: &str) -> Option<LocalImageId> {
    if word.len() != 32 || !word.chars().all(|char| char.is_ascii_hexdigit()) {
        return None;
    }
    [&word[..8], &word[8..12], &word[12..16], &word[16..20], &word[20..]].join("-").parse().ok()
}
