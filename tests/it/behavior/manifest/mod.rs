//! Mistakes in `images.toml`: each message names the mistake, its line, and the correction.

mod keys;
mod limits;
mod policy;
mod values;
mod whole_file;
