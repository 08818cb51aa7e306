//! Makes the lock satisfy the manifest, moving nothing it need not.

pub mod carry_over;
pub mod scene;
pub mod siblings;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Name;
use crate::domain::catalog::{Catalog, Query};
use crate::domain::diagnostics::help::{Command, Help};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sentence::{and_more, quoted};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::manifest::policy::Freeze;
use crate::domain::plan::{Plan, add_versions, pin, undated};
use crate::domain::resolve::scene::Scene;
pub use crate::domain::resolve::scene::{Request, Upgrade};
use crate::domain::resolve::siblings::Strays;
use crate::domain::select::cooling::too_young;
use crate::domain::select::end_of_life::outlook;
use crate::domain::select::latest;
use crate::domain::select::needed;
use crate::domain::select::unresolved::Unresolved;
use crate::domain::select::verify::own_image;
use crate::domain::select::{Decision, decide};
use crate::domain::types::timestamp::day;

/// What must be asked, given what is known already; empty where the new lock can be made.
pub fn queries(request: Request<'_>, catalog: &Catalog) -> BTreeSet<Query> {
    let scene = Scene::new(request);
    let siblings = scene.siblings(catalog);
    let mut queries = BTreeSet::new();
    for target in request.targets {
        let refused = request.previous.is_edited(&target.cell) && !request.upgrade.names(&target.cell.name);
        if refused || scene.kept(target).is_some() {
            continue;
        }
        if let Some(model) = scene.model(target, &siblings, catalog) {
            queries.extend(scene.about(target, &model, catalog));
            continue;
        }
        let trusted = scene.trusted(target);
        queries.extend(needed::about(target, trusted, request.now, catalog));
        // Where an age may keep the pin, it must be what it says it is.
        let pin = trusted.filter(|_| target.policy.min_age.is_some());
        queries.extend(pin.and_then(|pin| needed::identity(target, pin, catalog)));
    }
    catalog.unanswered(queries)
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
    let mut misses = Unresolved::default();
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
            Decision::Pin(pick) => pin(target, &pick, trusted, catalog),
            Decision::Unresolvable(choice) => {
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
    let removed = request.previous.pins().iter().filter(|pin| request.target(&pin.cell).is_none());
    let mut destinations = scene.carry_over.destinations();
    changes.extend(removed.map(|pin| {
        let (cell, from) = (pin.cell.clone(), Some(pin.clone()));
        Change { cell, from, to: None, edited: false, newer: None, note: destinations.remove(&pin.cell) }
    }));
    changes.sort_by(|a, b| a.cell.cmp(&b.cell));
    let is_written = changes.iter().any(|change| change.action() != Action::Kept);
    add_versions(&mut changes, is_written, catalog);
    let lock = Lock::new(changes.iter().filter_map(|change| change.to.clone()));
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
    let note = scene.carry_over.origin(&target.cell).or(freeze.map(Freeze::note));
    let newer = match decide(target, Some(&pin), request.now, target.policy.cutoff(request.now), catalog) {
        Decision::Pin(pick) if pick.local.id != pin.id => Some(latest(&pick, &pin, catalog)),
        _ => None,
    };
    let from = request.previous.get(&target.cell).cloned();
    Change { cell: target.cell.clone(), from, to: Some(pin), edited: false, newer, note }
}

/// Warns of what is pinned anew at or near its end.
fn ends(request: Request<'_>, changes: &[&Change], catalog: &Catalog) -> Vec<Problem> {
    let mut warned: BTreeMap<&Name, Problem> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved)) {
        let (Some(pin), Some(target)) = (&change.to, request.target(&change.cell)) else { continue };
        let Some(outlook) = outlook(pin, target, request.now, catalog) else { continue };
        let title = format!("support for `{}` {}", own_image(pin, target), outlook.words());
        let help = match outlook.successors.as_slice() {
            [] => "plan its successor".to_owned(),
            some => format!("move on to {}", and_more(some.iter().map(quoted), 3)),
        };
        let problem = Problem::new(title).at(target.spans.image.clone(), "pinned all the same").help(help);
        warned.entry(&change.cell.name).or_insert(problem);
    }
    warned.into_values().collect()
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
            problem = problem.at(target.spans.image.clone(), "");
        }
        let upgrade = Command::new("resolve --upgrade").args([name]);
        warnings.push(problem.help(Help::run(upgrade).then(" brings them together, where it can")));
    }
    warnings
}
