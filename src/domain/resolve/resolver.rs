//! Resolves one target at a time. In this order of preference, the target
//!
//! 1. keeps its pin, or the pin that is carried over from another name;
//! 2. takes the version of a reference pin, if it is new or its declaration changed;
//! 3. takes the newest version.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalog::{Catalog, Query};
use crate::domain::diagnostics::Problem;
use crate::domain::lock::Pin;
use crate::domain::lock::diff::Change;
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Freeze;
use crate::domain::plan::pin;
use crate::domain::resolve::carry_over::CarryOver;
use crate::domain::resolve::request::Request;
use crate::domain::resolve::sibling_warnings::SiblingWarnings;
use crate::domain::resolve::siblings;
use crate::domain::select::{
    Outcome, Selection, identity_query, images_in_range, is_older, label_of, latest, published, select,
};
use crate::domain::types::{ImageRef, Name};

/// Why a target gets no pin.
pub(crate) enum Refusal<'c> {
    /// Its block in the lockfile was edited.
    Edited(Problem),
    /// No local image can be pinned.
    Unresolved(Outcome<'c>),
    /// The version of the other pins of the image is not offered, and the image is frozen.
    Frozen,
}

/// Resolves one target at a time.
pub(crate) struct Resolver<'a> {
    request: Request<'a>,
    catalog: &'a Catalog,
    pub(crate) carry_over: CarryOver<'a>,
    /// For each image with new targets, the pin whose version they take.
    siblings: BTreeMap<&'a Name, Pin>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(request: Request<'a>, catalog: &'a Catalog) -> Self {
        let carry_over = CarryOver::new(request.targets, request.previous);
        let mut resolver = Self { request, catalog, carry_over, siblings: BTreeMap::new() };
        resolver.siblings = resolver.newest_staying();
        resolver
    }

    /// For each image with new targets, the newest of the pins that stay.
    fn newest_staying(&self) -> BTreeMap<&'a Name, Pin> {
        let targets = self.request.targets;
        let new = targets.iter().filter(|target| self.is_new(target));
        let names: BTreeSet<&Name> = new.map(|target| &target.cell.name).collect();
        let mut siblings: BTreeMap<&Name, Pin> = BTreeMap::new();
        for target in targets.iter().filter(|target| names.contains(&target.cell.name)) {
            let Some(pin) = self.staying(target) else { continue };
            let newest = siblings.get(&target.cell.name);
            if newest.is_none_or(|newest| siblings::is_newer(&pin, newest, self.catalog)) {
                siblings.insert(&target.cell.name, pin);
            }
        }
        siblings
    }

    /// The queries that are needed to resolve a target.
    pub(crate) fn queries(&self, target: &Target) -> BTreeSet<Query> {
        if self.edited(target).is_some() || self.kept(target).is_some() {
            return BTreeSet::new();
        }
        if let Some(reference) = self.reference(target) {
            return self.reference_queries(target, &reference);
        }
        let trusted = self.trusted(target);
        let mut queries = self.select(target, trusted).missing;
        // `min-age` may keep the pin, so the pin must be verified.
        let pin = trusted.filter(|_| target.policy.min_age.is_some());
        queries.extend(pin.and_then(|pin| identity_query(pin, target, self.catalog)));
        queries
    }

    /// Resolves a target: the change of its pin.
    pub(crate) fn resolve(
        &self,
        target: &'a Target,
        warnings: &mut SiblingWarnings<'a>,
    ) -> Result<Change, Refusal<'a>> {
        if let Some(edited) = self.edited(target) {
            return Err(Refusal::Edited(edited));
        }
        if let Some(pin) = self.kept(target) {
            return Ok(self.keep(target, pin));
        }
        let trusted = self.trusted(target);
        let to = match (self.outcome(target, warnings)?, trusted) {
            (Outcome::Match(found), _) => pin(target, &found, trusted, self.catalog),
            (Outcome::Keep, Some(trusted)) => {
                Pin { published: published(trusted, self.catalog), ..trusted.clone().restated(target) }
            }
            (outcome, _) => return Err(Refusal::Unresolved(outcome)),
        };
        Ok(self.change(target, to))
    }

    /// What to pin: the version of the reference pin if there is one, or else the newest version.
    fn outcome(&self, target: &'a Target, warnings: &mut SiblingWarnings<'a>) -> Result<Outcome<'a>, Refusal<'a>> {
        if let Some(reference) = self.reference(target) {
            if let Some(outcome) = self.reference_outcome(target, &reference) {
                return Ok(outcome);
            }
            if self.is_new(target) {
                warnings.add_without_version(target, published(&reference, self.catalog));
                if self.frozen(target).is_some() {
                    return Err(Refusal::Frozen);
                }
            }
        } else if let Some(candidates) = self.carry_over.candidates(&target.cell) {
            warnings.add_ambiguous(target, candidates);
        }
        Ok(self.select(target, self.trusted(target)).outcome())
    }

    /// The change of a pin that stays, including a newer local image if the catalog has one.
    fn keep(&self, target: &Target, pin: Pin) -> Change {
        let is_covered = self.request.upgrade.covers(&target.cell.name);
        let freeze = self.frozen(target).filter(|_| is_covered);
        let note = self.carry_over.origin(&target.cell).or(freeze.map(Freeze::note));
        let newer = match self.select(target, Some(&pin)).outcome() {
            Outcome::Match(found) if found.local.id != pin.id => Some(latest(&found, &pin, self.catalog)),
            _ => None,
        };
        let from = self.request.previous.get(&target.cell).cloned();
        Change { cell: target.cell.clone(), from, to: Some(pin), edited: false, newer, note }
    }

    /// The change of a target's pin to the pin `to`.
    fn change(&self, target: &Target, to: Pin) -> Change {
        let from = self.request.previous.get(&target.cell).cloned();
        let stays = from.as_ref().is_some_and(|from| from.id == to.id);
        let held_back = if stays { self.select(target, Some(&to)).held_back() } else { None };
        let (newer, held_back) = held_back.unzip();
        let despite_freeze = self.frozen(target).filter(|_| from.is_some() && !stays);
        let despite_freeze = despite_freeze
            .map(|_| "moved despite the freeze, because its declaration changed or its block was edited".to_owned());
        let is_carried = from.is_none() && self.trusted(target).is_some_and(|pin| pin.id == to.id);
        let origin = self.carry_over.origin(&target.cell).filter(|_| is_carried);
        let note = origin.or(held_back).or(despite_freeze);
        Change { cell: target.cell.clone(), from, to: Some(to), edited: false, newer, note }
    }

    /// The problem if the target's block in the lockfile was edited, unless the request names the image.
    fn edited(&self, target: &Target) -> Option<Problem> {
        let is_named = self.request.upgrade.names(&target.cell.name);
        if is_named { None } else { self.request.previous.edited(&target.cell) }
    }

    fn frozen<'t>(&self, target: &'t Target) -> Option<&'t Freeze> {
        target.policy.frozen(self.request.now)
    }

    /// Whether a target's pin may move even though it satisfies the target.
    fn may_move(&self, target: &Target) -> bool {
        self.request.upgrade.covers(&target.cell.name) && self.frozen(target).is_none()
    }

    /// The previous pin or the one that is carried over. An edited block is not trusted.
    fn trusted(&self, target: &Target) -> Option<&Pin> {
        match self.request.previous.get(&target.cell) {
            Some(pin) => Some(pin).filter(|_| !self.request.previous.is_edited(&target.cell)),
            None => self.carry_over.pin(&target.cell),
        }
    }

    /// Whether a target has no pin and takes over none.
    fn is_new(&self, target: &Target) -> bool {
        self.request.previous.get(&target.cell).is_none() && self.carry_over.pin(&target.cell).is_none()
    }

    /// The pin in the new lockfile, if it stays because it satisfies the target and may not move.
    fn kept(&self, target: &Target) -> Option<Pin> {
        let pin = self.trusted(target)?;
        (pin.satisfies(target) && !self.may_move(target)).then(|| pin.clone().restated(target))
    }

    /// The selection for a target, given a pin.
    fn select<'t>(&self, target: &'t Target, pin: Option<&'t Pin>) -> Selection<'t, 'a> {
        select(target, pin, self.request.now, self.catalog)
    }

    /// The pin of a target, if it stays for any reason.
    fn staying(&self, target: &Target) -> Option<Pin> {
        if let Some(kept) = self.kept(target) {
            return Some(kept);
        }
        if let Some(redeclared) = self.redeclared_pin(target) {
            let found = siblings::find(target, &redeclared, self.catalog);
            return matches!(found, Some(Outcome::Match(_))).then_some(redeclared);
        }
        let pin = self.trusted(target).filter(|pin| pin.satisfies(target))?;
        let selection = self.select(target, Some(pin));
        (selection.winner(&selection.outcome()) == Some(pin.id)).then(|| pin.clone())
    }

    /// The pin whose version a target takes if that is offered: for a new target another pin of the image, and for a
    /// target whose declaration changed its own pin.
    fn reference(&self, target: &Target) -> Option<Pin> {
        if self.is_new(target) {
            return self.siblings.get(&target.cell.name).cloned();
        }
        self.redeclared_pin(target)
    }

    /// The pin of a target whose declaration changed, adapted to the declared image. `None` if that is a different
    /// image.
    fn redeclared_pin(&self, target: &Target) -> Option<Pin> {
        let pin = self.trusted(target).filter(|pin| !pin.satisfies(target))?;
        // A block can name only a version or an image ID. The catalog has the label then.
        let label = pin.label().cloned().or_else(|| label_of(&pin.image, self.catalog))?;
        let is_same = |image: &ImageRef| label_of(image, self.catalog).as_ref() == Some(&label);
        let mut images = images_in_range(target, self.catalog).into_iter();
        let (image, release) = images.find(|(image, _)| is_same(image))?;
        (!self.may_move(target)).then(|| Pin { image, release, ..pin.clone() })
    }

    /// The queries for a target that has a reference pin. The newest version is queried only if it may be pinned.
    fn reference_queries(&self, target: &Target, reference: &Pin) -> BTreeSet<Query> {
        let mut queries = siblings::queries(target, reference, self.catalog);
        let is_missing = || {
            queries.iter().all(|query| self.catalog.is_answered(query))
                && siblings::find(target, reference, self.catalog).is_none()
        };
        let is_held = self.is_new(target) && self.frozen(target).is_some();
        if self.may_move(target) || (!is_held && is_missing()) {
            queries.extend(self.select(target, None).missing);
        }
        queries
    }

    /// The outcome for a target that has a reference pin; `None` if the version of the reference pin is not offered
    /// there.
    fn reference_outcome(&self, target: &Target, reference: &Pin) -> Option<Outcome<'a>> {
        let found = siblings::find(target, reference, self.catalog)?;
        // An upgrade may select a version that is newer than the reference pin, but never an older one.
        if !self.may_move(target) {
            return Some(found);
        }
        match self.select(target, None).outcome() {
            Outcome::Match(newest) if !is_older(&newest, reference, self.catalog) => Some(Outcome::Match(newest)),
            _ => Some(found),
        }
    }
}
