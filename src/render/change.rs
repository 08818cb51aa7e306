//! What every format says of a change of a pin, in the same words.

use jiff::Timestamp;

use super::human::{date, unknown};
use crate::domain::lock::Pin;
use crate::domain::resolve::{Action, Change};

/// The label of a pin, or what else it is known by.
pub(super) fn label(pin: &Pin) -> String {
    pin.label().map_or_else(|| pin.image.to_string(), ToString::to_string)
}

/// `1 moved, 3 kept`: what happened, in numbers.
pub(super) fn tally(changes: &[Change]) -> String {
    let tally: Vec<String> = Action::ALL
        .into_iter()
        .map(|action| (action, changes.iter().filter(|change| change.action() == action).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(action, n)| format!("{n} {}", action.as_str()))
        .collect();
    tally.join(", ")
}

/// Everything there is to say of a change, in a line.
pub(super) fn detail(change: &Change) -> String {
    let when = |pin: &Option<Pin>| pin.as_ref().and_then(|pin| pin.published);
    let mut parts = Vec::new();
    if let Some(newer) = change.newer.as_ref().filter(|_| change.action() == Action::Kept) {
        parts.push(format!("newer: {}", newer.id.short()));
        parts.extend(published(when(&change.to), newer.published));
    }
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => {
            let differs = from.id != to.id || from.published != to.published;
            parts.extend(published(from.published, to.published).filter(|_| differs));
            parts.extend(redeclared(from, to));
        }
        (from, to) => parts.extend(when(from).or(when(to)).map(|time| format!("published {}", date(time)))),
    }
    parts.extend(change.note.clone());
    parts.join(", ")
}

/// What was declared before and what is declared now, where that differs.
fn redeclared(from: &Pin, to: &Pin) -> Vec<String> {
    let instance_type = |pin: &Pin| pin.instance_type.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    [
        ("label", label(from), label(to)),
        ("type", from.image_type.to_string(), to.image_type.to_string()),
        ("Instance type", instance_type(from), instance_type(to)),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(what, from, to)| format!("{what} {from} → {to}"))
    .collect()
}

/// `published 2026-09-02 → 2026-10-20`, as far as the dates are known.
fn published(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let known = |time: Option<Timestamp>| time.map_or_else(unknown, date);
    (from.is_some() || to.is_some()).then(|| format!("published {} → {}", known(from), known(to)))
}
