//! Values of options and arguments that need more than their type to be read.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain;
use crate::domain::diagnostics::visible;
use crate::render::Format;
use crate::workspace::reports::Wish;

pub(super) fn shapes() -> impl TypedValueParser<Value = domain::manifest::outputs::Format> {
    use domain::manifest::outputs::Format;
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

/// An empty revision is a variable that is not set, and must not pass for "nothing changed".
pub(super) fn revision(text: &str) -> Result<String, &'static str> {
    if text.trim().trim_matches('.').is_empty() {
        return Err("expected a commit, a branch or a tag; the value is empty");
    }
    Ok(text.to_owned())
}

/// Reads `sarif=results.json`, or `drift.sarif`.
pub(super) fn wish(text: &str) -> Result<Wish, String> {
    let (format, path) = match text.split_once('=') {
        // A path has a slash before the sign, if that is a part of its name.
        Some((word, path)) if !word.contains(['/', '\\']) => match word.parse() {
            Ok(format) => (Some(format), path),
            Err(expected) => {
                return Err(format!(
                    "`{}` is no format, {expected}; a file of that name is `./{}`",
                    visible(word),
                    visible(text)
                ));
            }
        },
        _ => (None, text),
    };
    match path {
        "" => Err("expected a file behind `=`".to_owned()),
        "-" => Err("`-` is no file; standard output has the report that `--format` names".to_owned()),
        path => Ok(Wish { format, path: PathBuf::from(path) }),
    }
}
