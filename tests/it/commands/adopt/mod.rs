//! `imagelock adopt`: the IDs in use become a manifest and a lockfile, and no ID changes.

mod described_ids;
mod files;
mod hostile_files;
mod ids;
mod terraform;
