//! `imagelock search [PATTERN]`: the Marketplace's labels.

use std::collections::BTreeSet;

use super::{Context, Format, Outcome};
use crate::domain::catalog::{Answer, Catalog, Failure, Image};
use crate::domain::search::{Pattern, offers};
use crate::domain::{ImageRef, Label};
use crate::error::Error;
use crate::render::{human, json};

/// Prints the images that match, with the zones, architectures and types in which they are offered.
///
/// # Errors
/// If the Marketplace does not answer.
pub fn run(context: &Context, pattern: Option<&str>) -> Result<Outcome, Error> {
    let pattern = Pattern::new(pattern.unwrap_or_default());
    let mut catalog = Catalog::default();
    context.marketplace.index(&mut catalog);
    let images: Vec<Image> = index(&catalog)?.iter().filter(|image| pattern.matches(image)).cloned().collect();
    let labels: BTreeSet<ImageRef> = images.iter().map(|image| ImageRef::Label(image.label.clone())).collect();
    context.marketplace.list(&labels, &mut catalog);
    let offers = offers(&images, &catalog).map_err(|(label, failure)| listing_failed(&label, failure))?;
    Ok(Outcome::well(match context.format {
        Format::Human => human::offers(&offers),
        Format::Json => json::offers(&offers),
    }))
}

/// The index of all images.
pub(super) fn index(catalog: &Catalog) -> Result<&[Image], Error> {
    let failure = match &catalog.images {
        Some(Answer::Found(images)) => return Ok(images),
        Some(Answer::Failed(failure)) => failure.clone(),
        Some(Answer::NotFound) | None => Failure::not_asked(),
    };
    Err(Error::Marketplace { doing: "list the images of the Marketplace".to_owned(), failure })
}

/// The error of a label whose local images could not be listed.
pub(super) fn listing_failed(label: &Label, failure: Failure) -> Error {
    Error::Marketplace { doing: format!("list the local images of `{label}`"), failure }
}
