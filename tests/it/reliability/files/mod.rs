//! Files that cannot be written, have an unexpected type, or change during a run.

mod boundaries;
mod collisions;
mod concurrent_writers;
mod crash;
mod disk;
mod ownership;
mod replace;
