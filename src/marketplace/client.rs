//! The questions, put to the live API: which request answers each, side by side, and what the answers mean.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream;

use super::http::{Http, Settings};
use super::paging::{Rows, read_all};
use super::wire::{ImageRow, LocalImageRow};
use crate::domain::catalog::{Answer, Failure, Image, Listing, LocalImage};
use crate::domain::{ImageRef, Label, LocalImageId};

/// How many requests are under way at once. A whole catalog is some thirty labels: one round of latency.
const CONCURRENCY: usize = 32;

/// The API, ready to be asked.
pub(super) struct Client {
    runtime: tokio::runtime::Runtime,
    http: Http,
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::new(format!("could not start the network runtime: {error}"), "check the limits of this system")
        })?;
        Ok(Self { runtime, http: Http::new(settings)? })
    }

    /// One listing an image: it serves all zones, architectures and types.
    pub(super) fn list(&self, images: &BTreeSet<ImageRef>) -> Vec<(ImageRef, Answer<Listing>)> {
        self.all(images.iter().map(|image| async move {
            let (query, asked) = match image {
                ImageRef::Label(label) => (format!("image_label={label}"), Some(label)),
                ImageRef::Id(id) => (format!("image_id={id}"), None),
            };
            let rows = read_all::<LocalImageRow>(&self.http, "/local-images", &query).await;
            (image.clone(), answer(rows, |rows| listing(rows, asked)))
        }))
    }

    /// One request an ID.
    pub(super) fn look_up(&self, ids: &BTreeSet<LocalImageId>) -> Vec<(LocalImageId, Answer<LocalImage>)> {
        self.all(ids.iter().map(|id| async move {
            let local = self.look_up_one(*id).await;
            (*id, answer(local, |local| local))
        }))
    }

    async fn look_up_one(&self, id: LocalImageId) -> Result<Option<LocalImage>, Failure> {
        let Some(body) = self.http.get(&format!("/local-images/{id}")).await? else { return Ok(None) };
        let row: LocalImageRow = serde_json::from_slice(&body.bytes).map_err(|error| body.unreadable(&error))?;
        match row.read(None) {
            Ok(Some(local)) if local.id == id => Ok(Some(local)),
            Ok(_) => Err(body.strange(format!("it is not about {id}"))),
            Err(doubt) => Err(body.strange(doubt)),
        }
    }

    /// The index of all images, past their end of life or not.
    pub(super) fn index(&self) -> Answer<Vec<Image>> {
        let rows = self.runtime.block_on(read_all::<ImageRow>(&self.http, "/images", "include_eol=true"));
        match rows {
            Ok(Some(Rows { doubts, .. })) if !doubts.is_empty() => Answer::Failed(Failure::doubtful(&doubts)),
            Ok(Some(rows)) => {
                let mut images: Vec<Image> = rows.rows.into_iter().filter_map(ImageRow::read).collect();
                images.sort();
                Answer::Found(images)
            }
            Ok(None) => Answer::Failed(Failure::new(
                "it says that it has no list of images",
                "check `--api-url` and SCW_API_URL; this is not how the Marketplace answers",
            )),
            Err(failure) => Answer::Failed(failure),
        }
    }

    /// Runs questions side by side, [`CONCURRENCY`] at a time.
    fn all<T>(&self, questions: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        self.runtime.block_on(stream::iter(questions).buffer_unordered(CONCURRENCY).collect())
    }
}

fn answer<R, T>(answer: Result<Option<R>, Failure>, read: impl FnOnce(R) -> T) -> Answer<T> {
    match answer {
        Ok(Some(found)) => Answer::Found(read(found)),
        Ok(None) => Answer::NotFound,
        Err(failure) => Answer::Failed(failure),
    }
}

/// Rows that are not believed become doubts.
fn listing(rows: Rows<LocalImageRow>, asked: Option<&Label>) -> Listing {
    let Rows { rows, mut doubts } = rows;
    let mut local_images = Vec::new();
    for row in rows {
        match row.read(asked) {
            Ok(local) => local_images.extend(local),
            Err(doubt) => doubts.push(doubt),
        }
    }
    Listing::new(local_images, doubts)
}
