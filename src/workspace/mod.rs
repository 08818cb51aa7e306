//! What the commands know of the user's files: manifests, lockfiles, outputs, reports, the git history.

pub(crate) mod apply;
pub(crate) mod context;
pub(crate) mod draft;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod input;
pub(crate) mod outputs;
pub(crate) mod project;
pub(crate) mod reports;
pub(crate) mod revisions;
pub(crate) mod usage_error;
