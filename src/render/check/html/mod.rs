//! What `check` found -> one HTML page that needs nothing beside it: no script, no network, any screen.
//!
//! The page is also well-formed XML, so that tests can read it.

mod changes;
mod matrix;
mod pins;
mod timeline;

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

use crate::VERSION;
use crate::domain::Cell;
use crate::domain::check::Finding;
use crate::domain::diagnostics::sanitize::shown;
use crate::domain::diagnostics::sentence::{capitalized, count};
use crate::domain::types::timestamp::minute;
use crate::render::check::changed_since;
use crate::render::check::finding::{CheckReport, Places, Severity, counts, headline, is_accepted};
use crate::render::check::human::date;
use crate::render::check::suggestions::Remedy;
use crate::render::support::markup::escaped;

const STYLE: &str = include_str!("style.css");

/// Beyond these, what is as it should be is folded away.
const FEW: usize = 20;

/// A finding on the page.
#[derive(Clone)]
struct Item<'a> {
    finding: &'a Finding,
    /// The number of its manifest.
    part: usize,
    /// What that is called, where there are others.
    manifest: String,
}

impl Item<'_> {
    fn gravity(&self) -> Severity {
        Severity::of(self.finding)
    }

    /// The anchor of its row. No word of a cell holds a full stop or anything that HTML gives a meaning.
    fn anchor(&self) -> String {
        let Cell { name, zone, arch } = &self.finding.cell;
        let part = if self.manifest.is_empty() { String::new() } else { format!("{}.", self.part) };
        format!("{part}{name}.{zone}.{arch}")
    }

    /// The manifest, behind the name.
    fn origin(&self) -> String {
        match escaped(&self.manifest) {
            manifest if manifest.is_empty() => String::new(),
            manifest => format!(" <span class=\"label\">{manifest}</span>"),
        }
    }
}

/// A part of the page with a heading; without a body it is left out.
struct Section {
    id: &'static str,
    title: &'static str,
    body: String,
}

/// Writes the page: what to do first, then the overview, then everything there is to say.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    let item = |(part, finding)| Item { finding, part, manifest: subject.manifest(part) };
    let items: Vec<Item<'_>> = subject.findings().into_iter().map(item).collect();
    let mut sections = [
        Section { id: "errors", title: "Manifests that could not be checked", body: errors(subject) },
        Section { id: "do", title: "What to do", body: commands(subject) },
        Section { id: "changes", title: "Changes", body: changes::write(subject) },
        Section { id: "zones", title: "Images by zone", body: matrix::write(&items) },
        Section { id: "notices", title: "Notices", body: notices(subject) },
        Section { id: "pins", title: "Pins", body: pins::write(&items, subject.now) },
        Section { id: "ends", title: "Ends of life", body: timeline::write(&items, subject.now) },
    ]
    .into_iter()
    .filter(|section| !section.body.is_empty())
    .collect::<Vec<_>>();
    let mut page = head(subject, &items);
    page += "<nav aria-label=\"On this page\">\n<ul>\n";
    for Section { id, title, .. } in &sections {
        let _ = writeln!(page, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    page += "</ul>\n</nav>\n<main id=\"main\">\n";
    for Section { id, title, body } in sections.drain(..) {
        let _ = write!(
            page,
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n{body}</section>\n"
        );
    }
    let _ = write!(page, "</main>\n<footer><p>Written by imagelock {VERSION}.</p></footer>\n</body>\n</html>\n");
    page
}

/// All above the sections: the verdict, in words and in numbers.
fn head(subject: CheckReport<'_>, items: &[Item<'_>]) -> String {
    let now = subject.now;
    let manifests = match subject.parts {
        [part] if !subject.is_many() => part.name(),
        _ => count(subject.manifests(), "manifest"),
    };
    let path = escaped(&manifests);
    let headline = headline(subject);
    let is_bad = subject.has_drift() || !subject.broken.is_empty();
    let verdict = class(if is_bad { Severity::Bad } else { Severity::Good });
    // The browser itself then refuses whatever else might want to run or be fetched.
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src \
         'sha256-{hash}'; base-uri 'none'; form-action 'none'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <link rel=\"icon\" href=\"data:,\"/>\n<title>{headline}: {path}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<h1 class=\"{verdict}\">{headline}</h1>\n"
    );
    let _ = writeln!(page, "<p><code>{path}</code>, as of <time datetime=\"{now}\">{} UTC</time></p>", minute(now));
    if subject.is_gate() {
        let _ = writeln!(page, "<p>{}</p>", prose(&capitalized(&changed_since::tally(subject))));
    }
    if let Some(unlisted) = changed_since::unlisted(subject) {
        let _ = writeln!(page, "<p>{}.</p>", prose(&capitalized(&unlisted)));
    }
    if items.is_empty() {
        return page + "</header>\n";
    }
    let _ = write!(page, "<ul class=\"tally\">\n<li>{}</li>\n", count(items.len(), "pin"));
    for count in counts(subject) {
        let gravity = if count.accepted { Severity::Held } else { Severity::of_drift(count.status) };
        let _ = writeln!(page, "<li><span class=\"chip {}\">{count}</span></li>", class(gravity));
    }
    page + "</ul>\n</header>\n"
}

/// What mends it, each command alone to be copied.
fn commands(subject: CheckReport<'_>) -> String {
    let mut text = String::new();
    for Remedy { aim, command } in subject.remedies() {
        let (aim, command) = (prose(&capitalized(&aim)), escaped(&command).into_owned());
        let _ = write!(text, "<p>{aim}:</p>\n<pre><code>{command}</code></pre>\n");
    }
    if text.is_empty() { "<p>Nothing.</p>\n".to_owned() } else { text }
}

/// The manifests that could not be checked, and why.
fn errors(subject: CheckReport<'_>) -> String {
    let items: Vec<String> =
        subject.broken.iter().map(|broken| format!("<li>{}</li>\n", prose(&broken.sentence()))).collect();
    if items.is_empty() { String::new() } else { format!("<ul class=\"notices\">\n{}</ul>\n", items.concat()) }
}

/// What the report says beside its findings.
fn notices(subject: CheckReport<'_>) -> String {
    let places: Vec<Places<'_>> = subject.parts.iter().map(Places::new).collect();
    let mut text = String::new();
    for (part, notice) in subject.remarks() {
        let _ = write!(text, "<li>{}", prose(&capitalized(&notice.title)));
        if let Some(place) = notice.span.as_ref().and_then(|span| places[part].in_manifest(span)) {
            let path = shown(place.path);
            let _ = write!(text, ", in <code>{}:{}</code>", escaped(&path), place.line);
        }
        for line in notice.notes.iter().chain(&notice.help) {
            let _ = write!(text, "<br/>{}", prose(line));
        }
        text += "</li>\n";
    }
    if text.is_empty() { text } else { format!("<ul class=\"notices\">\n{text}</ul>\n") }
}

/// The class of an element that shows how grave something is. The word stands beside it, always.
fn class(gravity: Severity) -> &'static str {
    match gravity {
        Severity::Bad => "bad",
        Severity::Due => "due",
        Severity::Held => "held",
        Severity::Good => "good",
    }
}

/// How a finding stands, in a word or two.
fn status(finding: &Finding) -> String {
    let accepted = if is_accepted(finding) { ", accepted" } else { "" };
    format!("{}{accepted}", finding.status.as_str())
}

/// A day that programs read as well.
fn day(time: jiff::Timestamp) -> String {
    let date = date(time);
    format!("<time datetime=\"{date}\">{date}</time>")
}

/// A sentence: what stands between backticks is code.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text).into_owned();
    }
    let parts = parts.into_iter().enumerate().map(|(n, part)| match n % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part).into_owned(),
    });
    parts.collect()
}

/// Splits off what is as it should be, where that is so much that it hides the rest.
fn fold<T>(all: Vec<T>, is_good: impl Fn(&T) -> bool) -> (Vec<T>, Vec<T>) {
    if all.iter().filter(|it| is_good(it)).count() <= FEW {
        return (all, Vec::new());
    }
    all.into_iter().partition(|it| !is_good(it))
}

/// What is folded away, behind a line that says what it is.
fn folded(summary: &str, body: &str) -> String {
    format!("<details>\n<summary>{summary}</summary>\n{body}</details>\n")
}
