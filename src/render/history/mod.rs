//! The history of pins, and the difference between two states of a lockfile, in every format.

pub(crate) mod human;
pub(crate) mod json;
