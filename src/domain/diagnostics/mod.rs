//! Problems in the user's files as values, with their help, and functions for the text of messages.

mod failure;
mod help;
mod invocation;
mod problem;
mod sanitize;
mod sentence;
mod source;

pub use failure::{FailedManifest, Failure, Failures};
pub use help::{Command, Help};
pub use invocation::{DEFAULT_MANIFEST, Invocation, Manifests};
pub use problem::{Document, Problem, Span};
pub use sanitize::{
    escaped, is_invisible, is_unprintable, masked, oddities, shell, shell_word, shown, visible, without_middle,
};
pub use sentence::{MOST_SUGGESTIONS, and, and_more, capitalized, count, did_you_mean, known_names, near, or, quoted};
pub use source::Source;
pub(crate) use source::{LineIndex, Location};
