//! The output of a command, and what several commands put into theirs.

use std::collections::BTreeSet;
use std::fmt;

use crate::domain::catalog::{Catalog, Query, QueryError};
use crate::domain::check::Report;
use crate::domain::diagnostics::{FailedManifest, Problem, shown};
use crate::render::plan::Resolved;
use crate::render::{Format, ManifestReport, StaleOutput, errors, plan};
use crate::workspace::{Context, Error, Mode, Project, ProjectPlan, check_index};

/// Asks for the index of all images, and then for what `next` returns.
pub(super) fn fetch_indexed(context: &Context, next: impl Fn(&Catalog) -> BTreeSet<Query>) -> Result<Catalog, Problem> {
    let mut catalog = context.fetch(|_| BTreeSet::from([Query::Index]));
    check_index(&catalog)?;
    context.backend.fetch(&mut catalog, next);
    Ok(catalog)
}

/// A warning where publication dates are missing from what is printed because nobody told them.
pub(super) fn undated(context: &Context, catalog: &Catalog) -> String {
    let warning = catalog.first_missing_date_error().map(QueryError::missing_dates_warning);
    errors::warnings(warning.as_slice(), None, &context.invocation)
}

/// What a command came to.
pub(crate) struct Output {
    /// For standard output. What is long is made while it is written.
    pub stdout: Box<dyn fmt::Display>,
    /// For standard error: a remark to the user, not data. Left out where only what needs attention is wanted.
    pub remark: String,
    /// For standard error: what needs attention.
    pub warning: String,
    /// The manifests that the output leaves out because they could not be read or checked.
    pub failed: Vec<FailedManifest>,
    /// What the exit status says, if no manifest is left out.
    pub exit_status: ExitStatus,
}

/// The exit status of a command that came to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// All is well: 0.
    Clean,
    /// Something differs: 2.
    Drift,
}

impl Output {
    /// Data, and all is well.
    pub(crate) fn clean(stdout: impl fmt::Display + 'static) -> Self {
        Self {
            stdout: Box::new(stdout),
            remark: String::new(),
            warning: String::new(),
            failed: Vec::new(),
            exit_status: ExitStatus::Clean,
        }
    }

    /// Data, and an exit status by whether something differs.
    pub(super) fn with_drift(output: String, differs: bool) -> Self {
        let exit_status = if differs { ExitStatus::Drift } else { ExitStatus::Clean };
        Self { exit_status, ..Self::clean(output) }
    }

    /// No data under `--locked`, because lock and manifest disagree.
    pub(super) fn refused(warning: String) -> Self {
        Self { warning, ..Self::with_drift(String::new(), true) }
    }

    pub(super) fn remark(remark: String) -> Self {
        Self { remark, ..Self::clean(String::new()) }
    }
}

/// Warnings of several sources, those that there are.
pub(super) fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A project that was checked, and its outputs that are out of date, if they were compared.
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

/// The projects that could be checked; the others are added to `failed`.
///
/// # Errors
/// If none could be.
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

/// What was done, or would be.
pub(super) fn planned(context: &Context, steps: &[ProjectPlan], mode: Mode) -> Output {
    let dry_run = mode == Mode::DryRun;
    let mut resolved = Vec::new();
    for ProjectPlan { project, plan, changes_lock, .. } in steps {
        resolved.push(Resolved { manifest: &project.manifest_source, plan, rewrites: *changes_lock });
    }
    let output = match context.format {
        Format::Json => plan::json(&resolved, dry_run, &context.invocation),
        Format::Markdown => plan::markdown(&resolved),
        // What a dry run prints is what was asked for.
        _ if context.quiet && !dry_run => String::new(),
        _ => plan::human(&resolved, dry_run, context.width),
    };
    let verb = if dry_run { "would write" } else { "wrote" };
    let stale = steps.iter().flat_map(|step| &step.stale);
    let remark = join(stale.map(|output| format!("{verb} `{}`", shown(&output.path))));
    let warning = join(steps.iter().map(|step| step.project.warning(&step.plan.warnings, context)));
    Output { remark, warning, ..Output::clean(output) }
}
