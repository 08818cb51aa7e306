//! Which pins count for the cells of a manifest: those that stay, those that are taken over, for new cells their siblings,
//! and for cells whose declaration changed the pins that they had.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, Query};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::resolve::carry_over::CarryOver;
use crate::domain::resolve::siblings::{self, Found};
use crate::domain::select::needed;
use crate::domain::select::verify::label_of;
use crate::domain::select::{Decision, decide, is_older, sources};
use crate::domain::{Cell, ImageRef, Name};

/// Which pins may move though they still satisfy the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upgrade {
    /// None: a pin that satisfies its declaration stays.
    Keep,
    /// All.
    All,
    /// Those of the named images.
    Only(BTreeSet<Name>),
}

impl Upgrade {
    /// Whether an image is named: then even an edited block is pinned anew.
    pub(crate) fn names(&self, name: &Name) -> bool {
        matches!(self, Self::Only(names) if names.contains(name))
    }

    pub(crate) fn covers(&self, name: &Name) -> bool {
        match self {
            Self::Keep => false,
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

/// What is being resolved: the inputs that every step needs.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The cells that are asked for, sorted by cell as a manifest has them.
    pub targets: &'a [Target],
    /// The lock as it was.
    pub previous: &'a Lock,
    /// Which pins may move.
    pub upgrade: &'a Upgrade,
    /// The time by which ages, freezes and ends are judged. It leaves no trace but the choice of pins.
    pub now: Timestamp,
}

/// A request with the pins that count in it: those of the previous lock, and those that new cells take over.
pub(crate) struct Scene<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) carry_over: CarryOver<'a>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(request: Request<'a>) -> Self {
        Self { request, carry_over: CarryOver::new(request.targets, request.previous) }
    }

    /// Whether a target's pin may move though it still satisfies it.
    pub(crate) fn may_move(&self, target: &Target) -> bool {
        self.request.upgrade.covers(&target.cell.name) && target.policy.frozen(self.request.now).is_none()
    }

    /// The previous pin, if its block was not edited: nothing is decided by one that was.
    pub(crate) fn trusted(&self, target: &Target) -> Option<&Pin> {
        match self.request.previous.get(&target.cell) {
            Some(pin) => Some(pin).filter(|_| !self.request.previous.is_edited(&target.cell)),
            None => self.carry_over.pin(&target.cell),
        }
    }

    /// Whether a cell has no pin, and takes none over.
    pub(crate) fn is_new(&self, target: &Target) -> bool {
        self.request.previous.get(&target.cell).is_none() && self.carry_over.pin(&target.cell).is_none()
    }

    /// The pins whose version new cells take: of each image that has new cells, the newest of those that stay.
    pub(crate) fn siblings(&self, catalog: &Catalog) -> BTreeMap<&'a Name, Pin> {
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

    /// The pin whose version a cell takes if it can: for a new cell its sibling, and for one whose declaration changed its
    /// own pin.
    pub(crate) fn model<'s>(
        &self,
        target: &Target,
        siblings: &'s BTreeMap<&Name, Pin>,
        catalog: &Catalog,
    ) -> Option<Cow<'s, Pin>> {
        if self.is_new(target) {
            return siblings.get(&target.cell.name).map(Cow::Borrowed);
        }
        self.redeclared(target, catalog).map(Cow::Owned)
    }

    /// The pin of a cell whose declaration changed, as of the image that is declared now, if that is the same image.
    fn redeclared(&self, target: &Target, catalog: &Catalog) -> Option<Pin> {
        let pin = self.trusted(target).filter(|pin| !pin.satisfies(target))?;
        let Lookup::Found(sources) = sources(target, catalog) else { return None };
        let is_same = |image: &ImageRef| label_of(image, catalog).as_ref() == pin.label();
        let (image, release) = sources.into_iter().find(|(image, _)| is_same(image))?;
        (!self.may_move(target) && pin.label().is_some()).then(|| Pin { image, release, ..pin.clone() })
    }

    /// The pin of a cell, if it stays.
    fn staying(&self, target: &Target, catalog: &Catalog) -> Option<Pin> {
        if let Some(kept) = self.kept(target) {
            return Some(kept);
        }
        if let Some(redeclared) = self.redeclared(target, catalog) {
            return matches!(siblings::find(target, &redeclared, catalog), Found::Here(_)).then_some(redeclared);
        }
        let pin = self.trusted(target).filter(|pin| pin.satisfies(target))?;
        match decide(target, Some(pin), self.request.now, target.policy.cutoff(self.request.now), catalog) {
            Decision::Keep => Some(pin.clone()),
            Decision::Pin(pick) if pick.local.id == pin.id => Some(pin.clone()),
            Decision::Pin(_) | Decision::Unresolvable(_) => None,
        }
    }

    /// What must be asked to choose for a cell that has a model. The newest is asked for only if it may be taken.
    pub(crate) fn about(&self, target: &Target, model: &Pin, catalog: &Catalog) -> BTreeSet<Query> {
        let mut queries = siblings::queries(target, model, catalog);
        let is_missing = || {
            queries.iter().all(|query| catalog.is_answered(query))
                && matches!(siblings::find(target, model, catalog), Found::Missing)
        };
        let is_held = self.is_new(target) && target.policy.frozen(self.request.now).is_some();
        if self.may_move(target) || (!is_held && is_missing()) {
            queries.extend(needed::about(target, None, self.request.now, catalog));
        }
        queries
    }

    /// Decides for a cell that has a model. `None` if its version cannot be had there.
    pub(crate) fn decide<'c>(&self, target: &Target, model: &Pin, catalog: &'c Catalog) -> Option<Decision<'c>> {
        let found = match siblings::find(target, model, catalog) {
            Found::Here(pick) => Decision::Pin(pick),
            Found::Unresolvable(choice) => Decision::Unresolvable(choice),
            Found::Missing => return None,
        };
        // An upgrade takes what is newer than the siblings that stay, and never what is older.
        if !self.may_move(target) {
            return Some(found);
        }
        match decide(target, None, self.request.now, target.policy.cutoff(self.request.now), catalog) {
            Decision::Pin(pick) if !is_older(&pick, model, catalog) => Some(Decision::Pin(pick)),
            _ => Some(found),
        }
    }

    /// The previous pin as it would stand in the new lock, if it stays.
    pub(crate) fn kept(&self, target: &Target) -> Option<Pin> {
        let pin = self.trusted(target)?;
        (pin.satisfies(target) && !self.may_move(target)).then(|| pin.clone().restated(target))
    }
}

impl Request<'_> {
    /// The target of a cell; the targets are sorted by cell.
    pub(crate) fn target(&self, cell: &Cell) -> Option<&Target> {
        self.targets.binary_search_by(|target| target.cell.cmp(cell)).ok().map(|index| &self.targets[index])
    }
}
