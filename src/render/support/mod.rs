//! What several renderers share: tables, styles, dates, places in files, and the escaping of each syntax.

pub mod invocation;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod place;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod values;
