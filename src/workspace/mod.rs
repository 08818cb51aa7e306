//! What the commands know of the user's files: manifests, lockfiles, outputs, reports, the git history.

pub(crate) mod apply;
pub(crate) mod claims;
pub(crate) mod context;
pub(crate) mod draft;
pub(crate) mod errors;
pub(crate) mod files;
pub(crate) mod find;
pub(crate) mod git;
pub(crate) mod outputs;
pub(crate) mod project;
pub(crate) mod real_path;
pub(crate) mod replace;
pub(crate) mod reports;
pub(crate) mod revisions;
pub(crate) mod write_lock;
