//! The validated values of the domain: names, IDs, cells, releases, ages and dates.
//!
//! Each type validates its text when it is created, so a [`Label`] or a [`Zone`] is always well formed.

mod age;
mod cell;
mod checked;
mod ids;
mod names;
mod pattern;
mod release;
mod status;
pub mod timestamp;

pub use age::Age;
pub use cell::Cell;
pub use checked::Expected;
pub(crate) use ids::uuid_within;
pub use ids::{ImageId, ImageRef, LocalImageId, VersionId, ZonedId};
pub use names::{Arch, CommercialType, ImageType, Label, Name, Zone};
pub(crate) use pattern::label_matches;
pub use pattern::{LabelPattern, NamePattern};
pub(crate) use release::corrected_range;
pub use release::{Range, Release, release_of};
pub use status::{Cause, Class, Fix, Severity, Status};
pub use timestamp::{day, minute};
