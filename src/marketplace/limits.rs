//! How much memory the responses of a run may take.
//!
//! The Marketplace stays far below: a full page is about 200 KB, and the local images of all its images a few MB.

use std::cell::Cell;
use std::collections::BTreeSet;

/// The largest response that is read, after decompression.
const RESPONSE: usize = 1 << 20;

/// The most memory for the rows that a run keeps.
const RUN: usize = 32 << 20;

/// An upper bound for the memory of a row, without texts of any length.
pub(super) const ROW: usize = 400;

/// An upper bound for the memory of a string in a set, without its text.
const STRING: usize = 64;

/// The memory of the rows that the run has kept so far.
#[derive(Debug, Default)]
pub(super) struct RunLimit(Cell<usize>);

impl RunLimit {
    /// Counts rows of this size. The error is a clause.
    pub(super) fn add(&self, size: usize) -> Result<(), String> {
        self.0.set(self.0.get() + size);
        check("the rows of this run are together", self.0.get(), RUN)
    }
}

/// Checks the size of a response, as far as it was read. The error is a clause.
pub(super) fn check_response(size: usize) -> Result<(), String> {
    check("the answer is", size, RESPONSE)
}

fn check(what: &str, size: usize, limit: usize) -> Result<(), String> {
    if size <= limit {
        return Ok(());
    }
    Err(format!("{what} larger than {} MiB, which the Marketplace's never are", limit >> 20))
}

/// The memory of a set of strings.
pub(super) fn size_of(strings: &BTreeSet<String>) -> usize {
    strings.iter().map(|string| STRING + string.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_that_is_too_large_is_refused() {
        check_response(RESPONSE).unwrap();
        assert!(check_response(RESPONSE + 1).unwrap_err().starts_with("the answer is larger than 1 MiB"));
    }

    #[test]
    fn a_run_with_too_large_responses_is_refused() {
        let run = RunLimit::default();
        run.add(RUN).unwrap();
        assert!(run.add(1).unwrap_err().starts_with("the rows of this run are together larger than 32 MiB"));
    }
}
