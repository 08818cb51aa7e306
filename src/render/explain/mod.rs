//! Candidates and identities, in every format.

pub(crate) mod human;
pub(crate) mod json;
