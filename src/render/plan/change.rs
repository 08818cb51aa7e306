//! One change in words that every format shares: its label, its detail, and the counts of several.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::diagnostics::{Source, shown};
use crate::domain::lock::Pin;
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::format::differences;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::plan::Plan;
use crate::render::support::values::{date, date_or_unknown};

/// The label of a pin, or what else it is known by.
pub(crate) fn label(pin: &Pin) -> Cow<'_, str> {
    pin.label().map_or_else(|| pin.image.to_string().into(), |label| label.as_str().into())
}

/// The outcome of resolving one manifest.
#[derive(Clone, Copy)]
pub struct Resolved<'a> {
    /// The manifest.
    pub manifest: &'a Source,
    /// What changes.
    pub plan: &'a Plan,
    /// Whether the bytes of the lockfile change.
    pub rewrites: bool,
}

/// The changes of all manifests, each with the name of its manifest if there are several.
pub(crate) fn changes<'a>(resolved: &[Resolved<'a>]) -> Vec<(String, &'a Change)> {
    let many = resolved.len() > 1;
    let of = |it: &Resolved<'a>| {
        let manifest = if many { shown(&it.manifest.path) } else { String::new() };
        it.plan.changes.iter().map(move |change| (manifest.clone(), change))
    };
    resolved.iter().flat_map(of).collect()
}

/// Changes that need no name of a manifest.
pub(crate) fn unnamed(changes: &[Change]) -> Vec<(String, &Change)> {
    changes.iter().map(|change| (String::new(), change)).collect()
}

/// `1 moved, 3 kept`: how many changes there are of each kind.
pub(crate) fn counts<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
    let mut counts: BTreeMap<Action, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.action()).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(action, n)| format!("{n} {}", action.as_str())).collect();
    counts.join(", ")
}

/// The details of a change, in a line.
pub(crate) fn detail(change: &Change, ids: &ShortIds) -> String {
    let when = |pin: &Option<Pin>| pin.as_ref().and_then(|pin| pin.published);
    let mut parts = Vec::new();
    if let Some(newer) = change.newer.as_ref().filter(|_| change.action() == Action::Kept) {
        parts.push(format!("{}: {}", if newer.is_older { "older" } else { "newer" }, ids.show(newer.id)));
        // A date that is unknown was not asked for, since the pin stays either way.
        parts.extend(published(when(&change.to), newer.published).filter(|_| newer.published.is_some()));
    }
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => {
            let differs = from.id != to.id || from.published != to.published;
            parts.extend(published(from.published, to.published).filter(|_| differs));
            parts.extend(declaration_changes(from, to));
        }
        (from, to) => parts.extend(when(from).or(when(to)).map(|time| format!("published {}", date(time)))),
    }
    parts.extend(change.note.clone());
    parts.join(", ")
}

/// The parts of the declaration that differ: `label x → y`.
fn declaration_changes<'p>(from: &'p Pin, to: &'p Pin) -> Vec<String> {
    let label = Some(("label", label(from), label(to))).filter(|(_, from, to)| from != to);
    let value = |value: Option<Cow<'p, str>>| value.unwrap_or("none".into());
    let others = differences(from, to).filter_map(|(key, from, to)| Some((key.in_change?, value(from), value(to))));
    label.into_iter().chain(others).map(|(what, from, to)| format!("{what} {from} → {to}")).collect()
}

/// `published 2026-09-02 → 2026-10-20`, as far as the dates are known.
fn published(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let known = from.is_some() || to.is_some();
    known.then(|| format!("published {} → {}", date_or_unknown(from), date_or_unknown(to)))
}
