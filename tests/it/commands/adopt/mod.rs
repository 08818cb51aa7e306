//! `imagelock adopt`: IDs in use become a manifest and a lock, and no pin moves.

mod described_ids;
mod files;
mod hostile_files;
mod ids;
mod terraform;
