//! `imagelock check --changed-since REV`: only real pins pass a review, no matter how old they are.

mod history;
mod output;
mod proof;
mod revisions;
