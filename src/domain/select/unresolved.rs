//! Why targets cannot be filled, told as [`Problem`]s: one an image and reason, however many cells it strikes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Listing, LocalImage, Lookup, QueryError, StatedType};
use crate::domain::diagnostics::help::Help;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::diagnostics::sentence::{MOST_SUGGESTIONS, and, and_more, count, did_you_mean, or, quoted};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::{Choice, NoMatch, releases};
use crate::domain::types::release::{LabelPattern, Range};
use crate::domain::types::timestamp::minute;
use crate::domain::{Arch, ImageType, Label, Name, Zone};

/// A target that a listing has nothing for.
type Missing<'c> = (&'c Target, &'c Listing, NoMatch<'c>);

/// Gathers the targets that cannot be filled, to tell of them together.
#[derive(Default)]
pub struct Unresolved<'c> {
    unknown: BTreeMap<Name, &'c Target>,
    failed: BTreeMap<(String, String), Vec<(&'c Target, QueryError)>>,
    missing: BTreeMap<(Name, &'static str), Vec<Missing<'c>>>,
    tied: BTreeMap<Name, (&'c Target, Vec<Label>)>,
    young: BTreeMap<Name, Vec<(&'c Target, Option<Timestamp>)>>,
    several: BTreeMap<Name, Vec<(&'c Target, Vec<&'c LocalImage>)>>,
}

impl<'c> Unresolved<'c> {
    /// A target about which the Marketplace could not be asked.
    pub fn failed(&mut self, target: &'c Target, failure: QueryError) {
        let key = (failure.cause.clone(), failure.help.clone());
        self.failed.entry(key).or_default().push((target, failure));
    }

    /// A target for which there is no single local image.
    pub fn unfilled(&mut self, target: &'c Target, choice: Choice<'c>) {
        let name = target.cell.name.clone();
        match choice {
            Choice::One(_) => {}
            Choice::Several(candidates) => self.several.entry(name).or_default().push((target, candidates)),
            Choice::Unknown | Choice::NoRelease => drop(self.unknown.entry(name).or_insert(target)),
            Choice::SameRelease(labels) => drop(self.tied.entry(name).or_insert((target, labels))),
            Choice::Failed(failure) => self.failed(target, failure),
            Choice::TooYoung(first) => self.young.entry(name).or_default().push((target, first)),
            Choice::NoMatch(listing, miss) => {
                let kind = match miss {
                    NoMatch::NoCell => "cell",
                    NoMatch::OtherTypes(_) => "type",
                    NoMatch::NotBootable(_) => "instance type",
                };
                self.missing.entry((name, kind)).or_default().push((target, listing, miss));
            }
        }
    }

    /// Everything that was gathered, in the order of the manifest.
    pub fn problems(self, catalog: &Catalog) -> Vec<Problem> {
        let unknown = self.unknown.values().enumerate();
        let mut problems: Vec<Problem> =
            unknown.map(|(at, target)| unknown_image(target, at < MOST_SUGGESTIONS, catalog)).collect();
        problems.extend(self.failed.values().map(|cells| failed(cells)));
        for targets in self.missing.values() {
            let Some((_, listing, miss)) = targets.first() else { continue };
            let cells: Vec<&Target> = targets.iter().map(|(target, _, _)| *target).collect();
            let problem = match miss {
                NoMatch::NoCell => no_cell(&cells, listing),
                NoMatch::OtherTypes(types) => other_types(&cells, types),
                NoMatch::NotBootable(_) => not_bootable(&cells, targets.iter().map(|(_, _, miss)| miss)),
            };
            problems.push(doubted(problem, listing));
        }
        problems.extend(self.tied.values().map(|(target, labels)| same_release(target, labels)));
        problems.extend(self.young.values().map(|cells| too_young(cells)));
        problems.extend(self.several.values().map(|cells| several(cells)));
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

/// The problem of an image that the Marketplace does not know. To compare each unknown label with each known one would
/// take their product in time.
fn unknown_image(target: &Target, suggests: bool, catalog: &Catalog) -> Problem {
    let span = target.spans.image.clone();
    let by_id = |kind: &str, id: &str, others: &str| {
        Problem::new(format!("no {kind} with the ID `{id}` in the Marketplace"))
            .at(span.clone(), format!("unknown {kind} ID"))
            .note(format!("it must be the ID of {others}"))
            .help(Help::from("name the image by `label`; ").then_run("search").then(" lists the labels"))
    };
    match &target.selector {
        ImageSelector::Label(label) => {
            let problem =
                Problem::new(format!("no image labelled `{label}` in the Marketplace")).at(span, "unknown label");
            match catalog.index() {
                Lookup::Failed(failure) => problem
                    .note(format!("what labels there are could not be learnt: {}", failure.cause))
                    .help(&failure.help),
                _ if !suggests => problem.help(Help::run("search").then(" lists the labels")),
                _ => problem.help(other_labels(label, catalog)),
            }
        }
        ImageSelector::Release(pattern, range) => no_release(target, pattern, range, catalog),
        ImageSelector::Image(id) => {
            by_id("image", &id.to_string(), "a Marketplace image, not of a version or of a local image")
        }
        ImageSelector::Version(id) => {
            by_id("version", &id.to_string(), "a version, not of a Marketplace image or of a local image")
        }
    }
}

/// The problem of a range in which no release is offered.
fn no_release(target: &Target, pattern: &LabelPattern, range: &Range, catalog: &Catalog) -> Problem {
    let releases: Vec<String> = releases(pattern, catalog)
        .map(|(release, image)| match release {
            Some(release) => format!("{release} (`{}`)", image.label),
            None => format!("`{}`, whose release cannot be read", image.label),
        })
        .collect();
    let problem = Problem::new(format!("no release of `{pattern}` in the Marketplace is in the range `{range}`"))
        .at(target.spans.image.clone(), "no such release");
    if releases.is_empty() {
        return problem
            .note("no label matches the pattern; `*` is one segment, without `_`")
            .help(Help::run("search").then(" lists the labels"));
    }
    problem.note(format!("there is {}", and_more(releases, 12))).help("widen `release`")
}

/// The problem of a pattern that finds one release under several labels.
fn same_release(target: &Target, labels: &[Label]) -> Problem {
    Problem::new(format!(
        "{} have the same release, the newest of `{}`",
        and(labels.iter().map(quoted)),
        target.selector
    ))
    .at(target.spans.image.clone(), "which of them?")
    .help("write the one that is meant as `label`, without `*` and `release`, or narrow the pattern")
}

/// The problem of an image of which nothing is old enough; `cells` is not empty.
fn too_young(cells: &[(&Target, Option<Timestamp>)]) -> Problem {
    let (target, _) = cells[0];
    let places = by_arch(cells.iter().map(|(target, _)| (&target.cell.arch, &target.cell.zone)));
    let age = target.policy.min_age.map_or_else(String::new, |age| age.to_string());
    let problem = Problem::new(format!("no version of `{}` is {age} old yet {places}", target.selector))
        .at(target.spans.image.clone(), format!("`min-age` asks for {age}"));
    match cells.iter().filter_map(|(_, first)| *first).min() {
        Some(first) => problem
            .note(format!("the first will be on {} UTC", minute(first)))
            .help("wait, or take it as it is with `--min-age 0d` for this run"),
        None => problem
            .note("the Marketplace gives no date for its versions, and one without a date has not passed")
            .help("set `min-age = \"0d\"` for this image, or take it for this run with `--min-age 0d`"),
    }
}

fn labels(catalog: &Catalog) -> impl Iterator<Item = &str> {
    catalog.images().iter().map(|image| image.label.as_str())
}

/// What to ask for instead of an unknown label: one that is written alike, else one of the same family.
fn other_labels(label: &Label, catalog: &Catalog) -> Help {
    let family = label.as_str().split('_').next().unwrap_or_default();
    let relatives: Vec<&str> = labels(catalog).filter(|other| other.split('_').next() == Some(family)).collect();
    match did_you_mean(label.as_str(), labels(catalog)) {
        Some(help) => help.into(),
        None if relatives.is_empty() => Help::run("search").then(" lists the labels"),
        None => Help::from(format!("there is {}; ", and_more(relatives.iter().map(quoted), 8)))
            .then_run("search")
            .then(" lists all labels"),
    }
}

/// The problem of images about which the Marketplace did not answer; `cells` is not empty.
fn failed(cells: &[(&Target, QueryError)]) -> Problem {
    let images: BTreeSet<String> = cells.iter().map(|(target, _)| target.selector.to_string()).collect();
    let names = and_more(images.iter().map(quoted), 12);
    let (target, failure) = &cells[0];
    let mut problem = Problem::new(format!("the Marketplace gave no usable answer about {names}"))
        .at(target.spans.image.clone(), "asked for this image")
        .note(&failure.cause)
        .help(&failure.help);
    problem.notes.extend(failure.details());
    problem
}

fn no_cell(cells: &[&Target], listing: &Listing) -> Problem {
    let target = cells[0];
    let missing = by_arch(cells.iter().map(|target| (&target.cell.arch, &target.cell.zone)));
    let verb = if listing.doubt().is_some() { "was not found" } else { "is not offered" };
    let mut problem = Problem::new(format!("`{}` {verb} {missing}", target.selector))
        .at(target.zone_span.clone(), format!("not offered here for {}", target.cell.arch));
    let types: BTreeSet<&StatedType> = listing.local_images().iter().map(|local| &local.image_type).collect();
    for image_type in types {
        let there = listing.local_images().iter().filter(|local| local.image_type == *image_type);
        let there = by_arch(there.map(|local| (&local.arch, &local.zone)));
        problem = problem.note(match image_type {
            StatedType::Unstated => format!("it is offered {there}"),
            stated => format!("of type {} it is offered {there}", visible(stated.as_str())),
        });
    }
    if listing.local_images().is_empty() && listing.doubt().is_none() {
        problem = problem.note("it is offered nowhere at the moment");
    }
    problem.help(format!("change zone or arch of `{}`, or choose another label", target.cell.name))
}

/// `for x86_64 in fr-par-1 and fr-par-2; for arm64 in fr-par-1`.
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
    let span = target.spans.image_type.clone().unwrap_or(target.spans.image.clone());
    let label = match target.spans.image_type {
        Some(_) => "not of this type".to_owned(),
        None => format!("`type` is not declared, which means {}", target.image_type),
    };
    let problem =
        Problem::new(format!("`{}` is not offered with type {} {where_to}", target.selector, target.image_type))
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

fn not_bootable<'m>(cells: &[&Target], misses: impl Iterator<Item = &'m NoMatch<'m>>) -> Problem {
    let target = cells[0];
    let where_to = by_arch(cells.iter().map(|target| (&target.cell.arch, &target.cell.zone)));
    let wanted = target.instance_type.as_ref().map_or("", |wanted| wanted.as_str());
    let mut bootable: BTreeSet<&str> = BTreeSet::new();
    for miss in misses {
        if let NoMatch::NotBootable(candidates) = miss {
            bootable.extend(candidates.iter().flat_map(|local| local.commercial_types.iter().map(String::as_str)));
        }
    }
    let span = target.spans.instance_type.clone().unwrap_or(target.spans.image.clone());
    let problem = Problem::new(format!("`{}` does not boot on `{wanted}` {where_to}", target.selector))
        .at(span, "cannot boot it");
    if bootable.is_empty() {
        return problem.note("the Marketplace lists no Instance type for it").help("remove `instance-type`");
    }
    let help = did_you_mean(wanted, bootable.iter().copied())
        .unwrap_or_else(|| "choose one of those, remove `instance-type`, or choose another label".to_owned());
    problem.note(format!("it boots on {}", and_more(bootable.iter().map(|t| visible(t)), 24))).help(help)
}

/// The problem of an image that has several local images in some of its cells; `cells` is not empty.
fn several(cells: &[(&Target, Vec<&LocalImage>)]) -> Problem {
    let (target, candidates) = &cells[0];
    let places = by_arch(cells.iter().map(|(target, _)| (&target.cell.arch, &target.cell.zone)));
    let mut problem =
        Problem::new(format!("`{}` has several local images of type {} {places}", target.selector, target.image_type))
            .at(target.spans.image.clone(), format!("which of them for `{}`?", target.cell.name));
    for local in candidates {
        let own = boots_alone(local, candidates);
        let boots = if own.is_empty() {
            "boots on nothing that the others do not".to_owned()
        } else {
            format!("alone boots on {}", and_more(own.iter().map(|own| visible(own)), 6))
        };
        problem = problem.note(format!("in {}, {} {boots}", target.cell.zone, local.id));
    }
    if cells.len() > 1 {
        problem = problem.note(format!("and likewise in {}", count(cells.len() - 1, "other cell")));
    }
    let name = &target.cell.name;
    problem.help(match (deciding_type(cells), &target.instance_type) {
        (Some(decides), None) => format!(
            "add the Instance type that will boot it to [images.{name}], for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (Some(decides), Some(wanted)) => format!(
            "`{wanted}` does not tell them apart; declare one that does, for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (None, _) => "no `instance-type` tells them apart in all cells; declare the zones under names of their own, \
                      or choose another label"
            .to_owned(),
    })
}

/// The Instance types that only this one of the candidates boots.
fn boots_alone<'c>(local: &'c LocalImage, candidates: &[&'c LocalImage]) -> BTreeSet<&'c str> {
    let shared =
        |wanted: &str| candidates.iter().any(|other| other.id != local.id && other.commercial_types.contains(wanted));
    local.commercial_types.iter().map(String::as_str).filter(|own| !shared(own)).collect()
}

/// An Instance type that leaves one candidate in every cell: the first by name of those that do.
fn deciding_type<'c>(cells: &[(&Target, Vec<&'c LocalImage>)]) -> Option<&'c str> {
    let decides = |candidates: &[&'c LocalImage]| -> BTreeSet<&'c str> {
        candidates.iter().flat_map(|local| boots_alone(local, candidates)).collect()
    };
    let mut deciding = cells.iter().map(|(_, candidates)| decides(candidates));
    let first = deciding.next()?;
    deciding.fold(first, |all, cell| all.intersection(&cell).copied().collect()).into_iter().next()
}
