//! The beginnings of UUIDs, as tables show them.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Image};
use crate::domain::diagnostics::{Help, Problem, and_more, quoted, visible};
use crate::domain::lock::Lock;
use crate::domain::types::{ImageRef, LocalImageId};

/// The fewest digits that stand for a UUID.
const DIGITS: usize = 8;

/// The beginning of a UUID, with eight digits or more.
#[derive(Debug, Clone)]
pub(crate) struct ShortId(String);

impl ShortId {
    /// Reads the beginning of a UUID; `None` if the text is something else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_in_place = |(at, char): (usize, char)| match at {
            8 | 13 | 18 | 23 => char == '-',
            _ => char.is_ascii_hexdigit(),
        };
        let is_short = (DIGITS..36).contains(&text.len()) && text.chars().enumerate().all(is_in_place);
        is_short.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The IDs that begin like this, in the lockfile: of local images, versions and images.
    pub(crate) fn in_lock(&self, lock: &Lock) -> BTreeSet<LocalImageId> {
        let ids = lock.pins().iter().flat_map(|pin| {
            let image = match &pin.image {
                ImageRef::Id(id) => Some(LocalImageId::from(*id)),
                ImageRef::Label(_) | ImageRef::Version(_) => None,
            };
            [Some(pin.id), pin.version.map(LocalImageId::from), image]
        });
        self.those(ids.flatten())
    }

    /// The IDs that begin like this, among all that the Marketplace lists.
    pub(crate) fn in_catalog(&self, catalog: &Catalog) -> BTreeSet<LocalImageId> {
        let of_image = |image: &Image| {
            let versions = catalog.known_versions(&ImageRef::Id(image.id)).iter().map(|version| version.id.into());
            std::iter::once(LocalImageId::from(image.id)).chain(versions).collect::<Vec<_>>()
        };
        let listed = catalog.listed().map(|(local, _)| local.id);
        self.those(catalog.images().iter().flat_map(of_image).chain(listed))
    }

    fn those(&self, ids: impl Iterator<Item = LocalImageId>) -> BTreeSet<LocalImageId> {
        ids.filter(|id| id.to_string().starts_with(&self.0)).collect()
    }

    /// The one ID.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub(crate) fn only(&self, ids: &BTreeSet<LocalImageId>) -> Result<LocalImageId, Problem> {
        let mut each = ids.iter();
        match (each.next(), each.next()) {
            (Some(id), None) => Ok(*id),
            (None, _) => {
                let problem = Problem::new(format!("no ID begins with `{}`", visible(&self.0)));
                Err(problem
                    .help(Help::from("give the whole ID; ").then_run("list").then(" shows those that are pinned")))
            }
            (Some(_), Some(_)) => {
                let problem = Problem::new(format!("{} IDs begin with `{}`", ids.len(), visible(&self.0)));
                Err(problem.help(format!("give more digits: {}", and_more(ids.iter().map(quoted), 10))))
            }
        }
    }
}
