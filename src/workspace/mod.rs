//! What the commands know of the user's files: manifests, lockfiles, outputs, reports, the git history.

mod apply;
mod context;
mod error;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod input;
mod name;
mod outputs;
mod project;
pub(crate) mod reports;
pub(crate) mod resolver;
pub(crate) mod revisions;

pub(crate) use self::apply::{Mode, ProjectPlan};
pub(crate) use self::context::Context;
pub(crate) use self::error::{Error, all, check_index, unanswered, unusable_snapshot};
pub(crate) use self::files::claims::Role;
pub(crate) use self::name::project_name;
pub(crate) use self::outputs::{Files, guard, stale_outputs};
pub(crate) use self::project::{Pins, Project, edited, lock_path, named, parse_lock, read_lock, read_manifest};
