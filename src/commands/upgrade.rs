//! `imagelock upgrade`: moves pins to the newest version.

use clap::Args;

use super::options::{ChangeFormat, ManifestOptions, MarketplaceOptions, MinAgeOption, name};
use super::output::{Output, planned};
use super::task::{Setup, Task};
use crate::workspace::resolver::{read_projects, update, upgrade_of};
use crate::workspace::{Context, Error, Mode};

#[derive(Args)]
pub(crate) struct Options {
    /// The names of the images; all if none is given
    #[arg(value_name = "NAME", value_delimiter = ',', value_parser = name)]
    names: Vec<String>,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Read a lock in which git left conflict markers, as `resolve --fix-conflicts` does
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
