//! The seam of the fuzz target `wire`, and in no other build: bytes -> what an answer of them would teach.

use serde::de::DeserializeOwned;

use super::wire::{ErrorBody, ImageRow, LocalImageRow, Page, Row, Seen, VersionRow};
use crate::domain::catalog::{Image, Listing, Lookup, QueryError, Response};
use crate::domain::{ImageRef, Label};

/// Reads the bytes as the answer to every query. `asked` is the label that a listing was asked for by.
pub fn read(body: &[u8], asked: Option<&Label>) -> Vec<Response> {
    let _ = ErrorBody::read(body).describe();
    let versions = rows(body, VersionRow::read);
    let mut seen = Seen::default();
    let locals = rows(body, |row: LocalImageRow| row.read(asked, &mut seen));
    let images = rows(body, ImageRow::read);
    let mut told = Vec::new();
    if let Ok(images) = &images {
        for Image { id, label, .. } in images {
            let listing = locals.clone().map(|rows| Listing::new(rows, Vec::new()));
            told.push(Response::Versions(*id, answer(versions.clone())));
            told.push(Response::Listing(ImageRef::Label(label.clone()), answer(listing)));
        }
    }
    told.push(Response::Index(answer(images)));
    told
}

fn rows<R, K, T>(body: &[u8], mut read: impl FnMut(R) -> Result<Row<K, T>, String>) -> Result<Vec<T>, String>
where
    R: DeserializeOwned,
{
    let page = Page::read(body).map_err(|error| error.to_string())?;
    page.rows.into_iter().filter_map(|row| read(row).map(|row| row.thing).transpose()).collect()
}

fn answer<T>(read: Result<T, String>) -> Lookup<T> {
    read.map_or_else(|cause| Lookup::Failed(QueryError::invalid_response(cause)), Lookup::Found)
}
