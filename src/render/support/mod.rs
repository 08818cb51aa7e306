//! What several formats share: tables, styles, escaping, places and the user's invocation.

pub mod invocation;
pub(crate) mod json;
mod json_layout;
pub(crate) mod markdown_text;
pub(crate) mod markup;
pub(crate) mod place;
pub(crate) mod style;
pub(crate) mod table;
