//! The labels that a search found, in every format.

pub(crate) mod human;
pub(crate) mod json;
