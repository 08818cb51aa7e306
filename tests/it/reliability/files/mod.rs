//! Files that cannot be written, are not what they seem, or change under a run.

pub mod claims;
pub mod concurrent_writers;
pub mod crash;
pub mod disk;
pub mod ownership;
pub mod replace;
