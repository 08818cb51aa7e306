//! `imagelock merge-driver` and `imagelock resolve --fix-conflicts`, with the real git.

mod conflicts;
mod fix_conflicts;
mod formats;
mod merges;
