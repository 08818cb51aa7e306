//! `imagelock check --changed-since REV`: a changed pin passes only if its ID is real, no matter how old the ID is.

mod history;
mod output;
mod proof;
mod revisions;
