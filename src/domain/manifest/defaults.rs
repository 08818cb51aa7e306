//! `[defaults]`: the values that images inherit.

use std::sync::Arc;

use crate::domain::diagnostics::Problem;
use crate::domain::manifest::policy::{Acceptance, Freeze};
use crate::domain::manifest::toml_reader::{Spanned, TableReader};
use crate::domain::types::{Age, Arch, CommercialType, ImageType, Zone};

/// The keys that an image may have or inherit from `[defaults]`.
pub(super) const DEFAULTS: [&str; 9] =
    ["zone", "zones", "arch", "archs", "type", "instance-type", "min-age", "eol-warning", "freeze"];

/// The table `[defaults]`, which is empty if the manifest has none, with its values and the acceptances of the manifest.
pub(super) struct Defaults<'t> {
    pub(super) table: TableReader<'t>,
    pub(super) values: Inheritable,
    pub(super) freeze: Option<Freeze>,
    pub(super) accept: Vec<Arc<Acceptance>>,
}

/// The values that an image inherits from `[defaults]` unless it has its own.
pub(super) struct Inheritable {
    pub(super) zones: Option<Vec<Spanned<Zone>>>,
    pub(super) archs: Option<Vec<Spanned<Arch>>>,
    pub(super) image_type: Option<Spanned<ImageType>>,
    pub(super) instance_type: Option<Spanned<CommercialType>>,
    pub(super) min_age: Option<Spanned<Age>>,
    pub(super) eol_warning: Option<Spanned<Age>>,
}

impl Inheritable {
    /// Reads the values of an image or of `[defaults]`.
    pub(super) fn read(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Self {
        Self {
            zones: table.parsed_list("zone", "zones", problems),
            archs: table.parsed_list("arch", "archs", problems),
            image_type: table.parsed("type", problems),
            instance_type: table.parsed("instance-type", problems),
            min_age: table.parsed("min-age", problems),
            eol_warning: table.parsed("eol-warning", problems),
        }
    }

    /// Fills in the missing values from the defaults. An invalid value counts as missing, because it is reported already.
    pub(super) fn or(self, defaults: &Self) -> Self {
        Self {
            zones: self.zones.or_else(|| defaults.zones.clone()),
            archs: self.archs.or_else(|| defaults.archs.clone()),
            image_type: self.image_type.or_else(|| defaults.image_type.clone()),
            instance_type: self.instance_type.or_else(|| defaults.instance_type.clone()),
            min_age: self.min_age.or_else(|| defaults.min_age.clone()),
            eol_warning: self.eol_warning.or_else(|| defaults.eol_warning.clone()),
        }
    }
}
