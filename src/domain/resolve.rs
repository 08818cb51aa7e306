//! Makes the lock satisfy the manifest, moving nothing it need not.

use std::collections::BTreeSet;

use super::catalog::{Answer, Catalog, LocalImage};
use super::lock::{Lock, Pin};
use super::manifest::Target;
use super::miss::Misses;
use super::problem::Problem;
use super::select::{Choice, boots, candidates, choose};
use super::{Cell, ImageRef, Name};

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
    fn covers(&self, name: &Name) -> bool {
        match self {
            Self::Keep => false,
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

/// What resolving comes to: the new lock, and what changes on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The lock that satisfies the manifest.
    pub lock: Lock,
    /// One change a cell of the old or the new lock, sorted by cell.
    pub changes: Vec<Change>,
}

impl Plan {
    /// Whether the lock comes out other than it was.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::Kept)
    }
}

/// What happens to one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cell.
    pub cell: Cell,
    /// The pin before.
    pub from: Option<Pin>,
    /// The pin after.
    pub to: Option<Pin>,
    /// A local image that could replace a kept pin, where that was learnt on the way.
    pub newer: Option<LocalImage>,
}

/// In a word, what a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A new cell is pinned.
    Added,
    /// A cell that is no longer declared is dropped.
    Removed,
    /// Another local image is pinned.
    Moved,
    /// The same local image stays pinned, and another line of its block changes.
    Amended,
    /// Nothing changes.
    Kept,
}

impl Action {
    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Amended => "amended",
            Self::Kept => "kept",
        }
    }
}

impl Change {
    /// In a word, what it does.
    pub fn action(&self) -> Action {
        match (&self.from, &self.to) {
            (None, _) => Action::Added,
            (Some(_), None) => Action::Removed,
            (Some(from), Some(to)) if from.id != to.id => Action::Moved,
            (Some(from), Some(to)) if from != to => Action::Amended,
            _ => Action::Kept,
        }
    }
}

/// The images that the Marketplace must be asked about; empty where the lock satisfies the manifest already.
pub fn questions(targets: &[Target], previous: &Lock, upgrade: &Upgrade) -> BTreeSet<ImageRef> {
    targets
        .iter()
        .filter(|target| {
            upgrade.covers(&target.cell.name) || kept(target, previous).is_none() && !previous.is_edited(&target.cell)
        })
        .map(|target| target.image.clone())
        .collect()
}

/// Chooses a local image for every target that has none or may move, and keeps all other pins.
///
/// # Errors
/// A problem for every target that cannot be filled, and for every block of the previous lock that was edited and
/// that `upgrade` does not pin anew.
pub fn resolve(
    targets: &[Target],
    catalog: &Catalog,
    previous: &Lock,
    upgrade: &Upgrade,
) -> Result<Plan, Vec<Problem>> {
    let mut misses = Misses::default();
    let mut problems = Vec::new();
    let mut pins = Vec::new();
    let mut changes = Vec::new();
    for target in targets {
        let from = previous.get(&target.cell).cloned();
        let may_move = upgrade.covers(&target.cell.name);
        if let Some(edited) = previous.edited(&target.cell).filter(|_| !may_move) {
            problems.push(edited);
            continue;
        }
        if let Some(pin) = kept(target, previous).filter(|_| !may_move) {
            let newer = newer(target, catalog, &pin);
            pins.push(pin.clone());
            changes.push(Change { cell: target.cell.clone(), from, to: Some(pin), newer });
            continue;
        }
        match catalog.listing(&target.image) {
            Answer::NotFound => misses.unknown(target),
            Answer::Failed(failure) => misses.failed(target, failure),
            Answer::Found(listing) => {
                // A pin that is still on offer is as new as any other candidate: nothing is gained by moving it.
                let same = candidates(listing, target)
                    .into_iter()
                    .find(|local| from.as_ref().is_some_and(|pin| pin.id == local.id) && boots(local, target));
                match same.map_or_else(|| choose(listing, target), Choice::One) {
                    Choice::One(local) => {
                        let pin = pin(target, local, from.as_ref());
                        pins.push(pin.clone());
                        changes.push(Change { cell: target.cell.clone(), from, to: Some(pin), newer: None });
                    }
                    other => misses.unfilled(target, other),
                }
            }
        }
    }
    problems.extend(misses.problems(catalog));
    if !problems.is_empty() {
        return Err(problems);
    }
    let lock = Lock::new(pins);
    let removed = previous.pins().iter().filter(|pin| lock.get(&pin.cell).is_none());
    changes.extend(removed.map(|pin| Change {
        cell: pin.cell.clone(),
        from: Some(pin.clone()),
        to: None,
        newer: None,
    }));
    changes.sort_by(|a, b| a.cell.cmp(&b.cell));
    Ok(Plan { lock, changes })
}

/// The previous pin as it would stand in the new lock, if it still satisfies the target.
fn kept(target: &Target, previous: &Lock) -> Option<Pin> {
    let pin = previous.get(&target.cell)?;
    let keep = pin.satisfies(target) && !previous.is_edited(&target.cell);
    keep.then(|| Pin { instance_type: target.instance_type.clone(), ..pin.clone() })
}

fn pin(target: &Target, local: &LocalImage, from: Option<&Pin>) -> Pin {
    // A date that was known once is not forgotten because it was not told again.
    let known = from.filter(|pin| pin.id == local.id).and_then(|pin| pin.published);
    let (label, image_id) = match &target.image {
        ImageRef::Label(label) => (Some(label.clone()), None),
        ImageRef::Id(id) => (local.label.clone(), Some(*id)),
    };
    Pin {
        cell: target.cell.clone(),
        image_type: target.image_type,
        label,
        image_id,
        instance_type: target.instance_type.clone(),
        id: local.id,
        published: local.published.or(known),
    }
}

/// The local image that would replace a kept pin, if its listing happens to be known.
fn newer(target: &Target, catalog: &Catalog, pin: &Pin) -> Option<LocalImage> {
    let Answer::Found(listing) = catalog.listing(&target.image) else { return None };
    if listing.with_id(pin.id).next().is_some() {
        return None;
    }
    match choose(listing, target) {
        Choice::One(local) => Some(local.clone()),
        _ => None,
    }
}
