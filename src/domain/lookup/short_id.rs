//! Short IDs: the first digits of UUIDs, as tables show them.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Image};
use crate::domain::diagnostics::{Help, Problem, and_more, quoted, visible};
use crate::domain::lock::Lock;
use crate::domain::types::{ImageRef, LocalImageId};

/// The minimum length of a short ID.
const DIGITS: usize = 8;

/// The first digits of a UUID: at least eight.
#[derive(Debug, Clone)]
pub(crate) struct ShortId(String);

impl ShortId {
    /// Parses a short ID; `None` if the text is not the beginning of a UUID.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_expected = |(at, char): (usize, char)| match at {
            8 | 13 | 18 | 23 => char == '-',
            _ => char.is_ascii_hexdigit(),
        };
        let is_short = (DIGITS..36).contains(&text.len()) && text.chars().enumerate().all(is_expected);
        is_short.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The IDs in the lockfile that begin with these digits.
    pub(crate) fn in_lock(&self, lock: &Lock) -> BTreeSet<LocalImageId> {
        self.matching(ids_in_lock(lock))
    }

    /// The IDs in the catalog that begin with these digits.
    pub(crate) fn in_catalog(&self, catalog: &Catalog) -> BTreeSet<LocalImageId> {
        let of_image = |image: &Image| {
            let versions = catalog.known_versions(&ImageRef::Id(image.id)).iter().map(|version| version.id.into());
            std::iter::once(LocalImageId::from(image.id)).chain(versions).collect::<Vec<_>>()
        };
        let listed = catalog.listed().map(|(local, _)| local.id);
        self.matching(catalog.images().iter().flat_map(of_image).chain(listed))
    }

    fn matching(&self, ids: impl Iterator<Item = LocalImageId>) -> BTreeSet<LocalImageId> {
        ids.filter(|id| id.to_string().starts_with(&self.0)).collect()
    }

    /// The only one of the matching IDs.
    ///
    /// # Errors
    /// Returns a problem if no ID or more than one matches.
    pub(crate) fn only(&self, ids: &BTreeSet<LocalImageId>) -> Result<LocalImageId, Problem> {
        let mut each = ids.iter();
        match (each.next(), each.next()) {
            (Some(id), None) => Ok(*id),
            (None, _) => {
                let problem = Problem::new(format!("no ID begins with `{}`", visible(&self.0)));
                Err(problem
                    .note("searched the lockfile and all listings of the Marketplace")
                    .help(Help::from("to show the pinned IDs: ").then_run("list")))
            }
            (Some(_), Some(_)) => {
                let problem = Problem::new(format!("{} IDs begin with `{}`", ids.len(), visible(&self.0)));
                Err(problem.help(format!("write more digits of one of them: {}", and_more(ids.iter().map(quoted), 10))))
            }
        }
    }
}

/// The IDs in the lockfile: of local images, versions and images.
pub(crate) fn ids_in_lock(lock: &Lock) -> impl Iterator<Item = LocalImageId> {
    let ids = lock.pins().iter().flat_map(|pin| {
        let image = match &pin.image {
            ImageRef::Id(id) => Some(LocalImageId::from(*id)),
            ImageRef::Label(_) | ImageRef::Version(_) => None,
        };
        [Some(pin.id), pin.version.map(LocalImageId::from), image]
    });
    ids.flatten()
}
