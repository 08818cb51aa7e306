//! `imagelock check`: reports drift.

use super::report::{self, File};
use super::{Context, Outcome, Project};
use crate::domain::catalog::Catalog;
use crate::domain::drift::{drift, questions};
use crate::domain::lock::Lock;
use crate::domain::manifest::{Target, check_names};
use crate::error::Error;
use crate::render;

/// Compares the lock with the manifest and with what the Marketplace offers, for the named images or for all. Writes the
/// report to `reports` as well.
///
/// # Errors
/// If it cannot be decided: a file is wrong, or the Marketplace does not answer; if a report cannot be written.
pub fn run(context: &Context, names: &[String], reports: &[File], exit_zero: bool) -> Result<Outcome, Error> {
    let project = Project::read(context)?;
    let (targets, lock) = selection(&project, names)?;
    let mut catalog = Catalog::default();
    let now = context.now;
    context.marketplace.inquire(&mut catalog, |catalog| questions(&lock, &targets, now, catalog));
    let report = drift(&lock, &targets, now, &catalog).map_err(|problems| project.error(problems))?;
    let invocation = context.invocation();
    let subject = project.subject(&report, &invocation, now);
    let output = render::check(context.format, subject, context.quiet);
    let remark = report::write(reports, context, subject)?;
    let warning = project.warning(&report.notices);
    Ok(Outcome { remark, warning, ..Outcome::judged(output, report.has_drift() && !exit_zero) })
}

/// The targets and pins of the named images; all of them where no name is given.
fn selection(project: &Project, names: &[String]) -> Result<(Vec<Target>, Lock), Error> {
    let targets = project.manifest.targets();
    if names.is_empty() {
        return Ok((targets.to_vec(), project.lock.clone()));
    }
    let declared = targets.iter().map(|target| &target.cell.name);
    let locked = project.lock.pins().iter().map(|pin| &pin.cell.name);
    let names = check_names(names, &declared.chain(locked).collect()).map_err(|problems| project.error(problems))?;
    let targets = targets.iter().filter(|target| names.contains(&target.cell.name)).cloned().collect();
    Ok((targets, project.lock.only(&names)))
}
