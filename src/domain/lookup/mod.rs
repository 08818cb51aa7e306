//! Answers questions about the Marketplace: why a local image is pinned, and which images are offered.

pub mod explain;
pub mod no_results;
pub mod search;
pub(crate) mod short_id;
pub(crate) mod unknown;
