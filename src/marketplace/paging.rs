//! Reads a whole listing through pages that may lie: a wrong total, short or repeated pages, rows that move meanwhile.
//!
//! A listing of one page, as nearly every label has, costs one request. Where there are more pages, the first is read
//! again after the last: if it still says the same, and every page counted alike, the listing stood still.

use std::collections::BTreeSet;

use super::http::{Http, Worth};
use super::wire::{Page, Row};
use crate::domain::catalog::Failure;

/// The most rows a page may have; the API's own limit.
const PAGE_SIZE: usize = 100;

/// No listing comes near 20,000 rows; a service that never stops is stopped here.
const MOST_PAGES: usize = 200;

/// How often a listing that moves is read anew.
const PASSES: usize = 3;

/// All rows of a listing, and why they may not be all.
pub(super) struct Rows<R> {
    pub(super) rows: Vec<R>,
    pub(super) doubts: Vec<String>,
}

/// Reads all pages of a listing; `None` means that the thing it lists does not exist.
pub(super) async fn read_all<R: Row>(
    http: &Http,
    path: &str,
    query: &str,
    worth: Worth,
) -> Result<Option<Rows<R>>, Failure> {
    let mut last = Pass::Moved;
    for _ in 0..PASSES {
        last = pass(http, path, query, worth).await?;
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
            Err(Failure::new(cause, "run imagelock again in a minute"))
        }
    }
}

enum Pass<R> {
    NotFound,
    Whole(Rows<R>),
    Moved,
}

async fn pass<R: Row>(http: &Http, path: &str, query: &str, worth: Worth) -> Result<Pass<R>, Failure> {
    let Some(first) = page::<R>(http, path, query, worth, 1).await? else { return Ok(Pass::NotFound) };
    let mut rows = first.rows;
    if rows.len() < PAGE_SIZE && first.total == Some(rows.len() as u64) {
        return Ok(Pass::Whole(Rows { rows, doubts: Vec::new() }));
    }
    let ids = |rows: &[R]| rows.iter().map(|row| row.id().to_owned()).collect::<BTreeSet<_>>();
    let first_ids = ids(&rows);
    let mut seen = first_ids.clone();
    let mut number = 1;
    let ends_empty = loop {
        number += 1;
        if number > MOST_PAGES {
            return Err(endless());
        }
        let Some(next) = page::<R>(http, path, query, worth, number).await? else { return Ok(Pass::Moved) };
        if next.total != first.total {
            return Ok(Pass::Moved);
        }
        let (before, empty) = (rows.len(), next.rows.is_empty());
        rows.extend(next.rows.into_iter().filter(|row| seen.insert(row.id().to_owned())));
        if rows.len() == before {
            break empty;
        }
    };
    let several_pages = seen.len() > first_ids.len();
    if several_pages {
        let Some(again) = page::<R>(http, path, query, worth, 1).await? else { return Ok(Pass::Moved) };
        if again.total != first.total || ids(&again.rows) != first_ids {
            return Ok(Pass::Moved);
        }
    }
    let doubt = match first.total {
        Some(total) if total > rows.len() as u64 => Some(format!("it counts {total} rows, and sent {}", rows.len())),
        None if several_pages || !ends_empty => {
            Some("it came in pages that do not say how many rows there are".to_owned())
        }
        _ => None,
    };
    Ok(Pass::Whole(Rows { rows, doubts: doubt.into_iter().collect() }))
}

async fn page<R: Row>(
    http: &Http,
    path: &str,
    query: &str,
    worth: Worth,
    number: usize,
) -> Result<Option<Page<R>>, Failure> {
    let answer = http.get(&format!("{path}?{query}&page_size={PAGE_SIZE}&page={number}"), worth).await?;
    answer.map(|answer| Page::read(&answer.bytes).map_err(|error| answer.unreadable(&error))).transpose()
}

fn endless() -> Failure {
    let cause = format!("the listing did not end after {MOST_PAGES} pages");
    Failure::new(cause, "check `--api-url` and SCW_API_URL; this is not how the Marketplace answers")
}
