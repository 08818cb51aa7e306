//! Mistakes in the user's files as values, and the words to report them in.

pub mod failure;
pub mod help;
pub mod invocation;
pub mod problem;
pub mod sanitize;
pub mod sentence;
pub mod source;
