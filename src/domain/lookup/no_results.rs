//! Explains why a search found nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage};
use crate::domain::diagnostics::{and, did_you_mean, quoted, visible};
use crate::domain::lookup::search::{Condition, Filter, Pattern, matching};
use crate::domain::select::similar_labels;
use crate::domain::types::ImageRef;

/// Why no image matches a search: the first part of the search that leaves no image. `None` if all images that match
/// have reached their end of life.
pub fn no_results(pattern: &Pattern, filter: &Filter, now: Timestamp, catalog: &Catalog) -> Option<String> {
    let images: Vec<&Image> = catalog.images().iter().filter(|image| pattern.matches(image)).collect();
    if images.is_empty() {
        return Some(unmatched_pattern(pattern, now, catalog));
    }
    if let Some(category) = &filter.category
        && images.iter().all(|image| !image.categories.contains(category))
    {
        let known = images.iter().flat_map(|image| image.categories.iter().map(|it| visible(it)));
        let known = possible("categories", &known.collect());
        return Some(format!("{} in the category `{}`{known}", none_is(pattern, &images), visible(category)));
    }
    let images = matching(pattern, filter, now, catalog);
    if images.is_empty() {
        return None;
    }
    let mut left: Vec<&LocalImage> = Vec::new();
    for image in &images {
        let listing = catalog.listing(&ImageRef::Label(image.label.clone())).found();
        left.extend(listing.into_iter().flat_map(Listing::local_images));
    }
    let mut clause = String::from("offered");
    for condition in filter.conditions() {
        clause += &added(condition);
        let known: BTreeSet<String> = left.iter().flat_map(|local| values(condition, local)).collect();
        left.retain(|local| condition.holds(local));
        if left.is_empty() {
            return Some(format!("{} {clause}{}", none_is(pattern, &images), hint(condition, &known)));
        }
    }
    None
}

/// What a condition adds to "offered".
fn added(condition: Condition<'_>) -> String {
    match condition {
        Condition::Zone(zone) => format!(" in {zone}"),
        Condition::Arch(arch) => format!(" for {arch}"),
        Condition::Type(image_type) => format!(" with type {image_type}"),
        Condition::InstanceType(wanted) => format!(" for the Instance type {wanted}"),
    }
}

/// The values of a local image that a condition compares.
fn values(condition: Condition<'_>, local: &LocalImage) -> Vec<String> {
    match condition {
        Condition::Zone(_) => vec![local.zone.to_string()],
        Condition::Arch(_) => vec![local.arch.to_string()],
        Condition::Type(_) => vec![visible(local.image_type.as_str())],
        Condition::InstanceType(_) => local.commercial_types.iter().map(|it| visible(it)).collect(),
    }
}

/// A hint about a condition that no local image satisfies, given the values that would satisfy it.
fn hint(condition: Condition<'_>, known: &BTreeSet<String>) -> String {
    match condition {
        Condition::Zone(_) => possible("zones", known),
        Condition::Arch(_) => possible("architectures", known),
        Condition::Type(_) => possible("types", known),
        Condition::InstanceType(wanted) => {
            let hint = did_you_mean(wanted.as_str(), known.iter().map(String::as_str));
            hint.map_or_else(String::new, |hint| format!("; {hint}"))
        }
    }
}

/// The beginning of a sentence about the images that match a pattern. The property that none of them has follows it.
fn none_is(pattern: &Pattern, images: &[&Image]) -> String {
    match images {
        _ if pattern.is_empty() => "no image is".to_owned(),
        [image] => format!("`{}` matches, but is not", image.label),
        images => format!("{} images match `{}`, but none of them is", images.len(), visible(pattern.as_str())),
    }
}

fn unmatched_pattern(pattern: &Pattern, now: Timestamp, catalog: &Catalog) -> String {
    let text = visible(pattern.as_str());
    let hint = similar_labels(pattern.as_str(), now, catalog).map_or_else(String::new, |hint| format!("; {hint}"));
    if pattern.as_str().contains('*') {
        format!("no label matches `{text}`; `*` matches one part of a label between underscores{hint}")
    } else {
        format!("no label or name contains `{text}`{hint}")
    }
}

/// A hint with the possible values.
fn possible(what: &str, known: &BTreeSet<String>) -> String {
    if known.is_empty() { String::new() } else { format!("; possible {what}: {}", and(known.iter().map(quoted))) }
}
