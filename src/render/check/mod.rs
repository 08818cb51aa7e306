//! The report of a check, in every format.

pub(crate) mod broken;
pub(crate) mod changed_since;
pub(crate) mod finding;
pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod stale;
pub(crate) mod suggestions;
