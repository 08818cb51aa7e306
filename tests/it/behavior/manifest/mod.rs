//! Mistakes in `images.toml`: each message says what is wrong, in which line, and what to write instead.

mod keys;
mod limits;
mod policy;
mod values;
mod whole_file;
