//! `imagelock snapshot FILE`: saves the catalog, for `--catalog FILE`.

use std::collections::BTreeSet;
use std::path::Path;

use super::search::{index, listing_failed};
use super::{Context, Outcome};
use crate::domain::ImageRef;
use crate::domain::catalog::Catalog;
use crate::domain::search::offers;
use crate::domain::words::count;
use crate::error::Error;
use crate::files;
use crate::guard::Guard;
use crate::marketplace::{Malformed, Snapshot};

/// Saves everything that the Marketplace offers. Replaces an older snapshot, and nothing else.
///
/// # Errors
/// If the Marketplace does not answer, or not in a way that can be trusted to be whole; if the file cannot be
/// written, or holds something else than a snapshot.
pub fn run(context: &Context, path: &Path) -> Result<Outcome, Error> {
    let _guard = Guard::acquire(path, context.deadline, &*context.notify)?;
    if let Some(text) = files::read(path)?.filter(|text| !text.trim().is_empty()) {
        match Snapshot::parse(&text) {
            Ok(_) => {}
            Err(source @ Malformed::Format(_)) => return Err(Error::Snapshot { path: path.to_owned(), source }),
            Err(_) => return Err(Error::NotASnapshot { path: path.to_owned() }),
        }
    }
    let mut catalog = Catalog::default();
    context.marketplace.index(&mut catalog);
    let labels: BTreeSet<ImageRef> =
        index(&catalog)?.iter().map(|image| ImageRef::Label(image.label.clone())).collect();
    context.marketplace.list(&labels, &mut catalog);
    let images = index(&catalog)?;
    let offers = offers(images, &catalog).map_err(|(label, failure)| listing_failed(&label, failure))?;
    // A copy of a snapshot is as old as the snapshot.
    let snapshot = Snapshot::new(&offers, context.marketplace.taken().unwrap_or(context.now));
    files::replace(path, &snapshot.write())?;
    let (images, local_images) = snapshot.size();
    Ok(Outcome::remark(format!(
        "wrote `{path}`: {} of {}; use it with `--catalog {path}`",
        count(local_images, "local image"),
        count(images, "image"),
        path = path.display()
    )))
}
