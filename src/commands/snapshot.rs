//! `imagelock snapshot FILE`: saves the catalog, for `--catalog FILE`.

use super::Output;
use crate::workspace::context::Context;
use crate::workspace::error::check_index;
use crate::workspace::outputs::Files;
use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::ImageRef;
use crate::domain::catalog::{Catalog, Image, Lookup, Query};
use crate::domain::diagnostics::{count, shell, shown};
use crate::domain::lookup::search::queries;
use crate::marketplace::{Snapshot, SnapshotError};
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::files::claims::Role;
use crate::workspace::files::error::FileError;
use crate::workspace::files::write_lock::WriteLock;

/// Saves everything that the Marketplace offers. Replaces an older snapshot, and nothing else.
///
/// # Errors
/// If the Marketplace does not answer, or not in a way that can be trusted to be whole; if the file cannot be
/// written, or holds something else than a snapshot.
pub(crate) fn run(context: &Context, path: &Path) -> Result<Output, Error> {
    Files::read_only(context)?.add_option(Role::Snapshot, path)?;
    let _guard = WriteLock::acquire(&[path], context.deadline, &*context.notify)?;
    if let Some(text) = files::read(path)?.filter(|text| !text.trim().is_empty()) {
        match Snapshot::parse(&text) {
            Ok(_) => {}
            Err(source @ SnapshotError::Format(_)) => return Err(Error::Snapshot { path: path.to_owned(), source }),
            Err(_) => return Err(FileError::NotOurs { path: path.to_owned() }.into()),
        }
    }
    let mut catalog = Catalog::default();
    context.backend.fetch(&mut catalog, |_| BTreeSet::from([Query::Index]));
    check_index(&catalog)?;
    context.backend.fetch(&mut catalog, everything);
    check_whole(&catalog)?;
    // A copy of a snapshot is as old as the snapshot.
    let snapshot = Snapshot::new(&catalog, context.backend.taken().unwrap_or(context.now));
    context.replace(path, &snapshot.write())?;
    let (images, local_images) = snapshot.size();
    Ok(Output::remark(format!(
        "wrote `{}`: {} of {}; use it with `--catalog {}`",
        shown(path),
        count(local_images, "local image"),
        count(images, "image"),
        shell(path)
    )))
}

/// All that can be asked of what is known: listings and versions of every image, and the local images of each version.
fn everything(catalog: &Catalog) -> BTreeSet<Query> {
    let images: Vec<&Image> = catalog.images().iter().collect();
    let mut queries = queries(&images);
    for image in images {
        if let Lookup::Found(versions) = catalog.versions(&ImageRef::Id(image.id)) {
            queries.extend(versions.iter().map(|version| Query::Listing(ImageRef::Version(version.id))));
        }
    }
    queries
}

/// A snapshot that lacks something would say that the Marketplace lacks it.
fn check_whole(catalog: &Catalog) -> Result<(), Error> {
    for image in catalog.images() {
        let failed = |failure| Error::listing(&image.label, failure);
        let mut listings = vec![ImageRef::Label(image.label.clone())];
        match catalog.versions(&ImageRef::Id(image.id)) {
            Lookup::Found(versions) => listings.extend(versions.iter().map(|version| ImageRef::Version(version.id))),
            Lookup::NotFound => {}
            Lookup::Failed(failure) => return Err(failed(failure)),
        }
        for listing in listings {
            match catalog.listing(&listing) {
                Lookup::Found(listing) => listing.doubt().map_or(Ok(()), |doubt| Err(failed(doubt)))?,
                Lookup::NotFound => {}
                Lookup::Failed(failure) => return Err(failed(failure)),
            }
        }
    }
    Ok(())
}
