//! The selection: which local images can fill a target, which one does, and whether its pin should give way to it.
//!
//! The rules are stated here only. `resolve` pins the outcome, `check` compares with it, `explain` shows the verdicts.

mod candidate;
mod contradiction;
mod cooling;
pub mod end_of_life;
mod outcome;
mod replacement;
mod selection;
mod source;
mod unresolved;
mod verify;

pub(crate) use candidate::{Candidate, Verdict, boots, judge, of_type, offer};
pub(crate) use contradiction::{missing_id, missing_listing, unknown_index};
pub(crate) use cooling::CHANGED_IN_PLACE;
pub(crate) use outcome::{Match, NoMatch, Outcome};
pub(crate) use replacement::{is_changed_in_place, is_older, latest, published};
pub(crate) use selection::{Selection, select};
pub(crate) use source::{Inputs, Source, images_in_range, releases};
pub(crate) use unresolved::Unresolved;
pub(crate) use verify::{expected_label, identity_query, is_listed, label_of, mismatch, mismatch_of, pinned_image};
