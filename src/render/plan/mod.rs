//! The changes of a plan, in every format.

pub(crate) mod change;
pub(crate) mod json;
