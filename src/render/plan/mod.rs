//! What a plan changes, in every format.

pub(crate) mod change;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod markdown;
