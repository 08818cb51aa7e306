//! `imagelock upgrade`: moves pins to the newest versions.

use clap::Args;

use super::options::{ChangeFormat, ManifestOptions, MarketplaceOptions, MinAgeOption, name};
use super::output::{Output, planned};
use super::task::{Example, Setup, Task};
use crate::workspace::resolver::{read_projects, update, upgrade_of};
use crate::workspace::{Context, Error, Mode};

pub(super) const EXAMPLES: &[Example] = &[
    ("Upgrade all images", "upgrade"),
    ("Upgrade one image", "upgrade web"),
    ("Show what an upgrade would change", "upgrade --dry-run"),
    ("Describe the changes for a pull request", "upgrade --format markdown > changes.md"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Names of the images [default: all]
    #[arg(value_name = "NAME", value_delimiter = ',', value_parser = name)]
    names: Vec<String>,
    /// Show what would change without writing files
    #[arg(long)]
    dry_run: bool,
    /// Resolve the merge conflicts in the lockfile, like `resolve --fix-conflicts`
    #[arg(long)]
    fix_conflicts: bool,
    #[command(flatten)]
    output: ChangeFormat,
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
            format: Some(self.output.format),
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        let (projects, failed) = read_projects(context, self.fix_conflicts)?;
        let upgrade = upgrade_of(&projects, &self.names)?;
        let mode = if self.dry_run { Mode::DryRun } else { Mode::Write };
        let plans = update(context, (projects, failed), &upgrade, self.fix_conflicts, mode)?;
        Ok(planned(context, &plans, mode))
    }
}
