//! Findings by image and version: one row for all zones and architectures that agree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::report::CheckReport;
use super::sentences::{detail, label};
use crate::domain::check::Finding;
use crate::domain::types::{Arch, Cell, Name, Release, Status, VersionId, Zone};
use crate::render::support::values::zone_and_arch;

/// The findings of one image that differ only in the zone, the architecture and the IDs.
pub(super) struct VersionRow<'a> {
    /// The index of the manifest.
    pub(super) manifest: usize,
    /// At least one, sorted by zone and architecture.
    pub(super) findings: Vec<&'a Finding>,
}

/// The parts that all findings of a row share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    manifest: usize,
    name: &'a Name,
    status: Status,
    is_drift: bool,
    label: String,
    published: Option<Timestamp>,
    /// Only if the date is unknown, because older lockfiles do not record the version.
    version: Option<VersionId>,
    latest: Option<(Option<Timestamp>, Option<&'a Release>)>,
    detail: String,
}

impl<'a> VersionRow<'a> {
    /// A finding with everything that the row has in common.
    pub(super) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    /// The zones and architectures.
    pub(super) fn places(&self) -> String {
        places(self.findings.iter().map(|finding| &finding.cell))
    }
}

/// All findings of a run by image and version, the worst first, then by manifest and image.
pub(super) fn version_rows(report: CheckReport<'_>) -> Vec<VersionRow<'_>> {
    let mut rows: Vec<VersionRow<'_>> = Vec::new();
    let mut known: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for (manifest, finding) in report.findings() {
        let at = *known.entry(key(manifest, finding)).or_insert(rows.len());
        match rows.get_mut(at) {
            Some(row) => row.findings.push(finding),
            None => rows.push(VersionRow { manifest, findings: vec![finding] }),
        }
    }
    rows
}

fn key(manifest: usize, finding: &Finding) -> Key<'_> {
    let version = || finding.locked.as_ref().and_then(|pin| pin.version);
    Key {
        manifest,
        name: &finding.cell.name,
        status: finding.status,
        is_drift: finding.is_drift,
        label: label(finding),
        published: finding.published,
        version: if finding.published.is_none() { version() } else { None },
        latest: finding.latest.as_ref().map(|latest| (latest.published, latest.release.as_ref())),
        detail: detail(finding),
    }
}

/// `fr-par-1 x86_64`, or `fr-par-1, nl-ams-1 (arm64, x86_64)`: zones with the same architectures are joined.
pub(super) fn places<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> String {
    let cells: Vec<&Cell> = cells.into_iter().collect();
    if let [cell] = cells[..] {
        return zone_and_arch(cell);
    }
    let mut archs: BTreeMap<&Zone, BTreeSet<&Arch>> = BTreeMap::new();
    for Cell { zone, arch, .. } in cells {
        archs.entry(zone).or_default().insert(arch);
    }
    let mut zones: Vec<(BTreeSet<&Arch>, Vec<&str>)> = Vec::new();
    for (zone, archs) in archs {
        match zones.iter_mut().find(|(known, _)| *known == archs) {
            Some((_, zones)) => zones.push(zone.as_str()),
            None => zones.push((archs, vec![zone.as_str()])),
        }
    }
    let text = |(archs, zones): (BTreeSet<&Arch>, Vec<&str>)| {
        let archs: Vec<String> = archs.into_iter().map(ToString::to_string).collect();
        format!("{} ({})", zones.join(", "), archs.join(", "))
    };
    zones.into_iter().map(text).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_with_the_same_architectures_are_joined() {
        let cell = |zone: &str, arch: &str| Cell {
            name: "web".parse().unwrap(),
            zone: zone.parse().unwrap(),
            arch: arch.parse().unwrap(),
        };
        assert_eq!(places(&[cell("fr-par-1", "x86_64")]), "fr-par-1 x86_64");
        let two = [cell("fr-par-1", "x86_64"), cell("nl-ams-1", "x86_64")];
        assert_eq!(places(&two), "fr-par-1, nl-ams-1 (x86_64)");
        let three = [cell("fr-par-1", "arm64"), cell("fr-par-1", "x86_64"), cell("nl-ams-1", "x86_64")];
        assert_eq!(places(&three), "fr-par-1 (arm64, x86_64); nl-ams-1 (x86_64)");
    }
}
