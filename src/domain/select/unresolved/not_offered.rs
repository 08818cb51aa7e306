//! The problems of images that are not offered as declared: in the zone, for the architecture, with the type, for the
//! Instance type, or with the minimum age.

use std::collections::BTreeSet;

use crate::domain::catalog::{Listing, StatedType};
use crate::domain::diagnostics::{Problem, and_more, did_you_mean, or, visible};
use crate::domain::select::outcome::{NoMatch, Outcome};
use crate::domain::select::unresolved::cells::{Cells, by_arch, places};
use crate::domain::types::{ImageType, minute};

/// The problem of an image that is not offered in a zone for an architecture.
pub(super) fn not_offered(cells: Cells<'_, '_>, listing: &Listing) -> Problem {
    let (target, _) = &cells[0];
    let missing = places(cells);
    let verb = if listing.doubt().is_some() { "was not found" } else { "is not offered" };
    let mut problem = Problem::new(format!("`{}` {verb} {missing}", target.selector))
        .at(target.zone_span.clone(), format!("not offered here for {}", target.cell.arch));
    let types: BTreeSet<&StatedType> = listing.local_images().iter().map(|local| &local.image_type).collect();
    for image_type in types {
        let there = listing.local_images().iter().filter(|local| local.image_type == *image_type);
        let there = by_arch(there.map(|local| (&local.arch, &local.zone)));
        problem = problem.note(match image_type {
            StatedType::Unstated => format!("it is offered {there}"),
            stated => format!("it is offered with type {} {there}", visible(stated.as_str())),
        });
    }
    if listing.local_images().is_empty() && listing.doubt().is_none() {
        problem = problem.note("it is currently not offered in any zone");
    }
    problem
        .help(format!("change the zone or the architecture in [images.{}], or choose another label", target.cell.name))
}

/// The problem of an image that is offered with other types only.
pub(super) fn other_types(cells: Cells<'_, '_>, types: &[&StatedType]) -> Problem {
    let (target, _) = &cells[0];
    let where_to = places(cells);
    let types: BTreeSet<&str> = types.iter().map(|image_type| image_type.as_str()).collect();
    let span = target.spans.image_type.clone().unwrap_or(target.spans.image.clone());
    let label = match target.spans.image_type {
        Some(_) => "not offered with this type".to_owned(),
        None => format!("`type` is missing and defaults to {}", target.image_type),
    };
    let problem =
        Problem::new(format!("`{}` is not offered with type {} {where_to}", target.selector, target.image_type))
            .at(span, label)
            .note(format!("it is offered there with type {}", or(&types)));
    let (verb, to) = if target.spans.image_type.is_some() { ("write", "in") } else { ("add", "to") };
    match types.iter().find_map(|other| other.parse::<ImageType>().ok()) {
        Some(other) => problem.help(format!(
            "{verb} `type = \"{other}\"` {to} [images.{}]; servers with this image need the root volume type `{}`",
            target.cell.name,
            other.volume_type()
        )),
        None => problem.help("choose another label, or upgrade imagelock, which does not know this type"),
    }
}

/// The problem of an image that the declared Instance type cannot boot.
pub(super) fn not_bootable(cells: Cells<'_, '_>) -> Problem {
    let (target, _) = &cells[0];
    let where_to = places(cells);
    let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
    let mut bootable: BTreeSet<&str> = BTreeSet::new();
    for (_, outcome) in cells {
        if let Outcome::NoMatch(_, NoMatch::NotBootable(candidates)) = outcome {
            bootable.extend(candidates.iter().flat_map(|local| local.commercial_types.iter().map(String::as_str)));
        }
    }
    let span = target.spans.instance_type.clone().unwrap_or(target.spans.image.clone());
    let problem = Problem::new(format!("`{}` does not boot on `{wanted}` {where_to}", target.selector))
        .at(span, "cannot boot it");
    if bootable.is_empty() {
        return problem
            .note("the Marketplace lists no Instance type that can boot it")
            .help("remove `instance-type`, or choose another label");
    }
    let help = did_you_mean(wanted, bootable.iter().copied()).unwrap_or_else(|| {
        "write one of these Instance types, remove `instance-type`, or choose another label".to_owned()
    });
    problem.note(format!("it boots on {}", and_more(bootable.iter().map(|t| visible(t)), 24))).help(help)
}

/// The problem of an image without a version that is old enough.
pub(super) fn too_young(cells: Cells<'_, '_>) -> Problem {
    let (target, _) = &cells[0];
    let places = places(cells);
    let age = target.policy.min_age.map_or_else(String::new, |age| age.to_string());
    let problem = Problem::new(format!("no version of `{}` is {age} old yet {places}", target.selector))
        .at(target.spans.image.clone(), format!("`min-age` requires {age}"));
    let first = |outcome: &Outcome<'_>| if let Outcome::TooYoung(first) = outcome { *first } else { None };
    match cells.iter().filter_map(|(_, outcome)| first(outcome)).min() {
        Some(first) => problem
            .note(format!("the first version will be old enough on {} UTC", minute(first)))
            .help("wait until then, or ignore the age in this run with `--min-age 0d`"),
        None => problem
            .note("the Marketplace gives no publication date for its versions, so their age is unknown")
            .help(format!(
                "write `min-age = \"0d\"` in [images.{}], or ignore the age in this run with `--min-age 0d`",
                target.cell.name
            )),
    }
}
