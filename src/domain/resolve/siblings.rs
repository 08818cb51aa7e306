//! Finding the version of one pin in another cell: of a sibling for a new cell, of its own pin for a changed declaration.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query, Version};
use crate::domain::diagnostics::help::{Command, Help};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sentence::and_more;
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::select::verify::label_of;
use crate::domain::select::{Choice, Match, in_listing};
use crate::domain::types::timestamp::day;
use crate::domain::{Cell, ImageRef, Name};

/// What looking for the version of the other pins results in.
pub enum Found<'c> {
    /// The local image of that version.
    Here(Match<'c>),
    /// That version has nothing for the cell, or it is not known which it is.
    Missing,
    /// It cannot be decided.
    Unresolvable(Choice<'c>),
}

/// Whether one pin is of a newer version than another of its image, as far as the dates are known.
pub fn is_newer(pin: &Pin, than: &Pin, catalog: &Catalog) -> bool {
    let key = |pin: &Pin| (pin.release.clone(), published(pin, catalog));
    key(pin) > key(than)
}

/// When the version of a pin was published, as far as the lockfile or the Marketplace says.
pub fn published(pin: &Pin, catalog: &Catalog) -> Option<Timestamp> {
    pin.published.or_else(|| catalog.published(&pin.image, pin.id))
}

/// What must be known to find the version of a sibling in the cell of a target.
pub fn queries(target: &Target, sibling: &Pin, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index, Query::Listing(sibling.image.clone())]);
    queries.extend(catalog.image(&sibling.image).map(|image| Query::Versions(image.id)));
    let Lookup::Found(versions) = catalog.versions(&sibling.image) else { return queries };
    let listing = |version: &Version| Query::Listing(ImageRef::Version(version.id));
    match version_of(sibling, versions, catalog) {
        Some(version) if offered(target, sibling, version, catalog).is_none() => {
            queries.insert(listing(version));
        }
        Some(_) => {}
        // Only their own listings can say which of them it is.
        None => queries.extend(versions.iter().map(listing)),
    }
    queries
}

/// Finds the local image of the version of a sibling in the cell of a target.
pub fn find<'c>(target: &Target, sibling: &Pin, catalog: &'c Catalog) -> Found<'c> {
    let image = &sibling.image;
    let current = match catalog.listing(image) {
        Lookup::Found(listing) => Some(listing),
        Lookup::NotFound => None,
        Lookup::Failed(failure) => return Found::Unresolvable(Choice::Failed(failure)),
    };
    let is_current = current.is_some_and(|listing| listing.with_id(sibling.id).next().is_some());
    // Without versions, what is listed together is taken for one version.
    let undivided = || match offer(target, sibling, image, catalog) {
        Some(Choice::One(pick)) => Found::Here(pick),
        Some(several @ Choice::Several(_)) => Found::Unresolvable(several),
        Some(Choice::NoMatch(listing, _)) if let Some(doubt) = listing.doubt() => {
            Found::Unresolvable(Choice::Failed(doubt))
        }
        _ => Found::Missing,
    };
    let versions = match catalog.versions(image) {
        Lookup::Failed(_) if is_current => return undivided(),
        Lookup::Failed(failure) => return Found::Unresolvable(Choice::Failed(failure)),
        Lookup::Found(versions) if !versions.is_empty() => versions,
        Lookup::Found(_) | Lookup::NotFound if is_current => return undivided(),
        Lookup::Found(_) | Lookup::NotFound => return Found::Missing,
    };
    let Some(version) = version_of(sibling, versions, catalog) else { return Found::Missing };
    if let Some(found) = offered(target, sibling, version, catalog) {
        return found;
    }
    match catalog.listing(&ImageRef::Version(version.id)) {
        Lookup::Failed(failure) => Found::Unresolvable(Choice::Failed(failure)),
        Lookup::NotFound => Found::Missing,
        Lookup::Found(_) => match offer(target, sibling, &ImageRef::Version(version.id), catalog) {
            Some(Choice::One(pick)) => Found::Here(Match { published: version.published, ..pick }),
            Some(several @ Choice::Several(_)) => Found::Unresolvable(several),
            Some(Choice::NoMatch(listing, _)) if let Some(doubt) = listing.doubt() => {
                Found::Unresolvable(Choice::Failed(doubt))
            }
            _ => Found::Missing,
        },
    }
}

/// The version that a pin is of: the one that lists it, else the only one with its date.
fn version_of<'c>(pin: &Pin, versions: &'c [Version], catalog: &'c Catalog) -> Option<&'c Version> {
    catalog.version_of(&pin.image, pin.id).or_else(|| {
        let mut dated = versions.iter().filter(|it| it.published.is_some() && it.published == pin.published);
        dated.next().filter(|_| dated.next().is_none())
    })
}

/// What the image offers now in the cell of a target, if that is known to be of a version.
fn offered<'c>(target: &Target, sibling: &Pin, version: &Version, catalog: &'c Catalog) -> Option<Found<'c>> {
    match offer(target, sibling, &sibling.image, catalog)? {
        Choice::One(pick) if catalog.version_of(&sibling.image, pick.local.id)?.id == version.id => {
            Some(Found::Here(pick))
        }
        _ => None,
    }
}

/// What a listing has for the cell of a target.
fn offer<'c>(target: &Target, sibling: &Pin, listed_by: &ImageRef, catalog: &'c Catalog) -> Option<Choice<'c>> {
    let Lookup::Found(listing) = catalog.listing(listed_by) else { return None };
    let pick = |local| Match {
        local,
        image: sibling.image.clone(),
        release: sibling.release.clone(),
        published: catalog.published(&sibling.image, local.id),
    };
    Some(in_listing(target, listing, label_of(&sibling.image, catalog).as_ref(), pick))
}

/// The new cells that could not take the version they should, to report them together.
#[derive(Default)]
pub struct Strays<'a> {
    without_version: BTreeMap<&'a Name, (Vec<&'a Target>, Option<Timestamp>)>,
    ambiguous: BTreeMap<&'a Name, (&'a Target, Vec<String>)>,
}

impl<'a> Strays<'a> {
    /// A cell in which the version of its siblings cannot be had.
    pub fn without_version(&mut self, target: &'a Target, sibling: &Pin, catalog: &Catalog) {
        let (cells, version) = self.without_version.entry(&target.cell.name).or_default();
        cells.push(target);
        *version = published(sibling, catalog);
    }

    /// A cell that could take over one of several pins.
    pub fn ambiguous(&mut self, target: &'a Target, candidates: &[&Pin]) {
        let Cell { name, zone, arch } = &target.cell;
        let pins = candidates.iter().map(|pin| format!("`{}` ({})", pin.cell.name, pin.id));
        let (_, notes) = self.ambiguous.entry(name).or_insert_with(|| (target, Vec::new()));
        notes.push(format!("in {zone} for {arch}, these pins fit: {}", and_more(pins, 4)));
    }

    /// A problem for each image whose freeze forbids what is left to pin.
    pub fn refused(&self, now: Timestamp) -> Vec<Problem> {
        let refused = self.without_version.iter().filter_map(|(name, (cells, version))| {
            let freeze = cells[0].policy.frozen(now)?;
            let title = format!("`{name}` is frozen, and the version of its pins is not offered {}", places(cells));
            let problem = Problem::new(title).at(cells[0].zone_span.clone(), "cannot be pinned during the freeze");
            Some(with_version(problem, *version).note(freeze.note()).help(format!(
                "remove the zone or architecture until the freeze has ended, or remove `freeze` from [images.{name}] to \
                 pin the newest version there"
            )))
        });
        refused.collect()
    }

    /// A warning for each image of which a cell is pinned to the newest version for want of the right one.
    pub fn warnings(&self) -> Vec<Problem> {
        let without = self.without_version.iter().map(|(name, (cells, version))| {
            let title = format!("the version of the other pins of `{name}` is not offered {}", places(cells));
            let problem = Problem::new(title).at(cells[0].zone_span.clone(), "the newest version is pinned here");
            let upgrade = Command::new("resolve --upgrade").args([name]);
            with_version(problem, *version).help(Help::run(upgrade).then(" upgrades the other pins"))
        });
        let ambiguous = self.ambiguous.iter().map(|(name, (target, notes))| {
            let title = format!("`{name}` could take over several pins that are no longer declared");
            let problem = Problem::new(title).at(target.spans.image.clone(), "the newest version is pinned");
            let problem = notes.iter().take(4).fold(problem, Problem::note);
            problem.help("to keep a pin, restore the lockfile and rename one image at a time")
        });
        without.chain(ambiguous).collect()
    }
}

fn with_version(problem: Problem, version: Option<Timestamp>) -> Problem {
    match version {
        Some(version) => problem.note(format!("their version was published on {}", day(version))),
        None => problem.note("the Marketplace does not say which version they are of"),
    }
}

/// `in fr-par-1 for x86_64`, for each cell.
fn places(cells: &[&Target]) -> String {
    and_more(cells.iter().map(|target| format!("in {} for {}", target.cell.zone, target.cell.arch)), 4)
}
