//! `imagelock merge-driver` and `imagelock resolve --mend`, with the real git.

mod conflicts;
mod fix_conflicts;
mod formats;
mod merges;
