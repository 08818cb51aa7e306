//! `imagelock check`: reports drift.

use std::borrow::Cow;

use super::project::Project;
use super::report::{self, File};
use super::{Context, Outcome, all, join, named};
use crate::domain::catalog::Catalog;
use crate::domain::drift::{Report, drift, questions};
use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::error::Error;
use crate::render::{self, Subject};

/// Compares the locks with the manifests and with what the Marketplace offers, for the named images or for all. Writes the
/// report to `reports` as well.
///
/// # Errors
/// If it cannot be decided: a file is wrong, or the Marketplace does not answer; if a report cannot be written.
pub fn run(context: &Context, names: &[String], reports: &[File], exit_zero: bool) -> Result<Outcome, Error> {
    let projects = Project::read_all(context, Lock::parse)?;
    report::claim(reports, context, &projects)?;
    let selected = selections(&projects, names)?;
    let mut catalog = Catalog::default();
    let now = context.now;
    // What several manifests want to know is asked once.
    context.marketplace.inquire(&mut catalog, |catalog| {
        selected.iter().flat_map(|(targets, lock)| questions(lock, targets, now, catalog)).collect()
    });
    let found = all(projects.iter().zip(&selected).map(|(project, (targets, lock))| {
        drift(lock, targets, now, &catalog).map_err(|problems| project.error(problems))
    }))?;
    let parts: Vec<_> = projects.iter().zip(&found).map(|(project, report)| project.part(report)).collect();
    let subject = Subject { parts: &parts, invocation: &context.invocation, now };
    let output = render::check(context.format, subject, context.quiet);
    let remark = report::write(reports, context, subject)?;
    let warning = join(projects.iter().zip(&found).map(|(project, report)| project.warning(&report.notices, context)));
    let has_drift = found.iter().any(Report::has_drift);
    Ok(Outcome { remark, warning, ..Outcome::judged(output, has_drift && !exit_zero) })
}

/// The targets and pins of a project that are checked.
type Selection<'p> = (Cow<'p, [Target]>, Cow<'p, Lock>);

/// The targets and pins of the named images in each project; all of them where no name is given.
fn selections<'p>(projects: &'p [Project], names: &[String]) -> Result<Vec<Selection<'p>>, Error> {
    if names.is_empty() {
        let everything = |project: &'p Project| (project.manifest.targets().into(), Cow::Borrowed(&project.lock));
        return Ok(projects.iter().map(everything).collect());
    }
    let declared = projects.iter().flat_map(|project| project.manifest.targets()).map(|target| &target.cell.name);
    let locked = projects.iter().flat_map(|project| project.lock.pins()).map(|pin| &pin.cell.name);
    let names = named(projects, names, &declared.chain(locked).collect())?;
    let selected = |project: &Project| {
        let targets = project.manifest.targets().iter().filter(|target| names.contains(&target.cell.name));
        (targets.cloned().collect(), Cow::Owned(project.lock.only(&names)))
    };
    Ok(projects.iter().map(selected).collect())
}
