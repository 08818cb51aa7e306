//! Fixtures that several tests start from: a sandbox with its files, and the Marketplace that it uses.

pub mod adoptable;
pub mod answered;
pub mod awkward_names;
pub mod checked;
pub mod drifted;
pub mod every_status;
pub mod mistakes;
pub mod one_pin;
pub mod outdated;
#[cfg(unix)]
pub mod outputs;
pub mod parted_branches;
pub mod pull_request;
pub mod stacks;
pub mod two_images;
pub mod two_zones;
