//! The elements that several parts of the page use: text, tables, statuses, IDs.

use jiff::Timestamp;
use maud::{Markup, PreEscaped, Render, html};

use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::{Cell, LocalImageId, Severity};
use crate::render::support::markup::escaped;
use crate::render::support::values::{date, zone_and_arch};

/// A place where a line may wrap, as well-formed XML.
const BREAK_OPPORTUNITY: PreEscaped<&str> = PreEscaped("<wbr/>");

/// Text that does not come from imagelock itself. Invisible characters are spelled out.
pub(super) struct Text<T>(pub(super) T);

impl<T: AsRef<str>> Render for Text<T> {
    fn render_to(&self, page: &mut String) {
        page.push_str(&escaped(self.0.as_ref()));
    }
}

/// The path of a manifest, which may wrap after each slash.
pub(super) fn path(path: &str) -> Markup {
    html! {
        @for (n, part) in path.split('/').enumerate() {
            @if n > 0 { "/" (BREAK_OPPORTUNITY) }
            (Text(part))
        }
    }
}

/// A sentence in which text between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (Text(text)) };
    }
    html! {
        @for (n, part) in parts.into_iter().enumerate() {
            @if n % 2 == 1 { code { (Text(part)) } } @else { (Text(part)) }
        }
    }
}

/// A table with these headings. The roles are explicit: on narrow screens the style sheet turns rows into blocks, and
/// browsers no longer announce such a table as a table.
pub(super) fn table(class: &str, caption: Option<&str>, headings: &[&str], rows: &Markup) -> Markup {
    html! {
        table role="table" class=(class) { "\n"
            @if let Some(caption) = caption { caption { (caption) } "\n" }
            thead role="rowgroup" { "\n"
                tr role="row" {
                    @for heading in headings { th role="columnheader" scope="col" { (heading) } }
                } "\n"
            } "\n"
            tbody role="rowgroup" { "\n" (rows) } "\n"
        } "\n"
    }
}

/// A cell with the heading of its column, which narrow screens show next to the content.
pub(super) fn cell(heading: &str, content: &Markup) -> Markup {
    html! {
        @if content.0.is_empty() { td role="cell" class="none" {} }
        @else { td role="cell" data-column=(heading) { (content) } "\n" }
    }
}

/// A status. The word is always next to the color.
pub(super) fn chip(severity: Severity, word: &str) -> Markup {
    html! { span class={ "chip " (class(severity)) } { (word) } }
}

/// The class of an element that shows a severity.
pub(super) fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "bad",
        Severity::Due => "due",
        Severity::Held => "held",
        Severity::Good => "good",
    }
}

/// A day, for people and for programs.
pub(super) fn day(time: Timestamp) -> Markup {
    let date = date(time);
    html! { time datetime=(date) { (date) } }
}

/// A pinned or newer ID, with its zone and architecture, and a remark on it.
pub(super) struct ShownId<'a> {
    pub(super) cell: &'a Cell,
    pub(super) id: LocalImageId,
    pub(super) remark: &'static str,
}

/// The first ID in its short form, which opens to all full IDs with their zones and architectures.
pub(super) fn ids(ids: &[ShownId<'_>], short: &ShortIds) -> Markup {
    let more = ids.len().saturating_sub(1);
    html! {
        @if let Some(first) = ids.first() {
            details class="ids" { "\n"
                summary {
                    code { (short.show(first.id)) }
                    @if more > 0 { " +" (more) }
                } "\n"
                ul { "\n"
                    @for ShownId { cell, id, remark } in ids {
                        li { span class="label" { (zone_and_arch(cell)) (remark) } " " code class="id" { (id) } } "\n"
                    }
                } "\n"
            } "\n"
        }
    }
}
