//! Makes the lock satisfy the manifest, moving nothing it need not.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Question};
use super::inquiry;
use super::judge::{Latest, frozen_note, too_young};
use super::life::outlook;
use super::lock::{Lock, Pin};
use super::manifest::{Target, Wanted};
use super::miss::Misses;
use super::policy::day;
use super::problem::Problem;
use super::scene::Scene;
pub use super::scene::{Request, Upgrade};
use super::select::{Decision, Pick, decide};
use super::siblings::Strays;
use super::words::{and_more, arguments, quoted};
use super::{Cell, ImageRef, Name};

/// What resolving comes to: the new lock, and what changes on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The lock that satisfies the manifest.
    pub lock: Lock,
    /// One change a cell of the old or the new lock, sorted by cell.
    pub changes: Vec<Change>,
    /// What somebody should know of what is pinned anew.
    pub warnings: Vec<Problem>,
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
    /// Whether something other than imagelock changed the block: nobody vouches for the pin after.
    pub edited: bool,
    /// A local image that could replace a kept pin, where that was learnt on the way.
    pub newer: Option<Latest>,
    /// Why a pin that might have moved stays.
    pub note: Option<String>,
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
    /// Something other than imagelock changed the block, a hand or a merge.
    Edited,
    /// Nothing changes.
    Kept,
}

impl Action {
    /// Every action, in the order in which they are counted.
    pub const ALL: [Self; 6] = [Self::Added, Self::Removed, Self::Moved, Self::Amended, Self::Edited, Self::Kept];

    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Amended => "amended",
            Self::Edited => "edited",
            Self::Kept => "kept",
        }
    }
}

impl Change {
    /// In a word, what it does.
    pub fn action(&self) -> Action {
        match (&self.from, &self.to) {
            _ if self.edited => Action::Edited,
            (None, _) => Action::Added,
            (Some(_), None) => Action::Removed,
            (Some(from), Some(to)) if from.id != to.id => Action::Moved,
            (Some(from), Some(to)) if from != to => Action::Amended,
            _ => Action::Kept,
        }
    }
}

/// What must be asked, given what is known already; empty where the new lock can be made.
pub fn questions(request: Request<'_>, catalog: &Catalog) -> BTreeSet<Question> {
    let scene = Scene::new(request);
    let siblings = scene.siblings(catalog);
    let mut questions = BTreeSet::new();
    for target in request.targets {
        let refused = request.previous.is_edited(&target.cell) && !request.upgrade.names(&target.cell.name);
        if refused || scene.kept(target).is_some() {
            continue;
        }
        if let Some(model) = scene.model(target, &siblings, catalog) {
            questions.extend(scene.about(target, &model, catalog));
            continue;
        }
        let trusted = scene.trusted(target);
        questions.extend(inquiry::about(target, trusted, request.now, catalog));
        // Where an age may keep the pin, it must be what it says it is.
        let pin = trusted.filter(|_| target.policy.min_age.is_some());
        questions.extend(pin.and_then(|pin| inquiry::identity(target, pin, catalog)));
    }
    inquiry::unknown(questions, catalog)
}

/// Chooses a local image for every target that has none or may move, and keeps all other pins.
///
/// # Errors
/// A problem for every target that cannot be filled, and for every block of the previous lock that was edited and
/// that `upgrade` does not pin anew.
pub fn resolve(request: Request<'_>, catalog: &Catalog) -> Result<Plan, Vec<Problem>> {
    let scene = Scene::new(request);
    let siblings = scene.siblings(catalog);
    let mut unplaced = Strays::default();
    let mut misses = Misses::default();
    let mut problems = Vec::new();
    let mut changes = Vec::new();
    for target in request.targets {
        let covered = request.upgrade.covers(&target.cell.name);
        let named = request.upgrade.names(&target.cell.name);
        if let Some(edited) = request.previous.edited(&target.cell).filter(|_| !named) {
            problems.push(edited);
            continue;
        }
        if let Some(pin) = scene.kept(target) {
            changes.push(keep(&scene, target, pin, covered, catalog));
            continue;
        }
        let from = request.previous.get(&target.cell).cloned();
        let trusted = scene.trusted(target);
        let model = scene.model(target, &siblings, catalog);
        let of_model = model.as_ref().and_then(|model| scene.decide(target, model, catalog));
        if let (Some(sibling), None, true) = (&model, &of_model, scene.is_new(target)) {
            unplaced.without_version(target, sibling, catalog);
            if target.policy.frozen(request.now).is_some() {
                continue;
            }
        } else if let (None, Some(candidates)) = (&model, scene.carry_over.candidates(&target.cell)) {
            unplaced.ambiguous(target, candidates);
        }
        let newest = || decide(target, trusted, request.now, target.policy.cutoff(request.now), catalog);
        let to = match of_model.unwrap_or_else(newest) {
            Decision::Pin(pick) => pin(target, &pick, trusted),
            Decision::Stuck(choice) => {
                misses.unfilled(target, choice);
                continue;
            }
            Decision::Keep => match trusted {
                Some(trusted) => {
                    let published = trusted.published.or_else(|| catalog.published(&trusted.image, trusted.id));
                    Pin { published, ..trusted.clone().restated(target) }
                }
                None => continue,
            },
        };
        let stays = from.as_ref().is_some_and(|from| from.id == to.id);
        let (newer, waits) = too_young(&to, target, request.now, catalog).filter(|_| stays).unzip();
        let thawed = target.policy.frozen(request.now).filter(|_| from.is_some() && !stays);
        let thawed = thawed.map(|_| "moved though frozen: it is declared anew, or its block was edited".to_owned());
        let is_carried = from.is_none() && trusted.is_some_and(|pin| pin.id == to.id);
        let origin = scene.carry_over.origin(&target.cell).filter(|_| is_carried);
        let note = origin.or(waits).or(thawed);
        changes.push(Change { cell: target.cell.clone(), from, to: Some(to), edited: false, newer, note });
    }
    problems.extend(misses.problems(catalog));
    problems.extend(unplaced.refused(request.now));
    if !problems.is_empty() {
        return Err(problems);
    }
    let lock = Lock::new(changes.iter().filter_map(|change| change.to.clone()));
    let removed = request.previous.pins().iter().filter(|pin| lock.get(&pin.cell).is_none());
    let mut destinations = scene.carry_over.destinations();
    changes.extend(removed.map(|pin| {
        let (cell, from) = (pin.cell.clone(), Some(pin.clone()));
        Change { cell, from, to: None, edited: false, newer: None, note: destinations.remove(&pin.cell) }
    }));
    changes.sort_by(|a, b| a.cell.cmp(&b.cell));
    // A pin that is taken over is not pinned anew.
    let anew: Vec<&Change> = changes.iter().filter(|change| scene.carry_over.pin(&change.cell).is_none()).collect();
    let mut warnings = unplaced.warnings();
    warnings.extend(ends(request, &anew, catalog));
    warnings.extend(skews(request, &changes));
    warnings.extend(undated(anew, catalog));
    Ok(Plan { lock, changes, warnings })
}

/// A pin that stays, with what was learnt on the way about newer ones.
fn keep(scene: &Scene<'_>, target: &Target, pin: Pin, covered: bool, catalog: &Catalog) -> Change {
    let request = scene.request;
    let freeze = target.policy.frozen(request.now).filter(|_| covered);
    let note = scene.carry_over.origin(&target.cell).or(freeze.map(frozen_note));
    let newer = match decide(target, Some(&pin), request.now, target.policy.cutoff(request.now), catalog) {
        Decision::Pin(pick) if pick.local.id != pin.id => Some(Latest::new(&pick, &pin, catalog)),
        _ => None,
    };
    let from = request.previous.get(&target.cell).cloned();
    Change { cell: target.cell.clone(), from, to: Some(pin), edited: false, newer, note }
}

/// The pin of a target for the local image that was picked.
pub(super) fn pin(target: &Target, pick: &Pick<'_>, from: Option<&Pin>) -> Pin {
    let (image, stated_label) = match &target.wanted {
        // A range's pick comes from the listing of the label that won.
        Wanted::Label(_) | Wanted::Release(..) => (pick.image.clone(), None),
        Wanted::Image(id) => (ImageRef::Id(*id), pick.local.label.clone()),
        Wanted::Version(id) => (ImageRef::Version(*id), pick.local.label.clone()),
    };
    // What was known of an ID once stands: a date that is told later may be that of a newer version.
    let known = from.filter(|pin| pin.id == pick.local.id).and_then(|pin| pin.published);
    Pin {
        cell: target.cell.clone(),
        image_type: target.image_type,
        image,
        stated_label,
        release: pick.release.clone(),
        instance_type: target.instance_type.clone(),
        id: pick.local.id,
        published: known.or(pick.published),
    }
}

/// Warns of what is pinned anew at or near its end.
fn ends(request: Request<'_>, changes: &[&Change], catalog: &Catalog) -> Vec<Problem> {
    let mut warned: BTreeMap<&Name, Problem> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved)) {
        let (Some(pin), Some(target)) = (&change.to, request.target(&change.cell)) else { continue };
        let Some(outlook) = outlook(pin, target, request.now, catalog) else { continue };
        let title = format!("support for `{}` {}", pin.image, outlook.words());
        let help = match outlook.successors.as_slice() {
            [] => "plan its successor".to_owned(),
            some => format!("move on to {}", and_more(some.iter().map(quoted), 3)),
        };
        let problem = Problem::new(title).at(target.places.image.clone(), "pinned all the same").help(help);
        warned.entry(&change.cell.name).or_insert(problem);
    }
    warned.into_values().collect()
}

/// Warns of what is pinned anew without a date because the Marketplace did not answer. Where it answers without a date,
/// there is none to miss.
pub(super) fn undated<'a>(changes: impl IntoIterator<Item = &'a Change>, catalog: &Catalog) -> Option<Problem> {
    let anew = changes.into_iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved));
    let undated = anew.filter(|change| change.to.as_ref().is_some_and(|pin| pin.published.is_none()));
    let names: BTreeSet<&str> = undated.map(|change| change.cell.name.as_str()).collect();
    let failure = catalog.silence().filter(|_| !names.is_empty())?;
    let problem = Problem::new("pinned without publication dates, which could not be learnt").note(&failure.cause);
    let names = arguments(names);
    Some(problem.help(format!(
        "once the Marketplace tells them, `imagelock resolve --upgrade {names}` adds them, and moves what is outdated by then"
    )))
}

/// Warns of images whose cells end on different versions, where something of them changed.
fn skews(request: Request<'_>, changes: &[Change]) -> Vec<Problem> {
    let mut by_name: BTreeMap<&Name, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_name.entry(&change.cell.name).or_default().push(change);
    }
    let mut warnings = Vec::new();
    for (name, changes) in by_name {
        if changes.iter().all(|change| change.action() == Action::Kept) {
            continue;
        }
        let mut builds: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for pin in changes.iter().filter_map(|change| change.to.as_ref()) {
            if let Some(published) = pin.published {
                let place = format!("{} ({})", pin.cell.zone, pin.cell.arch);
                builds.entry((pin.release.clone(), published)).or_default().push(place);
            }
        }
        if builds.len() < 2 {
            continue;
        }
        let mut problem = Problem::new(format!("the cells of `{name}` are of different versions"));
        for ((release, published), places) in builds {
            let release = release.map_or_else(String::new, |release| format!("release {release}, "));
            problem = problem.note(format!("{release}published {}: {}", day(published), and_more(places, 4)));
        }
        if let Some(target) = changes.first().and_then(|change| request.target(&change.cell)) {
            problem = problem.at(target.places.image.clone(), "");
        }
        warnings.push(problem.help(format!("`imagelock resolve --upgrade {name}` brings them together, where it can")));
    }
    warnings
}
