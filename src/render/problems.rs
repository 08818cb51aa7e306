//! Errors -> text for people: what is wrong, the line it is about, the fix.

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use super::invocation::Invocation;
use super::place::Lines;
use crate::domain::problem::{Document, Problem, Span};
use crate::domain::words::{and, count, escaped, masked, quoted, shown};
use crate::error::{Error, Source};

const WARNING: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();

/// Beyond these, problems are told in a line each: a screen can hold no more.
const IN_FULL: usize = 12;

/// And beyond these only their number: nobody reads a million lines.
const IN_A_LINE: usize = 1000;

/// The whole text of an error. `invocation` is how imagelock was called, for the commands that mend it.
pub fn error(error: &Error, invocation: &Invocation) -> String {
    let Error::Partly { error, written } = error else { return told(error, invocation, "; nothing was changed") };
    let error = told(error, invocation, "");
    let written = and(written.iter().map(|path| quoted(shown(path))));
    format!("{error}\nwritten before that: {written}; run it again to go on with the others\n")
}

/// `outcome` is what has become of the files, to stand behind the number of problems.
fn told(error: &Error, invocation: &Invocation, outcome: &str) -> String {
    let (problems, manifest, lock) = match error {
        Error::Several { errors, of } => {
            let parts = errors.iter().map(|error| told(error, invocation, outcome)).collect::<Vec<_>>();
            let others = if errors.len() < *of { "; nothing is told of the others" } else { "" };
            let (wrong, manifests) = (errors.len(), count(*of, "manifest"));
            return format!("{}\nerrors in {wrong} of {manifests}{others}{outcome}\n", parts.join("\n"));
        }
        Error::Problems { problems, manifest, lock } => (problems, manifest, lock),
        _ => {
            let problem = Problem { notes: error.notes(), help: error.help(), ..Problem::new(error.to_string()) };
            let invocation = match error {
                // Of many manifests, this is about one, and who begins one asks nobody.
                Error::NoManifest { path } => &Invocation::default().of(path),
                // No other is read from a snapshot that is none.
                Error::Snapshot { .. } => &Invocation::default(),
                _ => invocation,
            };
            return full(&problem, None, invocation);
        }
    };
    // Of many manifests, this is about one.
    let invocation = &manifest.as_ref().map_or_else(|| invocation.clone(), |source| invocation.of(&source.path));
    let source = |problem: &Problem| match problem.document {
        Document::Manifest => manifest.as_ref(),
        Document::Lock => lock.as_ref(),
    };
    let in_full = problems.iter().take(IN_FULL).map(|problem| full(problem, source(problem), invocation));
    let mut parts: Vec<String> = in_full.collect();
    if problems.len() > IN_FULL {
        let lines = [manifest, lock].map(|source| source.as_ref().map(Lines::new));
        let rest = problems.iter().skip(IN_FULL).take(IN_A_LINE).map(|problem| {
            let lines = &lines[usize::from(problem.document == Document::Lock)];
            format!("error: {}\n", place_and_title(problem, lines.as_ref()))
        });
        parts.push(rest.collect());
    }
    if problems.len() > IN_FULL + IN_A_LINE {
        parts.push(format!("and {} more\n", problems.len() - IN_FULL - IN_A_LINE));
    }
    if problems.len() > 1 {
        parts.push(format!("{} in all{outcome}\n", count(problems.len(), "error")));
    }
    parts.join("\n")
}

/// Warnings, about a manifest where there is one, in a form that is as short as it can be: they come beside other output.
pub fn warnings(problems: &[Problem], manifest: Option<&Source>, invocation: &Invocation) -> String {
    let places = manifest.map(Lines::new);
    let invocation = &manifest.map_or_else(|| invocation.clone(), |source| invocation.of(&source.path));
    let mut lines = Vec::new();
    for problem in problems {
        let title = place_and_title(problem, places.as_ref());
        lines.push(format!("{WARNING}warning{WARNING:#}: {title}"));
        lines.extend(problem.notes.iter().map(|note| format!("  = note: {}", escaped(note))));
        lines.extend(help(problem, invocation).into_iter().map(|help| format!("  = help: {help}")));
    }
    lines.join("\n")
}

/// A problem with the lines it is about.
fn full(problem: &Problem, source: Option<&Source>, invocation: &Invocation) -> String {
    let path = source.map(|source| shown(&source.path));
    let mut group = Group::with_title(Level::ERROR.primary_title(escaped(&problem.title)));
    if let (Some(source), Some(span), Some(path)) = (source, &problem.span, &path) {
        let Excerpt { lines, first, span } = Excerpt::new(&source.text, span);
        let annotation = AnnotationKind::Primary.span(span).label(escaped(&problem.label));
        group = group.element(Snippet::source(lines).line_start(first).path(path.as_str()).annotation(annotation));
    }
    group = group.elements(problem.notes.iter().map(|note| Level::NOTE.message(escaped(note))));
    group = group.elements(help(problem, invocation).into_iter().map(|help| Level::HELP.message(help)));
    let mut text = Renderer::styled().term_width(160).render(&[group]);
    text.push('\n');
    text
}

/// What mends it. A command that is copied must act on the files that this run was about.
fn help(problem: &Problem, invocation: &Invocation) -> Option<String> {
    problem.help.as_ref().map(|help| escaped(help).replace("`imagelock ", &format!("`{invocation} ")))
}

/// A problem in a line, behind its place.
fn place_and_title(problem: &Problem, lines: Option<&Lines<'_>>) -> String {
    let place = lines.zip(problem.span.as_ref()).and_then(|(lines, span)| lines.place(span));
    let place = place.map(|at| format!("{}:{}:{}: ", shown(at.path), at.line, at.columns.0));
    place.unwrap_or_default() + &escaped(&problem.title)
}

/// The lines that a span is on, safe to print.
struct Excerpt {
    lines: String,
    /// The number of the first, from 1.
    first: usize,
    /// The span within them.
    span: Span,
}

impl Excerpt {
    fn new(text: &str, span: &Span) -> Self {
        let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline + 1);
        Self {
            lines: masked(&text[start..end]),
            first: text[..start].matches('\n').count() + 1,
            span: span.start - start..span.end - start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_problems_after_others_were_written() {
        let problems = ["one", "two"].map(Problem::new).to_vec();
        let error = Error::Problems { problems, manifest: None, lock: None };
        let error = Error::Partly { error: Box::new(error), written: vec!["a/images.lock".into()] };
        let text = anstream::adapter::strip_str(&super::error(&error, &Invocation::default())).to_string();
        insta::assert_snapshot!(text, @"
        error: one

        error: two

        2 errors in all

        written before that: `a/images.lock`; run it again to go on with the others
        ");
    }
}
