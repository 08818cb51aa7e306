//! Where the pins of a manifest's cells come from: pins that stay, pins that are carried over, and reference pins, whose
//! version a new cell or a changed declaration takes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalog::{Catalog, Query};
use crate::domain::lock::Pin;
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::resolve::carry_over::CarryOver;
use crate::domain::resolve::request::Request;
use crate::domain::resolve::siblings;
use crate::domain::select::replacement::is_older;
use crate::domain::select::source::images_in_range;
use crate::domain::select::verify::label_of;
use crate::domain::select::{Outcome, Selection, select};
use crate::domain::{ImageRef, Name};

/// The pins that count in a request: those of the previous lock, and those that new cells carry over.
pub(crate) struct PinSources<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) carry_over: CarryOver<'a>,
}

/// For each image that has new cells, the newest pin that stays.
pub(crate) type Siblings<'a> = BTreeMap<&'a Name, Pin>;

impl<'a> PinSources<'a> {
    pub(crate) fn new(request: Request<'a>) -> Self {
        Self { request, carry_over: CarryOver::new(request.targets, request.previous) }
    }

    /// Whether a target's pin may move though it still satisfies it.
    pub(crate) fn may_move(&self, target: &Target) -> bool {
        self.request.upgrade.covers(&target.cell.name) && target.policy.frozen(self.request.now).is_none()
    }

    /// The previous pin, unless its block was edited: an edited block decides nothing.
    pub(crate) fn trusted(&self, target: &Target) -> Option<&Pin> {
        match self.request.previous.get(&target.cell) {
            Some(pin) => Some(pin).filter(|_| !self.request.previous.is_edited(&target.cell)),
            None => self.carry_over.pin(&target.cell),
        }
    }

    /// Whether a cell has no pin, and carries none over.
    pub(crate) fn is_new(&self, target: &Target) -> bool {
        self.request.previous.get(&target.cell).is_none() && self.carry_over.pin(&target.cell).is_none()
    }

    /// The pin as it is in the new lock, if it stays.
    pub(crate) fn kept(&self, target: &Target) -> Option<Pin> {
        let pin = self.trusted(target)?;
        (pin.satisfies(target) && !self.may_move(target)).then(|| pin.clone().restated(target))
    }

    /// The selection for a target, given a pin.
    pub(crate) fn select<'t, 'c>(
        &self,
        target: &'t Target,
        pin: Option<&'t Pin>,
        catalog: &'c Catalog,
    ) -> Selection<'t, 'c> {
        select(target, pin, self.request.now, catalog)
    }

    /// The pins whose version new cells take.
    pub(crate) fn siblings(&self, catalog: &Catalog) -> Siblings<'a> {
        let targets = self.request.targets;
        let new = targets
            .iter()
            .filter(|target| self.is_new(target) && !matches!(target.selector, ImageSelector::Version(_)));
        let names: BTreeSet<&Name> = new.map(|target| &target.cell.name).collect();
        let mut siblings: BTreeMap<&Name, Pin> = BTreeMap::new();
        for target in targets.iter().filter(|target| names.contains(&target.cell.name)) {
            let Some(pin) = self.staying(target, catalog) else { continue };
            let newest = siblings.get(&target.cell.name);
            if newest.is_none_or(|newest| siblings::is_newer(&pin, newest, catalog)) {
                siblings.insert(&target.cell.name, pin);
            }
        }
        siblings
    }

    /// The pin of a cell, if it stays.
    fn staying(&self, target: &Target, catalog: &Catalog) -> Option<Pin> {
        if let Some(kept) = self.kept(target) {
            return Some(kept);
        }
        if let Some(redeclared) = self.redeclared_pin(target, catalog) {
            return matches!(siblings::find(target, &redeclared, catalog), Some(Outcome::Match(_)))
                .then_some(redeclared);
        }
        let pin = self.trusted(target).filter(|pin| pin.satisfies(target))?;
        let selection = self.select(target, Some(pin), catalog);
        (selection.winner(&selection.outcome()) == Some(pin.id)).then(|| pin.clone())
    }

    /// The pin whose version a cell takes if it can: for a new cell its sibling, and for a cell whose declaration changed
    /// its own pin.
    pub(crate) fn reference<'s>(
        &self,
        target: &Target,
        siblings: &'s Siblings<'_>,
        catalog: &Catalog,
    ) -> Option<Cow<'s, Pin>> {
        if self.is_new(target) {
            return siblings.get(&target.cell.name).map(Cow::Borrowed);
        }
        self.redeclared_pin(target, catalog).map(Cow::Owned)
    }

    /// The pin of a cell whose declaration changed, restated for the declared image, if that is the same image.
    fn redeclared_pin(&self, target: &Target, catalog: &Catalog) -> Option<Pin> {
        let pin = self.trusted(target).filter(|pin| !pin.satisfies(target))?;
        let is_same = |image: &ImageRef| label_of(image, catalog).as_ref() == pin.label();
        let (image, release) = images_in_range(target, catalog).into_iter().find(|(image, _)| is_same(image))?;
        (!self.may_move(target) && pin.label().is_some()).then(|| Pin { image, release, ..pin.clone() })
    }

    /// What must be asked to decide for a cell that has a reference pin. The newest version is asked about only if it may
    /// be pinned.
    pub(crate) fn reference_queries(&self, target: &Target, reference: &Pin, catalog: &Catalog) -> BTreeSet<Query> {
        let mut queries = siblings::queries(target, reference, catalog);
        let is_missing = || {
            queries.iter().all(|query| catalog.is_answered(query))
                && siblings::find(target, reference, catalog).is_none()
        };
        let is_held = self.is_new(target) && target.policy.frozen(self.request.now).is_some();
        if self.may_move(target) || (!is_held && is_missing()) {
            queries.extend(self.select(target, None, catalog).missing);
        }
        queries
    }

    /// The outcome for a cell that has a reference pin; `None` if the version of that is not offered there.
    pub(crate) fn reference_outcome<'c>(
        &self,
        target: &Target,
        reference: &Pin,
        catalog: &'c Catalog,
    ) -> Option<Outcome<'c>> {
        let found = siblings::find(target, reference, catalog)?;
        // An upgrade takes what is newer than the siblings that stay, and never what is older.
        if !self.may_move(target) {
            return Some(found);
        }
        match self.select(target, None, catalog).outcome() {
            Outcome::Match(newest) if !is_older(&newest, reference, catalog) => Some(Outcome::Match(newest)),
            _ => Some(found),
        }
    }
}
