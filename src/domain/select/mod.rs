//! The selection: which local images can fill a target, which one does, and whether its pin should give way to it.
//!
//! The rules are stated here only. `resolve` pins the outcome, `check` compares with it, `explain` shows the verdicts.

pub(crate) mod candidate;
pub(crate) mod contradiction;
pub(crate) mod cooling;
pub mod end_of_life;
pub(crate) mod outcome;
pub(crate) mod replacement;
pub(crate) mod selection;
pub(crate) mod source;
pub(crate) mod unresolved;
pub(crate) mod verify;

pub(crate) use outcome::{Match, NoMatch, Outcome};
pub(crate) use selection::{Selection, select};
pub(crate) use source::releases;
