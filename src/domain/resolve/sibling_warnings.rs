//! The new cells that could not take the version of their siblings, reported together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::diagnostics::{Command, Help, Problem, and_more};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::types::{Cell, Name, day};

/// The new cells that could not take the version they should, to report them together.
#[derive(Default)]
pub(crate) struct SiblingWarnings<'a> {
    without_version: BTreeMap<&'a Name, (Vec<&'a Target>, Option<Timestamp>)>,
    ambiguous: BTreeMap<&'a Name, (&'a Target, Vec<String>)>,
}

impl<'a> SiblingWarnings<'a> {
    /// Adds a cell in which the version of its siblings, published then, is not offered.
    pub(crate) fn add_without_version(&mut self, target: &'a Target, published: Option<Timestamp>) {
        let (cells, version) = self.without_version.entry(&target.cell.name).or_default();
        cells.push(target);
        *version = published;
    }

    /// Adds a cell that could take over one of several pins.
    pub(crate) fn add_ambiguous(&mut self, target: &'a Target, candidates: &[&Pin]) {
        let Cell { name, zone, arch } = &target.cell;
        let pins = candidates.iter().map(|pin| format!("`{}` ({})", pin.cell.name, pin.id));
        let (_, notes) = self.ambiguous.entry(name).or_insert_with(|| (target, Vec::new()));
        notes.push(format!("in {zone} for {arch}, these pins fit: {}", and_more(pins, 4)));
    }

    /// A problem for each image whose freeze forbids to pin another version.
    pub(crate) fn frozen(&self, now: Timestamp) -> Vec<Problem> {
        let problems = self.without_version.iter().filter_map(|(name, (cells, version))| {
            let freeze = cells[0].policy.frozen(now)?;
            let title = format!("`{name}` is frozen, and the version of its pins is not offered {}", places(cells));
            let problem = Problem::new(title).at(cells[0].zone_span.clone(), "cannot be pinned during the freeze");
            Some(with_version(problem, *version).note(freeze.note()).help(format!(
                "remove the zone or architecture until the freeze has ended, or write `freeze = false` in [images.{name}] to \
                 pin the newest version there"
            )))
        });
        problems.collect()
    }

    /// A warning for each image with a cell that is pinned to the newest version because the right one is missing.
    pub(crate) fn warnings(&self) -> Vec<Problem> {
        let without = self.without_version.iter().map(|(name, (cells, version))| {
            let title = format!("the version of the other pins of `{name}` is not offered {}", places(cells));
            let problem = Problem::new(title).at(cells[0].zone_span.clone(), "the newest version is pinned here");
            let upgrade = Command::new("upgrade").args([name]);
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
