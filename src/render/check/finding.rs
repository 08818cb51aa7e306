//! One finding in words that every format shares: its label, its detail, its status.

use jiff::Timestamp;

use crate::domain::check::Finding;
use crate::domain::diagnostics::count;
use crate::domain::lock::diff::Latest;
use crate::domain::lock::short_ids::ShortIds;
use crate::render::support::values::{date, days};

/// The note about a pin that the Marketplace does not list.
pub(crate) const UNLISTED: &str = "the Marketplace does not list the pinned ID, so it cannot be verified";

/// Whether the Marketplace was asked about a pin, and does not list it.
pub(crate) fn is_unlisted(finding: &Finding) -> bool {
    finding.is_listed == Some(false)
}

/// Whether the manifest accepts what would be drift.
pub(crate) fn is_accepted(finding: &Finding) -> bool {
    finding.status.is_drift() && !finding.is_drift
}

/// The label, or what else the image is known by.
pub(crate) fn label(finding: &Finding) -> String {
    finding.label.as_ref().map_or_else(|| finding.image.clone(), ToString::to_string)
}

/// The details of a finding, in a line.
pub(crate) fn detail(finding: &Finding) -> String {
    let mut parts: Vec<String> =
        finding.latest.iter().filter_map(|latest| latest_of(latest, finding.published)).collect();
    parts.extend(finding.notes.iter().cloned());
    parts.join("; ")
}

/// The status and the details, in a line.
pub(crate) fn status_and_detail(finding: &Finding) -> String {
    match (finding.status.as_str(), detail(finding)) {
        (status, detail) if detail.is_empty() => status.to_owned(),
        (status, detail) => format!("{status}: {detail}"),
    }
}

/// The IDs that a table of findings shows.
pub(crate) fn short_ids<'f>(findings: impl Iterator<Item = &'f Finding>) -> ShortIds {
    let ids = |finding: &'f Finding| {
        finding.locked.iter().map(|pin| pin.id).chain(finding.latest.as_ref().map(|latest| latest.id))
    };
    ShortIds::of(findings.flat_map(ids))
}

/// The release of a newer local image, its date, and how much later that is.
fn latest_of(latest: &Latest, published: Option<Timestamp>) -> Option<String> {
    let release = latest.release.as_ref().map(|release| format!("release {release}"));
    let date = latest.published.map(|newer| match published {
        Some(older) if newer >= older => format!("{} behind ({})", count(days(older, newer), "day"), date(newer)),
        _ => format!("the latest is of {}", date(newer)),
    });
    let parts: Vec<String> = release.into_iter().chain(date).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
