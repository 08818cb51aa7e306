//! Answers about the Marketplace: why a pin is what it is, and which images are offered.

pub mod explain;
pub mod search;
pub(crate) mod short_id;
