//! Reads a whole listing through pages that may lie: a wrong total, short or repeated pages, rows that move meanwhile.
//!
//! A listing of one page, as nearly every label has, costs one request. Where there are more pages, the first is read
//! again after the last: if it still says the same, and every page counted alike, the listing stood still.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::budget::LimitExceeded;
use super::http::{Http, Priority};
use super::wire::{Page, Row};
use crate::domain::catalog::QueryError;

/// The most rows a page may have; the API's own limit.
const PAGE_SIZE: usize = 100;

/// No listing comes near 20,000 rows; a service that never stops is stopped here.
const MOST_PAGES: usize = 200;

/// How often a listing that moves is read anew.
const PASSES: usize = 3;

/// A listing, and how its rows are read.
pub(super) struct Pages<'h, F> {
    pub(super) http: &'h Http,
    pub(super) path: &'static str,
    pub(super) query: String,
    pub(super) worth: Priority,
    /// Understands a row, or says why it cannot be believed. A listing with one lie in it is not believed at all: the row
    /// may hide a second candidate for some cell.
    pub(super) read: F,
}

/// What all rows of a listing describe, and why they may not be all.
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    pub(super) doubts: Vec<String>,
}

enum Pass<T> {
    NotFound,
    Whole(Rows<T>),
    Moved,
}

impl<F> Pages<'_, F> {
    /// Reads all pages; `None` means that the thing they list does not exist.
    pub(super) async fn read_all<R, K, T>(mut self) -> Result<Option<Rows<T>>, QueryError>
    where
        R: DeserializeOwned,
        K: Ord + Clone,
        F: FnMut(R) -> Result<Row<K, T>, String>,
    {
        let mut last = Pass::Moved;
        for _ in 0..PASSES {
            last = self.pass().await?;
            match last {
                Pass::NotFound => return Ok(None),
                Pass::Whole(rows) if rows.doubts.is_empty() => return Ok(Some(rows)),
                // A count that is wrong for a moment is right the next time; one that stays wrong stays a doubt.
                Pass::Whole(_) | Pass::Moved => {}
            }
        }
        match last {
            Pass::Whole(rows) => Ok(Some(rows)),
            Pass::NotFound | Pass::Moved => {
                let cause = format!("the listing kept changing while its pages were read, {PASSES} times in a row");
                Err(QueryError::new(cause, "run imagelock again in a minute"))
            }
        }
    }

    async fn pass<R, K, T>(&mut self) -> Result<Pass<T>, QueryError>
    where
        R: DeserializeOwned,
        K: Ord + Clone,
        F: FnMut(R) -> Result<Row<K, T>, String>,
    {
        let Some(first) = self.page(1).await? else { return Ok(Pass::NotFound) };
        let (total, sent) = (first.total, first.rows.len());
        let first_keys = keys(&first.rows);
        let (mut rows, mut count, mut seen) = (Vec::new(), 0, BTreeSet::new());
        // What stood on an earlier page has slid to this one.
        let mut add = |page: Page<Row<K, T>>| {
            let keys = keys(&page.rows);
            let fresh: Vec<_> = page.rows.into_iter().filter(|row| !seen.contains(&row.key)).collect();
            count += fresh.len();
            rows.extend(fresh.into_iter().filter_map(|row| row.thing));
            seen.extend(keys);
            count
        };
        let mut count = add(first);
        if sent < PAGE_SIZE && total == Some(sent as u64) {
            return Ok(Pass::Whole(Rows { rows, doubts: Vec::new() }));
        }
        let mut number = 1;
        let ends_empty = loop {
            number += 1;
            if number > MOST_PAGES {
                return Err(endless());
            }
            let Some(next) = self.page(number).await? else { return Ok(Pass::Moved) };
            if next.total != total {
                return Ok(Pass::Moved);
            }
            let (before, empty) = (count, next.rows.is_empty());
            count = add(next);
            if count == before {
                break empty;
            }
        };
        let several_pages = count > sent;
        if several_pages {
            let Some(again) = self.page(1).await? else { return Ok(Pass::Moved) };
            if again.total != total || keys(&again.rows) != first_keys {
                return Ok(Pass::Moved);
            }
        }
        let doubt = match total {
            Some(total) if total > count as u64 => Some(format!("it counts {total} rows, and sent {count}")),
            None if several_pages || !ends_empty => {
                Some("it came in pages that do not say how many rows there are".to_owned())
            }
            _ => None,
        };
        Ok(Pass::Whole(Rows { rows, doubts: doubt.into_iter().collect() }))
    }

    async fn page<R, K, T>(&mut self, number: usize) -> Result<Option<Page<Row<K, T>>>, QueryError>
    where
        R: DeserializeOwned,
        F: FnMut(R) -> Result<Row<K, T>, String>,
    {
        let Self { http, path, query, worth, read } = self;
        let path = format!("{path}?{query}&page_size={PAGE_SIZE}&page={number}");
        let Some(body) = http.get(&path, *worth).await? else { return Ok(None) };
        let page: Page<R> = Page::read(&body.bytes).map_err(|error| body.unreadable(&error))?;
        let rows: Result<Vec<_>, _> = page.rows.into_iter().map(read).collect();
        let rows = rows.map_err(|lie| body.invalid(lie))?;
        let texts = rows.iter().map(|row| row.text).sum();
        http.keep(rows.len(), texts).map_err(|LimitExceeded(cause)| body.invalid(cause))?;
        Ok(Some(Page { rows, total: page.total }))
    }
}

fn keys<K: Ord + Clone, T>(rows: &[Row<K, T>]) -> BTreeSet<K> {
    rows.iter().map(|row| row.key.clone()).collect()
}

fn endless() -> QueryError {
    let cause = format!("the listing did not end after {MOST_PAGES} pages");
    QueryError::new(cause, "check `--api-url` and SCW_API_URL; this is not how the Marketplace answers")
}
