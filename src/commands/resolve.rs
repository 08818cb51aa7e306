//! `imagelock resolve`: makes the lock satisfy the manifest.

use super::{Checked, Mode, Output, planned, sort_out};
use crate::domain::catalog::Catalog;
use crate::domain::check::compare_with_manifest;
use crate::domain::diagnostics::{Command, FailedManifest, Help, Problem, and_more, quoted};
use crate::domain::lock::Lock;
use crate::domain::lock::conflicts::{fix_conflicts, note_conflicts};
use crate::domain::lock::merge::Conflict;
use crate::domain::manifest::Target;
use crate::domain::manifest::toml_reader::unmerged;
use crate::domain::resolve::{Request, Upgrade, queries, resolve};
use crate::render::check::human;
use crate::render::{self, CheckReport, Format};
use crate::workspace::{
    Context, Error, Files, Parse, Project, ProjectPlan, Role, all, guard, lock_path, named, stale_outputs,
};

/// Makes each lock satisfy its manifest. `upgrade` names the images whose pins may move; no name means all. A lockfile with
/// conflict markers is read only if its conflicts are to be fixed.
///
/// # Errors
/// If a file or the Marketplace is in the way. What was not written by then is as it was, and what was is named; nothing is
/// written before all manifests are resolved.
pub(crate) fn run(context: &Context, upgrade: Option<&[String]>, fixes: bool, mode: Mode) -> Result<Output, Error> {
    let parse: Parse = if fixes { without_conflicts } else { Lock::parse };
    let (projects, failed) = Project::read_each(context, parse)?;
    if mode == Mode::Locked {
        files_of(context, &projects)?;
        return locked(context, &projects, failed);
    }
    if projects.is_empty() {
        return Err(Error::of_failed(failed));
    }
    let upgrade = upgrade_of(&projects, upgrade)?;
    let mut task = Resolver { context, upgrade: &upgrade, parse, catalog: Catalog::default() };
    let steps = task.plan(projects)?;
    // Nothing is written unless everything can be, and every manifest that failed is named at once.
    let failed = failed.into_iter().map(|failed| Err(failed.failure.into()));
    let mut steps = all(failed.chain(steps))?;
    if mode == Mode::Write {
        all(steps.iter().map(ProjectPlan::check_writable))?;
        let mut written = Vec::new();
        for step in steps.iter_mut().filter(|step| step.rewrites || !step.stale.is_empty()) {
            match task.apply(step) {
                Ok(()) => written.push(lock_path(&step.project.manifest_source.path)?),
                Err(error) => return Err(Error { written, ..error }),
            }
        }
    }
    Ok(planned(context, &steps, mode))
}

/// What a run resolves by: one catalog for all projects, so that what several of them want to know is asked once.
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

    /// Finds out what resolving comes to, for each project.
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
                    let problems = problems.into_iter().chain(self.movable(&project));
                    // Whatever is run next finds the same conflicts.
                    let with_conflicts = problems.map(|it| if conflicts.is_some() { it.with_conflicts() } else { it });
                    Err(project.error(with_conflicts.collect()))
                }
            }
        };
        Ok(projects.into_iter().map(plan).collect())
    }

    /// What to run if some images keep all from being upgraded: the command for the others.
    fn movable(&self, project: &Project) -> Option<Problem> {
        let Upgrade::All = self.upgrade else { return None };
        let targets = project.manifest.targets();
        let of_each = targets.chunk_by(|a, b| a.cell.name == b.cell.name);
        let moves = |targets: &&[Target]| resolve(Request { targets, ..self.request(project) }, &self.catalog).is_ok();
        let (movable, stuck): (Vec<_>, Vec<_>) = of_each.partition(moves);
        let names = |images: &[&[Target]]| -> Vec<String> {
            images.iter().filter_map(|targets| targets.first()).map(|target| target.cell.name.to_string()).collect()
        };
        let title = format!("cannot upgrade {}", and_more(names(&stuck).iter().map(quoted), 6));
        let upgrade = Command::new("resolve --upgrade").args(names(&movable));
        let help = Help::from("to upgrade the others, run ").then_run(upgrade);
        (!movable.is_empty()).then(|| Problem::new(title).help(help))
    }

    /// Writes one project. What was read of it may be old by now: while nobody else may write, it is read again, and
    /// where it changed, resolved again.
    fn apply(&mut self, step: &mut ProjectPlan) -> Result<(), Error> {
        let manifest = &step.project.manifest_source.path;
        let _guard = guard(self.context, manifest)?;
        let project = Project::read_from(manifest, self.context.min_age, self.parse)?;
        files_of(self.context, std::slice::from_ref(&project))?;
        if !project.is_same(&step.project)
            && let Some(again) = self.plan(vec![project])?.pop()
        {
            *step = again?;
        }
        step.write(false, self.context)
    }
}

/// Makes sure that the files of some projects may be written.
fn files_of(context: &Context, projects: &[Project]) -> Result<(), Error> {
    let manifests = projects.iter().map(|project| &*project.manifest_source.path);
    Files::new(context, manifests, &[Role::Lock, Role::Output])?.add_outputs(projects)
}

/// The lock of a file in which git may have left conflicts: the cells without one.
fn without_conflicts(text: &str) -> Result<Lock, Vec<Problem>> {
    fix_conflicts(text).map(|merged| merged.lock)
}

/// The cells that the lockfile has two pins for. `None` if the file has no conflict markers.
fn conflicts(project: &Project) -> Option<Vec<Conflict>> {
    let text = &project.lock_source.as_ref()?.text;
    unmerged(text).and_then(|_| fix_conflicts(text).ok()).map(|merged| merged.conflicts)
}

fn upgrade_of(projects: &[Project], names: Option<&[String]>) -> Result<Upgrade, Error> {
    match names {
        None => Ok(Upgrade::Keep),
        Some([]) => Ok(Upgrade::All),
        Some(names) => {
            let known = projects.iter().flat_map(|project| project.manifest.names()).collect();
            named(projects, names, &known).map(Upgrade::Only)
        }
    }
}

fn locked(context: &Context, projects: &[Project], mut failed: Vec<FailedManifest>) -> Result<Output, Error> {
    let checked = projects.iter().map(|project| {
        let report = compare_with_manifest(&project.lock, project.manifest.targets());
        (project, stale_outputs(project, &report).map(|stale| (Some(stale), report)))
    });
    let checked = sort_out(checked, &mut failed)?;
    let manifests: Vec<_> = checked.iter().map(Checked::report).collect();
    let report =
        CheckReport { manifests: &manifests, failed: &failed, invocation: &context.invocation, now: context.now };
    let output = match context.format {
        Format::Human => {
            let pins = checked.iter().map(|it| it.project.lock.pins().len()).sum();
            human::locked(report, pins, context.quiet)
        }
        format => render::check(format, report, context.quiet),
    };
    let differs = report.has_drift();
    Ok(Output { failed, ..Output::with_drift(output, differs) })
}
