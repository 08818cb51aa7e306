//! Properties of every lockfile, tested with random manifests and catalogs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use imagelock::domain::catalog::{Catalog, Listing, LocalImage, Lookup, QueryError, Response, StatedType};
use imagelock::domain::check::check;
use imagelock::domain::lock::Lock;
use imagelock::domain::lock::Pin;
use imagelock::domain::lock::conflicts::fix_conflicts;
use imagelock::domain::lock::diff::Action;
use imagelock::domain::lock::merge::{Merged, merge};
use imagelock::domain::manifest::Manifest;
use imagelock::domain::resolve::{Request, Upgrade, queries, resolve};
use imagelock::domain::types::{ImageRef, ImageType};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const LABELS: [&str; 4] = ["ubuntu_noble", "debian_bookworm", "node.js", "arch_linux"];
const ZONES: [&str; 3] = ["fr-par-1", "nl-ams-1", "pl-waw-2"];
const ARCHS: [&str; 2] = ["arm64", "x86_64"];
const NAMES: [&str; 5] = ["web", "db", "builder", "a-1", "_x"];

/// An `[images.NAME]` table.
#[derive(Debug, Clone)]
struct Declaration {
    name: &'static str,
    label: &'static str,
    zones: Vec<&'static str>,
    archs: Vec<&'static str>,
    image_type: &'static str,
}

impl Declaration {
    fn text(&self) -> String {
        let Self { name, label, zones, archs, image_type } = self;
        format!("[images.{name}]\nlabel = \"{label}\"\nzones = {zones:?}\narch = {archs:?}\ntype = \"{image_type}\"\n")
    }
}

fn declarations() -> impl Strategy<Value = Vec<Declaration>> {
    let zones = subsequence(ZONES.to_vec(), 1..=ZONES.len()).prop_shuffle();
    let archs = subsequence(ARCHS.to_vec(), 1..=ARCHS.len()).prop_shuffle();
    let declaration = (select(LABELS.to_vec()), zones, archs, select(vec!["instance_sbs", "instance_local"]));
    (subsequence(NAMES.to_vec(), 1..=NAMES.len()).prop_shuffle(), proptest::collection::vec(declaration, NAMES.len()))
        .prop_map(|(names, rest)| {
            names
                .into_iter()
                .zip(rest)
                .map(|(name, (label, zones, archs, image_type))| Declaration { name, label, zones, archs, image_type })
                .collect()
        })
}

fn manifest(declarations: &[Declaration]) -> Manifest {
    Manifest::parse(&declarations.iter().map(Declaration::text).collect::<String>()).unwrap()
}

/// Returns a catalog that offers every image everywhere. `build` determines the IDs, `shuffle` the order of the rows.
fn catalog(build: u8, shuffle: u64) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.record(Response::Index(Lookup::Failed(QueryError::new("not asked", "ask"))));
    for (l, label) in LABELS.iter().enumerate() {
        let mut rows = Vec::new();
        for (z, zone) in ZONES.iter().enumerate() {
            for (a, arch) in ARCHS.iter().enumerate() {
                for (t, image_type) in ImageType::ALL.into_iter().enumerate() {
                    rows.push(LocalImage {
                        id: format!("{build:02x}0000{l}{z}-{a:04}-4000-800{t}-000000000000").parse().unwrap(),
                        label: Some(label.parse().unwrap()),
                        zone: zone.parse().unwrap(),
                        arch: arch.parse().unwrap(),
                        image_type: StatedType::Known(image_type),
                        commercial_types: Arc::new(BTreeSet::from(["DEV1-S".to_owned()])),
                    });
                }
            }
        }
        let length = rows.len();
        rows.rotate_left(usize::try_from(shuffle % 12).unwrap() % length);
        if shuffle % 2 == 1 {
            rows.reverse();
        }
        if shuffle % 3 == 1 {
            rows.extend(rows.clone());
        }
        let answer = Lookup::Found(Listing::new(rows, Vec::new()));
        catalog.record(Response::Listing(ImageRef::Label(label.parse().unwrap()), answer));
    }
    catalog
}

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn request<'a>(manifest: &'a Manifest, previous: &'a Lock, upgrade: &'a Upgrade) -> Request<'a> {
    Request { targets: manifest.targets(), previous, upgrade, now: now() }
}

fn fresh(manifest: &Manifest, catalog: &Catalog) -> Lock {
    resolve(request(manifest, &Lock::default(), &Upgrade::Keep), catalog).unwrap().lock
}

/// Three lockfiles with the same twelve pins, each with another build of the images.
static BUILDS: LazyLock<[Lock; 3]> = LazyLock::new(|| {
    let declare = |name| {
        let (zones, archs) = (ZONES.to_vec(), ARCHS.to_vec());
        Declaration { name, label: LABELS[0], zones, archs, image_type: "instance_sbs" }
    };
    let manifest = manifest(&[declare("web"), declare("db")]);
    [1, 2, 3].map(|build| fresh(&manifest, &catalog(build, 0)))
});

/// Returns the lockfile of a branch: a random subset of these pins, each in one of the three builds.
fn branch() -> impl Strategy<Value = Lock> {
    proptest::collection::vec(proptest::option::of(1..=3_u8), 12).prop_map(|builds| {
        let pin = |(cell, build): (usize, Option<u8>)| Some(BUILDS[usize::from(build?) - 1].pins()[cell].clone());
        Lock::new(builds.into_iter().enumerate().filter_map(pin))
    })
}

/// Changes a digest in a lockfile.
fn tampered(lock: &Lock, at: prop::sample::Index) -> Lock {
    let text = lock.write();
    let digests: Vec<usize> = text.match_indices("sha256:").map(|(at, found)| at + found.len()).collect();
    let mut text = text.clone();
    text.insert(digests[at.index(digests.len())], '0');
    Lock::parse(&text).unwrap()
}

/// Returns the blocks of a lockfile, grouped by the name of their image.
fn blocks(lock: &str) -> BTreeMap<String, Vec<String>> {
    let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for block in lock.split("\n[[pin]]\n").skip(1) {
        blocks.entry(block.lines().next().unwrap().to_owned()).or_default().push(block.to_owned());
    }
    blocks
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn resolving_twice_changes_nothing_and_sends_no_request(declared in declarations()) {
        let manifest = manifest(&declared);
        let lock = fresh(&manifest, &catalog(1, 0));
        prop_assert!(queries(request(&manifest, &lock, &Upgrade::Keep), &Catalog::default()).is_empty());
        // The Marketplace has a newer build.
        let again = resolve(request(&manifest, &lock, &Upgrade::Keep), &catalog(2, 0)).unwrap();
        prop_assert_eq!(again.lock.write(), lock.write());
        prop_assert!(again.changes.iter().all(|change| change.action() == Action::Kept));
    }

    #[test]
    fn the_order_of_rows_and_of_the_manifest_does_not_change_the_lockfile(declared in declarations(), shuffle in any::<u64>()) {
        let mut reversed = declared.clone();
        reversed.reverse();
        for declaration in &mut reversed {
            declaration.zones.reverse();
            declaration.archs.reverse();
        }
        let lock = fresh(&manifest(&declared), &catalog(1, 0));
        prop_assert_eq!(fresh(&manifest(&reversed), &catalog(1, shuffle)).write(), lock.write());
    }

    #[test]
    fn a_written_lockfile_is_read_back_unchanged(declared in declarations()) {
        let lock = fresh(&manifest(&declared), &catalog(1, 0));
        let read = Lock::parse(&lock.write()).unwrap();
        prop_assert_eq!(read.write(), lock.write());
        prop_assert_eq!(read, lock);
    }

    #[test]
    fn upgrading_one_image_leaves_every_other_block_unchanged(declared in declarations()) {
        let manifest = manifest(&declared);
        let lock = fresh(&manifest, &catalog(1, 0));
        let name = declared[0].name;
        let only = Upgrade::Only(BTreeSet::from([name.parse().unwrap()]));
        let upgraded = resolve(request(&manifest, &lock, &only), &catalog(2, 0)).unwrap().lock;
        let (mut before, mut after) = (blocks(&lock.write()), blocks(&upgraded.write()));
        let key = format!("name = \"{name}\"");
        prop_assert_ne!(before.remove(&key), after.remove(&key));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_fresh_lockfile_has_no_drift(declared in declarations()) {
        let (manifest, catalog) = (manifest(&declared), catalog(1, 0));
        let report = check(&fresh(&manifest, &catalog), manifest.targets(), now(), &catalog).unwrap();
        prop_assert!(!report.has_drift());
        prop_assert_eq!(report.findings.len(), manifest.targets().len());
    }

    #[test]
    fn every_changed_character_is_detected(declared in declarations(), at in any::<prop::sample::Index>(), to in "[a-z0-9]") {
        let text = fresh(&manifest(&declared), &catalog(1, 0)).write();
        let at = at.index(text.len());
        let mut edited = text.clone();
        edited.replace_range(at..=at, &to);
        let body = text.find("[[pin]]").unwrap();
        // A change in the comments of the header has no effect.
        prop_assume!(at >= body && edited != text);
        match Lock::parse(&edited) {
            Err(problems) => prop_assert!(!problems.is_empty()),
            // The `T` of a date may become a `t`, which is the same date.
            Ok(lock) => prop_assert!((lock.pins() == Lock::parse(&text).unwrap().pins()) || lock.pins().iter().any(|pin| lock.is_edited(&pin.cell))),
        }
    }

    #[test]
    fn a_change_on_only_one_side_is_kept(base in branch(), changed in branch()) {
        let clean = Merged { lock: changed.clone(), conflicts: Vec::new() };
        prop_assert_eq!(&merge(&base, &changed, &base), &clean);
        prop_assert_eq!(&merge(&base, &base, &changed), &clean);
        prop_assert_eq!(&merge(&base, &changed, &changed), &clean);
        prop_assert_eq!(clean.write(), changed.write());
    }

    #[test]
    fn merging_favors_neither_side(base in branch(), ours in branch(), theirs in branch()) {
        let (merged, mirrored) = (merge(&base, &ours, &theirs), merge(&base, &theirs, &ours));
        prop_assert_eq!(&merged.lock, &mirrored.lock);
        prop_assert_eq!(merged.conflicts.len(), mirrored.conflicts.len());
        for (conflict, mirrored) in merged.conflicts.iter().zip(&mirrored.conflicts) {
            prop_assert_eq!((&conflict.cell, &conflict.ours, &conflict.theirs), (&mirrored.cell, &mirrored.theirs, &mirrored.ours));
            prop_assert!(merged.lock.get(&conflict.cell).is_none());
        }
    }

    #[test]
    fn a_side_that_only_adds_versions_changes_nothing(base in branch(), changed in branch()) {
        let with_version = |pin: &Pin| Pin { version: Some(pin.id.into()), ..pin.clone() };
        let versions = Lock::new(base.pins().iter().map(with_version));
        let merged = merge(&base, &versions, &changed);
        prop_assert_eq!(&merge(&base, &changed, &versions), &merged);
        // A pin that stays on both sides keeps its version. A pin that the other side moved does not get its former
        // version.
        let stays = |pin: &&Pin| base.get(&pin.cell) == Some(pin);
        let expected = changed.pins().iter().map(|pin| if stays(&pin) { with_version(pin) } else { pin.clone() });
        prop_assert_eq!(merged, Merged { lock: Lock::new(expected), conflicts: Vec::new() });
    }

    #[test]
    fn changes_to_different_pins_merge_into_the_canonical_form(base in branch(), ours in branch(), theirs in branch()) {
        // Our side changes the pins in the first zone, their side the pins in the other zones.
        let first = |lock: &Lock, is_first: bool| {
            let chosen = |pin: &&Pin| (pin.cell.zone.as_str() == ZONES[0]) == is_first;
            lock.pins().iter().filter(chosen).cloned().collect::<Vec<_>>()
        };
        let joined = |a: &Lock, b: &Lock| Lock::new(first(a, true).into_iter().chain(first(b, false)));
        let merged = merge(&base, &joined(&ours, &base), &joined(&base, &theirs));
        prop_assert_eq!(&merged.conflicts, &Vec::new());
        prop_assert_eq!(&merged.lock, &joined(&ours, &theirs));
        prop_assert_eq!(Lock::parse(&merged.write()).unwrap().write(), merged.write());
    }

    /// The result contains only pins of the two sides, and reading it back does not change it.
    #[test]
    fn written_conflicts_can_be_read_back_and_resolved(base in branch(), ours in branch(), theirs in branch()) {
        let merged = merge(&base, &ours, &theirs);
        let fixed = fix_conflicts(&merged.write()).unwrap();
        for pin in fixed.lock.pins() {
            prop_assert!([&ours, &theirs].iter().any(|side| side.get(&pin.cell) == Some(pin)));
        }
        let both = |conflict: &&imagelock::domain::lock::merge::Conflict| conflict.ours.is_some() && conflict.theirs.is_some();
        let disputed: Vec<_> = merged.conflicts.iter().filter(both).map(|conflict| &conflict.cell).collect();
        prop_assert_eq!(disputed, fixed.conflicts.iter().map(|conflict| &conflict.cell).collect::<Vec<_>>());
        prop_assert_eq!(fix_conflicts(&ours.write()).unwrap(), Merged { lock: ours, conflicts: Vec::new() });
    }

    #[test]
    fn an_edited_block_never_gets_a_fresh_digest(base in branch(), ours in branch(), theirs in branch(), at in any::<prop::sample::Index>()) {
        prop_assume!(!ours.pins().is_empty());
        let edited = tampered(&ours, at);
        let cell = &edited.pins().iter().find(|pin| edited.is_edited(&pin.cell)).unwrap().cell;
        let merged = merge(&base, &edited, &theirs);
        prop_assert!(merged.conflicts.iter().any(|conflict| conflict.cell == *cell));
        let fixed = fix_conflicts(&merged.write()).unwrap();
        prop_assert!(fixed.lock.is_edited(cell));
        prop_assert_eq!(merge(&base, &edited, &edited).write(), edited.write());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC*|[\\[\\]=\"'a-z\\n{}.,#0-9-]{0,200}") {
        let _ = Manifest::parse(&text);
        let _ = Lock::parse(&text);
        let _ = fix_conflicts(&text);
        let _ = imagelock::marketplace::Snapshot::parse(&text);
    }
}
