//! When security updates end, who says so, and what to move to.

pub mod vendor;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::catalog::{Catalog, Image};
use crate::domain::lock::Pin;
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Policy;
use crate::domain::select::end_of_life::vendor::{Precision, vendor_end};
use crate::domain::types::{Age, Label, day, release_of};

/// The last day of security updates, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndOfLife {
    /// The last day.
    pub date: Date,
    /// Who says so, as it follows "by".
    pub source: String,
}

/// How near the end of security updates is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It has passed.
    Ended,
    /// It is within the warning time.
    EndingSoon,
    /// It is further away.
    Supported,
}

impl EndOfLife {
    /// Whether it has passed.
    pub(crate) fn has_passed(&self, now: Timestamp) -> bool {
        day(now) > self.date
    }

    /// How near it is.
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

/// The end of an image's life: what the manifest says, else the earlier of what the Marketplace and the vendor say.
pub fn end_of_life(policy: &Policy, label: Option<&Label>, image: Option<&Image>) -> Option<EndOfLife> {
    if let Some(date) = policy.eol {
        return Some(EndOfLife { date, source: "the manifest".to_owned() });
    }
    let marketplace = image
        .and_then(|image| image.valid_until)
        // The moment itself is the first without it: midnight ends the day before.
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

/// The end of security updates for a pin, if that is near or over, and what to move to.
pub(crate) struct EolNotice<'c> {
    end: EndOfLife,
    /// Whether it has passed.
    pub(crate) has_ended: bool,
    /// The labels to move to, the newest first.
    pub(crate) successors: Vec<&'c Label>,
}

impl EolNotice<'_> {
    /// `ended on 2025-05-29, by ...`: the end in a clause that follows "support".
    pub(crate) fn clause(&self) -> String {
        let verb = if self.has_ended { "ended" } else { "ends" };
        format!("{verb} on {}, by {}", self.end.date, self.end.source)
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

/// The labels of the same family with a newer release that has not ended, the newest first: what to move to.
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
        // If the label's own release cannot be read, a label that is supported longer is newer.
        .filter(|(release, sibling)| match &own {
            Some(own) => release > own,
            None => vendor_end(sibling).map(|end| end.end) > own_end,
        })
        .collect();
    newer.sort_by(|a, b| b.cmp(a));
    newer.into_iter().map(|(_, label)| label).collect()
}

/// Whether two labels differ in exactly one segment: `ubuntu_focal` and `ubuntu_noble`, but not `ubuntu_noble_gpu_os_12`.
fn is_sibling(a: &Label, b: &Label) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (a.as_str().split('_').collect(), b.as_str().split('_').collect());
    a.len() == b.len() && a[0] == b[0] && a.iter().zip(&b).filter(|(a, b)| a != b).count() == 1
}
