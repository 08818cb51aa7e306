//! The details of each pin, the worst first: its ID, its age as a bar, what is newer, and why.

use jiff::Timestamp;
use maud::{Markup, html};

use super::{Item, Text, chip, day, fold, folded, prose, status, table};
use crate::domain::check::Finding;
use crate::domain::diagnostics::count;
use crate::domain::types::{LocalImageId, Severity, Status};
use crate::render::check::sentences::{detail, is_unlisted, label};
use crate::render::support::values::{date_or_unknown, days, zone_and_arch};

/// How old the pins are: the bars of one page have one scale.
#[derive(Clone, Copy)]
struct Ages {
    now: Timestamp,
    /// The age of the oldest, in days.
    oldest: usize,
}

/// Writes the table. If most pins are as they should be, they are in a second one that is folded.
pub(super) fn write(items: &[Item<'_>], now: Timestamp) -> Markup {
    let ages = items.iter().filter_map(|item| item.finding.published).map(|published| days(published, now));
    let ages = Ages { now, oldest: ages.max().unwrap_or_default() };
    let scale = if ages.oldest > 0 {
        format!("; the bars show how old a pin is, the longest is {}", count(ages.oldest, "day"))
    } else {
        String::new()
    };
    let (shown, good) = fold(items.iter().collect(), |item| item.finding.severity() == Severity::Good);
    html! {
        @if !shown.is_empty() { (pins(&shown, ages, &format!("Each pin, the worst first{scale}"))) }
        @if !good.is_empty() {
            @let summary = format!("{} {}", good.len(), Status::Current.as_str());
            (folded(&summary, &pins(&good, ages, &format!("Pins that are current{scale}"))))
        }
    }
}

fn pins(items: &[&Item<'_>], ages: Ages, caption: &str) -> Markup {
    let rows = html! { @for item in items { (row(item, ages)) } };
    table("pins", Some(caption), &["status", "image", "locked", "latest", "detail"], &rows)
}

fn row(item: &Item<'_>, ages: Ages) -> Markup {
    let finding = item.finding;
    let locked = finding.locked.as_ref().map(|pin| locked(pin.id, finding, ages));
    let latest = finding.latest.as_ref().map(|latest| dated(latest.id, latest.published));
    html! {
        tr role="row" id=(item.anchor()) {
            td role="cell" { (chip(finding.severity(), &status(finding))) } "\n"
            th role="rowheader" scope="row" {
                (finding.cell.name) " "
                span class="label" { (Text(label(finding))) } " "
                span class="label" { (zone_and_arch(&finding.cell)) }
                (item.origin())
            } "\n"
            (cell("locked", &locked.unwrap_or_default()))
            (cell("latest", &latest.unwrap_or_default()))
            (cell("detail", &prose(&detail(finding))))
        } "\n"
    }
}

/// A cell with the name of its column, which narrow screens show next to it.
fn cell(column: &str, body: &Markup) -> Markup {
    html! {
        @if body.0.is_empty() { td role="cell" class="none" {} }
        @else { td role="cell" data-column=(column) { (body) } "\n" }
    }
}

fn dated(id: LocalImageId, published: Option<Timestamp>) -> Markup {
    html! {
        code class="id" { (id) } " "
        span class="date" {
            @match published {
                Some(time) => { (day(time)) }
                None => { "published: " (date_or_unknown(None)) }
            }
        }
    }
}

/// The pinned ID, its age, and that as a bar.
fn locked(id: LocalImageId, finding: &Finding, ages: Ages) -> Markup {
    html! {
        (dated(id, finding.published))
        @if is_unlisted(finding) { " " span class="label" { "not listed, so it cannot be verified" } }
        @if let Some(published) = finding.published {
            @let age = days(published, ages.now);
            @let width = (age * 1000).checked_div(ages.oldest).unwrap_or_default();
            span class="age" { ", " (count(age, "day")) " old" }
            svg class="bar" aria-hidden="true" {
                rect width={ (width / 10) "." (width % 10) "%" } height="100%" {}
            }
        }
    }
}
