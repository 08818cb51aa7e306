//! Files that cannot be written, are not what they seem, or change during a run.

mod boundaries;
mod collisions;
mod concurrent_writers;
mod crash;
mod disk;
mod ownership;
mod replace;
