//! Values in words that every format shares: dates, ages, cells.

use std::fmt::Display;

use jiff::Timestamp;

use crate::domain::diagnostics::count;
use crate::domain::types::{Cell, day};

/// A value as text, if there is one.
pub(crate) fn text(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The day of a moment, in UTC.
pub(crate) fn date(time: Timestamp) -> String {
    day(time).to_string()
}

/// The day of a moment, if that is known.
pub(crate) fn date_or_unknown(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "unknown".to_owned(), date)
}

/// The whole days from one moment to a later one.
pub(crate) fn days(from: Timestamp, to: Timestamp) -> usize {
    usize::try_from(to.duration_since(from).as_hours() / 24).unwrap_or_default()
}

/// `fr-par-1 x86_64`: a cell next to its name.
pub(crate) fn zone_and_arch(cell: &Cell) -> String {
    format!("{} {}", cell.zone, cell.arch)
}

/// `4 pins in 2 manifests`: the manifests are counted if there are several.
pub(crate) fn in_manifests(text: String, manifests: usize) -> String {
    if manifests == 1 { text } else { format!("{text} in {}", count(manifests, "manifest")) }
}
