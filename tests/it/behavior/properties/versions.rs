//! Properties of versions, tested with random histories of the Marketplace: renames, new zones, and local images that
//! were replaced in place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imagelock::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Response, StatedType, Version};
use imagelock::domain::check::check;
use imagelock::domain::lock::Lock;
use imagelock::domain::lookup::explain::explain;
use imagelock::domain::manifest::Manifest;
use imagelock::domain::plan::Plan;
use imagelock::domain::resolve::{Request, Upgrade, queries, resolve};
use imagelock::domain::types::{ImageRef, Status};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::subsequence;

const ZONES: [&str; 4] = ["fr-par-1", "fr-par-2", "nl-ams-1", "pl-waw-2"];
const LABEL: &str = "docker";
const IMAGE_ID: &str = "00000000-1111-4000-8000-000000000000";

/// The versions of an image, oldest first. For each zone with a local image: how many times that local image was
/// replaced.
type History = Vec<[Option<u8>; 4]>;

fn history() -> impl Strategy<Value = History> {
    let zone = prop_oneof![3 => Just(Some(0_u8)), 1 => Just(Some(1)), 1 => Just(None)];
    proptest::collection::vec([zone.clone(), zone.clone(), zone.clone(), zone], 1..5)
}

fn zones() -> impl Strategy<Value = Vec<usize>> {
    subsequence((0..ZONES.len()).collect::<Vec<_>>(), 1..ZONES.len())
}

fn local_id(version: usize, zone: usize, replaced: u8) -> String {
    format!("{version:08}-{zone:04}-4{replaced:03}-8000-000000000000")
}

/// Returns the version that the first digits of an ID encode.
fn version_of(id: &str) -> usize {
    id[..8].parse().unwrap()
}

fn published(version: usize) -> Timestamp {
    format!("2026-{:02}-01T08:00:00Z", version + 1).parse().unwrap()
}

/// Returns a catalog that offers the newest version in each zone.
fn catalog(history: &History) -> Catalog {
    let mut catalog = Catalog::default();
    let image_id = IMAGE_ID;
    let label = || LABEL.parse().unwrap();
    let image = Image {
        label: label(),
        id: image_id.parse().unwrap(),
        name: String::new(),
        categories: [].into_iter().collect(),
        valid_until: None,
    };
    let version_id = |version: usize| format!("{version:08}-2222-4000-8000-000000000000").parse().unwrap();
    let row = |version: usize, zone: usize, replaced: u8| LocalImage {
        id: local_id(version, zone, replaced).parse().unwrap(),
        label: Some(label()),
        zone: ZONES[zone].parse().unwrap(),
        arch: "x86_64".parse().unwrap(),
        image_type: StatedType::Unstated,
        commercial_types: Arc::default(),
    };
    let rows = |version: usize| {
        let of_zone = move |zone: usize| Some(row(version, zone, history[version][zone]?));
        (0..ZONES.len()).filter_map(of_zone).collect::<Vec<_>>()
    };
    let versions =
        (0..history.len()).map(|it| Version { published: Some(published(it)), id: version_id(it) }).collect();
    catalog.record(Response::Index(Lookup::Found(vec![image])));
    catalog.record(Response::Versions(image_id.parse().unwrap(), Lookup::Found(versions)));
    for version in 0..history.len() {
        let listing = Lookup::Found(Listing::new(rows(version), Vec::new()));
        catalog.record(Response::Listing(ImageRef::Version(version_id(version)), listing));
    }
    let newest = |zone: usize| (0..history.len()).rev().find_map(|it| Some(row(it, zone, history[it][zone]?)));
    for image in [ImageRef::Label(label()), ImageRef::Id(image_id.parse().unwrap())] {
        let current = (0..ZONES.len()).filter_map(newest).collect();
        catalog.record(Response::Listing(image, Lookup::Found(Listing::new(current, Vec::new()))));
    }
    catalog
}

fn manifest_text(name: &str, zones: &[usize], policy: &str) -> String {
    let zones: Vec<&str> = zones.iter().map(|zone| ZONES[*zone]).collect();
    format!("[images.{name}]\nlabel = \"{LABEL}\"\nzones = {zones:?}\narch = \"x86_64\"\n{policy}")
}

fn manifest(name: &str, zones: &[usize], policy: &str) -> Manifest {
    Manifest::parse(&manifest_text(name, zones, policy)).unwrap()
}

const POLICIES: [&str; 3] = ["", "min-age = \"900d\"\n", "freeze = { reason = \"r\", until = 2027-01-31 }\n"];

fn request<'a>(manifest: &'a Manifest, previous: &'a Lock, upgrade: &'a Upgrade) -> Request<'a> {
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    Request { targets: manifest.targets(), previous, upgrade, now }
}

/// Returns a lockfile for these zones, or `None` if the image was not offered in all of them.
fn pinned(zones: &[usize], then: &History) -> Option<Lock> {
    let manifest = manifest("web", zones, "");
    resolve(request(&manifest, &Lock::default(), &Upgrade::Keep), &catalog(then)).ok().map(|plan| plan.lock)
}

/// Returns a later history: the local images of some zones were replaced in place, and more versions were published.
fn continued(then: &History, changed: [bool; 4], more: History) -> History {
    let mut now = then.clone();
    for version in &mut now {
        for (replaced, changed) in version.iter_mut().zip(changed) {
            *replaced = replaced.map(|replaced| replaced + if changed { 5 } else { 0 });
        }
    }
    now.extend(more);
    now.truncate(11);
    now
}

fn ids(lock: &Lock) -> Vec<String> {
    lock.pins().iter().map(|pin| pin.id.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn renaming_every_image_changes_no_id(then in history(), zones in zones(), policy in 0..3_usize) {
        let Some(lock) = pinned(&zones, &then) else { return Ok(()) };
        let renamed = manifest("front", &zones, POLICIES[policy]);
        let request = request(&renamed, &lock, &Upgrade::Keep);
        prop_assert!(queries(request, &Catalog::default()).is_empty());
        let Plan { lock: after, .. } = resolve(request, &Catalog::default()).unwrap();
        prop_assert_eq!(ids(&after), ids(&lock));
        let dates = |lock: &Lock| lock.pins().iter().map(|pin| pin.published).collect::<Vec<_>>();
        prop_assert_eq!(dates(&after), dates(&lock));
    }

    #[test]
    fn a_new_zone_takes_the_version_of_the_other_pins_if_it_is_offered(
        all in history(), seen in 1..5_usize, zones in zones(), new in 0..4_usize, policy in 0..3_usize,
    ) {
        let then = all[..seen.min(all.len())].to_vec();
        let Some(lock) = pinned(&zones, &then) else { return Ok(()) };
        if zones.contains(&new) {
            return Ok(());
        }
        let more: Vec<usize> = zones.iter().copied().chain([new]).collect();
        let extended = manifest("web", &more, POLICIES[policy]);
        let request = request(&extended, &lock, &Upgrade::Keep);
        let now = catalog(&all);
        prop_assert!(queries(request, &now).is_empty());
        let siblings = ids(&lock).iter().map(|id| version_of(id)).max().unwrap();
        let newest = (0..all.len()).rev().find(|version| all[*version][new].is_some());
        match (resolve(request, &now), all[siblings][new]) {
            (Ok(plan), Some(replaced)) => {
                let expected: BTreeSet<String> = ids(&lock).into_iter().chain([local_id(siblings, new, replaced)]).collect();
                prop_assert_eq!(ids(&plan.lock).into_iter().collect::<BTreeSet<_>>(), expected);
            }
            (Err(problems), Some(_)) => prop_assert!(false, "{problems:?}"),
            // Without a policy, the newest version is pinned. A freeze or `min-age` allows none.
            (Ok(plan), None) => {
                prop_assert_eq!(policy, 0);
                prop_assert!(!plan.warnings.is_empty());
                let newest = newest.unwrap();
                prop_assert!(ids(&plan.lock).contains(&local_id(newest, new, all[newest][new].unwrap())));
            }
            (Err(_), None) => prop_assert!(policy != 0 || newest.is_none()),
        }
    }

    #[test]
    fn declaring_the_same_image_differently_changes_no_id(
        all in history(), seen in 1..5_usize, zones in zones(), policy in 0..3_usize,
    ) {
        let then = all[..seen.min(all.len())].to_vec();
        let Some(lock) = pinned(&zones, &then) else { return Ok(()) };
        let text = manifest_text("web", &zones, POLICIES[policy]);
        let by_id = text.replace(&format!("label = \"{LABEL}\""), &format!("image-id = \"{IMAGE_ID}\""));
        let declared = Manifest::parse(&by_id).unwrap();
        let request = request(&declared, &lock, &Upgrade::Keep);
        let now = catalog(&all);
        prop_assert!(queries(request, &now).is_empty());
        let after = resolve(request, &now).unwrap().lock;
        prop_assert_eq!(ids(&after), ids(&lock));
        prop_assert!(after.pins().iter().zip(declared.targets()).all(|(pin, target)| pin.satisfies(target)));
    }

    #[test]
    fn min_age_holds_back_every_local_image_that_was_replaced_in_place(
        then in history(), zones in zones(), more in history(), changed in any::<[bool; 4]>(),
    ) {
        let Some(lock) = pinned(&zones, &then) else { return Ok(()) };
        // Every version is old enough, but some of the local images are new.
        let now = continued(&then, changed, more);
        let manifest = manifest("web", &zones, "min-age = \"1d\"\n");
        let catalog = catalog(&now);
        let request = request(&manifest, &lock, &Upgrade::All);
        let after = resolve(request, &catalog).unwrap().lock;
        let report = check(&lock, manifest.targets(), request.now, &catalog);
        for (before, after) in lock.pins().iter().zip(after.pins()) {
            let (from, to) = (before.id.to_string(), after.id.to_string());
            prop_assert!(from == to || version_of(&from) < version_of(&to), "{from} {to}");
            // The status says what an upgrade would do.
            if let Ok(report) = &report {
                let finding = report.findings.iter().find(|finding| finding.cell == before.cell).unwrap();
                prop_assert_eq!(finding.status == Status::Outdated, from != to, "{:?}", finding);
            }
        }
    }

    #[test]
    fn the_winner_that_explain_shows_is_what_an_upgrade_pins(
        then in history(), zones in zones(), more in history(), changed in any::<[bool; 4]>(), age in 0..4_usize,
        is_pinned in any::<bool>(),
    ) {
        let lock = if is_pinned { pinned(&zones, &then) } else { Some(Lock::default()) };
        let Some(lock) = lock else { return Ok(()) };
        let catalog = catalog(&continued(&then, changed, more));
        let manifest = manifest("web", &zones, ["", "min-age = \"1d\"\n", "min-age = \"150d\"\n", "min-age = \"900d\"\n"][age]);
        let request = request(&manifest, &lock, &Upgrade::All);
        let candidates = explain(manifest.targets(), &lock, request.now, &catalog).unwrap();
        let winners: BTreeMap<_, _> = candidates.iter().filter(|it| it.wins).map(|it| (&it.cell, it.id)).collect();
        prop_assert_eq!(winners.len(), candidates.iter().filter(|it| it.wins).count());
        match resolve(request, &catalog) {
            Ok(plan) => {
                let pins: BTreeMap<_, _> = plan.lock.pins().iter().map(|pin| (&pin.cell, Some(pin.id))).collect();
                prop_assert_eq!(winners, pins);
            }
            Err(problems) => prop_assert!(winners.len() < zones.len(), "{problems:?}"),
        }
    }
}
