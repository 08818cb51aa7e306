//! Why a pin is what it is: every candidate of a cell with the reason why it won or lost.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, LocalImage, Lookup, Query};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::cooling::IN_PLACE;
use crate::domain::select::needed;
use crate::domain::select::unresolved::Unresolved;
use crate::domain::select::{Choice, Decision, Match, boots, decide, is_changed_in_place, releases};
use crate::domain::types::release::Release;
use crate::domain::types::timestamp::day;
use crate::domain::{Cell, ImageRef, Label, LocalImageId};

/// One local image, or one label of a pattern, and what speaks for or against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The cell that it could fill.
    pub cell: Cell,
    /// Whether it won.
    pub wins: bool,
    /// Its ID; `None` for a label that is out of the race with all it has.
    pub id: Option<LocalImageId>,
    /// Its label.
    pub label: Option<Label>,
    /// Its type as stated.
    pub image_type: Option<String>,
    /// When it was published, if that is known.
    pub published: Option<Timestamp>,
    /// Why it won or lost.
    pub reason: String,
}

/// What must be asked to explain these targets.
pub fn queries(targets: &[Target], lock: &Lock, now: Timestamp, catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for target in targets {
        queries.extend(needed::about(target, lock.get(&target.cell), now, catalog));
        for (image, _) in labels(target, catalog) {
            // Older versions are candidates too, where an age may choose them.
            if let (Some(_), Lookup::Found(versions)) = (target.policy.min_age, catalog.versions(&image)) {
                queries.extend(versions.iter().map(|it| Query::Listing(ImageRef::Version(it.id))));
            }
        }
    }
    catalog.unanswered(queries)
}

/// Every candidate of every target, the winner of each cell first.
///
/// # Errors
/// A problem for every target whose question has no usable answer, or one that may not be whole, and for every image that
/// does not exist.
pub fn explain(
    targets: &[Target],
    lock: &Lock,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Vec<Candidate>, Vec<Problem>> {
    let mut misses = Unresolved::default();
    let mut candidates = Vec::new();
    for target in targets {
        let pin = lock.get(&target.cell).filter(|pin| pin.satisfies(target));
        let mut of_cell = Vec::new();
        let outcome = match (decide(target, pin, now, target.policy.cutoff(now), catalog), pin) {
            (Decision::Unresolvable(unknown @ (Choice::Failed(_) | Choice::Unknown)), _) => {
                misses.unfilled(target, unknown);
                continue;
            }
            (Decision::Pin(pick), _) => Outcome::Winner(pick.local.id),
            (Decision::Keep, Some(pin)) => Outcome::Winner(pin.id),
            (Decision::Unresolvable(Choice::Several(_)), _) => Outcome::Tie,
            _ => Outcome::Nothing,
        };
        for (image, release) in labels(target, catalog) {
            // What a listing that may not be whole lacks is no proof that a pin was superseded.
            if let Lookup::Found(listing) = catalog.listing(&image)
                && let Some(doubt) = listing.doubt()
            {
                misses.failed(target, doubt);
            }
            match &release {
                Standing::In => of_cell.extend(judge_label(target, &image, outcome, pin, now, catalog)),
                Standing::Out(reason) => of_cell.push(Candidate {
                    cell: target.cell.clone(),
                    wins: false,
                    id: None,
                    label: label_of(&image, catalog),
                    image_type: None,
                    published: None,
                    reason: reason.clone(),
                }),
            }
        }
        of_cell.extend(missing_pin(&of_cell, target, outcome, pin));
        of_cell.sort_by_key(|candidate| !candidate.wins);
        candidates.extend(of_cell);
    }
    let problems = misses.problems(catalog);
    if problems.is_empty() { Ok(candidates) } else { Err(problems) }
}

/// What the race of a cell came to.
#[derive(Clone, Copy)]
enum Outcome {
    Winner(LocalImageId),
    Tie,
    Nothing,
}

/// Whether a label is in the race at all.
enum Standing {
    In,
    Out(String),
}

/// The labels, IDs and versions that a target's local images may come from, and those that its pattern matches in vain.
fn labels(target: &Target, catalog: &Catalog) -> Vec<(ImageRef, Standing)> {
    let ImageSelector::Release(pattern, range) = &target.selector else {
        return target.selector.image_ref().map(|image| (image, Standing::In)).into_iter().collect();
    };
    let standing = |release: Option<Release>| match release {
        Some(release) if range.contains(&release) => Standing::In,
        Some(release) => Standing::Out(format!("release {release} is not in `{range}`")),
        None => Standing::Out("its release cannot be read, from the label or from the name".to_owned()),
    };
    let mut labels: Vec<(Option<Release>, &Image)> = releases(pattern, catalog).collect();
    labels.sort_by(|a, b| b.cmp(a));
    labels.into_iter().map(|(release, image)| (ImageRef::Label(image.label.clone()), standing(release))).collect()
}

/// Judges all local images of one label, the older versions' too, as far as they are known.
fn judge_label(
    target: &Target,
    image: &ImageRef,
    outcome: Outcome,
    pin: Option<&Pin>,
    now: Timestamp,
    catalog: &Catalog,
) -> Vec<Candidate> {
    let mut locals: Vec<(&LocalImage, bool)> = rows(image, catalog).map(|local| (local, true)).collect();
    if let (Lookup::Found(versions), false) = (catalog.versions(image), matches!(image, ImageRef::Version(_))) {
        for version in versions {
            let older = rows(&ImageRef::Version(version.id), catalog).map(|local| (local, false));
            let older: Vec<_> =
                older.filter(|(local, _)| locals.iter().all(|(known, _)| known.id != local.id)).collect();
            locals.extend(older);
        }
    }
    let here = |local: &LocalImage| local.zone == target.cell.zone && local.arch == target.cell.arch;
    let elsewhere = locals.iter().filter(|(local, current)| *current && !here(local)).count();
    let mut candidates: Vec<Candidate> = locals
        .iter()
        .filter(|(local, _)| here(local))
        .map(|(local, current)| {
            let wins = matches!(outcome, Outcome::Winner(id) if id == local.id);
            let pinned = pin.filter(|pin| pin.id == local.id);
            let mut reason = match unfit(target, image, local, pin, now, catalog) {
                Some(_) if wins => "what else is old enough is older".to_owned(),
                Some(reason) => reason,
                None => fitness(target, outcome, wins, *current, now),
            };
            if pinned.is_some() {
                reason += "; it is pinned";
            }
            Candidate {
                cell: target.cell.clone(),
                wins,
                id: Some(local.id),
                label: local.label.clone(),
                image_type: Some(visible(local.image_type.as_str())),
                published: pinned.and_then(|pin| pin.published).or_else(|| catalog.published(image, local.id)),
                reason,
            }
        })
        .collect();
    if elsewhere > 0 {
        candidates.push(Candidate {
            cell: target.cell.clone(),
            wins: false,
            id: None,
            label: label_of(image, catalog),
            image_type: None,
            published: None,
            reason: format!("{elsewhere} more in other zones or for other architectures"),
        });
    }
    candidates
}

/// Why a local image of the cell's zone and architecture does not fit.
fn unfit(
    target: &Target,
    image: &ImageRef,
    local: &LocalImage,
    pin: Option<&Pin>,
    now: Timestamp,
    catalog: &Catalog,
) -> Option<String> {
    if !local.image_type.fits(target.image_type) {
        return Some(format!("not of type {}", target.image_type));
    }
    if let Some(wanted) = target.instance_type.as_ref().filter(|_| !boots(local, target)) {
        return Some(format!("does not boot on {wanted}"));
    }
    let published = catalog.published(image, local.id);
    let pick = Match { local, image: image.clone(), release: None, published };
    if target.policy.min_age.is_some() && pin.is_some_and(|pin| is_changed_in_place(&pick, pin, catalog)) {
        return Some(IN_PLACE.to_owned());
    }
    if matches!(image, ImageRef::Version(_)) {
        return None;
    }
    let (age, cutoff) = target.policy.min_age.zip(target.policy.cutoff(now))?;
    match published {
        None => Some(format!("its date is not known, and `min-age` asks for {age}")),
        Some(published) if published > cutoff => {
            Some(format!("younger than {age}, until {}", day(age.after(published))))
        }
        Some(_) => None,
    }
}

/// Why a local image that fits won or lost.
fn fitness(target: &Target, outcome: Outcome, wins: bool, current: bool, now: Timestamp) -> String {
    match (outcome, target.policy.frozen(now)) {
        (Outcome::Winner(_), Some(freeze)) if wins => {
            format!("the newest that fits, but frozen until {}", freeze.until)
        }
        (Outcome::Winner(_), None) if wins => "the newest that fits".to_owned(),
        (Outcome::Tie, _) if current => "one of several that fit: `instance-type` must choose".to_owned(),
        (Outcome::Winner(_), _) if current && matches!(target.selector, ImageSelector::Release(..)) => {
            "a newer release fits".to_owned()
        }
        _ => "another version fits better".to_owned(),
    }
}

/// The pin, where it is none of the candidates.
fn missing_pin(candidates: &[Candidate], target: &Target, outcome: Outcome, pin: Option<&Pin>) -> Option<Candidate> {
    let pin = pin.filter(|pin| candidates.iter().all(|candidate| candidate.id != Some(pin.id)))?;
    let wins = matches!(outcome, Outcome::Winner(id) if id == pin.id);
    let stays = "pinned, but the Marketplace does not list it; kept, because nothing else is known to be old enough";
    Some(Candidate {
        cell: target.cell.clone(),
        wins,
        id: Some(pin.id),
        label: pin.label().cloned(),
        image_type: Some(pin.image_type.to_string()),
        published: pin.published,
        reason: if wins { stays } else { "pinned, but the Marketplace does not list it" }.to_owned(),
    })
}

fn rows<'c>(image: &ImageRef, catalog: &'c Catalog) -> std::slice::Iter<'c, LocalImage> {
    let rows = match catalog.listing(image) {
        Lookup::Found(listing) => listing.local_images(),
        Lookup::NotFound | Lookup::Failed(_) => &[],
    };
    rows.iter()
}

fn label_of(image: &ImageRef, catalog: &Catalog) -> Option<Label> {
    match image {
        ImageRef::Label(label) => Some(label.clone()),
        other => catalog.image(other).map(|image| image.label.clone()),
    }
}
