//! The overview: a row an image, a column a zone, and in each cell how it stands for each architecture.
//!
//! The roles are spelt out, because on narrow screens the style sheet turns rows into blocks, and an element that is no
//! longer laid out as a table is no longer announced as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Item, class, fold, folded, status};
use crate::domain::diagnostics::sentence::count;
use crate::domain::{Name, Zone};
use crate::render::check::finding::{Severity, label};
use crate::render::support::markup::escaped;

/// An image and its findings, by zone and architecture.
struct Row<'a> {
    zones: BTreeMap<&'a Zone, Vec<&'a Item<'a>>>,
}

impl<'a> Row<'a> {
    fn items(&self) -> impl Iterator<Item = &'a Item<'a>> {
        self.zones.values().flatten().copied()
    }

    fn is_good(&self) -> bool {
        self.items().all(|item| item.gravity() == Severity::Good)
    }

    fn labels(&self) -> String {
        let labels: BTreeSet<String> = self.items().map(|item| label(item.finding)).collect();
        labels.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn origin(&self) -> String {
        self.items().next().map(Item::origin).unwrap_or_default()
    }
}

/// Writes the table; where most is well, what is well as a second one, folded.
pub(super) fn write(items: &[Item<'_>]) -> String {
    let mut rows: BTreeMap<(&Name, usize), Row<'_>> = BTreeMap::new();
    for item in items {
        let row = rows.entry((&item.finding.cell.name, item.part)).or_insert(Row { zones: BTreeMap::new() });
        row.zones.entry(&item.finding.cell.zone).or_default().push(item);
    }
    for items in rows.values_mut().flat_map(|row| row.zones.values_mut()) {
        items.sort_by_key(|item| &item.finding.cell.arch);
    }
    let zones: BTreeSet<&Zone> = items.iter().map(|item| &item.finding.cell.zone).collect();
    let (shown, good) = fold(rows.into_iter().collect(), |(_, row)| row.is_good());
    let mut text = String::new();
    if !shown.is_empty() {
        text += &table(&shown, &zones, "How each image stands in each zone");
    }
    if !good.is_empty() {
        let summary = format!("{} current everywhere", count(good.len(), "image"));
        text += &folded(&summary, &table(&good, &zones, "Images that are current everywhere"));
    }
    text
}

fn table(rows: &[((&Name, usize), Row<'_>)], zones: &BTreeSet<&Zone>, caption: &str) -> String {
    let mut text = format!(
        "<div class=\"scroll\">\n<table role=\"table\" class=\"matrix\">\n<caption>{caption}</caption>\n\
         <thead role=\"rowgroup\">\n<tr role=\"row\"><th role=\"columnheader\" scope=\"col\">image</th>"
    );
    for zone in zones {
        let _ = write!(text, "<th role=\"columnheader\" scope=\"col\">{zone}</th>");
    }
    text += "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n";
    for ((name, _), row) in rows {
        let _ = write!(
            text,
            "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{name} <span class=\"label\">{}</span>{}</th>",
            escaped(&row.labels()),
            row.origin()
        );
        for zone in zones {
            match row.zones.get(zone) {
                Some(items) => {
                    let links: String = items.iter().map(|item| link(item)).collect();
                    let _ = write!(text, "\n<td role=\"cell\" data-column=\"{zone}\">{links}</td>");
                }
                None => text += "\n<td role=\"cell\" class=\"none\"></td>",
            }
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n</div>\n"
}

/// How one cell stands, leading to all there is to say of it.
fn link(item: &Item<'_>) -> String {
    let (class, status) = (class(item.gravity()), status(item.finding));
    let (anchor, arch) = (item.anchor(), &item.finding.cell.arch);
    format!("<a class=\"chip {class}\" href=\"#{anchor}\">{status} <span class=\"arch\">{arch}</span></a>")
}
