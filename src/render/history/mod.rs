//! The history of the pins, in every format.

pub(crate) mod human;
pub(crate) mod json;
