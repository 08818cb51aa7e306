//! Errors -> text for people: what is wrong, the line it is about, the fix.

use std::path::Path;

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use crate::domain::problem::{Document, Problem};
use crate::domain::words::count;
use crate::error::{Error, Source};

/// Beyond these, problems are told in a line each: a screen can hold no more.
const IN_FULL: usize = 12;

/// The whole text of an error.
pub fn error(error: &Error) -> String {
    let Error::Problems { problems, manifest, lock } = error else {
        let problem = Problem { notes: error.notes(), help: error.help(), ..Problem::new(error.to_string()) };
        return full(&problem, None);
    };
    let source = |problem: &Problem| match problem.document {
        Document::Manifest => manifest.as_ref(),
        Document::Lock => lock.as_ref(),
    };
    let full = problems.iter().take(IN_FULL).map(|problem| full(problem, source(problem)));
    let mut parts: Vec<String> = full.collect();
    if problems.len() > IN_FULL {
        parts.push(problems.iter().skip(IN_FULL).map(|problem| short(problem, source(problem))).collect());
    }
    if problems.len() > 1 {
        parts.push(format!("{} in all; nothing was changed\n", count(problems.len(), "error")));
    }
    parts.join("\n")
}

/// A problem with the lines it is about.
fn full(problem: &Problem, source: Option<&Source>) -> String {
    let path = source.map(|source| shown(&source.path));
    let title = one_line(&problem.title);
    let mut group = Group::with_title(Level::ERROR.primary_title(title));
    if let (Some(source), Some(span), Some(path)) = (source, &problem.span, &path) {
        let annotation = AnnotationKind::Primary.span(span.clone()).label(&*problem.label);
        group = group.element(Snippet::source(&*source.text).path(path.as_str()).annotation(annotation));
    }
    group = group.elements(problem.notes.iter().map(|note| Level::NOTE.message(note.as_str())));
    group = group.elements(problem.help.iter().map(|help| Level::HELP.message(help.as_str())));
    let mut text = Renderer::styled().term_width(160).render(&[group]);
    text.push('\n');
    text
}

/// A problem in a line.
fn short(problem: &Problem, source: Option<&Source>) -> String {
    let place = match (source, &problem.span) {
        (Some(source), Some(span)) => {
            let before = &source.text[..span.start.min(source.text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!("{}:{line}:{column}: ", shown(&source.path))
        }
        _ => String::new(),
    };
    format!("error: {place}{}\n", one_line(&problem.title))
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
