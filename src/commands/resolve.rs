//! `imagelock resolve`: makes the lock satisfy the manifest.

use clap::Args;

use super::options::{CHANGES, ManifestOptions, MarketplaceOptions, MinAgeOption, formats, name};
use super::output::{Checked, Output, planned, sort_out};
use super::task::{Setup, Task};
use crate::domain::check::compare_with_manifest;
use crate::domain::diagnostics::{FailedManifest, Problem, and, quoted};
use crate::domain::resolve::Upgrade;
use crate::render::check::human;
use crate::render::{self, CheckReport, Format};
use crate::workspace::resolver::{files_of, read_projects, update, upgrade_of};
use crate::workspace::{Context, Error, Mode, Project, project_name, stale_outputs};

#[derive(Args)]
pub(crate) struct Options {
    /// The spelling of `upgrade` before it was a command
    #[arg(long, value_name = "NAME", num_args = 0.., value_parser = name, hide = true)]
    upgrade: Option<Vec<String>>,
    /// Change nothing and use no network; exit with 2 if the lock does not satisfy the manifest
    #[arg(long, conflicts_with_all = ["upgrade", "dry_run"])]
    locked: bool,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Read a lock in which git left conflict markers: keep each pin that both sides agree on or only one side changed, and
    /// resolve the disputed ones again, which pins their newest version
    #[arg(long, conflicts_with = "locked")]
    fix_conflicts: bool,
    /// The format of the output; with `--locked`, also the formats of `check`
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
            let title = format!("`resolve` prints in the format `{}` only with `--locked`", self.format.as_str());
            let formats = and(CHANGES.map(|format| quoted(format.as_str())));
            return Err(Problem::new(title).help(format!("without it, its formats are {formats}")).into());
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
        let mode = if self.dry_run { Mode::DryRun } else { Mode::Write };
        let plans = update(context, (projects, failed), &upgrade, self.fix_conflicts, mode)?;
        Ok(planned(context, &plans, mode))
    }
}

fn locked(context: &Context, projects: &[Project], mut failed: Vec<FailedManifest>) -> Result<Output, Error> {
    let checked = projects.iter().map(|project| {
        let report = compare_with_manifest(&project.lock, project.manifest.targets());
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
    let differs = report.has_drift();
    Ok(Output { failed, ..Output::with_drift(output, differs) })
}
