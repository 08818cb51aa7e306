//! Writes what a plan changes: the manifest, the outputs, the lockfile.

use crate::domain::plan::Plan;
use crate::workspace::outputs::{Stale, stale};
use crate::workspace::project::{Project, lock_path};
use crate::workspace::{context::Context, error::Error, files::replace::check_writable};

/// A project, and what resolving it comes to.
pub(crate) struct ProjectPlan {
    pub(crate) project: Project,
    pub(crate) plan: Plan,
    /// The outputs that are out of step.
    pub(crate) stale: Vec<Stale>,
    /// Whether the bytes of the lockfile change.
    pub(crate) rewrites: bool,
}

impl ProjectPlan {
    /// # Errors
    /// If an output cannot be made, or may not be written.
    pub(crate) fn new(project: Project, plan: Plan) -> Result<Self, Error> {
        let stale = stale(&project, &plan.lock)?;
        let rewrites = !project.has_written(&plan.lock);
        Ok(Self { project, plan, stale, rewrites })
    }

    /// Writes the manifest, if that is new, the outputs that are out of step, and the lock, if its bytes change. The lock
    /// comes last: where an error or a kill leaves it as it was, the next `resolve` brings the rest in step with it. The
    /// caller holds the write lock.
    pub(crate) fn write(&self, manifest_is_new: bool, context: &Context) -> Result<(), Error> {
        let manifest = &self.project.manifest_source;
        let (path, text) = (lock_path(&manifest.path)?, self.plan.lock.write());
        let manifest = manifest_is_new.then_some((&*manifest.path, &*manifest.text));
        let outputs = self.stale.iter().map(|output| (&*output.path, &*output.text));
        let lock = self.rewrites.then_some((&*path, &*text));
        let files: Vec<_> = manifest.into_iter().chain(outputs).chain(lock).collect();
        Ok(context.replace_all(&files)?)
    }

    /// # Errors
    /// If a file that is out of step cannot be replaced, as far as that can be known before.
    pub(crate) fn check_writable(&self) -> Result<(), Error> {
        let lock = lock_path(&self.project.manifest_source.path)?;
        let lock = self.rewrites.then_some(&lock);
        self.stale.iter().map(|output| &output.path).chain(lock).try_for_each(|path| Ok(check_writable(path)?))
    }
}
