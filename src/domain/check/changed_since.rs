//! The gate for a change: whether the pins that it brings are real. It never judges how old they are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Listing, LocalImage, Lookup, Query, QueryError};
use crate::domain::check::acceptance::Accepted;
use crate::domain::check::assess::Assessment;
use crate::domain::check::report::{Gate, Proof};
use crate::domain::check::{Finding, Report, Status, disagreement, is_about, locked, undeclared};
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::visible;
use crate::domain::diagnostics::sentence::{and_more, count};
use crate::domain::lock::diff::changes;
use crate::domain::lock::history::Side;
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::Target;
use crate::domain::select::candidates;
use crate::domain::select::needed;
use crate::domain::select::unresolved::Unresolved;
use crate::domain::select::verify::{expected_label, mismatch, mismatch_of, own_image};
use crate::domain::{Arch, Cell, ImageRef, ImageType, Label, LocalImageId, Zone};

/// The state that a change is measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The revision as it was given, and the merge base that it stands for.
    pub side: Side,
    /// The lock there.
    pub lock: Lock,
    /// The pins that the lock had up to there.
    pub past: PastPins,
}

/// A pin as a history vouches for it, under any name.
type PastPin = (LocalImageId, Label, Zone, Arch, ImageType);

/// Those of some IDs that the revisions of a lock pinned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastPins {
    ids: BTreeSet<LocalImageId>,
    pins: BTreeSet<PastPin>,
    /// Why the history may lack revisions, if it may.
    pub gap: Option<String>,
}

impl PastPins {
    /// Nothing yet, of these IDs.
    pub fn of(ids: impl IntoIterator<Item = LocalImageId>) -> Self {
        Self { ids: ids.into_iter().collect(), ..Self::default() }
    }

    /// Takes in a revision. Edited blocks prove nothing.
    pub fn add(&mut self, lock: &Lock) {
        for pin in lock.pins().iter().filter(|pin| self.ids.contains(&pin.id) && !lock.is_edited(&pin.cell)) {
            if let Some(label) = pin.label() {
                let Cell { zone, arch, .. } = &pin.cell;
                self.pins.insert((pin.id, label.clone(), zone.clone(), arch.clone(), pin.image_type));
            }
        }
    }

    fn has(&self, pin: &Pin, label: Option<&Label>) -> bool {
        let Cell { zone, arch, .. } = &pin.cell;
        label.is_some_and(|label| {
            self.pins.contains(&(pin.id, label.clone(), zone.clone(), arch.clone(), pin.image_type))
        })
    }
}

/// Whether a pin differs from the one that its cell has at the base, in what decides what boots. An edited block there
/// vouches for nothing.
pub fn is_changed(pin: &Pin, base: &Lock) -> bool {
    let same = |old: &Pin| {
        (old.id, &old.image, &old.stated_label, old.image_type)
            == (pin.id, &pin.image, &pin.stated_label, pin.image_type)
    };
    base.is_edited(&pin.cell) || !base.get(&pin.cell).is_some_and(same)
}

/// The targets whose pins must be verified, with them. An edited block is drift whatever it says.
fn changed<'a>(base: &'a Base, lock: &'a Lock, targets: &'a [Target]) -> impl Iterator<Item = (&'a Target, &'a Pin)> {
    locked(lock, targets).filter_map(|(target, pin)| {
        let verifiable =
            |pin: &&Pin| !lock.is_edited(&pin.cell) && is_about(pin, target, lock) && is_changed(pin, &base.lock);
        Some((target, pin.filter(verifiable)?))
    })
}

/// What the gate must ask, given what is known already: about the changed pins alone, and no more than it takes to verify
/// them.
pub fn queries(base: &Base, lock: &Lock, targets: &[Target], catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (target, pin) in changed(base, lock, targets) {
        let image = own_image(pin, target);
        queries.extend([Query::Index, Query::Listing(image.clone())]);
        queries.extend(needed::identity(target, pin, catalog));
        let label = expected_label(pin, target, catalog);
        // A failure is also what was not asked: then the listing has the ID, or is not known yet.
        let is_unlisted = matches!(is_looked_up(pin, label.as_ref(), catalog), Ok(false));
        if !is_unlisted || base.past.has(pin, label.as_ref()) {
            continue;
        }
        queries.extend(catalog.image(&image).map(|image| Query::Versions(image.id)));
        if let Lookup::Found(versions) = catalog.versions(&image) {
            queries.extend(versions.iter().map(|version| Query::Listing(ImageRef::Version(version.id))));
        }
    }
    catalog.unanswered(queries)
}

/// Verifies the pins that differ from the base, and compares lock and manifest.
///
/// # Errors
/// A problem for everything that could not be decided: an answer that did not come, one that cannot be the whole truth,
/// or a history with a gap.
pub fn gate(
    base: &Base,
    lock: &Lock,
    targets: &[Target],
    now: Timestamp,
    catalog: &Catalog,
) -> Result<Report, Vec<Problem>> {
    let (mut misses, mut gaps) = (Unresolved::default(), Vec::new());
    let mut findings: Vec<Finding> = undeclared(lock, targets).collect();
    let disagreements = locked(lock, targets).filter_map(|(target, pin)| disagreement(lock, pin, target));
    findings.extend(disagreements);
    let (mut proofs, mut count) = (BTreeMap::new(), 0);
    let mut accepted = Accepted::default();
    for (target, pin) in changed(base, lock, targets) {
        count += 1;
        match verify(pin, target, &base.past, catalog) {
            Ok((proof, judgement)) => {
                proofs.extend(proof.map(|proof| (pin.cell.clone(), proof)));
                findings.extend(judgement.map(|judgement| {
                    let mut finding = Finding::new(target, Some(pin), judgement);
                    finding.accept(accepted.of(&target.policy, now));
                    finding
                }));
            }
            Err(Doubt::Lookup(failure)) => misses.failed(target, failure),
            Err(Doubt::Gap(gap)) => gaps.push((target, gap)),
        }
    }
    let mut problems = misses.problems(catalog);
    problems.extend(incomplete_history(&gaps));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut moves = changes(&base.lock, lock);
    for change in &mut moves {
        change.note = change.note.take().or(proofs.get(&change.cell).map(|proof| proof.note().to_owned()));
    }
    let since = base.side.clone();
    let gate = Gate { since, moves, proofs, changed: count, pins: lock.pins().len() };
    Ok(Report { gate: Some(gate), ..Report::new(findings, Vec::new()) })
}

/// Why a pin can be called neither real nor unverified.
enum Doubt {
    /// An answer of the Marketplace is missing, or may not be whole.
    Lookup(QueryError),
    /// The history may lack revisions.
    Gap(String),
}

impl From<QueryError> for Doubt {
    fn from(failure: QueryError) -> Self {
        Self::Lookup(failure)
    }
}

/// How a changed pin was verified, and what is wrong with it.
fn verify(
    pin: &Pin,
    target: &Target,
    past: &PastPins,
    catalog: &Catalog,
) -> Result<(Option<Proof>, Option<Assessment>), Doubt> {
    let wrong = |status, notes| Ok((None, Some(Assessment::new(status, notes))));
    let image = own_image(pin, target);
    let listing = match catalog.listing(&image) {
        Lookup::Found(listing) => Some(listing),
        Lookup::NotFound if catalog.image(&image).is_some() => {
            let how = format!("it knows no local images of `{image}`, and its list of images has that image");
            return Err(QueryError::invalid_response(how).into());
        }
        Lookup::NotFound => None,
        Lookup::Failed(failure) => return Err(failure.into()),
    };
    let expected = expected_label(pin, target, catalog);
    if let (Some(stated), Some(expected)) = (pin.label(), &expected)
        && stated != expected
    {
        return wrong(Status::Mismatch, vec![format!("the lockfile has the label `{stated}`, not `{expected}`")]);
    }
    if let Some(swap) = mismatch(pin, target, catalog) {
        return wrong(Status::Mismatch, vec![swap]);
    }
    // With no swap, one of the rows is the pin.
    let is_listed = listing.is_some_and(|listing| listing.with_id(pin.id).next().is_some());
    let proof = if is_listed || is_looked_up(pin, expected.as_ref(), catalog)? {
        Proof::Listed
    } else if past.has(pin, expected.as_ref()) {
        Proof::History
    } else {
        let rows = of_versions(pin, &image, catalog)?;
        let swaps: Vec<_> = rows.rows.iter().map(|local| mismatch_of(local, target, expected.as_ref())).collect();
        if swaps.iter().any(Option::is_none) {
            Proof::Version
        } else if let Some(swap) = swaps.into_iter().flatten().next() {
            return wrong(Status::Mismatch, vec![swap]);
        } else if let Some(doubt) = rows.doubt.or(listing.and_then(Listing::doubt)) {
            return Err(doubt.into());
        } else if let Some(gap) = &past.gap {
            return Err(Doubt::Gap(gap.clone()));
        } else {
            let note = "the Marketplace does not list the ID, and this lock did not pin it before the change";
            return wrong(Status::Unverified, vec![note.to_owned()]);
        }
    };
    Ok((Some(proof), not_offered(listing, target, catalog)?))
}

/// Whether the Marketplace describes the ID, with the label that it must have.
fn is_looked_up(pin: &Pin, expected: Option<&Label>, catalog: &Catalog) -> Result<bool, QueryError> {
    match catalog.local_image(pin.id) {
        Lookup::Found(local) => Ok(local.label.is_some() && local.label.as_ref() == expected),
        Lookup::NotFound => Ok(false),
        Lookup::Failed(failure) => {
            let cause = format!("looking up the changed IDs that are not listed: {}", failure.cause);
            Err(QueryError { cause, ..failure })
        }
    }
}

/// The local images with an ID that are part of the versions of an image.
struct OfVersions<'c> {
    rows: Vec<&'c LocalImage>,
    /// Why there may be others.
    doubt: Option<QueryError>,
}

fn of_versions<'c>(pin: &Pin, image: &ImageRef, catalog: &'c Catalog) -> Result<OfVersions<'c>, QueryError> {
    let mut found = OfVersions { rows: Vec::new(), doubt: None };
    let versions = match catalog.versions(image) {
        Lookup::Found(versions) => versions,
        Lookup::NotFound => return Ok(found),
        Lookup::Failed(failure) => return Err(failure),
    };
    for version in versions {
        match catalog.listing(&ImageRef::Version(version.id)) {
            Lookup::Found(listing) => {
                found.rows.extend(listing.with_id(pin.id));
                found.doubt = found.doubt.or_else(|| listing.doubt());
            }
            Lookup::NotFound => {}
            Lookup::Failed(failure) => found.doubt = found.doubt.or(Some(failure)),
        }
    }
    Ok(found)
}

/// What to say where the Marketplace offers nothing for a target.
fn not_offered(
    listing: Option<&Listing>,
    target: &Target,
    catalog: &Catalog,
) -> Result<Option<Assessment>, QueryError> {
    let Some(listing) = listing else {
        let note = "the Marketplace does not offer this image".to_owned();
        return Ok(Some(Assessment::new(Status::Withdrawn, vec![note])));
    };
    if !candidates(listing, target).is_empty() {
        return Ok(None);
    }
    if let Some(doubt) = listing.doubt() {
        return Err(doubt);
    }
    // That an image is offered nowhere at all is believed of a Marketplace that says which images it has.
    if listing.local_images().is_empty()
        && let Lookup::Failed(failure) = catalog.index()
    {
        return Err(failure);
    }
    let Cell { zone, arch, .. } = &target.cell;
    let note = format!("not offered in {zone} for {arch} with type {}", target.image_type);
    Ok(Some(Assessment::new(Status::Retired, vec![note])))
}

/// The problem of pins that only a revision can prove that is not in this clone.
fn incomplete_history(gaps: &[(&Target, String)]) -> Option<Problem> {
    let (first, gap) = gaps.first()?;
    let cells = and_more(gaps.iter().map(|(target, _)| &target.cell), 6);
    let title =
        format!("cannot verify {} without the whole history of the lockfile: {cells}", count(gaps.len(), "pin"));
    let problem = Problem::new(title).at(first.spans.image.clone(), "the Marketplace does not list its pinned ID");
    let help = "run `git fetch --unshallow`; in CI, check out the whole history (`fetch-depth: 0`, `GIT_DEPTH: 0`)";
    Some(problem.note(visible(gap)).help(help))
}
