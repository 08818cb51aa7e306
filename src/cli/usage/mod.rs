//! Errors in the command line, each with the command line that was probably meant.

mod arguments;
mod commands;
mod line;
mod options;
mod values;

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::line::Line;
use super::sanitize::printable;
use crate::domain::diagnostics::{Help, Invocation, Problem, escaped};
use crate::render::errors;

/// The message for wrong arguments.
pub(super) fn message(error: &clap::Error, program: &clap::Command, args: impl Iterator<Item = OsString>) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return printable(&error.render().ansi().to_string());
    }
    let args: Vec<OsString> = args.skip(1).collect();
    errors::failures(&problem(error, &Line::new(program, &args)).into(), &Invocation::default())
}

fn problem(error: &clap::Error, line: &Line<'_>) -> Problem {
    let wrong = text(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => commands::unknown(&text(error, ContextKind::InvalidSubcommand), line),
        ErrorKind::UnknownArgument => match line.with_dashed_value(&wrong) {
            // clap reads a value with a dash, like `-3d`, as an option.
            Some((words, again)) => problem(&again, &line.with_words(words)),
            None if wrong.starts_with('-') => options::unknown(&wrong, line),
            None => arguments::unexpected(&wrong, line),
        },
        ErrorKind::MissingRequiredArgument => arguments::missing(&wrong, line),
        ErrorKind::ArgumentConflict => conflict(&wrong, &text(error, ContextKind::PriorArg)),
        ErrorKind::TooManyValues => values::superfluous(&wrong, line),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => values::too_few(&wrong, line),
        ErrorKind::ValueValidation => {
            let expected = error.source().map(ToString::to_string).unwrap_or_default();
            values::invalid(&text(error, ContextKind::InvalidValue), &wrong, &expected)
        }
        ErrorKind::InvalidValue => {
            let valid = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(valid)) => valid.clone(),
                _ => Vec::new(),
            };
            values::unknown(&text(error, ContextKind::InvalidValue), &wrong, &valid, line)
        }
        ErrorKind::InvalidUtf8 => {
            let title = format!("the argument `{}` is not valid UTF-8", line.first_invalid_utf8());
            Problem::new(title).help("only the paths of files may contain other bytes")
        }
        _ => {
            let text = error.to_string();
            let title = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Problem::new(title).help(line.show_help())
        }
    }
}

/// A part of the context of an error, as text.
fn text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    }
}

/// Two options that exclude each other, or one that is repeated.
fn conflict(one: &str, other: &str) -> Problem {
    let [one, other] = [one, other].map(|option| escaped(option.split(' ').next().unwrap_or_default()));
    if one == other || other.is_empty() {
        return Problem::new(format!("`{one}` can be used only once")).help(Help::from("remove all but one of them"));
    }
    Problem::new(format!("`{one}` and `{other}` cannot be used together")).help("remove one of them")
}
