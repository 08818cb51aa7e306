//! `imagelock snapshot FILE`: saves the catalog, for `--catalog FILE`.

use std::collections::BTreeSet;
use std::path::Path;

use super::search::index;
use super::{Context, Outcome};
use crate::domain::ImageRef;
use crate::domain::catalog::{Answer, Catalog};
use crate::domain::words::count;
use crate::error::Error;
use crate::files;
use crate::marketplace::{Malformed, Snapshot};

/// Saves everything that the Marketplace offers. Replaces an older snapshot, and nothing else.
///
/// # Errors
/// If the Marketplace does not answer, or not in a way that can be trusted to be whole; if the file cannot be
/// written, or holds something else than a snapshot.
pub fn run(context: &Context, path: &Path) -> Result<Outcome, Error> {
    if let Some(text) = files::read(path)?
        && matches!(Snapshot::parse(&text), Err(Malformed::Json(_)))
    {
        return Err(Error::NotASnapshot { path: path.to_owned() });
    }
    let mut catalog = Catalog::default();
    context.marketplace.index(&mut catalog);
    let labels: BTreeSet<ImageRef> =
        index(&catalog)?.iter().map(|image| ImageRef::Label(image.label.clone())).collect();
    context.marketplace.list(&labels, &mut catalog);
    for (image, answer) in &catalog.listings {
        let failure = match answer {
            Answer::Failed(failure) => failure.clone(),
            Answer::Found(listing) => match listing.doubt() {
                Some(failure) => failure,
                None => continue,
            },
            Answer::NotFound => continue,
        };
        return Err(Error::Marketplace { doing: format!("list the local images of `{image}`"), failure });
    }
    let snapshot = Snapshot::new(&catalog, context.now);
    files::replace(path, &snapshot.write())?;
    let (images, local_images) = snapshot.size();
    Ok(Outcome::remark(format!(
        "wrote `{path}`: {} of {}; use it with `--catalog {path}`",
        count(local_images, "local image"),
        count(images, "image"),
        path = path.display()
    )))
}
