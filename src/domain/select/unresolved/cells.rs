//! Zones and architectures as a clause.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::diagnostics::and;
use crate::domain::{Arch, Zone};

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
