//! Parses bytes as responses of the API, for the fuzz target `wire`. Only fuzzing builds contain this file.

use super::http::{Body, ErrorBody};
use super::json::SharedSets;
use super::wire::{ImageRow, LocalImageRow, Page, VersionRow, read_page};
use crate::domain::catalog::{Image, Listing, QueryError, Response};
use crate::domain::types::{ImageRef, Label};

/// Parses the bytes as the response to every kind of query. `label` is the label in the queries for listings.
pub fn read(bytes: &[u8], label: Option<&Label>) -> Vec<Response> {
    let _ = ErrorBody::read(bytes).describe();
    let body = Body { bytes: bytes.to_vec(), content_type: "application/json".to_owned(), request_id: None };
    let mut sets = SharedSets::default();
    let versions = values(read_page(&body, VersionRow::read));
    let locals = values(read_page(&body, |row: LocalImageRow<'_>| row.read(label, &mut sets)));
    let images = values(read_page(&body, |row: ImageRow<'_>| row.read()));
    let mut responses = Vec::new();
    for Image { id, label, .. } in images.iter().flatten().flatten() {
        let listing = locals.clone().map(|locals| locals.map(|locals| Listing::new(locals, Vec::new())));
        responses.push(Response::Versions(*id, versions.clone().into()));
        responses.push(Response::Listing(ImageRef::Label(label.clone()), listing.into()));
    }
    responses.push(Response::Index(images.into()));
    responses
}

fn values<K, T>(page: Result<Page<K, T>, QueryError>) -> Result<Option<Vec<T>>, QueryError> {
    page.map(|page| Some(page.rows.into_iter().filter_map(|row| row.value).collect()))
}
