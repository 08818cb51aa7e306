//! `imagelock search [PATTERN]`: the Marketplace's labels.

use std::collections::BTreeSet;

use super::{Context, Format, Outcome, undated};
use crate::domain::Label;
use crate::domain::catalog::{Answer, Catalog, Failure, Question};
use crate::domain::problem::Problem;
use crate::domain::search::{Filter, Pattern, matching, offers, questions};
use crate::domain::words::{and, did_you_mean, quoted, visible};
use crate::error::Error;
use crate::render::{human, json};

/// Prints the images that match: releases, dates, and the zones, architectures and types in which they are offered.
///
/// # Errors
/// If the Marketplace does not answer, or there is no such category.
pub fn run(context: &Context, pattern: Option<&str>, filter: &Filter) -> Result<Outcome, Error> {
    let pattern = Pattern::new(pattern.unwrap_or_default());
    let mut catalog = Catalog::default();
    context.marketplace.inquire(&mut catalog, |_| BTreeSet::from([Question::Index]));
    check_index(&catalog)?;
    check_category(filter, &catalog)?;
    context.marketplace.inquire(&mut catalog, |catalog| questions(&matching(&pattern, filter, context.now, catalog)));
    let images = matching(&pattern, filter, context.now, &catalog);
    let offers = offers(&images, filter, &catalog).map_err(|(label, failure)| listing_failed(&label, failure))?;
    let output = match context.format {
        Format::Json => json::offers(&offers),
        _ => human::offers(&offers),
    };
    Ok(Outcome { warning: undated(context, &catalog), ..Outcome::well(output) })
}

/// Makes sure that the index of all images is known.
pub(super) fn check_index(catalog: &Catalog) -> Result<(), Error> {
    match catalog.index() {
        Answer::Found(_) => Ok(()),
        Answer::NotFound => Err(index_failed(Failure::not_asked())),
        Answer::Failed(failure) => Err(index_failed(failure)),
    }
}

fn index_failed(failure: Failure) -> Error {
    Error::Marketplace { doing: "list the images of the Marketplace".to_owned(), failure }
}

/// The error of a label whose local images could not be listed.
pub(super) fn listing_failed(label: &Label, failure: Failure) -> Error {
    Error::Marketplace { doing: format!("list the local images of `{label}`"), failure }
}

fn check_category(filter: &Filter, catalog: &Catalog) -> Result<(), Error> {
    let Some(wanted) = &filter.category else { return Ok(()) };
    let known: BTreeSet<&str> = catalog.images().iter().flat_map(|image| image.categories.iter()).collect();
    if known.contains(wanted.as_str()) {
        return Ok(());
    }
    let help = did_you_mean(wanted, known.iter().copied())
        .unwrap_or_else(|| format!("the categories are {}", and(known.iter().map(|it| quoted(visible(it))))));
    let problem = Problem::new(format!("no image is of the category `{}`", visible(wanted))).help(help);
    Err(Error::Problems { problems: vec![problem], manifest: None, lock: None })
}
