//! `images.toml`: parses its text into a [`Manifest`], and reports every problem of the file.

mod accept;
mod defaults;
pub mod edit;
mod line_fix;
pub mod outputs;
mod parse;
pub mod policy;
pub mod schema;
mod selector;
mod syntax;
pub mod toml_reader;
mod types;
pub mod value_errors;

use std::collections::BTreeSet;

use crate::domain::diagnostics::{MOST_SUGGESTIONS, Problem, did_you_mean, known_names, oddities, visible};
use crate::domain::types::Name;

pub use types::{ImageSelector, ImageSpans, MAX_PINS, Manifest, Target};

/// Checks names from the command line against the known names of images, and returns them as a set.
///
/// # Errors
/// One problem per unknown name.
pub fn check_names(wanted: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Vec<Problem>> {
    let mut names = BTreeSet::new();
    let mut problems = Vec::new();
    let all = || known.iter().map(|name| name.as_str());
    for (at, text) in wanted.iter().enumerate() {
        if let Some(name) = text.parse::<Name>().ok().filter(|name| known.contains(name)) {
            names.insert(name);
            continue;
        }
        let problem = Problem::new(format!("no image is named `{}`", visible(text)));
        // Comparing every unknown name with every known one would take quadratic time.
        let help = (at < MOST_SUGGESTIONS).then(|| {
            let all_names = || known_names("image", "images", all());
            did_you_mean(text, all()).unwrap_or_else(all_names).into()
        });
        problems.push(Problem { notes: oddities(text), help, ..problem });
    }
    if problems.is_empty() { Ok(names) } else { Err(problems) }
}
