//! `imagelock search [PATTERN]`: the Marketplace's labels.

use std::collections::BTreeSet;

use super::{Output, fetch_indexed, undated};
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Problem, and, did_you_mean, quoted, visible};
use crate::domain::lookup::search::{Filter, Pattern, matching, offers, queries};
use crate::render::Format;
use crate::render::search::{human, json};
use crate::workspace::{Context, Error, unanswered};

/// Prints the images that match: releases, dates, and the zones, architectures and types in which they are offered.
///
/// # Errors
/// If the Marketplace does not answer, or there is no such category.
pub(crate) fn run(context: &Context, pattern: Option<&str>, filter: &Filter) -> Result<Output, Error> {
    let pattern = Pattern::new(pattern.unwrap_or_default());
    let catalog = fetch_indexed(context, |catalog| queries(&matching(&pattern, filter, context.now, catalog)))?;
    check_category(filter, &catalog)?;
    let images = matching(&pattern, filter, context.now, &catalog);
    let offers = offers(&images, filter, &catalog)
        .map_err(|(label, error)| unanswered(&format!("list the local images of `{label}`"), error))?;
    let output = match context.format {
        Format::Json => json::write(&offers),
        _ => human::write(&offers),
    };
    Ok(Output { warning: undated(context, &catalog), ..Output::clean(output) })
}

fn check_category(filter: &Filter, catalog: &Catalog) -> Result<(), Problem> {
    let Some(wanted) = &filter.category else { return Ok(()) };
    let known: BTreeSet<&str> =
        catalog.images().iter().flat_map(|image| image.categories.iter().map(String::as_str)).collect();
    if known.contains(wanted.as_str()) {
        return Ok(());
    }
    let help = did_you_mean(wanted, known.iter().copied())
        .unwrap_or_else(|| format!("the categories are {}", and(known.iter().map(|it| quoted(visible(it))))));
    Err(Problem::new(format!("no image is of the category `{}`", visible(wanted))).help(help))
}
