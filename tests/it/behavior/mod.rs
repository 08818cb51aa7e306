//! The rules: what is pinned, what is kept, and what is reported.

mod carry_over;
mod contradictions;
mod dates;
mod end_of_life;
mod lockfile;
mod manifest;
mod min_age;
mod outputs;
mod policy;
mod properties;
mod ranges;
mod release;
mod several_manifests;
mod unresolved;
