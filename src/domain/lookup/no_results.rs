//! Explains why a search found nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage};
use crate::domain::diagnostics::{and, did_you_mean, quoted, visible};
use crate::domain::lookup::search::{Filter, Pattern, matching};
use crate::domain::select::similar_labels;
use crate::domain::types::ImageRef;

/// Why no image matches a search: the first part of the search that leaves no image. `None` if all images that match have reached
/// their end of life.
pub fn no_results(pattern: &Pattern, filter: &Filter, now: Timestamp, catalog: &Catalog) -> Option<String> {
    let images: Vec<&Image> = catalog.images().iter().filter(|image| pattern.matches(image)).collect();
    if images.is_empty() {
        return Some(unmatched_pattern(pattern, now, catalog));
    }
    if let Some(category) = &filter.category
        && images.iter().all(|image| !image.categories.contains(category))
    {
        let known = images.iter().flat_map(|image| image.categories.iter().map(|it| visible(it)));
        let known = possible("categories", known.collect());
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
    for step in steps(filter) {
        clause += &step.clause;
        let known: BTreeSet<String> = left.iter().flat_map(|local| (step.values)(local)).collect();
        left.retain(|local| (step.keeps)(local));
        if left.is_empty() {
            return Some(format!("{} {clause}{}", none_is(pattern, &images), (step.hint)(known)));
        }
    }
    None
}

/// One filter on local images.
struct Step<'f> {
    /// What follows "offered": ` in fr-par-1`.
    clause: String,
    /// The values of a local image that the filter compares.
    values: Box<dyn Fn(&LocalImage) -> Vec<String> + 'f>,
    /// Whether the filter keeps a local image.
    keeps: Box<dyn Fn(&LocalImage) -> bool + 'f>,
    /// A hint for a filter that keeps none, given the values that there are.
    hint: Box<dyn Fn(BTreeSet<String>) -> String + 'f>,
}

/// The filters on local images.
fn steps(filter: &Filter) -> Vec<Step<'_>> {
    let zone = filter.zone.as_ref().map(|zone| Step {
        clause: format!(" in {zone}"),
        values: Box::new(|local| vec![local.zone.to_string()]),
        keeps: Box::new(move |local| local.zone == *zone),
        hint: Box::new(|known| possible("zones", known)),
    });
    let arch = filter.arch.as_ref().map(|arch| Step {
        clause: format!(" for {arch}"),
        values: Box::new(|local| vec![local.arch.to_string()]),
        keeps: Box::new(move |local| local.arch == *arch),
        hint: Box::new(|known| possible("architectures", known)),
    });
    let image_type = filter.image_type.map(|image_type| Step {
        clause: format!(" with type {image_type}"),
        values: Box::new(|local| vec![visible(local.image_type.as_str())]),
        keeps: Box::new(move |local| local.image_type.fits(image_type)),
        hint: Box::new(|known| possible("types", known)),
    });
    let instance_type = filter.instance_type.as_ref().map(|wanted| Step {
        clause: format!(" for the Instance type {wanted}"),
        values: Box::new(|local| local.commercial_types.iter().map(|it| visible(it)).collect()),
        keeps: Box::new(move |local| local.commercial_types.contains(wanted.as_str())),
        hint: Box::new(move |known| {
            let hint = did_you_mean(wanted.as_str(), known.iter().map(String::as_str));
            hint.map_or_else(String::new, |hint| format!("; {hint}"))
        }),
    });
    [zone, arch, image_type, instance_type].into_iter().flatten().collect()
}

/// The beginning of a sentence about the images that match a pattern. A property follows that none of them has.
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

/// A hint with the values that there are.
fn possible(what: &str, known: BTreeSet<String>) -> String {
    if known.is_empty() { String::new() } else { format!("; possible {what}: {}", and(known.iter().map(quoted))) }
}
