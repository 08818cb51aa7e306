//! Renders errors and warnings as text for people: the problem, the line with the cause, and the fix.

use std::borrow::Cow;
use std::collections::BTreeMap;

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use crate::domain::diagnostics::{
    Document, FailedManifest, Failure, Failures, Invocation, LineIndex, Location, Problem, Source, Span, and_more,
    count, escaped, masked, quoted, shown,
};

const WARNING: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();

/// The maximum number of problems that are shown in full. The others take one line each, so that they fit on a screen.
const MAX_IN_FULL: usize = 12;

/// The maximum size of all errors or all warnings of a run, in bytes. Those that do not fit are counted.
const MAX_BYTES: usize = 60_000;

/// The maximum size of one sentence, in bytes.
const MAX_SENTENCE: usize = 2_000;

/// The maximum number of notes that one problem shows.
const MAX_NOTES: usize = 20;

/// The maximum number of lines that an excerpt shows.
const MAX_LINES: usize = 10;

/// How many bytes may still be printed.
struct Budget(usize);

impl Budget {
    /// Whether a text still fits. After one text that does not fit, no other text does.
    fn takes(&mut self, text: &str) -> bool {
        let fits = text.len() <= self.0;
        self.0 = if fits { self.0 - text.len() } else { 0 };
        fits
    }
}

/// The text of the errors of a run. The suggested commands get the options of `invocation`.
pub fn failures(failures: &Failures, invocation: &Invocation) -> String {
    let Failures { failures, manifests, written } = failures;
    let outcome = if written.is_empty() { "; nothing was changed" } else { "" };
    let mut text = each(failures, invocation, outcome);
    if let Some(manifests) = manifests {
        let others = if failures.len() < *manifests { "; no results are shown for the others" } else { "" };
        let manifests = count(*manifests, "manifest");
        text = format!("{text}\nerrors in {} of {manifests}{others}{outcome}\n", failures.len());
    }
    if !written.is_empty() {
        let written = and_more(written.iter().map(|path| quoted(shown(path))), MAX_NOTES);
        text = format!(
            "{text}\nwritten before the error: {written}; to continue with the others, run the command again\n"
        );
    }
    text
}

/// The errors of those manifests that the output of a run does not include.
pub fn failed_manifests(failed: &[FailedManifest], invocation: &Invocation) -> String {
    each(failed.iter().map(|failed| &failed.failure), invocation, "")
}

/// The failures, as far as the budget allows. `outcome` follows the number of errors and says what happened to the files.
fn each<'f>(failures: impl IntoIterator<Item = &'f Failure>, invocation: &Invocation, outcome: &str) -> String {
    let mut budget = Budget(MAX_BYTES);
    let mut parts = Vec::new();
    let mut failures = without_repeats(failures, invocation).into_iter();
    while let Some(failure) = failures.next() {
        if budget.0 == 0 {
            parts.push(format!("and errors in {}\n", count(1 + failures.len(), "more manifest")));
            break;
        }
        parts.push(report(&failure, outcome, &mut budget));
    }
    parts.join("\n")
}

/// The failure of a manifest, with those of its problems that are shown.
struct Shown<'f> {
    failure: &'f Failure,
    invocation: Invocation,
    problems: Vec<Cow<'f, Problem>>,
}

/// Leaves out problems that an earlier manifest has as well: one failed request can affect every manifest. Only problems
/// without a place can be equal, and only if the same command or key fixes them.
fn without_repeats<'f>(failures: impl IntoIterator<Item = &'f Failure>, invocation: &Invocation) -> Vec<Shown<'f>> {
    let mut all: Vec<Shown<'f>> = Vec::new();
    let mut first: BTreeMap<(&str, Option<String>), (usize, usize)> = BTreeMap::new();
    let mut repeats: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (number, failure) in failures.into_iter().enumerate() {
        let invocation = of_manifest(failure.manifest.as_ref(), invocation);
        let mut problems = Vec::new();
        for problem in &failure.problems {
            if problem.span.is_none() {
                let place = (number, problems.len());
                let found = *first.entry((&problem.title, help(problem, &invocation))).or_insert(place);
                if found.0 < number {
                    *repeats.entry(found).or_default() += 1;
                    continue;
                }
            }
            problems.push(Cow::Borrowed(problem));
        }
        all.push(Shown { failure, invocation, problems });
    }
    for ((number, position), others) in repeats {
        let verb = if others == 1 { "has" } else { "have" };
        let note = format!("{} {verb} the same error", count(others, "other manifest"));
        all[number].problems[position].to_mut().notes.push(note);
    }
    all.retain(|shown| !shown.problems.is_empty());
    all
}

/// The invocation for commands about one of several manifests.
fn of_manifest(manifest: Option<&Source>, invocation: &Invocation) -> Invocation {
    manifest.map_or_else(|| invocation.clone(), |source| invocation.of(&source.path))
}

fn report(Shown { failure, invocation, problems }: &Shown<'_>, outcome: &str, budget: &mut Budget) -> String {
    let Failure { manifest, lock, .. } = failure;
    let in_full = problems.iter().take(MAX_IN_FULL).map(|problem| full(problem, failure.source(problem), invocation));
    let mut parts: Vec<String> = in_full.take_while(|text| budget.takes(text)).collect();
    let mut shown = parts.len();
    if problems.len() > shown && budget.0 > 0 {
        let lines = [manifest, lock].map(|source| source.as_ref().map(LineIndex::new));
        let line = |problem: &Cow<'_, Problem>| {
            let lines = &lines[usize::from(problem.document == Document::Lock)];
            format!("error: {}\n", place_and_title(problem, lines.as_ref()))
        };
        let rest: Vec<String> = problems[shown..].iter().map(line).take_while(|text| budget.takes(text)).collect();
        shown += rest.len();
        parts.push(rest.concat());
    }
    if problems.len() > shown {
        parts.push(format!("and {} more\n", problems.len() - shown));
    }
    if problems.len() > 1 {
        parts.push(format!("{} in all{outcome}\n", count(problems.len(), "error")));
    }
    parts.join("\n")
}

/// Warnings in a short form, because they come in addition to other output. `manifest` is the one that they are about.
pub fn warnings(problems: &[Problem], manifest: Option<&Source>, invocation: &Invocation) -> String {
    let places = manifest.map(LineIndex::new);
    let invocation = &of_manifest(manifest, invocation);
    let mut budget = Budget(MAX_BYTES);
    let warning = |problem: &Problem| {
        let mut text = format!("{WARNING}warning{WARNING:#}: {}", place_and_title(problem, places.as_ref()));
        text.extend(notes(problem).iter().map(|note| format!("\n  = note: {note}")));
        text.extend(help(problem, invocation).map(|help| format!("\n  = help: {help}")));
        text
    };
    let mut parts: Vec<String> = problems.iter().map(warning).take_while(|text| budget.takes(text)).collect();
    if parts.len() < problems.len() {
        parts.push(format!("and {}", count(problems.len() - parts.len(), "more warning")));
    }
    parts.join("\n")
}

/// A problem with the lines that cause it.
fn full(problem: &Problem, source: Option<&Source>, invocation: &Invocation) -> String {
    let path = source.map(|source| shown(&source.path));
    let mut group = Group::with_title(Level::ERROR.primary_title(cut(&problem.title)));
    if let (Some(source), Some(span), Some(path)) = (source, &problem.span, &path) {
        let (lines, first, span) = excerpt(&source.text, span);
        let annotation = AnnotationKind::Primary.span(span).label(cut(&problem.label));
        group = group.element(Snippet::source(lines).line_start(first).path(path.as_str()).annotation(annotation));
    }
    group = group.elements(notes(problem).into_iter().map(|note| Level::NOTE.message(note)));
    group = group.elements(help(problem, invocation).into_iter().map(|help| Level::HELP.message(help)));
    let mut text = Renderer::styled().term_width(160).render(&[group]);
    text.push('\n');
    text
}

/// The help of a problem. Its commands act on the same files as this run, so that they can be copied.
pub(crate) fn help(problem: &Problem, invocation: &Invocation) -> Option<String> {
    let help = problem.help.as_ref()?.show(invocation);
    Some(help.split('\n').map(cut).collect::<Vec<_>>().join("\n"))
}

/// The notes of a problem, and the number of those that are left out.
fn notes(problem: &Problem) -> Vec<String> {
    let rest = problem.notes.len().saturating_sub(MAX_NOTES);
    // "and 1 more" is as long as the note itself.
    let shown = if rest > 1 { MAX_NOTES } else { problem.notes.len() };
    let more = (rest > 1).then(|| format!("and {rest} more"));
    problem.notes.iter().take(shown).map(|note| cut(note)).chain(more).collect()
}

/// A sentence that is safe to print and not longer than a screen.
pub(crate) fn cut(text: &str) -> String {
    if text.len() <= MAX_SENTENCE {
        return escaped(text);
    }
    escaped(&text[..text.floor_char_boundary(MAX_SENTENCE)]) + "…"
}

/// A problem as one line: its place, if it has one, and its title.
fn place_and_title(problem: &Problem, lines: Option<&LineIndex<'_>>) -> String {
    let place = lines.zip(problem.span.as_ref()).and_then(|(lines, span)| lines.location(span));
    let place = place.map(|Location { path, line, columns }| format!("{}:{line}:{}: ", shown(path), columns.0));
    place.unwrap_or_default() + &cut(&problem.title)
}

/// The lines of a span, safe to print; the number of the first line, counted from 1; and the span within these lines.
fn excerpt(text: &str, span: &Span) -> (String, usize, Span) {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let last = text[span.clone()].match_indices('\n').nth(MAX_LINES - 1);
    let span_end = last.map_or(span.end, |(newline, _)| span.start + newline);
    let end = text[span_end..].find('\n').map_or(text.len(), |newline| span_end + newline + 1);
    let number = text[..start].matches('\n').count() + 1;
    (masked(&text[start..end]), number, span.start - start..span_end - start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_were_written_before_the_errors_are_listed() {
        let failure = ["one", "two"].map(Problem::new).to_vec().into();
        let failures = Failures { failures: vec![failure], manifests: None, written: vec!["a/images.lock".into()] };
        let text = super::failures(&failures, &Invocation::default());
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text, @"
        error: one

        error: two

        2 errors in all

        written before the error: `a/images.lock`; to continue with the others, run the command again
        ");
    }

    #[test]
    fn an_error_of_several_manifests_is_shown_once() {
        let shared = || Problem::new("the Marketplace responded with 403 Forbidden").help("check the proxy");
        let failures: Vec<Failure> = vec![
            vec![shared(), Problem::new("one")].into(),
            vec![shared(), Problem::new("two")].into(),
            vec![shared()].into(),
        ];
        let failures = Failures { failures, manifests: Some(4), written: Vec::new() };
        let text = super::failures(&failures, &Invocation::default());
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text, @"
        error: the Marketplace responded with 403 Forbidden
         |
         = note: 2 other manifests have the same error
         = help: check the proxy

        error: one

        2 errors in all; nothing was changed

        error: two

        errors in 3 of 4 manifests; no results are shown for the others; nothing was changed
        ");
    }
}
