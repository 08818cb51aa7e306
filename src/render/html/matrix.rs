//! The overview: a row an image, a column a zone, and in each cell how it stands for each architecture.
//!
//! The roles are spelt out, because on narrow screens the style sheet turns rows into blocks, and an element that is no
//! longer laid out as a table is no longer announced as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{anchor, class, fold, folded, status};
use crate::domain::drift::Finding;
use crate::domain::words::count;
use crate::domain::{Name, Zone};
use crate::render::finding::{Gravity, label};
use crate::render::markup::escaped;

/// An image and its findings, by zone and architecture.
struct Row<'a> {
    name: &'a Name,
    zones: BTreeMap<&'a Zone, Vec<&'a Finding>>,
}

impl Row<'_> {
    fn is_good(&self) -> bool {
        self.zones.values().flatten().all(|finding| Gravity::of(finding) == Gravity::Good)
    }

    fn labels(&self) -> String {
        let labels: BTreeSet<String> = self.zones.values().flatten().map(|finding| label(finding)).collect();
        labels.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// Writes the table; where most is well, what is well as a second one, folded.
pub(super) fn write(findings: &[Finding]) -> String {
    let mut by_name: BTreeMap<&Name, BTreeMap<&Zone, Vec<&Finding>>> = BTreeMap::new();
    for finding in findings {
        by_name.entry(&finding.cell.name).or_default().entry(&finding.cell.zone).or_default().push(finding);
    }
    for findings in by_name.values_mut().flat_map(BTreeMap::values_mut) {
        findings.sort_by_key(|finding| &finding.cell.arch);
    }
    let zones: BTreeSet<&Zone> = findings.iter().map(|finding| &finding.cell.zone).collect();
    let (shown, good) = fold(by_name.into_iter().map(|(name, zones)| Row { name, zones }).collect(), Row::is_good);
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

fn table(rows: &[Row<'_>], zones: &BTreeSet<&Zone>, caption: &str) -> String {
    let mut text = format!(
        "<div class=\"scroll\">\n<table role=\"table\" class=\"matrix\">\n<caption>{caption}</caption>\n\
         <thead role=\"rowgroup\">\n<tr role=\"row\"><th role=\"columnheader\" scope=\"col\">image</th>"
    );
    for zone in zones {
        let _ = write!(text, "<th role=\"columnheader\" scope=\"col\">{zone}</th>");
    }
    text += "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n";
    for row in rows {
        let _ = write!(
            text,
            "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{} <span class=\"label\">{}</span></th>",
            row.name,
            escaped(&row.labels())
        );
        for zone in zones {
            match row.zones.get(zone) {
                Some(findings) => {
                    let links: String = findings.iter().map(|finding| link(finding)).collect();
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
fn link(finding: &Finding) -> String {
    let class = class(Gravity::of(finding));
    let (anchor, arch, status) = (anchor(&finding.cell), &finding.cell.arch, status(finding));
    format!("<a class=\"chip {class}\" href=\"#{anchor}\">{status} <span class=\"arch\">{arch}</span></a>")
}
