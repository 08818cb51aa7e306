//! Selects the local image to pin for a target: which local images are candidates, which one is selected, and whether
//! it replaces the current pin.
//!
//! These rules are stated only here. `resolve` pins the outcome, `check` compares pins with it, and `explain` shows the
//! verdict on each candidate.

mod candidate;
mod contradiction;
mod cooling;
pub mod end_of_life;
mod outcome;
mod replacement;
mod selection;
mod source;
mod suggest;
mod unresolved;
mod verify;

pub(crate) use candidate::{Candidate, Verdict, boots, of_type, offer, verdicts};
pub(crate) use contradiction::{missing_id, missing_listing, unknown_index};
pub(crate) use cooling::CHANGED_IN_PLACE;
pub(crate) use outcome::{Match, NoMatch, Outcome};
pub(crate) use replacement::{is_changed_in_place, is_older, latest, published};
pub(crate) use selection::{Selection, select};
pub(crate) use source::{Inputs, Source, images_in_range, releases};
pub(crate) use suggest::{has_ended, other_labels, similar, similar_labels};
pub(crate) use unresolved::Unresolved;
pub(crate) use verify::{expected_label, identity_query, is_listed, label_of, mismatch, mismatch_of, pinned_image};
