//! Writes the files that a plan changes: the manifest, the outputs and the lockfile.

use crate::domain::plan::Plan;
use crate::workspace::outputs::{Stale, stale};
use crate::workspace::project::{Project, lock_path};
use crate::workspace::{context::Context, error::Error, files::replace::check_writable};

/// Whether files may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write them.
    Write,
    /// Only report what would change.
    DryRun,
}

/// A project and the result of resolving it.
pub(crate) struct ProjectPlan {
    pub(crate) project: Project,
    pub(crate) plan: Plan,
    /// The outputs that are out of date.
    pub(crate) stale: Vec<Stale>,
    /// Whether the bytes of the lockfile change.
    pub(crate) changes_lock: bool,
}

impl ProjectPlan {
    /// Compares the plan with the lockfile and the outputs.
    ///
    /// # Errors
    /// If an output cannot be generated or read.
    pub(crate) fn new(project: Project, plan: Plan) -> Result<Self, Error> {
        let stale = stale(&project, &plan.lock)?;
        let changes_lock = !project.has_written(&plan.lock);
        Ok(Self { project, plan, stale, changes_lock })
    }

    /// Writes the manifest if it is new, the outputs that are out of date, and the lockfile if its bytes change. The lockfile is
    /// written last: if an error or a signal prevents that, the next `resolve` updates the other files again. The caller holds
    /// the write lock.
    pub(crate) fn write(&self, manifest_is_new: bool, context: &Context) -> Result<(), Error> {
        let manifest = &self.project.manifest_source;
        let (path, text) = (lock_path(&manifest.path)?, self.plan.lock.write());
        let manifest = manifest_is_new.then_some((&*manifest.path, &*manifest.text));
        let outputs = self.stale.iter().map(|output| (&*output.path, &*output.text));
        let lock = self.changes_lock.then_some((&*path, &*text));
        let files: Vec<_> = manifest.into_iter().chain(outputs).chain(lock).collect();
        Ok(context.replace_all(&files)?)
    }

    /// Checks whether the files can be written, as far as this is known before writing.
    ///
    /// # Errors
    /// If a file that is out of date cannot be replaced.
    pub(crate) fn check_writable(&self) -> Result<(), Error> {
        let lock = lock_path(&self.project.manifest_source.path)?;
        let lock = self.changes_lock.then_some(&lock);
        self.stale.iter().map(|output| &output.path).chain(lock).try_for_each(|path| Ok(check_writable(path)?))
    }
}
