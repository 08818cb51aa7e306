//! Errors -> text for people: what is wrong, the line it is about, the fix.

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use crate::domain::diagnostics::{
    Document, FailedManifest, Failure, Failures, Invocation, LineIndex, Location, Problem, Source, Span, and_more,
    count, escaped, masked, quoted, shown,
};

const WARNING: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();

/// Beyond these, problems are shown in a line each: a screen can hold no more.
const IN_FULL: usize = 12;

/// All that is printed of the errors or the warnings of a run, in bytes. The others are counted.
const MOST: usize = 60_000;

/// And all that is printed of one sentence.
const MOST_OF_ONE: usize = 2_000;

/// The notes that are printed of one problem.
const NOTES: usize = 20;

/// The lines that are shown of a place that spans many.
const LINES: usize = 10;

/// How much may still be printed.
struct Room(usize);

impl Room {
    /// Whether a text still fits; after one that did not, no other does.
    fn takes(&mut self, text: &str) -> bool {
        let fits = text.len() <= self.0;
        self.0 = if fits { self.0 - text.len() } else { 0 };
        fits
    }
}

/// The whole text of an error. The suggested commands get the flags of `invocation`.
pub fn failures(failures: &Failures, invocation: &Invocation) -> String {
    let Failures { failures, manifests, written } = failures;
    let outcome = if written.is_empty() { "; nothing was changed" } else { "" };
    let mut text = each(failures, invocation, outcome);
    if let Some(manifests) = manifests {
        let others = if failures.len() < *manifests { "; nothing is told of the others" } else { "" };
        let manifests = count(*manifests, "manifest");
        text = format!("{text}\nerrors in {} of {manifests}{others}{outcome}\n", failures.len());
    }
    if !written.is_empty() {
        let written = and_more(written.iter().map(|path| quoted(shown(path))), NOTES);
        text = format!("{text}\nwritten before that: {written}; run it again to go on with the others\n");
    }
    text
}

/// The errors of manifests that the output of a run leaves out.
pub fn failed_manifests(failed: &[FailedManifest], invocation: &Invocation) -> String {
    each(failed.iter().map(|failed| &failed.failure), invocation, "")
}

/// The failures that a screen can hold. `outcome` is what became of the files, for the end of the number of errors.
fn each<'f>(
    failures: impl IntoIterator<Item = &'f Failure, IntoIter: ExactSizeIterator>,
    invocation: &Invocation,
    outcome: &str,
) -> String {
    let mut room = Room(MOST);
    let mut parts = Vec::new();
    let mut failures = failures.into_iter();
    while let Some(failure) = failures.next() {
        if room.0 == 0 {
            parts.push(format!("and errors in {}\n", count(1 + failures.len(), "more manifest")));
            break;
        }
        parts.push(report(failure, invocation, outcome, &mut room));
    }
    parts.join("\n")
}

fn report(failure: &Failure, invocation: &Invocation, outcome: &str, room: &mut Room) -> String {
    let Failure { problems, manifest, lock } = failure;
    // Of many manifests, this is about one.
    let invocation = &manifest.as_ref().map_or_else(|| invocation.clone(), |source| invocation.of(&source.path));
    let in_full = problems.iter().take(IN_FULL).map(|problem| full(problem, failure.source(problem), invocation));
    let mut parts: Vec<String> = in_full.take_while(|text| room.takes(text)).collect();
    let mut shown = parts.len();
    if problems.len() > shown && room.0 > 0 {
        let lines = [manifest, lock].map(|source| source.as_ref().map(LineIndex::new));
        let line = |problem: &Problem| {
            let lines = &lines[usize::from(problem.document == Document::Lock)];
            format!("error: {}\n", place_and_title(problem, lines.as_ref()))
        };
        let rest: Vec<String> = problems[shown..].iter().map(line).take_while(|text| room.takes(text)).collect();
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

/// Warnings, about a manifest if there is one, in a short form: they come in addition to other output.
pub fn warnings(problems: &[Problem], manifest: Option<&Source>, invocation: &Invocation) -> String {
    let places = manifest.map(LineIndex::new);
    let invocation = &manifest.map_or_else(|| invocation.clone(), |source| invocation.of(&source.path));
    let mut room = Room(MOST);
    let warning = |problem: &Problem| {
        let mut text = format!("{WARNING}warning{WARNING:#}: {}", place_and_title(problem, places.as_ref()));
        text.extend(notes(problem).iter().map(|note| format!("\n  = note: {note}")));
        text.extend(help(problem, invocation).map(|help| format!("\n  = help: {help}")));
        text
    };
    let mut parts: Vec<String> = problems.iter().map(warning).take_while(|text| room.takes(text)).collect();
    if parts.len() < problems.len() {
        parts.push(format!("and {}", count(problems.len() - parts.len(), "more warning")));
    }
    parts.join("\n")
}

/// A problem with the lines it is about.
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

/// What fixes it. A command that is copied must act on the files that this run was about.
pub(crate) fn help(problem: &Problem, invocation: &Invocation) -> Option<String> {
    let help = problem.help.as_ref()?.show(invocation);
    Some(help.split('\n').map(cut).collect::<Vec<_>>().join("\n"))
}

/// What else there is to say, and how much more than that.
fn notes(problem: &Problem) -> Vec<String> {
    let rest = problem.notes.len().saturating_sub(NOTES);
    // "and 1 more" is no shorter than the note itself.
    let shown = if rest > 1 { NOTES } else { problem.notes.len() };
    let more = (rest > 1).then(|| format!("and {rest} more"));
    problem.notes.iter().take(shown).map(|note| cut(note)).chain(more).collect()
}

/// A sentence, safe to print, and no longer than a screen.
pub(crate) fn cut(text: &str) -> String {
    if text.len() <= MOST_OF_ONE {
        return escaped(text);
    }
    escaped(&text[..text.floor_char_boundary(MOST_OF_ONE)]) + "…"
}

/// A problem in a line, after its place.
fn place_and_title(problem: &Problem, lines: Option<&LineIndex<'_>>) -> String {
    let place = lines.zip(problem.span.as_ref()).and_then(|(lines, span)| lines.location(span));
    let place = place.map(|Location { path, line, columns }| format!("{}:{line}:{}: ", shown(path), columns.0));
    place.unwrap_or_default() + &cut(&problem.title)
}

/// The lines that a span is on, safe to print; the number of the first, from 1; and the span within them.
fn excerpt(text: &str, span: &Span) -> (String, usize, Span) {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let last = text[span.clone()].match_indices('\n').nth(LINES - 1);
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

        written before that: `a/images.lock`; run it again to go on with the others
        ");
    }
}
