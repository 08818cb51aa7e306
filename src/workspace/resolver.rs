//! Plans and writes the changes of `resolve` and `upgrade`, for all manifests of a run.

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, FailedManifest, Help, Problem, and_more, quoted};
use crate::domain::lock::Lock;
use crate::domain::lock::conflicts::{fix_conflicts, note_conflicts};
use crate::domain::lock::merge::Conflict;
use crate::domain::manifest::Target;
use crate::domain::manifest::toml_reader::unmerged;
use crate::domain::resolve::{Request, Upgrade, queries, resolve};
use crate::workspace::apply::{Mode, ProjectPlan};
use crate::workspace::context::Context;
use crate::workspace::error::{Error, all};
use crate::workspace::files::claims::Role;
use crate::workspace::outputs::{Files, write_lock};
use crate::workspace::project::{Parse, Project, lock_path, select_names};

/// Reads the manifests of a run and their lockfiles. Returns the projects and the manifests that failed. A lockfile with
/// conflict markers is only accepted with `fix_conflicts`.
///
/// # Errors
/// If every manifest failed.
pub(crate) fn read_projects(
    context: &Context,
    fix_conflicts: bool,
) -> Result<(Vec<Project>, Vec<FailedManifest>), Error> {
    let (projects, failed) = Project::read_each(context, parser(fix_conflicts))?;
    if projects.is_empty() { Err(Error::of_failed(failed)) } else { Ok((projects, failed)) }
}

fn parser(fix_conflicts: bool) -> Parse {
    if fix_conflicts { without_conflicts } else { Lock::parse }
}

/// Makes each lockfile satisfy its manifest. The pins of `upgrade` may move.
///
/// # Errors
/// If a manifest is invalid, a query fails, or a file cannot be written. Nothing is written before all manifests are
/// resolved. If a write fails later, the error lists the lockfiles that were written before.
pub(crate) fn update(
    context: &Context,
    (projects, failed): (Vec<Project>, Vec<FailedManifest>),
    upgrade: &Upgrade,
    fix_conflicts: bool,
    mode: Mode,
) -> Result<Vec<ProjectPlan>, Error> {
    let mut resolver = Resolver { context, upgrade, parse: parser(fix_conflicts), catalog: Catalog::default() };
    let plans = resolver.plan(projects)?;
    // Nothing is written unless everything can be written, and all failed manifests are reported together.
    let failed = failed.into_iter().map(|failed| Err(failed.failure.into()));
    let mut plans = all(failed.chain(plans))?;
    if mode == Mode::Write {
        all(plans.iter().map(ProjectPlan::check_writable))?;
        let mut written = Vec::new();
        for plan in plans.iter_mut().filter(|plan| plan.changes_lock || !plan.stale.is_empty()) {
            match resolver.apply(plan) {
                Ok(()) => written.push(lock_path(&plan.project.manifest_source.path)?),
                Err(error) => return Err(Error { written, ..error }),
            }
        }
    }
    Ok(plans)
}

/// Resolves the projects of a run with one shared catalog, so that no query is sent twice.
struct Resolver<'a> {
    context: &'a Context,
    upgrade: &'a Upgrade,
    parse: Parse,
    catalog: Catalog,
}

impl Resolver<'_> {
    fn request<'p>(&'p self, project: &'p Project) -> Request<'p> {
        let (targets, previous) = (project.manifest.targets(), &project.lock);
        Request { targets, previous, upgrade: self.upgrade, now: self.context.now }
    }

    /// Resolves each project.
    fn plan(&mut self, projects: Vec<Project>) -> Result<Vec<Result<ProjectPlan, Error>>, Error> {
        files_of(self.context, &projects)?;
        let mut catalog = std::mem::take(&mut self.catalog);
        self.context.backend.fetch(&mut catalog, |catalog| {
            projects.iter().flat_map(|project| queries(self.request(project), catalog)).collect()
        });
        self.catalog = catalog;
        let plan = |project: Project| {
            let conflicts = conflicts(&project);
            match resolve(self.request(&project), &self.catalog) {
                Ok(mut plan) => {
                    note_conflicts(conflicts.as_deref().unwrap_or_default(), &mut plan.changes);
                    ProjectPlan::new(project, plan)
                }
                Err(problems) => {
                    let problems = problems.into_iter().chain(self.upgrade_of_others(&project));
                    // The suggested commands must fix the same conflicts.
                    let with_conflicts = problems.map(|it| if conflicts.is_some() { it.with_conflicts() } else { it });
                    Err(project.error(with_conflicts.collect()))
                }
            }
        };
        Ok(projects.into_iter().map(plan).collect())
    }

    /// The problem that some images prevent the upgrade of all, with the command that upgrades the others.
    fn upgrade_of_others(&self, project: &Project) -> Option<Problem> {
        let Upgrade::All = self.upgrade else { return None };
        let targets = project.manifest.targets();
        let of_each = targets.chunk_by(|a, b| a.cell.name == b.cell.name);
        let moves = |targets: &&[Target]| resolve(Request { targets, ..self.request(project) }, &self.catalog).is_ok();
        let (movable, blocked): (Vec<_>, Vec<_>) = of_each.partition(moves);
        let names = |images: &[&[Target]]| -> Vec<String> {
            images.iter().filter_map(|targets| targets.first()).map(|target| target.cell.name.to_string()).collect()
        };
        let title = format!("cannot upgrade {}", and_more(names(&blocked).iter().map(quoted), 6));
        let upgrade = Command::new("upgrade").args(names(&movable));
        let help = Help::from("to upgrade the others: ").then_run(upgrade);
        (!movable.is_empty()).then(|| Problem::new(title).help(help))
    }

    /// Writes one project. Its files may have changed since they were read, so they are read again under the write lock, and
    /// the project is resolved again if they differ.
    fn apply(&mut self, plan: &mut ProjectPlan) -> Result<(), Error> {
        let manifest = &plan.project.manifest_source.path;
        let _lock = write_lock(self.context, manifest)?;
        let project = Project::read_from(manifest, self.context.min_age, self.parse)?;
        files_of(self.context, std::slice::from_ref(&project))?;
        if !project.is_same(&plan.project)
            && let Some(again) = self.plan(vec![project])?.pop()
        {
            *plan = again?;
        }
        plan.write(false, self.context)
    }
}

/// Checks that the files of some projects may be written.
pub(crate) fn files_of(context: &Context, projects: &[Project]) -> Result<(), Error> {
    let manifests = projects.iter().map(|project| &*project.manifest_source.path);
    Files::new(context, manifests, &[Role::Lock, Role::Output])?.add_outputs(projects)
}

/// Parses a lockfile that may have conflict markers. Pins that conflict are left out.
fn without_conflicts(text: &str) -> Result<Lock, Vec<Problem>> {
    fix_conflicts(text).map(|merged| merged.lock)
}

/// The warning for `--fix-conflicts` without conflict markers: if git could not run the merge driver, it leaves one side of
/// the file, and the pins of the other side would be lost.
pub(crate) fn no_markers_warning(projects: &[Project]) -> Option<Problem> {
    let source = projects.iter().find_map(|project| project.lock_source.as_ref())?;
    if projects.iter().any(|project| conflicts(project).is_some()) {
        return None;
    }
    let help = Help::from("if git reports a conflict in it, restore the markers first: ").then_git("checkout --merge");
    Some(Problem::new("the lockfile has no conflict markers").help(help).in_file(&source.path))
}

/// The conflicts in a lockfile. `None` if it has no conflict markers.
fn conflicts(project: &Project) -> Option<Vec<Conflict>> {
    let text = &project.lock_source.as_ref()?.text;
    unmerged(text).and_then(|_| fix_conflicts(text).ok()).map(|merged| merged.conflicts)
}

/// The upgrade of these images, or of all images if there are no names. Each name must be declared in a manifest of the run.
pub(crate) fn upgrade_of(projects: &[Project], names: &[String]) -> Result<Upgrade, Error> {
    if names.is_empty() {
        return Ok(Upgrade::All);
    }
    let known = projects.iter().flat_map(|project| project.manifest.names()).collect();
    select_names(projects, names, &known).map(Upgrade::Only)
}
