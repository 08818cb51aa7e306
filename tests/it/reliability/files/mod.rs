//! Files that cannot be written, are not what they seem, or change under a run.

mod claims;
mod concurrent_writers;
mod crash;
mod disk;
mod ownership;
mod replace;
