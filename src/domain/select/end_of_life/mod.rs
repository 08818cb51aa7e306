//! When security updates for an image end, according to which source, and which labels can replace it.

pub mod vendor;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::catalog::{Catalog, Image};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Policy;
use crate::domain::select::end_of_life::vendor::{Precision, vendor_end};
use crate::domain::types::{Age, Label, day, release_of};

/// The last day of security updates, and the source of that date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndOfLife {
    /// The last day with security updates, in UTC.
    pub date: Date,
    /// The source of the date, to follow "according to": the manifest, the Marketplace, or a source of the built-in
    /// table.
    pub source: String,
}

/// Whether an image is still supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Security updates have ended.
    Ended,
    /// Security updates end within the warning period.
    EndingSoon,
    /// Security updates continue beyond the warning period.
    Supported,
}

impl EndOfLife {
    /// Whether the last day is over.
    pub(crate) fn has_passed(&self, now: Timestamp) -> bool {
        day(now) > self.date
    }

    /// The state of support at the time `now`, with a warning period of `warning` before the last day.
    pub fn support(&self, warning: Age, now: Timestamp) -> Support {
        if self.has_passed(now) {
            Support::Ended
        } else if day(warning.after(now)) >= self.date {
            Support::EndingSoon
        } else {
            Support::Supported
        }
    }
}

/// The end of life of an image, if one is known: the date in the manifest (`eol` in `policy`), or else the earlier of
/// the dates of the Marketplace (`valid_until` of `image`) and of the vendor (in the built-in table, by `label` or else
/// the label of `image`).
pub fn end_of_life(policy: &Policy, label: Option<&Label>, image: Option<&Image>) -> Option<EndOfLife> {
    if let Some(date) = policy.eol {
        return Some(EndOfLife { date, source: "the manifest".to_owned() });
    }
    let marketplace = image
        .and_then(|image| image.valid_until)
        // The image is no longer listed at this time, so midnight means that the day before is the last.
        .and_then(|time| time.checked_sub(SignedDuration::from_secs(1)).ok())
        .map(|time| EndOfLife { date: day(time), source: "the Marketplace".to_owned() });
    let vendor = label.or(image.map(|image| &image.label)).and_then(vendor_end).map(|end| {
        let certainty = match end.precision {
            Precision::Day => "",
            Precision::Planned => ", planned",
            Precision::Estimate => ", estimated",
        };
        EndOfLife { date: end.end, source: format!("{} ({}{certainty})", end.source, end.product) }
    });
    [marketplace, vendor].into_iter().flatten().min_by_key(|end| end.date)
}

/// The end of security updates for a pin that has reached its end of life or will soon, and the labels that can replace
/// it.
pub(crate) struct EolNotice<'c> {
    end: EndOfLife,
    /// Whether the last day is over.
    pub(crate) has_ended: bool,
    /// The labels of newer releases, newest first.
    pub(crate) successors: Vec<&'c Label>,
}

impl EolNotice<'_> {
    /// A clause to follow "support": `ended on 2025-05-29, according to …`.
    pub(crate) fn clause(&self) -> String {
        let verb = if self.has_ended { "ended" } else { "ends" };
        format!("{verb} on {}, according to {}", self.end.date, self.end.source)
    }
}

/// The notice for a pin whose support has ended or ends soon.
pub(crate) fn eol_notice<'c>(
    pin: &Pin,
    target: &Target,
    now: Timestamp,
    catalog: &'c Catalog,
) -> Option<EolNotice<'c>> {
    let end = end_of_life(&target.policy, pin.label(), catalog.image(&pin.image))?;
    let has_ended = match end.support(target.policy.eol_warning, now) {
        Support::Ended => true,
        Support::EndingSoon => false,
        Support::Supported => return None,
    };
    let successors = pin.label().map(|label| successors(label, now, catalog)).unwrap_or_default();
    Some(EolNotice { end, has_ended, successors })
}

/// The labels of newer releases of the same system that are still supported, newest first.
fn successors<'c>(label: &Label, now: Timestamp, catalog: &'c Catalog) -> Vec<&'c Label> {
    let name = catalog.images().iter().find(|image| image.label == *label).map_or("", |image| &image.name);
    let own = release_of(label, name, None);
    let own_end = end_of_life(&Policy::default(), Some(label), None).map(|end| end.date);
    let mut newer: Vec<_> = catalog
        .images()
        .iter()
        .filter(|image| is_sibling(label, &image.label))
        .filter(|image| !end_of_life(&Policy::default(), None, Some(image)).is_some_and(|end| end.has_passed(now)))
        .filter_map(|image| Some((release_of(&image.label, &image.name, None)?, &image.label)))
        // If the release of the label is unknown, a label with longer support counts as newer.
        .filter(|(release, sibling)| match &own {
            Some(own) => release > own,
            None => vendor_end(sibling).map(|end| end.end) > own_end,
        })
        .collect();
    newer.sort_by(|a, b| b.cmp(a));
    newer.into_iter().map(|(_, label)| label).collect()
}

/// Whether two labels have the same first part and differ in exactly one other part between underscores: `ubuntu_focal`
/// and `ubuntu_noble`, but not `ubuntu_noble_gpu_os_12`.
fn is_sibling(a: &Label, b: &Label) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (a.as_str().split('_').collect(), b.as_str().split('_').collect());
    a.len() == b.len() && a[0] == b[0] && a.iter().zip(&b).filter(|(a, b)| a != b).count() == 1
}
