//! The report of a check as one HTML page that needs no other file, script or network, on any screen and on paper.
//!
//! The page is also well-formed XML, so that tests can read it.

mod changes;
mod elements;
mod pins;
mod timeline;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::elements::{Text, chip, class, prose};
use super::report::{CheckReport, Places};
use super::sentences::{Tally, changed_since, failed_in_prose, headline, tally, unlisted};
use crate::VERSION;
use crate::domain::diagnostics::{capitalized, count, shown};
use crate::domain::types::{Severity, minute};

const STYLE: &str = include_str!("style.css");

/// The metadata, as well-formed XML. The policy makes browsers refuse everything except the style sheet with this digest.
const METADATA: PreEscaped<&str> = PreEscaped(
    "<meta charset=\"utf-8\"/>\n\
     <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src \
     'sha256-6eF3ymkK6SKiONFuMLiYNQer1b4GiW01bldL79bjQ94='; base-uri 'none'; form-action 'none'\"/>\n\
     <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
     <meta name=\"color-scheme\" content=\"light dark\"/>\n\
     <link rel=\"icon\" href=\"data:,\"/>\n",
);

/// A line break, as well-formed XML.
const BREAK: PreEscaped<&str> = PreEscaped("<br/>");

/// A part of the page with a heading. It is left out if its body is empty.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// Writes the page: the result, what to do, the pins, then the end-of-life dates.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let mut sections = vec![
        Section { id: "errors", title: "Manifests that could not be checked", body: errors(report) },
        Section { id: "do", title: "What to do", body: steps(report) },
        Section { id: "changes", title: "Changes", body: changes::write(report) },
        Section { id: "pins", title: "Pins", body: pins::write(report) },
        Section { id: "notices", title: "Notices", body: notices(report) },
        Section { id: "ends", title: "End of life", body: timeline::write(report) },
    ];
    sections.retain(|section| !section.body.0.is_empty());
    page(report, &sections).into_string()
}

fn page(report: CheckReport<'_>, sections: &[Section]) -> Markup {
    html! {
        (DOCTYPE) "\n"
        html lang="en" { "\n"
            head { "\n"
                (METADATA)
                title { (Text(report.project)) ": " (headline(report)) } "\n"
                style { (PreEscaped(STYLE)) } "\n"
            } "\n"
            body { "\n"
                a class="skip" href="#main" { "Skip to the content" } "\n"
                (header(report))
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

/// The project, the result in words, and how many pins have each status.
fn header(report: CheckReport<'_>) -> Markup {
    let is_bad = report.has_drift() || !report.failed.is_empty();
    let severity = if is_bad { Severity::Bad } else { Severity::Good };
    let tally = tally(report);
    let (accepted, open): (Vec<_>, Vec<_>) = tally.iter().partition(|tally| tally.is_accepted);
    html! {
        header { "\n"
            h1 {
                span class="project" { (Text(report.project)) } " "
                span class={ "result " (class(severity)) } { (headline(report)) }
            } "\n"
            @if report.is_gate() { p { (prose(&capitalized(&changed_since(report)))) } "\n" }
            p {
                @if !tally.is_empty() {
                    strong { (count(tally.iter().map(|it| it.pins).sum(), "pin")) } " in "
                }
                (manifests(report)) ", checked on "
                time datetime=(report.now) { (minute(report.now)) " UTC" }
            } "\n"
            @if !tally.is_empty() {
                div class="tally" { "\n"
                    (chips(&open))
                    @if !accepted.is_empty() { span { "Accepted in the manifest:" } " " (chips(&accepted)) }
                } "\n"
            }
        } "\n"
    }
}

/// The path of the manifest, or the number of manifests.
fn manifests(report: CheckReport<'_>) -> Markup {
    match report.manifests {
        [manifest] if !report.is_many() => html! { code { (Text(manifest.name())) } },
        _ => html! { (count(report.manifest_count(), "manifest")) },
    }
}

fn chips(tally: &[&Tally]) -> Markup {
    html! {
        ul { "\n"
            @for it in tally { li { (chip(it.severity(), &format!("{} {}", it.pins, it.status.as_str()))) } "\n" }
        } "\n"
    }
}

/// The commands that fix the findings. Each is separate, so that a command for one manifest is copied without the others.
fn steps(report: CheckReport<'_>) -> Markup {
    let suggestions = report.suggestions();
    html! {
        @if suggestions.is_empty() && report.failed.is_empty() { p { "Nothing to do." } "\n" }
        @if !suggestions.is_empty() {
            ol class="steps" { "\n"
                @for step in suggestions.chunk_by(|one, next| one.purpose == next.purpose) {
                    li { "\n"
                        (prose(&capitalized(&step[0].purpose))) ":\n"
                        @for suggestion in step {
                            pre { code { (Text(suggestion.command.show(report.invocation))) } } "\n"
                        }
                    } "\n"
                }
            } "\n"
        }
    }
}

/// The manifests that could not be checked, and why.
fn errors(report: CheckReport<'_>) -> Markup {
    list(report.failed.iter().map(|failed| prose(&failed_in_prose(failed))).collect())
}

/// The pins that cannot be verified, the outputs that are out of date, and the acceptances to remove.
fn notices(report: CheckReport<'_>) -> Markup {
    let places = Places::of_each(report);
    let unlisted = unlisted(report).map(|unlisted| prose(&capitalized(&unlisted)));
    let notices = report.remarks().map(|(index, notice)| {
        html! {
            (prose(&capitalized(&notice.title)))
            @if let Some(place) = places[index].of_problem(notice) {
                ", in " code { (Text(shown(place.path))) ":" (place.line) }
            }
            @for line in report.details(index, notice) { (BREAK) (prose(&capitalized(&line))) }
        }
    });
    list(unlisted.into_iter().chain(notices).collect())
}

fn list(items: Vec<Markup>) -> Markup {
    html! {
        @if !items.is_empty() {
            ul class="notices" { "\n" @for item in items { li { (item) } "\n" } } "\n"
        }
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
