//! `imagelock resolve`: makes the lock satisfy the manifest.

use super::outputs::{Files, Stale, guard, stale};
use super::project::{Parse, Project};
use super::{Broken, Context, Format, Outcome, all, all_broken, join, lock_path, named};
use crate::claims::Role;
use crate::domain::catalog::Catalog;
use crate::domain::drift::{Report, disagreements};
use crate::domain::fields::unmerged;
use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::domain::mend::{advise, mend, tell};
use crate::domain::merge::Conflict;
use crate::domain::problem::Problem;
use crate::domain::resolve::{Plan, Request, Upgrade, questions, resolve};
use crate::domain::words::{and_more, quoted, shown};
use crate::error::Error;
use crate::render::{self, Part, Resolved, StaleOutput, Subject, human, json, markdown};
use crate::replace::check_writable;

/// Whether the lock may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write the lock.
    Write,
    /// Find out what would change.
    DryRun,
    /// Find out, without the network, whether anything would change; fail if so.
    Locked,
}

/// Makes each lock satisfy its manifest. `upgrade` names the images whose pins may move; no name means all. A lockfile with
/// conflict markers is read only if it shall be mended.
///
/// # Errors
/// If a file or the Marketplace is in the way. What was not written by then is as it was, and what was is named; nothing is
/// written before all manifests are resolved.
pub fn run(context: &Context, upgrade: Option<&[String]>, mends: bool, mode: Mode) -> Result<Outcome, Error> {
    let parse: Parse = if mends { mended } else { Lock::parse };
    let (projects, broken) = Project::read_each(context, parse)?;
    if mode == Mode::Locked {
        files_of(context, &projects)?;
        return locked(context, &projects, broken);
    }
    if projects.is_empty() {
        return Err(all_broken(broken));
    }
    let upgrade = upgrade_of(&projects, upgrade)?;
    let mut task = Task { context, upgrade: &upgrade, parse, catalog: Catalog::default() };
    let steps = task.plan(projects)?;
    // Nothing is written unless everything can be, and every manifest that is broken is named at once.
    let mut steps = whole(steps, broken)?;
    if mode == Mode::Write {
        all(steps.iter().map(Step::check_writable))?;
        let mut written = Vec::new();
        for step in steps.iter_mut().filter(|step| step.rewrites || !step.stale.is_empty()) {
            match task.carry_out(step) {
                Ok(()) => written.push(lock_path(&step.project.manifest_source.path)?),
                Err(error) if written.is_empty() => return Err(error),
                Err(error) => return Err(Error::Partly { error: Box::new(error), written }),
            }
        }
    }
    Ok(outcome(context, &steps, mode))
}

/// A project, and what resolving it comes to.
pub(super) struct Step {
    pub(super) project: Project,
    pub(super) plan: Plan,
    /// The outputs that are out of step.
    stale: Vec<Stale>,
    /// Whether the bytes of the lockfile change.
    rewrites: bool,
}

impl Step {
    /// # Errors
    /// If an output cannot be made, or may not be written.
    pub(super) fn new(project: Project, plan: Plan) -> Result<Self, Error> {
        let stale = stale(&project, &plan.lock)?;
        let rewrites = !project.has_written(&plan.lock);
        Ok(Self { project, plan, stale, rewrites })
    }

    /// Writes the manifest, if that is new, the outputs that are out of step, and the lock, if its bytes change. The lock
    /// comes last: where an error or a kill leaves it as it was, the next `resolve` brings the rest in step with it. The
    /// caller holds the [`guard`].
    pub(super) fn write(&self, manifest_is_new: bool, context: &Context) -> Result<(), Error> {
        let manifest = &self.project.manifest_source;
        let (path, text) = (lock_path(&manifest.path)?, self.plan.lock.write());
        let manifest = manifest_is_new.then_some((&*manifest.path, [&*manifest.text, ""]));
        let lock = self.rewrites.then_some((&*path, [&*text, ""]));
        let files: Vec<_> = manifest.into_iter().chain(self.stale.iter().map(Stale::file)).chain(lock).collect();
        context.replace_all(&files)
    }

    /// # Errors
    /// If a file that is out of step cannot be replaced, as far as that can be known before.
    fn check_writable(&self) -> Result<(), Error> {
        let lock = lock_path(&self.project.manifest_source.path)?;
        let lock = self.rewrites.then_some(&lock);
        self.stale.iter().map(|output| &output.path).chain(lock).try_for_each(|path| check_writable(path))
    }
}

/// What a run resolves by: one catalog for all projects, so that what several of them want to know is asked once.
struct Task<'a> {
    context: &'a Context,
    upgrade: &'a Upgrade,
    parse: Parse,
    catalog: Catalog,
}

impl Task<'_> {
    fn request<'p>(&'p self, project: &'p Project) -> Request<'p> {
        let (targets, previous) = (project.manifest.targets(), &project.lock);
        Request { targets, previous, upgrade: self.upgrade, now: self.context.now }
    }

    /// Finds out what resolving comes to, for each project.
    fn plan(&mut self, projects: Vec<Project>) -> Result<Vec<Result<Step, Error>>, Error> {
        files_of(self.context, &projects)?;
        let mut catalog = std::mem::take(&mut self.catalog);
        self.context.marketplace.inquire(&mut catalog, |catalog| {
            projects.iter().flat_map(|project| questions(self.request(project), catalog)).collect()
        });
        self.catalog = catalog;
        let plan = |project: Project| {
            let plan = match (resolve(self.request(&project), &self.catalog), disputes(&project)) {
                (Ok(mut plan), Some(disputes)) => {
                    tell(&disputes, &mut plan.changes);
                    Ok(plan)
                }
                (Err(problems), Some(_)) => Err(advise(problems)),
                (plan, None) => plan,
            };
            let plan = plan.map_err(|problems| {
                let others = self.movable(&project);
                project.error(problems.into_iter().chain(others).collect())
            })?;
            Step::new(project, plan)
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
        let help = format!("to upgrade the others, run `imagelock resolve --upgrade {}`", names(&movable).join(" "));
        (!movable.is_empty()).then(|| Problem::new(title).help(help))
    }

    /// Writes one project. What was read of it may be old by now: while nobody else may write, it is read again, and
    /// where it changed, resolved again.
    fn carry_out(&mut self, step: &mut Step) -> Result<(), Error> {
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

/// All steps, if there is one for every manifest.
fn whole(steps: Vec<Result<Step, Error>>, broken: Vec<Broken>) -> Result<Vec<Step>, Error> {
    let broken = broken.into_iter().map(|broken| Err(broken.error));
    all(broken.chain(steps))
}

/// Makes sure that the files of some projects may be written.
fn files_of(context: &Context, projects: &[Project]) -> Result<(), Error> {
    let manifests = projects.iter().map(|project| &*project.manifest_source.path);
    Files::new(context, manifests, &[Role::Lock, Role::Output])?.add_outputs(projects)
}

/// The lock as far as nobody disputes it.
fn mended(text: &str) -> Result<Lock, Vec<Problem>> {
    mend(text).map(|mended| mended.lock)
}

/// The cells that the lockfile has two pins for. `None` if it has no conflict markers.
fn disputes(project: &Project) -> Option<Vec<Conflict>> {
    let text = &project.lock_file.source()?.text;
    unmerged(text).and_then(|_| mend(text).ok()).map(|mended| mended.conflicts)
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

fn locked(context: &Context, projects: &[Project], mut broken: Vec<Broken>) -> Result<Outcome, Error> {
    let (mut found, mut outputs) = (Vec::new(), Vec::new());
    for project in projects {
        let report = disagreements(&project.lock, project.manifest.targets());
        match stale_outputs(context, project, &report, context.manifests.len()) {
            Ok(stale) => {
                found.push((project, report));
                outputs.push(stale);
            }
            Err(error) => broken.push(project.broken(error)),
        }
    }
    if found.is_empty() {
        return Err(all_broken(broken));
    }
    let parts = found.iter().zip(&outputs);
    let parts: Vec<_> =
        parts.map(|((project, report), stale)| Part { stale: Some(stale), ..project.part(report) }).collect();
    let subject = Subject { parts: &parts, broken: &broken, invocation: &context.invocation, now: context.now };
    let pins = found.iter().map(|(project, _)| project.lock.pins().len()).sum();
    let output = match context.format {
        Format::Human => human::locked(subject, pins, context.quiet),
        format => render::check(format, subject, context.quiet),
    };
    let differs = subject.has_drift();
    Ok(Outcome { broken, ..Outcome::judged(output, differs) })
}

/// The outputs of a project that are out of date, given how its lock and its manifest disagree. If they do, the outputs are
/// out of date in any case: the next lock changes them. `manifests` is how many the run is about.
pub(super) fn stale_outputs(
    context: &Context,
    project: &Project,
    disagreements: &Report,
    manifests: usize,
) -> Result<Vec<StaleOutput>, Error> {
    let stale = if disagreements.has_drift() { Vec::new() } else { stale(project, &project.lock)? };
    let path = &project.manifest_source.path;
    let invocation = if manifests > 1 { &context.invocation.of(path) } else { &context.invocation };
    Ok(stale.into_iter().map(|it| StaleOutput::new(it.path, it.place, invocation)).collect())
}

/// What was done, or would be.
pub(super) fn outcome(context: &Context, steps: &[Step], mode: Mode) -> Outcome {
    let dry_run = mode == Mode::DryRun;
    let mut resolved = Vec::new();
    for Step { project, plan, rewrites, .. } in steps {
        resolved.push(Resolved { manifest: &project.manifest_source, plan, rewrites: *rewrites });
    }
    let output = match context.format {
        Format::Json => json::plan(&resolved, dry_run),
        Format::Markdown => markdown::plan(&resolved),
        _ => human::plan(&resolved, dry_run, context.quiet),
    };
    let verb = if dry_run { "would write" } else { "wrote" };
    let stale = steps.iter().flat_map(|step| &step.stale);
    let remark = join(stale.map(|output| format!("{verb} `{}`", shown(&output.path))));
    let warning = join(steps.iter().map(|step| step.project.warning(&step.plan.warnings, context)));
    Outcome { remark, warning, ..Outcome::well(output) }
}
