//! Everything there is to say of each pin, the worst first: its ID, its age as a bar, what is newer, and why.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Item, class, day, fold, folded, prose, status};
use crate::domain::LocalImageId;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::sentence::count;
use crate::render::check::changed_since::is_unlisted;
use crate::render::check::finding::{Severity, days, detail, label, zone_and_arch};
use crate::render::check::human::unknown;
use crate::render::support::markup::escaped;

const COLUMNS: [&str; 5] = ["status", "image", "locked", "latest", "detail"];

/// How old pins are: the bars of one page have one scale.
#[derive(Clone, Copy)]
struct Ages {
    now: Timestamp,
    /// The age of the oldest, in days.
    oldest: usize,
}

/// Writes the table; where most is well, what is well as a second one, folded.
pub(super) fn write(items: &[Item<'_>], now: Timestamp) -> String {
    let ages = items.iter().filter_map(|item| item.finding.published).map(|published| days(published, now));
    let ages = Ages { now, oldest: ages.max().unwrap_or_default() };
    let scale = if ages.oldest > 0 {
        format!("; the bars show how old a pin is, the longest is {}", count(ages.oldest, "day"))
    } else {
        String::new()
    };
    let (shown, good) = fold(items.iter().collect(), |item| item.gravity() == Severity::Good);
    let mut text = String::new();
    if !shown.is_empty() {
        text += &table(&shown, ages, &format!("Each pin, the worst first{scale}"));
    }
    if !good.is_empty() {
        let summary = format!("{} {}", good.len(), Status::Current.as_str());
        text += &folded(&summary, &table(&good, ages, &format!("Pins that are current{scale}")));
    }
    text
}

fn table(items: &[&Item<'_>], ages: Ages, caption: &str) -> String {
    let mut text = format!(
        "<table role=\"table\" class=\"pins\">\n<caption>{caption}</caption>\n<thead role=\"rowgroup\">\n<tr role=\"row\">"
    );
    for column in COLUMNS {
        let _ = write!(text, "<th role=\"columnheader\" scope=\"col\">{column}</th>");
    }
    text += "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n";
    for item in items {
        row(&mut text, item, ages);
    }
    text + "</tbody>\n</table>\n"
}

fn row(text: &mut String, item: &Item<'_>, ages: Ages) {
    let finding = item.finding;
    let (class, status) = (class(item.gravity()), status(finding));
    let _ = write!(
        text,
        "<tr role=\"row\" id=\"{}\"><td role=\"cell\"><span class=\"chip {class}\">{status}</span></td>\n\
         <th role=\"rowheader\" scope=\"row\">{} <span class=\"label\">{}</span> <span class=\"label\">{}</span>{}</th>\n",
        item.anchor(),
        finding.cell.name,
        escaped(&label(finding)),
        zone_and_arch(&finding.cell),
        item.origin(),
    );
    cell(text, "locked", &finding.locked.as_ref().map(|pin| locked(pin.id, finding, ages)).unwrap_or_default());
    let latest = finding.latest.as_ref();
    cell(text, "latest", &latest.map(|latest| dated(latest.id, latest.published)).unwrap_or_default());
    cell(text, "detail", &prose(&detail(finding)));
    *text += "</tr>\n";
}

/// A cell under its heading, which narrow screens show beside it.
fn cell(text: &mut String, column: &str, body: &str) {
    let _ = match body {
        "" => write!(text, "<td role=\"cell\" class=\"none\"></td>"),
        body => writeln!(text, "<td role=\"cell\" data-column=\"{column}\">{body}</td>"),
    };
}

fn dated(id: LocalImageId, published: Option<Timestamp>) -> String {
    let published = published.map_or_else(|| format!("published: {}", unknown()), day);
    format!("<code class=\"id\">{id}</code> <span class=\"date\">{published}</span>")
}

/// What is pinned, how old it is, and that as a bar.
fn locked(id: LocalImageId, finding: &Finding, ages: Ages) -> String {
    let mut text = dated(id, finding.published);
    if is_unlisted(finding) {
        text += " <span class=\"label\">not listed, so it cannot be verified</span>";
    }
    if let Some(published) = finding.published {
        let age = days(published, ages.now);
        let width = (age * 1000).checked_div(ages.oldest).unwrap_or_default();
        let _ = write!(
            text,
            "<span class=\"age\">, {} old</span><svg class=\"bar\" aria-hidden=\"true\">\
             <rect width=\"{}.{}%\" height=\"100%\"/></svg>",
            count(age, "day"),
            width / 10,
            width % 10
        );
    }
    text
}
