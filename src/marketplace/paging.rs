//! Reads a complete listing page by page. Pages may have a wrong total, be short or repeated, or change between requests.
//!
//! Nearly every label has a listing of one page, which costs one request. If there are several pages, the first page is read
//! again after the last one. If it is still the same and all pages have the same total, the listing has not changed.

use std::collections::BTreeSet;

use super::http::{Body, Http, Priority};
use super::wire::{Page, Row};
use crate::domain::catalog::QueryError;

/// The maximum number of rows in a page, which is the limit of the API.
const PAGE_SIZE: usize = 100;

/// The maximum number of pages in a listing. The listings of the real Marketplace have far fewer than 20,000 rows.
const MAX_PAGES: usize = 200;

/// How often a listing is read again if it changes between requests.
const PASSES: usize = 3;

/// The request for a listing, and how its pages are read.
pub(super) struct Pages<'h, F> {
    pub(super) http: &'h Http,
    pub(super) path: &'static str,
    pub(super) query: String,
    pub(super) priority: Priority,
    /// Parses a page. One invalid row makes the listing fail, because that row may be a second candidate for a pin.
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
    /// Reads all pages. `None` means that the image or version does not exist.
    pub(super) async fn read_all(mut self) -> Result<Option<Rows<T>>, QueryError> {
        let mut last = Pass::Changed;
        for _ in 0..PASSES {
            last = self.pass().await?;
            match last {
                Pass::NotFound => return Ok(None),
                Pass::Unchanged(rows) if rows.doubts.is_empty() => return Ok(Some(rows)),
                // A total may be wrong for a moment. If it stays wrong, the doubt is reported.
                Pass::Unchanged(_) | Pass::Changed => {}
            }
        }
        match last {
            Pass::Unchanged(rows) => Ok(Some(rows)),
            Pass::NotFound | Pass::Changed => {
                let cause = format!("the listing changed while imagelock read its pages, {PASSES} times in a row");
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
                let cause = format!("the listing has more than {MAX_PAGES} pages, the limit of imagelock");
                let help = "check `--api-url` and SCW_API_URL; the real Marketplace has no such listings";
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
            Some(total) if total > count as u64 => {
                Some(format!("its stated row count is {total}, but the actual count is {count}"))
            }
            None if several_pages || !ends_empty => Some("its pages do not state how many rows there are".to_owned()),
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
