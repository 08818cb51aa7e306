//! Reports, together, the new targets that could not take the version of their siblings, or take over one of several
//! pins.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::diagnostics::{Command, Help, Problem, and_more, quoted};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::types::{Cell, Name, day};

/// How many images, places or pins one message lists.
const MOST_LISTED: usize = 4;

/// Collects new targets that are pinned to the newest version instead of the version of an existing pin.
#[derive(Default)]
pub(crate) struct SiblingWarnings<'a> {
    /// For each image, its new targets for which the version of its other pins is not offered, and the date of that
    /// version.
    without_version: BTreeMap<&'a Name, (Vec<&'a Target>, Option<Timestamp>)>,
    /// For each image that could take over several pins, its first target and a line for each target.
    ambiguous: BTreeMap<&'a Name, (&'a Target, Vec<String>)>,
}

impl<'a> SiblingWarnings<'a> {
    /// Adds a target for which the version of its siblings, published at this time, is not offered.
    pub(crate) fn add_without_version(&mut self, target: &'a Target, published: Option<Timestamp>) {
        let (targets, version) = self.without_version.entry(&target.cell.name).or_default();
        targets.push(target);
        *version = published;
    }

    /// Adds a target that could take over any of several pins.
    pub(crate) fn add_ambiguous(&mut self, target: &'a Target, candidates: &[&Pin]) {
        let Cell { name, zone, arch } = &target.cell;
        let pins = candidates.iter().map(|pin| format!("`{}` ({})", pin.cell.name, pin.id));
        let (_, notes) = self.ambiguous.entry(name).or_insert_with(|| (target, Vec::new()));
        notes.push(format!("in {zone} for {arch}, these pins match: {}", and_more(pins, MOST_LISTED)));
    }

    /// The images with a target that has another version than its siblings.
    pub(crate) fn names_without_version(&self) -> BTreeSet<&'a Name> {
        self.without_version.keys().copied().collect()
    }

    /// A problem for each frozen image. A freeze forbids pinning another version.
    pub(crate) fn frozen(&self, now: Timestamp) -> Vec<Problem> {
        let problems = self.without_version.iter().filter_map(|(name, (targets, version))| {
            let freeze = targets[0].policy.frozen(now)?;
            let title = format!("`{name}` is frozen, but the version of its pins is not offered {}", places(targets));
            let problem =
                Problem::new(title).at(targets[0].zone_span.clone(), "cannot be pinned during the freeze");
            Some(with_version(problem, *version).note(freeze.note()).help(format!(
                "remove the zone or architecture until the freeze ends, or write `freeze = false` in [images.{name}] to pin the \
                 newest version there"
            )))
        });
        problems.collect()
    }

    /// The warnings about images with a target that is pinned to the newest version: one for all images that are
    /// concerned in the same way.
    pub(crate) fn warnings(&self) -> Vec<Problem> {
        let mut alike: BTreeMap<(String, Option<Timestamp>), Vec<&Target>> = BTreeMap::new();
        for (targets, version) in self.without_version.values() {
            alike.entry((places(targets), *version)).or_default().push(targets[0]);
        }
        let without = alike.into_iter().map(|((places, version), targets)| {
            let names = || targets.iter().map(|target| target.cell.name.as_str());
            let images = and_more(names().map(quoted), MOST_LISTED);
            let title = format!("the version of the other pins of {images} is not offered {places}");
            let problem = Problem::new(title).at(targets[0].zone_span.clone(), "the newest version is pinned here");
            let upgrade = Command::new("upgrade").names(names());
            with_version(problem, version)
                .note("the newest version is pinned there")
                .help(Help::from("to upgrade the other pins: ").then_run(upgrade))
        });
        let ambiguous = self.ambiguous.iter().map(|(name, (target, notes))| {
            let title = format!("`{name}` could take over several pins that are no longer declared");
            let problem = Problem::new(title).at(target.spans.image.clone(), "the newest version is pinned");
            let problem = notes.iter().take(MOST_LISTED).fold(problem, Problem::note);
            problem
                .note("the newest version is pinned instead")
                .help("to keep a pin, restore the lockfile and rename one image at a time")
        });
        without.chain(ambiguous).collect()
    }
}

fn with_version(problem: Problem, version: Option<Timestamp>) -> Problem {
    match version {
        Some(version) => problem.note(format!("the version of the other pins was published on {}", day(version))),
        None => problem.note("the Marketplace does not list the version of the other pins"),
    }
}

/// `in fr-par-1 for x86_64`, for each target.
fn places(targets: &[&Target]) -> String {
    and_more(targets.iter().map(|target| format!("in {} for {}", target.cell.zone, target.cell.arch)), MOST_LISTED)
}
