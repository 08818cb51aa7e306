//! The report of a check as one HTML page that needs no other file: no script, no network, any screen.
//!
//! The page is also well-formed XML, so that tests can read it.

mod changes;
mod matrix;
mod pins;
mod timeline;

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use super::report::{CheckReport, Places};
use super::sentences::{changed_since, counts, failed_in_prose, headline, is_accepted, unlisted};
use crate::VERSION;
use crate::domain::check::Finding;
use crate::domain::check::suggestions::Suggestion;
use crate::domain::diagnostics::{capitalized, count, shown};
use crate::domain::types::{Cell, Severity, minute};
use crate::render::support::markup::escaped;
use crate::render::support::values::date;

const STYLE: &str = include_str!("style.css");

/// The metadata, written as XML has it. With this policy a browser refuses all but the style sheet of this digest.
const METADATA: PreEscaped<&str> = PreEscaped(
    "<meta charset=\"utf-8\"/>\n\
     <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src \
     'sha256-VneQk0+y5cWi89XzcVgsbxWd4zkBmXJ43Ndg/aID19s='; base-uri 'none'; form-action 'none'\"/>\n\
     <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
     <meta name=\"color-scheme\" content=\"light dark\"/>\n\
     <link rel=\"icon\" href=\"data:,\"/>\n",
);

/// A line break, written as XML has it.
const BREAK: PreEscaped<&str> = PreEscaped("<br/>");

/// If more items than this are as they should be, they are folded away.
const FEW: usize = 20;

/// Text from elsewhere. Characters that are not seen are spelled out.
struct Text<T>(T);

impl<T: AsRef<str>> Render for Text<T> {
    fn render_to(&self, page: &mut String) {
        page.push_str(&escaped(self.0.as_ref()));
    }
}

/// A finding on the page.
#[derive(Clone)]
struct Item<'a> {
    finding: &'a Finding,
    /// The index of its manifest.
    index: usize,
    /// The name of its manifest if there are several.
    manifest: String,
}

impl Item<'_> {
    /// The anchor of its row. No part of a cell has a full stop, or a character with a meaning in HTML.
    fn anchor(&self) -> String {
        let Cell { name, zone, arch } = &self.finding.cell;
        let index = if self.manifest.is_empty() { String::new() } else { format!("{}.", self.index) };
        format!("{index}{name}.{zone}.{arch}")
    }

    /// The manifest, after the name.
    fn origin(&self) -> Markup {
        html! {
            @if !self.manifest.is_empty() { " " span class="label" { (Text(&self.manifest)) } }
        }
    }
}

/// A part of the page with a heading; it is left out if its body is empty.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// Writes the page: what to do first, then the overview, then the details.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let item = |(index, finding)| Item { finding, index, manifest: report.manifest(index) };
    let items: Vec<Item<'_>> = report.findings().into_iter().map(item).collect();
    let mut sections = vec![
        Section { id: "errors", title: "Manifests that could not be checked", body: errors(report) },
        Section { id: "do", title: "What to do", body: commands(report) },
        Section { id: "changes", title: "Changes", body: changes::write(report) },
        Section { id: "zones", title: "Images by zone", body: matrix::write(&items) },
        Section { id: "notices", title: "Notices", body: notices(report) },
        Section { id: "pins", title: "Pins", body: pins::write(&items, report.now) },
        Section { id: "ends", title: "Ends of life", body: timeline::write(&items, report.now) },
    ];
    sections.retain(|section| !section.body.0.is_empty());
    page(report, &items, &sections).into_string()
}

fn page(report: CheckReport<'_>, items: &[Item<'_>], sections: &[Section]) -> Markup {
    let headline = headline(report);
    let manifests = match report.manifests {
        [manifest] if !report.is_many() => manifest.name(),
        _ => count(report.manifest_count(), "manifest"),
    };
    html! {
        (DOCTYPE) "\n"
        html lang="en" { "\n"
            head { "\n"
                (METADATA)
                title { (headline) ": " (Text(&manifests)) } "\n"
                style { (PreEscaped(STYLE)) } "\n"
            } "\n"
            body { "\n"
                a class="skip" href="#main" { "Skip to the content" } "\n"
                (header(report, items, headline, &manifests))
                nav aria-label="On this page" { "\n"
                    ul { "\n"
                        @for Section { id, title, .. } in sections { li { a href={ "#" (id) } { (title) } } "\n" }
                    } "\n"
                } "\n"
                main id="main" { "\n"
                    @for Section { id, title, body } in sections {
                        section id=(id) aria-labelledby={ (id) "-title" } { "\n"
                            h2 id={ (id) "-title" } { (title) } "\n"
                            (body)
                        } "\n"
                    }
                } "\n"
                footer { p { "Written by imagelock " (VERSION) "." } } "\n"
            } "\n"
        } "\n"
    }
}

/// The verdict, in words and in numbers.
fn header(report: CheckReport<'_>, items: &[Item<'_>], headline: &str, manifests: &str) -> Markup {
    let is_bad = report.has_drift() || !report.failed.is_empty();
    html! {
        header { "\n"
            h1 class=(class(if is_bad { Severity::Bad } else { Severity::Good })) { (headline) } "\n"
            p {
                code { (Text(manifests)) } ", as of "
                time datetime=(report.now) { (minute(report.now)) " UTC" }
            } "\n"
            @if report.is_gate() { p { (prose(&capitalized(&changed_since(report)))) } "\n" }
            @if let Some(unlisted) = unlisted(report) { p { (prose(&capitalized(&unlisted))) "." } "\n" }
            @if !items.is_empty() {
                ul class="tally" { "\n"
                    li { (count(items.len(), "pin")) } "\n"
                    @for (severity, count) in counts(report) { li { (chip(severity, &count)) } "\n" }
                } "\n"
            }
        } "\n"
    }
}

/// The commands that fix the findings, each separate so that it can be copied.
fn commands(report: CheckReport<'_>) -> Markup {
    let suggestions = report.suggestions();
    html! {
        @if suggestions.is_empty() { p { "Nothing." } "\n" }
        @for Suggestion { purpose, command } in suggestions {
            p { (prose(&capitalized(&purpose))) ":" } "\n"
            pre { code { (Text(command.show(report.invocation))) } } "\n"
        }
    }
}

/// The manifests that could not be checked, and why.
fn errors(report: CheckReport<'_>) -> Markup {
    list(report.failed.iter().map(|failed| prose(&failed_in_prose(failed))).collect())
}

/// The stale outputs, and the acceptances that have ended or match nothing.
fn notices(report: CheckReport<'_>) -> Markup {
    let places = Places::of_each(report);
    let notices = report.remarks().map(|(index, notice)| {
        html! {
            (prose(&capitalized(&notice.title)))
            @if let Some(place) = places[index].of_problem(notice) {
                ", in " code { (Text(shown(place.path))) ":" (place.line) }
            }
            @for line in report.details(index, notice) { (BREAK) (prose(&line)) }
        }
    });
    list(notices.collect())
}

fn list(items: Vec<Markup>) -> Markup {
    html! {
        @if !items.is_empty() {
            ul class="notices" { "\n" @for item in items { li { (item) } "\n" } } "\n"
        }
    }
}

/// A table with these headings. The roles are written out, because on narrow screens the style sheet turns rows into
/// blocks, and an element that is not laid out as a table is no longer announced as one.
fn table(class: &str, caption: Option<&str>, headings: &[&str], rows: &Markup) -> Markup {
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

/// A status. Its word is always next to its color.
fn chip(severity: Severity, word: &str) -> Markup {
    html! { span class={ "chip " (class(severity)) } { (word) } }
}

/// The class of an element that shows how severe something is.
fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "bad",
        Severity::Due => "due",
        Severity::Held => "held",
        Severity::Good => "good",
    }
}

/// The status of a finding, in a word or two.
fn status(finding: &Finding) -> String {
    let accepted = if is_accepted(finding) { ", accepted" } else { "" };
    format!("{}{accepted}", finding.status.as_str())
}

/// A day that programs read as well.
fn day(time: jiff::Timestamp) -> Markup {
    let date = date(time);
    html! { time datetime=(date) { (date) } }
}

/// A sentence in which text between backticks is code.
fn prose(text: &str) -> Markup {
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

/// Splits off the items that are as they should be, if they are so many that they hide the others.
fn fold<T>(all: Vec<T>, is_good: impl Fn(&T) -> bool) -> (Vec<T>, Vec<T>) {
    if all.iter().filter(|it| is_good(it)).count() <= FEW {
        return (all, Vec::new());
    }
    all.into_iter().partition(|it| !is_good(it))
}

/// Content that is folded below a summary.
fn folded(summary: &str, body: &Markup) -> Markup {
    html! {
        details { "\n"
            summary { (summary) } "\n"
            (body)
        } "\n"
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_has_the_digest_of_the_style_sheet() {
        let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(METADATA.0.contains(&format!("'sha256-{digest}'")), "the digest is {digest}");
    }
}
