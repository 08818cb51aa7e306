//! The files of the user: manifests, lockfiles, outputs, reports and the git history.

mod apply;
mod context;
mod error;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod input;
mod name;
mod outputs;
mod pins;
mod project;
pub(crate) mod reports;
pub(crate) mod resolver;
pub(crate) mod revisions;

pub(crate) use self::apply::{Mode, ProjectPlan};
pub(crate) use self::context::Context;
pub(crate) use self::error::{Error, all, check_index, unanswered, unusable_snapshot};
pub(crate) use self::files::claims::Role;
pub(crate) use self::name::project_name;
pub(crate) use self::outputs::{Files, stale_outputs, unwritable_outputs, write_lock};
pub(crate) use self::pins::{Pins, edited_warning};
pub(crate) use self::project::{Project, lock_path, parse_lock, read_lock, read_manifest, select_names};
