//! The questions, put to the live API: which request answers each, side by side, and what the answers mean.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream;
use tokio::runtime::{Builder, Runtime};

use super::http::{Event, Http, Settings, Worth};
use super::paging::{Rows, read_all};
use super::wire::{ImageRow, LocalImageRow, Seen, VersionRow};
use crate::domain::catalog::{Answer, Failure, Image, Listing, LocalImage, Question, Told, Version};
use crate::domain::{ImageId, ImageRef, LocalImageId};

/// How many requests are under way at once. A whole catalog is some thirty labels: one round of latency.
const CONCURRENCY: usize = 32;

/// How often the observer hears that nothing has happened.
const MOMENT: Duration = Duration::from_millis(100);

/// The API, ready to be asked.
pub(super) struct Client {
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
    http: Http,
}

impl Drop for Client {
    fn drop(&mut self) {
        // An ordinary drop waits for the runtime's threads, and one may be caught in a name server's silence long
        // after the deadline of the run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::new(format!("could not start the network runtime: {error}"), "check the limits of this system")
        })?;
        Ok(Self { runtime: Some(runtime), http: Http::new(settings)? })
    }

    /// Asks some questions side by side, [`CONCURRENCY`] at a time.
    pub(super) fn ask(&self, questions: BTreeSet<Question>) -> Vec<Told> {
        self.http.tell(Event::Asking(questions.len()));
        let answers = stream::iter(questions).map(|question| self.answer(question)).buffer_unordered(CONCURRENCY);
        let answers = answers.inspect(|_| self.http.tell(Event::Answered)).collect();
        let answers = async {
            match select(pin!(answers), pin!(self.moments())).await {
                Either::Left((answers, _)) => answers,
                Either::Right((never, _)) => match never {},
            }
        };
        self.runtime.as_ref().map_or_else(Vec::new, |runtime| runtime.block_on(answers))
    }

    /// Tells the observer of each moment, for ever.
    async fn moments(&self) -> Infallible {
        loop {
            tokio::time::sleep(MOMENT).await;
            self.http.tell(Event::Waiting);
        }
    }

    async fn answer(&self, question: Question) -> Told {
        match question {
            Question::Index => Told::Index(answer(self.index().await)),
            Question::Listing(image) => {
                let listing = answer(self.list(&image).await);
                Told::Listing(image, listing)
            }
            Question::Versions(image) => Told::Versions(image, answer(self.versions(image).await)),
            Question::LocalImage(id) => Told::LocalImage(id, answer(self.local_image(id).await)),
        }
    }

    /// One listing serves all zones, architectures and types.
    async fn list(&self, image: &ImageRef) -> Result<Option<Listing>, Failure> {
        let (query, asked) = match image {
            ImageRef::Label(label) => (format!("image_label={label}"), Some(label)),
            ImageRef::Id(id) => (format!("image_id={id}"), None),
            ImageRef::Version(id) => (format!("version_id={id}"), None),
        };
        let Some(Rows { rows, doubts }) =
            read_all::<LocalImageRow>(&self.http, "/local-images", &query, Worth::Much).await?
        else {
            return Ok(None);
        };
        // A listing with one lie in it is not believed at all: the row may hide a second candidate for some cell.
        let mut seen = Seen::default();
        let local_images: Result<Vec<_>, _> = rows.into_iter().map(|row| row.read(asked, &mut seen)).collect();
        Ok(Some(Listing::new(local_images.map_err(Failure::strange)?.into_iter().flatten().collect(), doubts)))
    }

    async fn versions(&self, image: ImageId) -> Result<Option<Vec<Version>>, Failure> {
        let query = format!("image_id={image}&order_by=created_at_desc");
        let Some(Rows { rows, doubts }) =
            read_all::<VersionRow>(&self.http, "/versions", &query, Worth::Little).await?
        else {
            return Ok(None);
        };
        if !doubts.is_empty() {
            return Err(Failure::doubtful(&doubts));
        }
        rows.into_iter().map(VersionRow::read).collect::<Result<_, _>>().map(Some).map_err(Failure::strange)
    }

    async fn local_image(&self, id: LocalImageId) -> Result<Option<LocalImage>, Failure> {
        let Some(body) = self.http.get(&format!("/local-images/{id}"), Worth::Much).await? else { return Ok(None) };
        let row: LocalImageRow = serde_json::from_slice(&body.bytes).map_err(|error| body.unreadable(&error))?;
        match row.read(None, &mut Seen::default()) {
            Ok(Some(local)) if local.id == id => Ok(Some(local)),
            Ok(_) => Err(body.strange(format!("it is not about {id}"))),
            Err(lie) => Err(body.strange(lie)),
        }
    }

    /// The index of all images, those past their end of life too: one that is hidden still has its end to tell.
    async fn index(&self) -> Result<Option<Vec<Image>>, Failure> {
        let Some(rows) = read_all::<ImageRow>(&self.http, "/images", "include_eol=true", Worth::Little).await? else {
            return Err(Failure::strange("it says that it has no list of images"));
        };
        if !rows.doubts.is_empty() {
            return Err(Failure::doubtful(&rows.doubts));
        }
        let images: Vec<Image> =
            rows.rows.into_iter().map(ImageRow::read).collect::<Result<_, _>>().map_err(Failure::strange)?;
        if images.is_empty() {
            return Err(Failure::strange("it lists no image at all"));
        }
        Ok(Some(images))
    }
}

fn answer<T>(answer: Result<Option<T>, Failure>) -> Answer<T> {
    match answer {
        Ok(Some(found)) => Answer::Found(found),
        Ok(None) => Answer::NotFound,
        Err(failure) => Answer::Failed(failure),
    }
}
