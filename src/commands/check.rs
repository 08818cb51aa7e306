//! `imagelock check`: reports drift.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Checked, Output, join, sort_out};
use crate::domain::catalog::Catalog;
use crate::domain::check::changed_since::{self, Base};
use crate::domain::check::{Report, check, compare_with_manifest, queries};
use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::domain::types::Name;
use crate::render::{self, CheckReport, StaleOutput};
use crate::workspace::reports::{self, File};
use crate::workspace::revisions::base;
use crate::workspace::{Context, Error, Files, Project, all, named, stale_outputs};

/// Compares the locks with the manifests and with what the Marketplace offers, for the named images or for all; `since` a
/// revision, verifies instead what changed. Writes the report to `reports` as well.
///
/// # Errors
/// If it cannot be decided: a file is wrong, or the Marketplace does not answer; if a report cannot be written.
pub(crate) fn run(
    context: &Context,
    names: &[String],
    since: Option<&str>,
    reports: &[File],
    exit_zero: bool,
) -> Result<Output, Error> {
    let (projects, mut failed) = Project::read_each(context, Lock::parse)?;
    if projects.is_empty() {
        return Err(Error::of_failed(failed));
    }
    reports::claim(reports, context, &projects)?;
    let checked = match since {
        Some(revision) => verify_changes(context, &projects, names, revision),
        None => compare(context, &projects, names),
    }?;
    let checked = projects.iter().zip(checked).map(|(project, checked)| {
        (project, checked.and_then(|report| Ok((stale_if(since.is_some(), project)?, report))))
    });
    let checked = sort_out(checked, &mut failed)?;
    let manifests: Vec<_> = checked.iter().map(Checked::report).collect();
    let report =
        CheckReport { manifests: &manifests, failed: &failed, invocation: &context.invocation, now: context.now };
    let output = render::check(context.format, report, context.quiet);
    let remark = reports::write(reports, context, report)?;
    let warning = join(checked.iter().map(|it| it.project.warning(&it.report.notices, context)));
    let differs = report.has_drift() && !exit_zero;
    Ok(Output { remark, warning, failed, ..Output::with_drift(output, differs) })
}

/// The outputs of a project that are out of date, for a check of a change. They are no matter of the Marketplace.
fn stale_if(is_change: bool, project: &Project) -> Result<Option<Vec<StaleOutput>>, Error> {
    let differences = || compare_with_manifest(&project.lock, project.manifest.targets());
    is_change.then(|| stale_outputs(project, &differences())).transpose()
}

/// Compares locks, manifests and Marketplace.
fn compare(context: &Context, projects: &[Project], names: &[String]) -> Result<Vec<Result<Report, Error>>, Error> {
    let names = chosen(projects, names, &[])?;
    let selected = selections(projects, names.as_ref());
    let (mut catalog, now) = (Catalog::default(), context.now);
    // What several manifests want to know is asked once.
    context.backend.fetch(&mut catalog, |catalog| {
        selected.iter().flat_map(|(targets, lock)| queries(lock, targets, now, catalog)).collect()
    });
    let check = |(project, (targets, lock)): (&Project, &Selection<'_>)| {
        check(lock, targets, now, &catalog).map_err(|problems| project.error(problems))
    };
    Ok(projects.iter().zip(&selected).map(check).collect())
}

/// Verifies the pins that differ from the merge base of `HEAD` and a revision, and that locks and outputs are up to date.
fn verify_changes(
    context: &Context,
    projects: &[Project],
    names: &[String],
    revision: &str,
) -> Result<Vec<Result<Report, Error>>, Error> {
    Files::read_only(context)?.add_outputs(projects)?;
    let mut bases = all(projects.iter().map(|project| base(project, revision)))?;
    let names = chosen(projects, names, &bases)?;
    let selected = selections(projects, names.as_ref());
    if let Some(names) = &names {
        for base in &mut bases {
            base.lock = base.lock.of_names(names);
        }
    }
    let parts = || bases.iter().zip(&selected);
    let mut catalog = Catalog::default();
    context.backend.fetch(&mut catalog, |catalog| {
        parts().flat_map(|(base, (targets, lock))| changed_since::queries(base, lock, targets, catalog)).collect()
    });
    let verify = |(project, (base, (targets, lock))): (&Project, (&Base, &Selection<'_>))| {
        changed_since::gate(base, lock, targets, context.now, &catalog).map_err(|problems| project.error(problems))
    };
    Ok(projects.iter().zip(parts()).map(verify).collect())
}

/// The targets and pins of a project that are checked.
type Selection<'p> = (Cow<'p, [Target]>, Cow<'p, Lock>);

/// The names that were given, if any were: each must be declared or locked somewhere, or have been locked at the base.
fn chosen(projects: &[Project], names: &[String], bases: &[Base]) -> Result<Option<BTreeSet<Name>>, Error> {
    if names.is_empty() {
        return Ok(None);
    }
    let declared = projects.iter().flat_map(|project| project.manifest.targets()).map(|target| &target.cell.name);
    let locks = projects.iter().map(|project| &project.lock).chain(bases.iter().map(|base| &base.lock));
    let locked = locks.flat_map(Lock::pins).map(|pin| &pin.cell.name);
    named(projects, names, &declared.chain(locked).collect()).map(Some)
}

/// The targets and pins of the named images in each project; all of them where no name is given.
fn selections<'p>(projects: &'p [Project], names: Option<&BTreeSet<Name>>) -> Vec<Selection<'p>> {
    let selected = |project: &'p Project| match names {
        None => (project.manifest.targets().into(), Cow::Borrowed(&project.lock)),
        Some(names) => {
            let targets = project.manifest.targets().iter().filter(|target| names.contains(&target.cell.name));
            (targets.cloned().collect(), Cow::Owned(project.lock.of_names(names)))
        }
    };
    projects.iter().map(selected).collect()
}
