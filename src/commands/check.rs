//! `imagelock check`: reports drift.

use super::options::{ManifestOptions, MarketplaceOptions, MinAgeOption, formats, name, revision};
use super::task::{Example, Setup, Task};
use clap::Args;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::output::{Checked, Output, join, sort_out};
use crate::domain::catalog::Catalog;
use crate::domain::check::changed_since::{self, Base};
use crate::domain::check::{Report, check, compare_with_manifest, queries};
use crate::domain::diagnostics::visible;
use crate::domain::lock::Lock;
use crate::domain::manifest::Target;
use crate::domain::types::Name;
use crate::render::{self, CheckReport, Format, StaleOutput};
use crate::workspace::reports::{self, RequestedFile};
use crate::workspace::revisions::base;
use crate::workspace::{
    Context, Error, Files, Project, all, project_name, select_names, stale_outputs, unwritable_outputs,
};

pub(super) const EXAMPLES: &[Example] = &[
    ("Check all images", "check"),
    ("Check only the pins that a branch changes", "check --changed-since origin/main"),
    ("Write a report for code scanning", "check --output drift.sarif"),
    ("Check all manifests below the current directory", "check --recursive"),
    ("Check without the network", "check --catalog catalog.json"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Names of the images [default: all]
    #[arg(value_name = "NAME", value_delimiter = ',', value_parser = name)]
    names: Vec<String>,
    /// Set the format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = formats(&Format::ALL))]
    format: Option<Format>,
    /// Write the report to a file; can be repeated
    ///
    /// The format comes from the prefix, like `junit=report.xml`; without a prefix, from `--format`; without `--format`, from the
    /// extension: `.sarif`, `.xml` (junit), `.md`, `.html`, `.json` or `.txt`.
    #[arg(long = "output", short, value_name = "[FORMAT=]FILE", value_parser = requested_file)]
    outputs: Vec<RequestedFile>,
    /// Verify only the pins that changed since this revision
    ///
    /// Compares with the merge base of the revision and HEAD. The Marketplace must list each changed pin, or the history of the
    /// merge base must contain it. The age of a pin is ignored.
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with = "min_age")]
    changed_since: Option<String>,
    /// Exit with 0 even if there is drift
    #[arg(long)]
    exit_zero: bool,
    #[command(flatten)]
    policy: MinAgeOption,
    #[command(flatten)]
    manifests: ManifestOptions,
    #[command(flatten)]
    marketplace: MarketplaceOptions,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup {
            manifests: self.manifests.manifests(),
            marketplace: Some(&self.marketplace),
            min_age: self.policy.min_age,
            prints_data: true,
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        self.check(context)
    }
}

/// Parses `sarif=results.json` or `drift.sarif`.
fn requested_file(text: &str) -> Result<RequestedFile, String> {
    let (format, path) = match text.split_once('=') {
        // With a slash before it, the sign is a part of the path.
        Some((word, path)) if !word.contains(['/', '\\']) => match word.parse() {
            Ok(format) => (Some(format), path),
            Err(expected) => {
                return Err(format!("{expected} before `=`; for a file with this name: `./{}`", visible(text)));
            }
        },
        _ => (None, text),
    };
    match path {
        "" if text.is_empty() => Err("expected a file".to_owned()),
        "" => Err("expected a file after `=`".to_owned()),
        "-" => Err("expected a file; `--format` sets the format on standard output".to_owned()),
        path => Ok(RequestedFile { format, path: PathBuf::from(path) }),
    }
}

impl Options {
    /// Compares the lockfiles with the manifests and the Marketplace, or verifies the pins that changed since a revision.
    ///
    /// # Errors
    /// If a file is invalid, the Marketplace cannot be queried, or a report cannot be written.
    fn check(&self, context: &Context) -> Result<Output, Error> {
        let (format, reports) = reports::choose_formats(self.format, &self.outputs)?;
        let (reports, names, since) = (&*reports, &*self.names, self.changed_since.as_deref());
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
        let project = project_name(&context.manifests);
        let report = CheckReport {
            manifests: &manifests,
            failed: &failed,
            invocation: &context.invocation,
            project: &project,
            now: context.now,
        };
        let output = render::check(format, report, context.quiet, context.width);
        let remark = reports::write(reports, context, report)?;
        let warning = join(checked.iter().map(|it| it.project.warning(&it.report.notices, context)));
        let differs = report.has_drift() && !self.exit_zero;
        Ok(Output { remark, warning, failed, ..Output::with_drift(output, differs) })
    }
}

/// The outputs of a project that are out of date, when only changes are verified.
fn stale_if(is_change: bool, project: &Project) -> Result<Option<Vec<StaleOutput>>, Error> {
    let differences = || compare_with_manifest(&project.lock, project.manifest.targets());
    is_change.then(|| stale_outputs(project, &differences())).transpose()
}

/// Compares the lockfiles with the manifests and the Marketplace.
fn compare(context: &Context, projects: &[Project], names: &[String]) -> Result<Vec<Result<Report, Error>>, Error> {
    let names = chosen(projects, names, &[])?;
    let selected = selections(projects, names.as_ref());
    let (mut catalog, now) = (Catalog::default(), context.now);
    // One set of queries, so that manifests with the same images share requests.
    context.backend.fetch(&mut catalog, |catalog| {
        selected.iter().flat_map(|(targets, lock)| queries(lock, targets, now, catalog)).collect()
    });
    let check = |(project, (targets, lock)): (&Project, &Selection<'_>)| {
        let report = check(lock, targets, now, &catalog).map_err(|problems| project.error(problems))?;
        Ok(with_file_warnings(report, project))
    };
    Ok(projects.iter().zip(&selected).map(check).collect())
}

/// Adds warnings about a missing lockfile and about outputs that the next `resolve` cannot write.
fn with_file_warnings(mut report: Report, project: &Project) -> Report {
    report.notices.extend(project.missing_lock());
    report.notices.extend(unwritable_outputs(project));
    report
}

/// Verifies the pins that differ from the merge base of `HEAD` and a revision, and that lockfiles and outputs are up to date.
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
        let report = changed_since::gate(base, lock, targets, context.now, &catalog);
        Ok(with_file_warnings(report.map_err(|problems| project.error(problems))?, project))
    };
    Ok(projects.iter().zip(parts()).map(verify).collect())
}

/// The targets and pins of a project to check.
type Selection<'p> = (Cow<'p, [Target]>, Cow<'p, Lock>);

/// The selected names, if any. Each must be declared or pinned in a project, or have been pinned at the merge base.
fn chosen(projects: &[Project], names: &[String], bases: &[Base]) -> Result<Option<BTreeSet<Name>>, Error> {
    if names.is_empty() {
        return Ok(None);
    }
    let declared = projects.iter().flat_map(|project| project.manifest.targets()).map(|target| &target.cell.name);
    let locks = projects.iter().map(|project| &project.lock).chain(bases.iter().map(|base| &base.lock));
    let locked = locks.flat_map(Lock::pins).map(|pin| &pin.cell.name);
    select_names(projects, names, &declared.chain(locked).collect()).map(Some)
}

/// The targets and pins of the selected images in each project, or all of them without a selection.
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
