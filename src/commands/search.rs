//! `imagelock search [PATTERN]`: searches the Marketplace for images.

use super::options::{DataFormat, MarketplaceOptions};
use super::task::{Example, Setup, Task};
use crate::domain::types::{Arch, CommercialType, ImageType, Zone};
use clap::Args;
use std::collections::BTreeSet;

use super::output::{Output, fetch_indexed, undated};
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Problem, count, did_you_mean, known_names, visible};
use crate::domain::lookup::no_results::no_results;
use crate::domain::lookup::search::{Filter, Pattern, hidden_eol, matching, offers, queries};
use crate::render::Format;
use crate::render::search::{json, table};
use crate::workspace::{Context, Error, unanswered};

pub(super) const EXAMPLES: &[Example] = &[
    ("Find images by a part of their label or name", "search ubuntu"),
    ("Find all releases of Fedora", "search 'fedora_*'"),
    ("Find images for ARM in one zone", "search --arch arm64 --zone fr-par-1"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// Part of a label or of a name, or a whole label with `*`
    ///
    /// `*` matches one part of a label between underscores, like in `fedora_*`.
    pattern: Option<String>,
    /// Show only images in this zone
    #[arg(long)]
    zone: Option<Zone>,
    /// Show only images for this architecture
    #[arg(long)]
    arch: Option<Arch>,
    /// Show only images of this type
    #[arg(long = "type", value_name = "TYPE")]
    image_type: Option<ImageType>,
    /// Show only images that this Instance type can boot
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<CommercialType>,
    /// Show only images of this category, like `distribution`
    #[arg(long)]
    category: Option<String>,
    /// Include end-of-life images
    #[arg(long)]
    eol: bool,
    #[command(flatten)]
    output: DataFormat,
    #[command(flatten)]
    marketplace: MarketplaceOptions,
}

impl Options {
    fn filter(&self) -> Filter {
        Filter {
            zone: self.zone.clone(),
            arch: self.arch.clone(),
            image_type: self.image_type,
            instance_type: self.instance_type.clone(),
            category: self.category.clone(),
            eol: self.eol,
        }
    }
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        let (marketplace, format) = (Some(&self.marketplace), Some(self.output.format));
        Setup { marketplace, format, prints_data: true, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        search(context, self.pattern.as_deref(), &self.filter())
    }
}

/// Prints the matching images with their releases, dates, zones, architectures and types.
///
/// # Errors
/// If the Marketplace cannot be queried, or has no such category.
fn search(context: &Context, pattern: Option<&str>, filter: &Filter) -> Result<Output, Error> {
    let text = pattern;
    let pattern = Pattern::new(pattern.unwrap_or_default());
    let catalog = fetch_indexed(context, |catalog| queries(&matching(&pattern, filter, context.now, catalog)))?;
    check_category(filter, &catalog)?;
    let images = matching(&pattern, filter, context.now, &catalog);
    let offers = offers(&images, filter, &catalog)
        .map_err(|(label, error)| unanswered(&format!("list the local images of `{label}`"), error))?;
    let output = match context.format {
        Format::Json => json(&offers),
        _ => table(&offers, context.width),
    };
    let reason = offers.is_empty().then(|| no_results(&pattern, filter, context.now, &catalog)).flatten();
    let hidden = hidden_eol(&pattern, filter, context.now, &catalog);
    let hidden = (hidden > 0).then(|| hidden_remark(hidden, &with_eol(text, filter).show(&context.invocation)));
    let remark = reason.into_iter().chain(hidden).collect::<Vec<_>>().join("\n");
    Ok(Output { remark, warning: undated(context, &catalog), ..Output::clean(output) })
}

fn hidden_remark(hidden: usize, command: &str) -> String {
    let (verb, pronoun) = if hidden == 1 { ("matches", "it") } else { ("match", "them") };
    format!("{} {verb}; to include {pronoun}: {command}", count(hidden, "end-of-life label"))
}

/// The command for the same search with end-of-life labels.
fn with_eol(pattern: Option<&str>, filter: &Filter) -> Command {
    let Filter { zone, arch, image_type, instance_type, category, .. } = filter;
    let options = [
        ("--zone", zone.as_ref().map(ToString::to_string)),
        ("--arch", arch.as_ref().map(ToString::to_string)),
        ("--type", image_type.as_ref().map(ToString::to_string)),
        ("--instance-type", instance_type.as_ref().map(ToString::to_string)),
        ("--category", category.clone()),
    ];
    let options = options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    Command::new("search").args(pattern).args(options.flatten()).args(["--eol"])
}

fn check_category(filter: &Filter, catalog: &Catalog) -> Result<(), Problem> {
    let Some(wanted) = &filter.category else { return Ok(()) };
    let known: BTreeSet<&str> =
        catalog.images().iter().flat_map(|image| image.categories.iter().map(String::as_str)).collect();
    if known.contains(wanted.as_str()) {
        return Ok(());
    }
    let help = did_you_mean(wanted, known.iter().copied())
        .unwrap_or_else(|| known_names("category", "categories", known.iter().copied()));
    Err(Problem::new(format!("the Marketplace has no category `{}`", visible(wanted))).help(help))
}
