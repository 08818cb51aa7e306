//! Helpers that several renderers share: tables, styles, dates, and the escaping of each syntax.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod table;
pub(crate) mod terminal;
pub(crate) mod values;
pub(crate) mod width;
