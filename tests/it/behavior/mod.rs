//! The rules: what is pinned, what is kept, what is reported.

pub mod carry_over;
pub mod contradictions;
pub mod dates;
pub mod edits;
pub mod end_of_life;
pub mod laws;
pub mod lockfile;
pub mod manifest;
pub mod min_age;
pub mod outputs;
pub mod policy;
pub mod ranges;
pub mod release;
pub mod several_manifests;
pub mod unresolved;
pub mod version_laws;
