//! What `check` found -> one HTML page that needs nothing beside it: no script, no network, any screen.
//!
//! The page is also well-formed XML, so that tests can read it.

mod matrix;
mod pins;
mod timeline;

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

use super::finding::{Gravity, Places, Subject, headline, remedies};
use super::human::date;
use super::markup::escaped;
use crate::VERSION;
use crate::domain::Cell;
use crate::domain::drift::Finding;
use crate::domain::policy::minute;
use crate::domain::words::{capitalised, count};

const STYLE: &str = include_str!("style.css");

/// Beyond these, what is as it should be is folded away.
const FEW: usize = 20;

/// A part of the page with a heading; without a body it is left out.
struct Section {
    id: &'static str,
    title: &'static str,
    body: String,
}

/// Writes the page: what to do first, then the overview, then everything there is to say.
pub(super) fn check(subject: Subject<'_>) -> String {
    let findings = &subject.report.findings;
    let mut sections = [
        Section { id: "do", title: "What to do", body: commands(subject) },
        Section { id: "zones", title: "Images by zone", body: matrix::write(findings) },
        Section { id: "notices", title: "Notices", body: notices(subject) },
        Section { id: "pins", title: "Pins", body: pins::write(findings, subject.now) },
        Section { id: "ends", title: "Ends of life", body: timeline::write(findings, subject.now) },
    ]
    .into_iter()
    .filter(|section| !section.body.is_empty())
    .collect::<Vec<_>>();
    let mut page = head(subject);
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
fn head(subject: Subject<'_>) -> String {
    let (report, now) = (subject.report, subject.now);
    let path = subject.manifest.path.display().to_string();
    let path = escaped(&path);
    let headline = headline(report);
    let verdict = class(if report.has_drift() { Gravity::Bad } else { Gravity::Good });
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
    let _ = write!(page, "<ul class=\"tally\">\n<li>{}</li>\n", count(report.findings.len(), "pin"));
    for (status, n) in report.tally() {
        // What is accepted everywhere is no longer grave.
        let findings = report.findings.iter().filter(|finding| finding.status == status);
        let class = findings.map(Gravity::of).min().map(class).unwrap_or_default();
        let _ = writeln!(page, "<li><span class=\"chip {class}\">{n} {}</span></li>", status.as_str());
    }
    page + "</ul>\n</header>\n"
}

/// What mends it, each command alone to be copied.
fn commands(subject: Subject<'_>) -> String {
    let mut text = String::new();
    for remedy in remedies(&subject.report.findings, subject.invocation) {
        let aim = prose(&capitalised(&remedy.aim));
        let _ = match remedy.command {
            Some(command) => {
                write!(text, "<p>{aim}:</p>\n<pre><code>{}</code></pre>\n", escaped(&command))
            }
            None => writeln!(text, "<p>{aim}.</p>"),
        };
    }
    if text.is_empty() { "<p>Nothing.</p>\n".to_owned() } else { text }
}

/// What the report says beside its findings.
fn notices(subject: Subject<'_>) -> String {
    let places = Places::new(subject);
    let mut text = String::new();
    for notice in &subject.report.notices {
        let _ = write!(text, "<li>{}", prose(&capitalised(&notice.title)));
        if let Some(place) = notice.span.as_ref().and_then(|span| places.in_manifest(span)) {
            let path = place.path.display().to_string();
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
fn class(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Bad => "bad",
        Gravity::Due => "due",
        Gravity::Held => "held",
        Gravity::Good => "good",
    }
}

/// How a finding stands, in a word or two.
fn status(finding: &Finding) -> String {
    let accepted = if finding.status.is_drift() && !finding.is_drift { ", accepted" } else { "" };
    format!("{}{accepted}", finding.status.as_str())
}

/// The anchor of a cell. None of its words holds a full stop or anything that HTML gives a meaning.
fn anchor(cell: &Cell) -> String {
    format!("{}.{}.{}", cell.name, cell.zone, cell.arch)
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
