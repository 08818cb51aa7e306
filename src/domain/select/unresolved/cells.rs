//! The zones and architectures of the targets that one problem is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::diagnostics::and;
use crate::domain::manifest::Target;
use crate::domain::select::outcome::Outcome;
use crate::domain::types::{Arch, Zone};

/// The targets of one image that cannot be pinned for one reason (at least one target).
pub(super) type Cells<'a, 'c> = &'a [(&'c Target, Outcome<'c>)];

/// The zones and architectures of the targets: `for x86_64 in fr-par-1 and fr-par-2`.
pub(super) fn places(cells: Cells<'_, '_>) -> String {
    by_arch(cells.iter().map(|(target, _)| (&target.cell.arch, &target.cell.zone)))
}

/// `for x86_64 in fr-par-1 and fr-par-2; for arm64 in fr-par-1`.
pub(super) fn by_arch<'a>(cells: impl Iterator<Item = (&'a Arch, &'a Zone)>) -> String {
    let mut archs: BTreeMap<&Arch, BTreeSet<&Zone>> = BTreeMap::new();
    for (arch, zone) in cells {
        archs.entry(arch).or_default().insert(zone);
    }
    let parts: Vec<String> =
        archs.into_iter().rev().map(|(arch, zones)| format!("for {arch} in {}", and(zones))).collect();
    parts.join("; ")
}
