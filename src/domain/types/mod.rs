//! The checked values of the domain: names, IDs, cells, releases, ages, dates.
//!
//! Each is checked when it is made, so that a [`Label`] or a [`Zone`] in hand is known to be well formed.

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
pub use ids::{ImageId, ImageRef, LocalImageId, VersionId, ZonedId};
pub use names::{Arch, CommercialType, ImageType, Label, Name, Zone};
pub(crate) use pattern::label_matches;
pub use pattern::{LabelPattern, NamePattern};
pub use release::{Range, Release, release_of};
pub use status::{Cause, Class, Fix, Severity, Status};
pub use timestamp::{day, minute};
