//! `imagelock resolve`: updates the lockfile to match the manifest.

use clap::Args;

use super::options::{CHANGES, ManifestOptions, MarketplaceOptions, MinAgeOption, formats, name};
use super::output::{Checked, Output, join, planned, sort_out};
use super::task::{Example, Setup, Task};
use crate::domain::check::compare_with_manifest;
use crate::domain::diagnostics::{FailedManifest, Problem, or, quoted};
use crate::domain::resolve::Upgrade;
use crate::render::check::human;
use crate::render::errors::warnings;
use crate::render::{self, CheckReport, Format};
use crate::workspace::resolver::{files_of, no_markers_warning, read_projects, update, upgrade_of};
use crate::workspace::{Context, Error, Mode, Project, project_name, stale_outputs};

pub(super) const EXAMPLES: &[Example] = &[
    ("Pin new and changed images", "resolve"),
    ("Fail in CI if the lockfile is out of date", "resolve --locked"),
    ("Update all manifests below the current directory", "resolve --recursive"),
    ("Resolve the merge conflicts in the lockfile", "resolve --fix-conflicts"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Old spelling of the command `upgrade`
    #[arg(long, value_name = "NAME", num_args = 0.., value_parser = name, hide = true)]
    upgrade: Option<Vec<String>>,
    /// Exit with 2 if the lockfile does not match the manifest; write nothing
    ///
    /// Does not use the network.
    #[arg(long, conflicts_with_all = ["upgrade", "dry_run"])]
    locked: bool,
    /// Show what would change without writing files
    #[arg(long)]
    dry_run: bool,
    /// Resolve the merge conflicts in the lockfile
    ///
    /// Keeps each pin that both sides agree on or that only one side changed. Pins the newest version for the others.
    #[arg(long, conflicts_with = "locked")]
    fix_conflicts: bool,
    /// Set the output format; `--locked` allows the formats of `check`
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(&Format::ALL))]
    format: Format,
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
            format: Some(self.format),
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        if !self.locked && !CHANGES.contains(&self.format) {
            let title = format!("the format `{}` needs `--locked`", self.format.as_str());
            let formats = or(CHANGES.map(|format| quoted(format.as_str())));
            return Err(Problem::new(title).help(format!("add `--locked`, or use {formats}")).into());
        }
        let (projects, failed) = read_projects(context, self.fix_conflicts)?;
        if self.locked {
            files_of(context, &projects)?;
            return locked(context, &projects, failed);
        }
        let upgrade = match &self.upgrade {
            None => Upgrade::Keep,
            Some(names) => upgrade_of(&projects, names)?,
        };
        let no_markers = if self.fix_conflicts { no_markers_warning(&projects) } else { None };
        let mode = if self.dry_run { Mode::DryRun } else { Mode::Write };
        let plans = update(context, (projects, failed), &upgrade, self.fix_conflicts, mode)?;
        let output = planned(context, &plans, mode);
        let no_markers = warnings(no_markers.as_slice(), None, &context.invocation);
        Ok(Output { warning: join([no_markers, output.warning]), ..output })
    }
}

fn locked(context: &Context, projects: &[Project], mut failed: Vec<FailedManifest>) -> Result<Output, Error> {
    let checked = projects.iter().map(|project| {
        let mut report = compare_with_manifest(&project.lock, project.manifest.targets());
        report.notices.extend(project.missing_lock());
        (project, stale_outputs(project, &report).map(|stale| (Some(stale), report)))
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
    let output = match context.format {
        Format::Human => {
            let pins = checked.iter().map(|it| it.project.lock.pins().len()).sum();
            human::locked(report, pins, context.quiet, context.width)
        }
        format => render::check(format, report, context.quiet, context.width),
    };
    let warning = join(checked.iter().map(|it| it.project.warning(&it.report.notices, context)));
    let differs = report.has_drift();
    Ok(Output { warning, failed, ..Output::with_drift(output, differs) })
}
