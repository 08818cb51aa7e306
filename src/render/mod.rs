//! Turns results into text and reports, one module per kind of result. The text has colors; they are removed later if the
//! output is not a terminal.

pub(crate) mod changes;
pub(crate) mod check;
pub mod errors;
pub(crate) mod explain;
mod format;
pub(crate) mod history;
pub(crate) mod list;
#[cfg(feature = "cli")]
pub(crate) mod man;
pub(crate) mod plan;
pub mod schemas;
pub(crate) mod search;
mod support;

pub use check::check;
pub use check::report::{CheckReport, ManifestReport, StaleOutput};
pub use format::Format;
pub use support::width::Width;
