//! The output of a command, and parts of it that several commands share.

use std::collections::BTreeSet;
use std::fmt;

use crate::domain::catalog::{Catalog, Query, QueryError};
use crate::domain::check::Report;
use crate::domain::diagnostics::{FailedManifest, Problem, shown};
use crate::render::plan::Resolved;
use crate::render::{Format, ManifestReport, StaleOutput, errors, plan};
use crate::workspace::{Context, Error, Mode, Project, ProjectPlan, check_index};

/// Fetches the index of all images, and then the queries that `next` returns.
pub(super) fn fetch_indexed(context: &Context, next: impl Fn(&Catalog) -> BTreeSet<Query>) -> Result<Catalog, Problem> {
    let mut catalog = context.fetch(|_| BTreeSet::from([Query::Index]));
    check_index(&catalog)?;
    context.backend.fetch(&mut catalog, next);
    Ok(catalog)
}

/// The warning for publication dates that could not be fetched.
pub(super) fn undated(context: &Context, catalog: &Catalog) -> String {
    let warning = catalog.first_missing_date_error().map(QueryError::missing_dates_warning);
    errors::warnings(warning.as_slice(), None, &context.invocation)
}

/// The result of a command.
pub(crate) struct Output {
    /// For standard output. A long text is rendered while it is written.
    pub stdout: Box<dyn fmt::Display>,
    /// For standard error: what the command did. `--quiet` hides it.
    pub remark: String,
    /// For standard error: warnings.
    pub warning: String,
    /// The manifests that could not be read or checked, and are missing in the output.
    pub failed: Vec<FailedManifest>,
    /// The exit status if no manifest failed.
    pub exit_status: ExitStatus,
}

/// The exit status of a command that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// 0: no drift.
    Clean,
    /// 2: drift, or another difference.
    Drift,
}

impl Output {
    /// Data for standard output.
    pub(crate) fn clean(stdout: impl fmt::Display + 'static) -> Self {
        Self {
            stdout: Box::new(stdout),
            remark: String::new(),
            warning: String::new(),
            failed: Vec::new(),
            exit_status: ExitStatus::Clean,
        }
    }

    /// Data, with the exit status for drift if there is any.
    pub(super) fn with_drift(output: String, differs: bool) -> Self {
        let exit_status = if differs { ExitStatus::Drift } else { ExitStatus::Clean };
        Self { exit_status, ..Self::clean(output) }
    }

    /// No data, because the lockfile does not match the manifest under `--locked`.
    pub(super) fn refused(warning: String) -> Self {
        Self { warning, ..Self::with_drift(String::new(), true) }
    }

    pub(super) fn remark(remark: String) -> Self {
        Self { remark, ..Self::clean(String::new()) }
    }
}

/// Joins the texts that are not empty.
pub(super) fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A project with its report, and its outdated outputs if they were compared.
pub(super) struct Checked<'p> {
    pub(super) project: &'p Project,
    pub(super) report: Report,
    pub(super) stale: Option<Vec<StaleOutput>>,
}

impl Checked<'_> {
    pub(super) fn report(&self) -> ManifestReport<'_> {
        self.project.manifest_report(&self.report, self.stale.as_deref())
    }
}

/// The projects that could be checked. The others are added to `failed`.
///
/// # Errors
/// If no project could be checked.
pub(super) fn sort_out<'p>(
    results: impl Iterator<Item = (&'p Project, Result<(Option<Vec<StaleOutput>>, Report), Error>)>,
    failed: &mut Vec<FailedManifest>,
) -> Result<Vec<Checked<'p>>, Error> {
    let mut checked = Vec::new();
    for (project, result) in results {
        match result {
            Ok((stale, report)) => checked.push(Checked { project, report, stale }),
            Err(error) => failed.push(project.failed(error)),
        }
    }
    if checked.is_empty() { Err(Error::of_failed(std::mem::take(failed))) } else { Ok(checked) }
}

/// The output of a command that changed pins, or of its dry run.
pub(super) fn planned(context: &Context, plans: &[ProjectPlan], mode: Mode) -> Output {
    let dry_run = mode == Mode::DryRun;
    let mut resolved = Vec::new();
    for ProjectPlan { project, plan, changes_lock, .. } in plans {
        resolved.push(Resolved { manifest: &project.manifest_source, plan, rewrites: *changes_lock });
    }
    let output = match context.format {
        Format::Json => plan::json(&resolved, dry_run, &context.invocation),
        Format::Markdown => plan::markdown(&resolved, dry_run),
        // The output of a dry run is its purpose, so that `--quiet` keeps it.
        _ if context.quiet && !dry_run => String::new(),
        _ => plan::human(&resolved, dry_run, context.width),
    };
    let verb = if dry_run { "would write" } else { "wrote" };
    let stale = plans.iter().flat_map(|plan| &plan.stale);
    let remark = join(stale.map(|output| format!("{verb} `{}`", shown(&output.path))));
    let warning = join(plans.iter().map(|plan| plan.project.warning(&plan.plan.warnings, context)));
    Output { remark, warning, ..Output::clean(output) }
}
