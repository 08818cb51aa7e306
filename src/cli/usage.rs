//! What is wrong with a command line, and how it is to be written.

use std::ffi::OsString;

use anstream::adapter::strip_str;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::sanitize::printable;
use crate::domain::diagnostics::{escaped, shell_word};

/// The message about wrong arguments.
pub(super) fn message(error: clap::Error, program: &clap::Command, args: impl Iterator<Item = OsString>) -> String {
    let args: Vec<String> = args.skip(1).filter_map(|arg| arg.into_string().ok()).collect();
    let wrong = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(wrong)) if error.kind() == ErrorKind::UnknownArgument => wrong.clone(),
        _ => return sanitized(error),
    };
    let (title, help) = if let Some(fixed) = option_first(&wrong, &args, program) {
        (format!("`{}` belongs after the command", escaped(&wrong)), run(&fixed))
    } else if let Some(fixed) = resolve_names(&wrong, &args) {
        ("`resolve` takes no names: it moves no pin; `upgrade` moves those of the named images".to_owned(), run(&fixed))
    } else if let Some(fixed) = exact_version(&wrong, &args) {
        ("an exact version cannot be declared: declare its label, and freeze the image".to_owned(), run(&fixed))
    } else if args.first().is_some_and(|command| command == "export") && matches!(&*wrong, "-o" | "--output") {
        let help = "redirect its output to the file, or declare the file under `[[outputs]]` in the manifest";
        ("`export` prints the pins and writes no file".to_owned(), help.to_owned())
    } else {
        return sanitized(error);
    };
    format!("error: {title}\n |\n = help: {help}\n")
}

/// The help that runs a line.
fn run(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| shell_word(&escaped(word))).collect();
    format!("run `imagelock {}`", words.join(" "))
}

/// An option that is before the command and belongs after it.
fn option_first(wrong: &str, args: &[String], program: &clap::Command) -> Option<Vec<String>> {
    if !args.first()?.starts_with('-') {
        return None;
    }
    let at = args.iter().position(|arg| program.find_subcommand(arg).is_some())?;
    let command = program.find_subcommand(&args[at])?;
    let is_known = |option: &clap::Arg| {
        let long = option.get_long().is_some_and(|long| wrong.strip_prefix("--") == Some(long));
        long || option.get_short().is_some_and(|short| wrong == format!("-{short}"))
    };
    if !command.get_arguments().any(is_known) {
        return None;
    }
    Some([&args[at..=at], &args[..at], &args[at + 1..]].concat())
}

/// Names after `resolve`, which are those of an upgrade.
fn resolve_names(wrong: &str, args: &[String]) -> Option<Vec<String>> {
    if args.first()? != "resolve" || wrong.starts_with('-') {
        return None;
    }
    Some([&["upgrade".to_owned()], &args[1..]].concat())
}

/// `add --version-id UUID`: a version is not declared, but frozen once it is pinned.
fn exact_version(wrong: &str, args: &[String]) -> Option<Vec<String>> {
    let at = args.iter().position(|arg| arg.split('=').next() == Some("--version-id"))?;
    if args.first()? != "add" || wrong != "--version-id" {
        return None;
    }
    let value = usize::from(!args[at].contains('='));
    let rest = args.iter().skip(at + 1 + value);
    let label = ["--label", "LABEL", "--freeze", "DATE", "REASON"].map(str::to_owned);
    Some(args[..at].iter().chain(rest).cloned().chain(label).collect())
}

/// The message of clap with its arguments made safe: it repeats them as they are.
fn sanitized(mut error: clap::Error) -> String {
    let context: Vec<(ContextKind, ContextValue)> =
        error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in context {
        let safe = match value {
            ContextValue::String(text) => ContextValue::String(escaped(&text)),
            ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(|text| escaped(text)).collect()),
            // Advice that repeats an argument, in colors of clap's. No argument begins with a dash, so the advice to pass an
            // option as a value is wrong.
            ContextValue::StyledStrs(texts) if kind != ContextKind::Usage => {
                let plain = texts.iter().map(|text| escaped(&strip_str(&text.ansi().to_string()).to_string()));
                let plain = plain.filter(|text| !text.starts_with("to pass '"));
                ContextValue::StyledStrs(plain.map(Into::into).collect())
            }
            _ => continue,
        };
        error.insert(kind, safe);
    }
    printable(&error.render().ansi().to_string())
}
