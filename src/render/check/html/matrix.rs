//! The overview: a row for each image, a column for each zone, and in each cell the status for each architecture.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::{Item, Text, class, fold, folded, status, table};
use crate::domain::check::Severity;
use crate::domain::diagnostics::count;
use crate::domain::{Name, Zone};
use crate::render::check::finding::label;

/// An image and its findings, by zone and architecture.
struct Row<'a> {
    zones: BTreeMap<&'a Zone, Vec<&'a Item<'a>>>,
}

impl<'a> Row<'a> {
    fn items(&self) -> impl Iterator<Item = &'a Item<'a>> {
        self.zones.values().flatten().copied()
    }

    fn is_good(&self) -> bool {
        self.items().all(|item| item.finding.severity() == Severity::Good)
    }

    fn labels(&self) -> String {
        let labels: BTreeSet<String> = self.items().map(|item| label(item.finding)).collect();
        labels.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn origin(&self) -> Markup {
        self.items().next().map(Item::origin).unwrap_or_default()
    }
}

/// Writes the table. If most images are as they should be, they are in a second one that is folded.
pub(super) fn write(items: &[Item<'_>]) -> Markup {
    let mut rows: BTreeMap<(&Name, usize), Row<'_>> = BTreeMap::new();
    for item in items {
        let row = rows.entry((&item.finding.cell.name, item.index)).or_insert(Row { zones: BTreeMap::new() });
        row.zones.entry(&item.finding.cell.zone).or_default().push(item);
    }
    for items in rows.values_mut().flat_map(|row| row.zones.values_mut()) {
        items.sort_by_key(|item| &item.finding.cell.arch);
    }
    let zones: BTreeSet<&Zone> = items.iter().map(|item| &item.finding.cell.zone).collect();
    let (shown, good) = fold(rows.into_iter().collect(), |(_, row)| row.is_good());
    html! {
        @if !shown.is_empty() { (matrix(&shown, &zones, "How each image stands in each zone")) }
        @if !good.is_empty() {
            @let summary = format!("{} current everywhere", count(good.len(), "image"));
            (folded(&summary, &matrix(&good, &zones, "Images that are current everywhere")))
        }
    }
}

fn matrix(rows: &[((&Name, usize), Row<'_>)], zones: &BTreeSet<&Zone>, caption: &str) -> Markup {
    let headings: Vec<&str> = std::iter::once("image").chain(zones.iter().map(|zone| zone.as_str())).collect();
    let rows = html! {
        @for ((name, _), row) in rows {
            tr role="row" {
                th role="rowheader" scope="row" {
                    (name) " " span class="label" { (Text(row.labels())) } (row.origin())
                }
                @for zone in zones {
                    "\n"
                    @match row.zones.get(zone) {
                        Some(items) => {
                            td role="cell" data-column=(zone) { @for item in items { (link(item)) } }
                        }
                        None => { td role="cell" class="none" {} }
                    }
                }
            } "\n"
        }
    };
    html! {
        div class="scroll" { "\n" (table("matrix", Some(caption), &headings, &rows)) } "\n"
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
