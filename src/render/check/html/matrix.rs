//! The overview: a row for each image, a column for each zone, and in each cell the status for each architecture.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::{Item, Text, class, fold, folded, status, table};
use crate::domain::diagnostics::count;
use crate::domain::types::{Name, Severity, Zone};
use crate::render::check::sentences::label;

/// An image of a manifest, and its findings.
type Row<'a> = ((&'a Name, usize), Vec<&'a Item<'a>>);

/// Writes the table. If most images are as they should be, they are in a second one that is folded.
pub(super) fn write(items: &[Item<'_>]) -> Markup {
    let mut rows: BTreeMap<(&Name, usize), Vec<&Item<'_>>> = BTreeMap::new();
    for item in items {
        rows.entry((&item.finding.cell.name, item.index)).or_default().push(item);
    }
    let zones: BTreeSet<&Zone> = items.iter().map(|item| &item.finding.cell.zone).collect();
    let is_good = |(_, items): &Row<'_>| items.iter().all(|item| item.finding.severity() == Severity::Good);
    let (shown, good) = fold(rows.into_iter().collect(), is_good);
    html! {
        @if !shown.is_empty() { (matrix(&shown, &zones, "How each image stands in each zone")) }
        @if !good.is_empty() {
            @let summary = format!("{} current everywhere", count(good.len(), "image"));
            (folded(&summary, &matrix(&good, &zones, "Images that are current everywhere")))
        }
    }
}

fn matrix(rows: &[Row<'_>], zones: &BTreeSet<&Zone>, caption: &str) -> Markup {
    let headings: Vec<&str> = std::iter::once("image").chain(zones.iter().map(|zone| zone.as_str())).collect();
    let rows = html! {
        @for ((name, _), items) in rows {
            @let labels: BTreeSet<String> = items.iter().map(|item| label(item.finding)).collect();
            tr role="row" {
                th role="rowheader" scope="row" {
                    (name) " " span class="label" { (Text(Vec::from_iter(labels).join(", "))) } (items[0].origin())
                }
                @for zone in zones { "\n" (cell(zone, items)) }
            } "\n"
        }
    };
    html! {
        div class="scroll" { "\n" (table("matrix", Some(caption), &headings, &rows)) } "\n"
    }
}

/// The status of an image in a zone, for each architecture.
fn cell(zone: &Zone, items: &[&Item<'_>]) -> Markup {
    let mut here: Vec<_> = items.iter().filter(|item| item.finding.cell.zone == *zone).collect();
    here.sort_by_key(|item| &item.finding.cell.arch);
    html! {
        @if here.is_empty() { td role="cell" class="none" {} }
        @else { td role="cell" data-column=(zone) { @for item in here { (link(item)) } } }
    }
}

/// The status of one pin, with a link to its details.
fn link(item: &Item<'_>) -> Markup {
    let Item { finding, .. } = item;
    html! {
        a class={ "chip " (class(finding.severity())) } href={ "#" (item.anchor()) } {
            (status(finding)) " " span class="arch" { (finding.cell.arch) }
        }
    }
}
