//! The options of the commands that have many.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::domain::adopt::Stated;
use crate::domain::lookup::search::Filter;
use crate::domain::manifest::edit::Declaration;
use crate::domain::types::{Arch, CommercialType, ImageType, Label, Zone};

/// The words are checked where the manifest is read, and complained about in the line that they would make.
#[derive(Args)]
pub(super) struct AddArgs {
    /// Your name for the image
    name: String,
    /// The Marketplace's label; with `*` for one segment, the newest `--release` of those that match
    #[arg(long)]
    label: Option<String>,
    /// The releases that are wanted, like `>=42, <44`
    #[arg(long, requires = "label")]
    release: Option<String>,
    /// Instead of a label, the ID of a Marketplace image
    #[arg(long, value_name = "UUID")]
    image_id: Option<String>,
    /// Instead of a label, the ID of one exact version
    #[arg(long, value_name = "UUID")]
    version_id: Option<String>,
    /// A zone; can be repeated
    #[arg(long = "zone", value_name = "ZONE")]
    zones: Vec<String>,
    /// An architecture; can be repeated
    #[arg(long = "arch", value_name = "ARCH")]
    archs: Vec<String>,
    /// `instance_sbs` (what you get if you leave it out) or `instance_local`
    #[arg(long = "type", value_name = "TYPE")]
    image_type: Option<String>,
    /// An Instance type that the image must be able to boot
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<String>,
}

impl AddArgs {
    pub(super) fn declaration(&self) -> Declaration {
        let one = |word: &Option<String>| Vec::from_iter(word.clone());
        let key = |one, several, words: &[String]| if words.len() > 1 { several } else { one };
        Declaration {
            name: self.name.clone(),
            keys: vec![
                ("label", one(&self.label)),
                ("release", one(&self.release)),
                ("image-id", one(&self.image_id)),
                ("version-id", one(&self.version_id)),
                (key("zone", "zones", &self.zones), self.zones.clone()),
                (key("arch", "archs", &self.archs), self.archs.clone()),
                ("type", one(&self.image_type)),
                ("instance-type", one(&self.instance_type)),
            ],
        }
    }
}

#[derive(Args, Clone)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["ids", "from"]))]
pub(super) struct AdoptArgs {
    /// What an image will be called, and the ID of the local image that you run
    #[arg(value_name = "NAME=[ZONE/]UUID")]
    pub(super) ids: Vec<String>,
    /// Find the IDs in this file: `.tf`, `.tfvars`, `.tfstate` or any JSON; `-` is standard input. Can be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) from: Vec<PathBuf>,
    /// Print what would change, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The label of the IDs that you name, if the Marketplace does not describe them
    #[arg(long, requires = "ids")]
    label: Option<Label>,
    /// Their zone, where it does not stand before the ID
    #[arg(long, requires = "ids")]
    zone: Option<Zone>,
    /// Their architecture
    #[arg(long, requires = "ids")]
    arch: Option<Arch>,
    /// Their type; if you leave it out, the only one that the label is offered with
    #[arg(long = "type", value_name = "TYPE")]
    image_type: Option<ImageType>,
}

impl AdoptArgs {
    pub(super) fn stated(&self) -> Stated {
        let Self { label, zone, arch, image_type, .. } = self.clone();
        Stated { label, zone, arch, image_type }
    }
}

#[derive(Args)]
pub(super) struct ResolveArgs {
    /// Move pins to the newest: those of the named images, or all
    #[arg(long, value_name = "NAME", num_args = 0..)]
    pub(super) upgrade: Option<Vec<String>>,
    /// Change nothing and ask nobody; exit with 2 if the lock does not satisfy the manifest
    #[arg(long, conflicts_with_all = ["upgrade", "dry_run"])]
    pub(super) locked: bool,
    /// Print what would change, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Read a lock in which git left conflict markers: keep what is undisputed, and pin the rest anew
    #[arg(long, conflicts_with = "locked")]
    pub(super) mend: bool,
}

#[derive(Args, Clone)]
pub(super) struct SearchArgs {
    /// A part of a label or a name; or a whole label in which `*` stands for one segment
    pub(super) pattern: Option<String>,
    /// Only what is offered in this zone
    #[arg(long)]
    pub(super) zone: Option<Zone>,
    /// Only what is offered for this architecture
    #[arg(long)]
    pub(super) arch: Option<Arch>,
    /// Only what is offered with this type
    #[arg(long = "type")]
    pub(super) image_type: Option<ImageType>,
    /// Only what boots this Instance type
    #[arg(long)]
    pub(super) instance_type: Option<CommercialType>,
    /// Only images of this category, like `distribution`
    #[arg(long)]
    pub(super) category: Option<String>,
    /// Also what is past its end of life
    #[arg(long)]
    pub(super) eol: bool,
}

impl SearchArgs {
    pub(super) fn filter(&self) -> Filter {
        let Self { zone, arch, image_type, instance_type, category, eol, .. } = self.clone();
        Filter { zone, arch, image_type, instance_type, category, eol }
    }
}
