//! Text for values that all formats share: dates, ages, zones.

use std::fmt::Display;

use jiff::Timestamp;

use crate::domain::diagnostics::count;
use crate::domain::types::{Cell, day};

/// A value as text, if there is one.
pub(crate) fn text(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The date of a timestamp, in UTC.
pub(crate) fn date(time: Timestamp) -> String {
    day(time).to_string()
}

/// The date of a timestamp, or `unknown`.
pub(crate) fn date_or_unknown(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "unknown".to_owned(), date)
}

/// The number of whole days between two timestamps.
pub(crate) fn days(from: Timestamp, to: Timestamp) -> usize {
    usize::try_from(to.duration_since(from).as_hours() / 24).unwrap_or_default()
}

/// The zone and the architecture of a pin: `fr-par-1 x86_64`.
pub(crate) fn zone_and_arch(cell: &Cell) -> String {
    format!("{} {}", cell.zone, cell.arch)
}

/// Adds the number of manifests if there are several: `4 pins in 2 manifests`.
pub(crate) fn in_manifests(text: String, manifests: usize) -> String {
    if manifests == 1 { text } else { format!("{text} in {}", count(manifests, "manifest")) }
}
