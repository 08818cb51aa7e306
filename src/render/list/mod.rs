//! The pins of a lockfile, in every format.

pub(crate) mod human;
pub(crate) mod json;
