//! Why targets cannot be filled, told as [`Problem`]s: one an image and reason, however many cells it strikes.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Answer, Catalog, Failure, Listing, LocalImage, StatedType};
use super::manifest::Target;
use super::problem::Problem;
use super::select::{Choice, Miss};
use super::words::{and, and_more, did_you_mean, or, quoted};
use super::{Arch, ImageRef, ImageType, Name, Zone};

/// Gathers the targets that cannot be filled, to tell of them together.
#[derive(Default)]
pub struct Misses<'c> {
    unknown: BTreeMap<Name, &'c Target>,
    failed: BTreeMap<(String, String), Vec<(&'c Target, Failure)>>,
    missing: BTreeMap<(Name, &'static str), Vec<(&'c Target, Miss<'c>)>>,
    several: Vec<(&'c Target, Vec<&'c LocalImage>)>,
}

impl<'c> Misses<'c> {
    /// A target of an image that the Marketplace does not know.
    pub fn unknown(&mut self, target: &'c Target) {
        self.unknown.entry(target.cell.name.clone()).or_insert(target);
    }

    /// A target about which the Marketplace could not be asked.
    pub fn failed(&mut self, target: &'c Target, failure: Failure) {
        let key = (failure.cause.clone(), failure.help.clone());
        self.failed.entry(key).or_default().push((target, failure));
    }

    /// A target for which the listing has no single local image.
    pub fn unfilled(&mut self, target: &'c Target, choice: Choice<'c>) {
        match choice {
            Choice::One(_) => {}
            Choice::Several(candidates) => self.several.push((target, candidates)),
            Choice::None(miss) => {
                let kind = match miss {
                    Miss::NoCell => "cell",
                    Miss::OtherTypes(_) => "type",
                    Miss::NotBootable(_) => "instance type",
                };
                self.missing.entry((target.cell.name.clone(), kind)).or_default().push((target, miss));
            }
        }
    }

    /// Everything that was gathered, in the order of the manifest.
    pub fn problems(self, catalog: &Catalog) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.unknown.values().map(|target| unknown(target, catalog)).collect();
        problems.extend(self.failed.into_iter().map(|((cause, help), cells)| failed(&cause, &help, &cells)));
        for targets in self.missing.values() {
            let Some((first, miss)) = targets.first() else { continue };
            let cells: Vec<&Target> = targets.iter().map(|(target, _)| *target).collect();
            let Answer::Found(listing) = catalog.listing(&first.image) else { continue };
            let problem = match miss {
                Miss::NoCell => no_cell(&cells, listing),
                Miss::OtherTypes(types) => other_types(&cells, types),
                Miss::NotBootable(_) => not_bootable(targets),
            };
            problems.push(doubted(problem, listing));
        }
        problems.extend(self.several.iter().map(|(target, candidates)| several(target, candidates)));
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        problems
    }
}

/// Adds why the listing may lack what the Marketplace has.
fn doubted(problem: Problem, listing: &Listing) -> Problem {
    match listing.doubt() {
        Some(doubt) => problem.note(doubt.cause).help(doubt.help),
        None => problem,
    }
}

/// The problem of an image that the Marketplace does not know.
fn unknown(target: &Target, catalog: &Catalog) -> Problem {
    let span = target.places.image.clone();
    match &target.image {
        ImageRef::Label(label) => Problem::new(format!("no image labelled `{label}` in the Marketplace"))
            .at(span, "unknown label")
            .help(
                did_you_mean(label.as_str(), catalog.labels())
                    .unwrap_or_else(|| "`imagelock search` lists the labels".to_owned()),
            ),
        ImageRef::Id(id) => Problem::new(format!("no image with the ID `{id}` in the Marketplace"))
            .at(span, "unknown image ID")
            .note("`image-id` takes the ID of a Marketplace image, not that of a version or of a local image")
            .help("name it by `label`; `imagelock search` lists the labels"),
    }
}

/// The problem of images about which the Marketplace did not answer; `cells` is not empty.
fn failed(cause: &str, help: &str, cells: &[(&Target, Failure)]) -> Problem {
    let images: BTreeSet<&ImageRef> = cells.iter().map(|(target, _)| &target.image).collect();
    let names = and(images.iter().map(quoted));
    let mut problem = Problem::new(format!("could not learn from the Marketplace what it offers of {names}"));
    problem = problem.note(cause).help(help);
    if let Some((target, failure)) = cells.first() {
        problem = problem.at(target.places.image.clone(), "asked for this image");
        if let Some(request_id) = &failure.request_id {
            problem = problem.note(format!("request ID {request_id}"));
        }
    }
    problem
}

fn no_cell(cells: &[&Target], listing: &Listing) -> Problem {
    let target = cells[0];
    let missing = by_arch(cells.iter().map(|target| (&target.cell.arch, &target.cell.zone)));
    let mut problem = Problem::new(format!("`{}` is not offered {missing}", target.image))
        .at(target.places.zone.clone(), format!("not offered here for {}", target.cell.arch));
    for image_type in ImageType::ALL {
        let there = listing.local_images().iter().filter(|local| local.image_type.fits(image_type));
        let there = by_arch(there.map(|local| (&local.arch, &local.zone)));
        if !there.is_empty() {
            problem = problem.note(format!("of type {image_type} it is offered {there}"));
        }
    }
    if listing.local_images().is_empty() {
        problem = problem.note("it is offered nowhere at the moment");
    }
    problem.help(format!("change zone or arch of `{}`, or choose another label", target.cell.name))
}

/// "for x86_64 in fr-par-1 and fr-par-2; for arm64 in fr-par-1".
fn by_arch<'a>(cells: impl Iterator<Item = (&'a Arch, &'a Zone)>) -> String {
    let mut archs: BTreeMap<&Arch, BTreeSet<&Zone>> = BTreeMap::new();
    for (arch, zone) in cells {
        archs.entry(arch).or_default().insert(zone);
    }
    let parts: Vec<String> =
        archs.into_iter().rev().map(|(arch, zones)| format!("for {arch} in {}", and(zones))).collect();
    parts.join("; ")
}

fn other_types(cells: &[&Target], types: &[&StatedType]) -> Problem {
    let target = cells[0];
    let where_to = by_arch(cells.iter().map(|target| (&target.cell.arch, &target.cell.zone)));
    let types: BTreeSet<&str> = types.iter().map(|image_type| image_type.as_str()).collect();
    let span = target.places.image_type.clone().unwrap_or(target.places.image.clone());
    let label = match target.places.image_type {
        Some(_) => "not of this type".to_owned(),
        None => format!("`type` is not declared, which means {}", target.image_type),
    };
    let problem = Problem::new(format!("`{}` is not offered with type {} {where_to}", target.image, target.image_type))
        .at(span, label)
        .note(format!("there it is offered with type {}", or(&types)));
    match types.iter().find_map(|other| other.parse::<ImageType>().ok()) {
        Some(other) => problem.help(format!(
            "add `type = \"{other}\"` to [images.{}]; its servers then need the root volume type `{}`",
            target.cell.name,
            other.volume_type()
        )),
        None => problem,
    }
}

fn not_bootable(cells: &[(&Target, Miss<'_>)]) -> Problem {
    let target = cells[0].0;
    let where_to = by_arch(cells.iter().map(|(target, _)| (&target.cell.arch, &target.cell.zone)));
    let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
    let mut bootable: BTreeSet<&str> = BTreeSet::new();
    for (_, miss) in cells {
        if let Miss::NotBootable(candidates) = miss {
            bootable.extend(candidates.iter().flat_map(|local| local.commercial_types.iter().map(|t| &**t)));
        }
    }
    let span = target.places.instance_type.clone().unwrap_or(target.places.image.clone());
    let problem = Problem::new(format!("`{}` does not boot on `{wanted}` {where_to}", target.image)).at(span, "cannot boot it");
    if bootable.is_empty() {
        return problem.note("the Marketplace lists no Instance type for it").help("remove `instance-type`");
    }
    let help = did_you_mean(wanted, bootable.iter().copied())
        .unwrap_or_else(|| "choose one of those, remove `instance-type`, or choose another label".to_owned());
    problem.note(format!("it boots on {}", and_more(bootable.iter().map(|t| super::words::visible(t)), 24))).help(help)
}

fn several(target: &Target, candidates: &[&LocalImage]) -> Problem {
    let mut problem = Problem::new(format!(
        "`{}` has {} local images of type {} in {} for {}",
        target.image,
        candidates.len(),
        target.image_type,
        target.cell.zone,
        target.cell.arch
    ))
    .at(target.places.image.clone(), format!("which one for `{}`?", target.cell.name));
    let mut choice = None;
    for local in candidates {
        let others = candidates.iter().filter(|other| other.id != local.id);
        let shared: BTreeSet<&Box<str>> = others.flat_map(|other| &other.commercial_types).collect();
        let own: Vec<&str> = local.commercial_types.iter().filter(|t| !shared.contains(t)).map(|t| &**t).collect();
        choice = choice.or(own.first().copied());
        let boots = match own.is_empty() {
            false => format!("alone boots on {}", and_more(own.iter().map(|t| super::words::visible(t)), 6)),
            true => "boots on nothing that the others do not".to_owned(),
        };
        problem = problem.note(format!("{} {boots}", local.id));
    }
    match choice {
        Some(own) if target.instance_type.is_none() => problem.help(format!(
            "add the Instance type that will boot it to [images.{}], like `instance-type = \"{}\"`",
            target.cell.name,
            super::words::visible(own)
        )),
        _ => problem.help("no `instance-type` tells them apart; choose another zone, arch or label"),
    }
}
