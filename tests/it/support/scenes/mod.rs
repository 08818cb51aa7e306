//! The scenes that several tests start from: a sandbox with its files, and the Marketplace that it asks.

pub mod awkward_names;
pub mod drifted;
pub mod one_pin;
pub mod outdated;
pub mod two_images;
