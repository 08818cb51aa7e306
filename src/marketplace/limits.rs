//! Limits on the memory that the responses of a run take.
//!
//! The responses of the real Marketplace are far smaller: a full page has about 200 KB, and all local images a few MB.

use std::cell::Cell;
use std::collections::BTreeSet;

/// The maximum size of a response in bytes, after decompression.
const MAX_RESPONSE: usize = 1 << 20;

/// The maximum memory of all rows that a run keeps, in bytes.
const MAX_RUN: usize = 32 << 20;

/// An upper bound for the memory of a row in bytes, without its strings of unlimited length.
pub(super) const ROW: usize = 400;

/// An upper bound for the memory of a string in a set in bytes, without its text.
const STRING: usize = 64;

/// The memory of the rows that the run has kept so far.
#[derive(Debug, Default)]
pub(super) struct RunLimit(Cell<usize>);

impl RunLimit {
    /// Adds rows of this size in bytes. The error is a sentence.
    pub(super) fn add(&self, size: usize) -> Result<(), String> {
        self.0.set(self.0.get() + size);
        check("the rows of all responses together are", self.0.get(), MAX_RUN)
    }
}

/// Checks the size of a response in bytes. The error is a sentence.
pub(super) fn check_response(size: usize) -> Result<(), String> {
    check("the response of the Marketplace is", size, MAX_RESPONSE)
}

fn check(what: &str, size: usize, limit: usize) -> Result<(), String> {
    if size <= limit {
        return Ok(());
    }
    Err(format!("{what} larger than {} MiB, the limit of imagelock", limit >> 20))
}

/// An upper bound for the memory of a set of strings, in bytes.
pub(super) fn size_of(strings: &BTreeSet<String>) -> usize {
    strings.iter().map(|string| STRING + string.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_that_is_too_large_is_refused() {
        check_response(MAX_RESPONSE).unwrap();
        assert!(check_response(MAX_RESPONSE + 1).unwrap_err().contains("is larger than 1 MiB"));
    }

    #[test]
    fn a_run_with_too_large_responses_is_refused() {
        let run = RunLimit::default();
        run.add(MAX_RUN).unwrap();
        assert!(run.add(1).unwrap_err().contains("together are larger than 32 MiB"));
    }
}
