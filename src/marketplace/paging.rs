//! Reads a whole listing through its pages, which may have a wrong total, be short or repeated, or change meanwhile.
//!
//! A listing of one page, which nearly every label has, costs one request. If there are several pages, the first is read
//! again after the last: if it is the same and all pages state the same total, the listing did not change meanwhile.

use std::collections::BTreeSet;

use super::http::{Body, Http, Priority};
use super::wire::{Page, Row};
use crate::domain::catalog::QueryError;

/// The most rows of a page; the API's own limit.
const PAGE_SIZE: usize = 100;

/// The most pages of a listing. The Marketplace's own stay far below 20,000 rows.
const MAX_PAGES: usize = 200;

/// How often a listing that changes is read.
const PASSES: usize = 3;

/// A listing, and how its pages are read.
pub(super) struct Pages<'h, F> {
    pub(super) http: &'h Http,
    pub(super) path: &'static str,
    pub(super) query: String,
    pub(super) priority: Priority,
    /// Reads a page. A listing with one unreadable row fails: the row may be a second candidate for some pin.
    pub(super) read: F,
}

/// The values of all rows of a listing, and why some may be missing.
pub(super) struct Rows<T> {
    pub(super) values: Vec<T>,
    pub(super) doubts: Vec<String>,
}

enum Pass<T> {
    NotFound,
    Unchanged(Rows<T>),
    Changed,
}

impl<K: Ord + Clone, T, F: FnMut(&Body) -> Result<Page<K, T>, QueryError>> Pages<'_, F> {
    /// Reads all pages; `None` means that the thing they list does not exist.
    pub(super) async fn read_all(mut self) -> Result<Option<Rows<T>>, QueryError> {
        let mut last = Pass::Changed;
        for _ in 0..PASSES {
            last = self.pass().await?;
            match last {
                Pass::NotFound => return Ok(None),
                Pass::Unchanged(rows) if rows.doubts.is_empty() => return Ok(Some(rows)),
                // A total may be wrong for a moment. If it stays wrong, the doubt stays.
                Pass::Unchanged(_) | Pass::Changed => {}
            }
        }
        match last {
            Pass::Unchanged(rows) => Ok(Some(rows)),
            Pass::NotFound | Pass::Changed => {
                let cause = format!("the listing kept changing while its pages were read, {PASSES} times in a row");
                Err(QueryError::new(cause, "run imagelock again in a minute"))
            }
        }
    }

    async fn pass(&mut self) -> Result<Pass<T>, QueryError> {
        let Some(first) = self.page(1).await? else { return Ok(Pass::NotFound) };
        let (total, sent) = (first.total, first.rows.len());
        let first_keys = keys(&first.rows);
        let (mut values, mut count, mut seen) = (Vec::new(), 0, BTreeSet::new());
        // A row may have moved from an earlier page to this one.
        let mut add = |page: Page<K, T>| {
            let keys = keys(&page.rows);
            let new: Vec<_> = page.rows.into_iter().filter(|row| !seen.contains(&row.key)).collect();
            count += new.len();
            values.extend(new.into_iter().filter_map(|row| row.value));
            seen.extend(keys);
            count
        };
        let mut count = add(first);
        if sent < PAGE_SIZE && total == Some(sent as u64) {
            return Ok(Pass::Unchanged(Rows { values, doubts: Vec::new() }));
        }
        let mut number = 1;
        let ends_empty = loop {
            number += 1;
            if number > MAX_PAGES {
                let cause = format!("the listing did not end after {MAX_PAGES} pages");
                let help = "check `--api-url` and SCW_API_URL; this is not how the Marketplace answers";
                return Err(QueryError::new(cause, help));
            }
            let Some(next) = self.page(number).await? else { return Ok(Pass::Changed) };
            if next.total != total {
                return Ok(Pass::Changed);
            }
            let (before, empty) = (count, next.rows.is_empty());
            count = add(next);
            if count == before {
                break empty;
            }
        };
        let several_pages = count > sent;
        if several_pages {
            let Some(again) = self.page(1).await? else { return Ok(Pass::Changed) };
            if again.total != total || keys(&again.rows) != first_keys {
                return Ok(Pass::Changed);
            }
        }
        let doubt = match total {
            Some(total) if total > count as u64 => Some(format!("it counts {total} rows, and sent {count}")),
            None if several_pages || !ends_empty => {
                Some("it came in pages that do not say how many rows there are".to_owned())
            }
            _ => None,
        };
        Ok(Pass::Unchanged(Rows { values, doubts: doubt.into_iter().collect() }))
    }

    async fn page(&mut self, number: usize) -> Result<Option<Page<K, T>>, QueryError> {
        let path = format!("{}?{}&page_size={PAGE_SIZE}&page={number}", self.path, self.query);
        let Some(body) = self.http.get(&path, self.priority).await? else { return Ok(None) };
        let page = (self.read)(&body)?;
        let size = page.rows.iter().map(|row| row.size).sum();
        self.http.kept.add(size).map_err(|cause| body.invalid(cause))?;
        Ok(Some(page))
    }
}

fn keys<K: Ord + Clone, T>(rows: &[Row<K, T>]) -> BTreeSet<K> {
    rows.iter().map(|row| row.key.clone()).collect()
}
