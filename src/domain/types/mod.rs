//! The checked values of the domain: names, IDs, cells, releases, ages, dates.
//!
//! Each is checked when it is made, so that a [`Label`] or a [`Zone`] in hand is known to be well formed.

pub mod age;
mod cell;
mod checked;
mod ids;
mod names;
pub mod release;
pub mod status;
pub mod timestamp;

pub use cell::Cell;
pub use checked::Expected;
pub use ids::{ImageId, ImageRef, LocalImageId, VersionId, ZonedId};
pub use names::{Arch, CommercialType, ImageType, Label, Name, Zone};
