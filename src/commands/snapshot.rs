//! `imagelock snapshot FILE`: saves the catalog of the Marketplace, for `--catalog FILE`.

use super::options::MarketplaceOptions;
use super::task::{Example, Setup, Task};
use clap::Args;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::output::{Output, fetch_indexed};
use crate::domain::catalog::{Catalog, Image, Lookup, Query};
use crate::domain::diagnostics::{DEFAULT_MANIFEST, Manifests, Problem, count, shell, shown};
use crate::domain::lookup::search::queries;
use crate::domain::types::ImageRef;
use crate::marketplace::{Snapshot, SnapshotError};
use crate::workspace::files::{self, error::not_ours};
use crate::workspace::{Context, Error, Files, Role, unanswered, unusable_snapshot};

pub(super) const EXAMPLES: &[Example] =
    &[("Save the catalog", "snapshot catalog.json"), ("Use the saved catalog", "check --catalog catalog.json")];

#[derive(Args)]
pub(crate) struct Options {
    /// File to write; an existing snapshot is replaced
    file: PathBuf,
    #[command(flatten)]
    marketplace: MarketplaceOptions,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        // The manifest is named only so that the snapshot cannot replace it or its lockfile.
        let manifests = Manifests::Named(vec![DEFAULT_MANIFEST.into()]);
        Setup { manifests, marketplace: Some(&self.marketplace), ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        snapshot(context, &self.file)
    }
}

/// Saves the whole catalog. Replaces an existing snapshot, but no other file.
///
/// # Errors
/// If the responses of the Marketplace are missing or incomplete, or the file cannot be written or is not a snapshot.
fn snapshot(context: &Context, path: &Path) -> Result<Output, Error> {
    Files::read_only(context)?.add_option(Role::Snapshot, path)?;
    let _guard = context.write_lock(&[path])?;
    if let Some(text) = files::read(path)?.filter(|text| !text.trim().is_empty()) {
        match Snapshot::parse(&text) {
            Ok(_) => {}
            Err(error @ SnapshotError::Format(_)) => return Err(unusable_snapshot(path, &error).into()),
            Err(_) => return Err(not_ours(path).into()),
        }
    }
    let catalog = fetch_indexed(context, everything)?;
    check_complete(&catalog)?;
    // A copy of a snapshot is as old as the snapshot.
    let snapshot = Snapshot::new(&catalog, context.backend.taken().unwrap_or(context.now));
    context.replace(path, &snapshot.write())?;
    let (images, local_images) = snapshot.size();
    Ok(Output::remark(format!(
        "wrote `{}` with {} of {}; to use it: `--catalog {}`",
        shown(path),
        count(local_images, "local image"),
        count(images, "image"),
        shell(path)
    )))
}

/// The queries for the listing and the versions of each image, and for the local images of each version.
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

/// Checks that no response is missing. In a snapshot, a missing image would look like one that the Marketplace dropped.
fn check_complete(catalog: &Catalog) -> Result<(), Problem> {
    for image in catalog.images() {
        let failed = |error| unanswered(&format!("list the local images of `{}`", image.label), error);
        let mut listings = vec![ImageRef::Label(image.label.clone())];
        match catalog.versions(&ImageRef::Id(image.id)) {
            Lookup::Found(versions) => listings.extend(versions.iter().map(|version| ImageRef::Version(version.id))),
            Lookup::NotFound => {}
            Lookup::Failed(error) => return Err(failed(error)),
        }
        for listing in listings {
            let error = match catalog.listing(&listing) {
                Lookup::Found(listing) => listing.doubt(),
                Lookup::NotFound => None,
                Lookup::Failed(error) => Some(error),
            };
            error.map_or(Ok(()), |error| Err(failed(error)))?;
        }
    }
    Ok(())
}
