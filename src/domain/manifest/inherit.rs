//! The keys that an image inherits from `[defaults]`.

use std::collections::BTreeSet;

use super::toml_reader::{Spanned, TableReader};
use crate::domain::diagnostics::Problem;
use crate::domain::types::age::Age;
use crate::domain::{Arch, CommercialType, ImageType, Zone};

/// The value of a key. An image inherits what is absent, but not what is invalid.
#[derive(Clone, Default)]
pub(super) enum Setting<T> {
    #[default]
    Absent,
    /// It was reported as a problem.
    Invalid,
    Set(T),
}

impl<T: Clone> Setting<T> {
    pub(super) fn read(table: &TableReader<'_>, keys: &[&str], value: Option<T>) -> Self {
        match value {
            Some(value) => Self::Set(value),
            None if keys.iter().any(|key| table.get(key).is_some()) => Self::Invalid,
            None => Self::Absent,
        }
    }

    pub(super) fn or(self, inherited: &Self) -> Self {
        if matches!(self, Self::Absent) { inherited.clone() } else { self }
    }

    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Absent | Self::Invalid => None,
        }
    }
}

/// The keys that an image inherits if it does not have them.
#[derive(Default)]
pub(super) struct Inheritable {
    pub(super) zones: Setting<Vec<Spanned<Zone>>>,
    pub(super) archs: Setting<Vec<Spanned<Arch>>>,
    pub(super) image_type: Setting<Spanned<ImageType>>,
    pub(super) instance_type: Setting<Spanned<CommercialType>>,
    pub(super) min_age: Setting<Spanned<Age>>,
    pub(super) eol_warning: Setting<Spanned<Age>>,
}

impl Inheritable {
    pub(super) fn read(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Self {
        let zones = distinct(table.parsed_list("zone", "zones", problems), problems);
        let archs = distinct(table.parsed_list("arch", "archs", problems), problems);
        Self {
            zones: Setting::read(table, &["zone", "zones"], zones),
            archs: Setting::read(table, &["arch", "archs"], archs),
            image_type: Setting::read(table, &["type"], table.parsed("type", problems)),
            instance_type: Setting::read(table, &["instance-type"], table.parsed("instance-type", problems)),
            min_age: Setting::read(table, &["min-age"], table.parsed("min-age", problems)),
            eol_warning: Setting::read(table, &["eol-warning"], table.parsed("eol-warning", problems)),
        }
    }
}

/// Reports what a list names twice.
fn distinct<T: Ord + std::fmt::Display>(
    list: Option<Vec<Spanned<T>>>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Spanned<T>>> {
    let list = list?;
    let mut seen = BTreeSet::new();
    for item in &list {
        if !seen.insert(&item.value) {
            problems.push(
                Problem::new(format!("`{}` is listed twice", item.value))
                    .at(item.span.clone(), format!("means `{}`, as an earlier item does", item.value))
                    .help("remove one of the two"),
            );
        }
    }
    Some(list)
}
