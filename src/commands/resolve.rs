//! `imagelock resolve`: makes the lock satisfy the manifest.

use super::export::{Stale, guard, stale};
use super::{Context, Format, Outcome, Project, lock_path};
use crate::domain::catalog::Catalog;
use crate::domain::drift::disagreements;
use crate::domain::lock::Lock;
use crate::domain::manifest::check_names;
use crate::domain::resolve::{Plan, Request, Upgrade, questions, resolve};
use crate::error::Error;
use crate::files;
use crate::render::{self, human, json, markdown};

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

/// Makes the lock satisfy the manifest. `upgrade` names the images whose pins may move; no name means all.
///
/// # Errors
/// If a file or the Marketplace is in the way. The lock is then as it was.
pub fn run(context: &Context, upgrade: Option<&[String]>, mode: Mode) -> Result<Outcome, Error> {
    let project = Project::read(context)?;
    let upgrade = upgrade_of(&project, upgrade)?;
    if mode == Mode::Locked {
        return locked(context, &project);
    }
    let satisfied = questions(request(context, &project, &upgrade), &Catalog::default()).is_empty();
    if satisfied || mode == Mode::DryRun {
        let plan = plan(context, &project, &upgrade)?;
        let stale = stale(&project, &plan.lock)?;
        if mode == Mode::DryRun || is_written(&project, &plan.lock) && stale.is_empty() {
            return Ok(outcome(context, &project, &plan, &stale, mode));
        }
    }
    // From reading the lock to replacing it, nobody else may write: what was read above may be old by now.
    let _guard = guard(context)?;
    let project = Project::read(context)?;
    let plan = plan(context, &project, &upgrade)?;
    // All that can be wrong with the outputs must be wrong before anything is written.
    let stale = stale(&project, &plan.lock)?;
    write(context, &project, &plan, &stale, None)?;
    Ok(outcome(context, &project, &plan, &stale, mode))
}

/// Writes a new manifest, if there is one, the outputs that are out of step, and the lock, if its bytes change. The lock
/// comes last: where an error or a kill leaves it as it was, the next `resolve` brings the rest in step with it. The
/// caller holds the [`guard`].
pub(super) fn write(
    context: &Context,
    project: &Project,
    plan: &Plan,
    stale: &[Stale],
    manifest: Option<&str>,
) -> Result<(), Error> {
    let (path, text) = (lock_path(&context.manifest)?, plan.lock.write());
    let manifest = manifest.map(|text| (&*context.manifest, text));
    let lock = (!is_written(project, &plan.lock)).then_some((&*path, &*text));
    let files: Vec<_> = manifest.into_iter().chain(stale.iter().map(Stale::file)).chain(lock).collect();
    files::replace_all(&files)
}

fn upgrade_of(project: &Project, names: Option<&[String]>) -> Result<Upgrade, Error> {
    match names {
        None => Ok(Upgrade::Keep),
        Some([]) => Ok(Upgrade::All),
        Some(names) => {
            check_names(names, &project.manifest.names()).map(Upgrade::Only).map_err(|problems| project.error(problems))
        }
    }
}

fn request<'a>(context: &Context, project: &'a Project, upgrade: &'a Upgrade) -> Request<'a> {
    Request { targets: project.manifest.targets(), previous: &project.lock, upgrade, now: context.now }
}

fn plan(context: &Context, project: &Project, upgrade: &Upgrade) -> Result<Plan, Error> {
    let request = request(context, project, upgrade);
    let mut catalog = Catalog::default();
    context.marketplace.inquire(&mut catalog, |catalog| questions(request, catalog));
    resolve(request, &catalog).map_err(|problems| project.error(problems))
}

/// Whether the file holds this lock already. A checkout with other line ends is no difference.
fn is_written(project: &Project, lock: &Lock) -> bool {
    project.lock_source.as_ref().is_some_and(|source| source.text.replace("\r\n", "\n") == lock.write())
}

fn locked(context: &Context, project: &Project) -> Result<Outcome, Error> {
    let report = disagreements(&project.lock, project.manifest.targets());
    // Outputs of a lock that does not satisfy the manifest are out of step with what it will be.
    let stale = if report.has_drift() { Vec::new() } else { stale(project, &project.lock)? };
    let invocation = context.invocation();
    let output = match context.format {
        Format::Human => human::locked(&report, project.lock.pins().len(), &invocation, context.quiet),
        format => render::check(format, project.subject(&report, &invocation, context.now), context.quiet),
    };
    let warning = stale.iter().map(|output| format!("`{}` is out of step with the lockfile", output.path.display()));
    let mut warning: Vec<String> = warning.collect();
    if !warning.is_empty() {
        warning.push(format!("to bring it in step: {invocation} resolve"));
    }
    let outcome = Outcome::judged(output, report.has_drift() || !stale.is_empty());
    Ok(Outcome { warning: warning.join("\n"), ..outcome })
}

/// What was done, or would be.
pub(super) fn outcome(context: &Context, project: &Project, plan: &Plan, stale: &[Stale], mode: Mode) -> Outcome {
    let dry_run = mode == Mode::DryRun;
    let rewrites = !is_written(project, &plan.lock);
    let output = match context.format {
        Format::Json => json::plan(plan, dry_run),
        Format::Markdown => markdown::plan(plan),
        _ => human::plan(plan, dry_run, rewrites, context.quiet),
    };
    let verb = if dry_run { "would write" } else { "wrote" };
    let remark: Vec<String> = stale.iter().map(|output| format!("{verb} `{}`", output.path.display())).collect();
    Outcome { warning: project.warning(&plan.warnings), remark: remark.join("\n"), ..Outcome::well(output) }
}
