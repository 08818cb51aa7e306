//! Errors of a run about several manifests, and of queries that are not about a line of one.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::manifest::check_names;
use crate::domain::{Label, Name};
use crate::error::Error;
use crate::render::Broken;
use crate::workspace::project::Project;

/// What came of each of several things, or every error.
pub(crate) fn all<T>(results: impl IntoIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(it) => done.push(it),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(done) } else { Err(several(errors, done.len())) }
}

/// One error of several, about as many things and `fine` others. There is at least one.
pub(crate) fn several(mut errors: Vec<Error>, fine: usize) -> Error {
    match errors.len() + fine {
        1 => errors.remove(0),
        of => Error::Several { errors, of },
    }
}

/// The error of a run of which every manifest is broken.
pub(crate) fn all_broken(broken: Vec<Broken>) -> Error {
    several(broken.into_iter().map(|broken| broken.error).collect(), 0)
}

/// Checks names from the command line against those that one of the projects has.
pub(crate) fn named(projects: &[Project], names: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Error> {
    check_names(names, known).map_err(|problems| match projects {
        [project] => project.error(problems),
        _ => Error::Problems { problems, manifest: None, lock: None },
    })
}

/// Makes sure that the index of all images is known.
pub(crate) fn check_index(catalog: &Catalog) -> Result<(), Error> {
    match catalog.index() {
        Lookup::Found(_) => Ok(()),
        Lookup::NotFound => Err(index_failed(QueryError::not_queried())),
        Lookup::Failed(failure) => Err(index_failed(failure)),
    }
}

fn index_failed(failure: QueryError) -> Error {
    Error::Marketplace { doing: "list the images of the Marketplace".to_owned(), failure }
}

/// The error of a label whose local images could not be listed.
pub(crate) fn listing_failed(label: &Label, failure: QueryError) -> Error {
    Error::Marketplace { doing: format!("list the local images of `{label}`"), failure }
}
