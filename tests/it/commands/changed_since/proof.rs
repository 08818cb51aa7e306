//! Which changes pass: an ID that the Marketplace lists passes, and every other change is a finding or an error.

use std::collections::BTreeSet;
use std::sync::Arc;

use imagelock::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Response, StatedType};
use imagelock::domain::check::changed_since::{Base, PastPins, gate, queries};
use imagelock::domain::lock::Lock;
use imagelock::domain::lock::history::Side;
use imagelock::domain::manifest::Manifest;
use imagelock::domain::types::{ImageRef, ImageType, Label, LocalImageId, Status};
use insta::assert_snapshot;
use jiff::Timestamp;
use proptest::collection::btree_set;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, id, image_id, local, row, version_id};
use crate::support::fixtures::pull_request::{GATE, output_of, passes, pin, pull_request, pull_request_with, statuses};
use crate::support::fixtures::two_images::{WEB, bookworm, noble};
use crate::support::forged_lock::forge;
use crate::support::git_repository::{commit_all, git, lock, repository};
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

#[test]
fn an_upgrade_to_a_listed_id_passes_and_only_its_image_is_queried() {
    let (sandbox, marketplace) = pull_request_with(&format!("{WEB}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    sandbox.ok("upgrade web");
    commit_all(&sandbox, "Upgrade web");
    marketplace.requests();
    assert_snapshot!(output_of(&sandbox, GATE), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-09-02 → unknown, listed by the Marketplace

    2 pins, 1 changed since main (`[MAIN]`): all verified
    --- exit 0
    ");
    let mut requests = marketplace.requests();
    requests.retain(|path| !path.starts_with("/marketplace/v2/images"));
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].contains("image_label=ubuntu_noble"));
}

#[test]
fn an_unchanged_lockfile_sends_no_request() {
    let (sandbox, marketplace) = pull_request();
    marketplace.respond(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    assert_snapshot!(output_of(&sandbox, GATE), @"
    1 pin, 0 changed since main (`[MAIN]`): nothing to verify
    --- exit 0
    ");
    assert_eq!(marketplace.requests(), Vec::<String>::new());
    passes(&sandbox, &format!("{GATE} --offline"));
}

/// A plain `check` exits with status 0 here: only the gate reports the swapped ID.
#[test]
fn a_swapped_id_is_unverified_despite_any_policy() {
    for policy in [
        "freeze = { reason = \"ticket\", until = 2027-01-01 }\n",
        &accept("web", "outdated", "later", "2027-01-01"),
        "min-age = \"9d\"\n",
    ] {
        let (sandbox, marketplace) = pull_request_with(&format!("{WEB}{policy}"));
        marketplace.offers([noble(2).published("2026-11-23T00:00:00Z"), bookworm(5)]);
        pin(&sandbox, 9);
        let run = sandbox.run("check");
        assert_eq!(run.status, Some(0), "{policy}\n{run}");
        assert!(run.stdout.contains("does not list the ID of 1 pin (`web`), so it cannot be verified"), "{run}");
        assert_eq!(statuses(&sandbox, GATE), ["unverified"], "{policy}");
        commit_all(&sandbox, "Swap the ID");
        assert_eq!(statuses(&sandbox, GATE), ["unverified"], "{policy}");
        assert_eq!(sandbox.run(&format!("{GATE} --exit-zero")).status, Some(0));
    }
    let (sandbox, _marketplace) = pull_request();
    pin(&sandbox, 9);
    assert_snapshot!(output_of(&sandbox, GATE), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000009  published 2026-09-02 → 2026-09-02

    STATUS      NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED   DETAIL
    unverified  web   fr-par-1  x86_64  ubuntu_noble  00000009  2026-09-02  the Marketplace does not list the ID, and the lockfile did not pin it before the change

    1 pin, 1 changed since main (`[MAIN]`): 1 unverified
    restore the file from version control, or pin IDs that the Marketplace lists: imagelock upgrade web
    --- exit 2
    ");
    // An acceptance in the same change does not help.
    sandbox.write("images.toml", WEB.to_owned() + &accept("web", "unverified", "please", "2027-01-01"));
    assert!(sandbox.fails(GATE).contains("unverified"));
}

#[test]
fn a_superseded_id_passes_if_a_version_or_a_lookup_has_it() {
    let (sandbox, marketplace) = pull_request();
    let old = noble(7).published("2026-08-01T00:00:00Z").superseded();
    marketplace.offers([noble(2).published("2026-10-20T00:00:00Z"), old.clone(), bookworm(5)]);
    pin(&sandbox, 7);
    assert!(passes(&sandbox, GATE).contains("listed by the Marketplace as part of a version"));
    let elsewhere = Local { zone: "nl-ams-1", ..old };
    marketplace.offers([noble(2).published("2026-10-20T00:00:00Z"), elsewhere, bookworm(5)]);
    assert_eq!(statuses(&sandbox, GATE), ["mismatch"]);
    marketplace.offers([noble(2), bookworm(5)]);
    let mut row = row(&noble(7));
    let response = row.clone();
    marketplace.respond(
        move |path, _, _| {
            if path.ends_with(&id(7)) { Reply::Json(response.clone()) } else { Reply::Normal }
        },
    );
    assert!(passes(&sandbox, GATE).contains("listed by the Marketplace\n"));
    row.as_object_mut().unwrap().remove("label");
    marketplace.respond(
        move |path, _, _| {
            if path.ends_with(&id(7)) { Reply::Json(row.clone()) } else { Reply::Normal }
        },
    );
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
}

#[test]
fn an_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = pull_request();
    pin(&sandbox, 5);
    assert_eq!(statuses(&sandbox, GATE), ["mismatch"]);
    // The label of the pin differs from the label of the declared image, so the pin is a mismatch, although the ID fits
    // its label.
    let marketplace = FakeMarketplace::offering([noble(1), bookworm(5)]);
    let image = image_id("ubuntu_noble");
    let manifest = WEB.replace("label = \"ubuntu_noble\"", &format!("image-id = \"{image}\""));
    let sandbox = repository(Sandbox::with(&manifest).asking(&marketplace));
    sandbox.ok("resolve");
    commit_all(&sandbox, "Pin the images");
    passes(&sandbox, GATE);
    forge(&sandbox, "images.lock", |pin| {
        pin.id = id(5).parse().unwrap();
        pin.stated_label = "debian_bookworm".parse().ok();
    });
    assert_eq!(statuses(&sandbox, GATE), ["mismatch"]);
}

#[test]
fn a_rename_a_new_zone_and_a_deletion_pass() {
    let (sandbox, _marketplace) = pull_request_with(&format!("{WEB}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    let renamed = sandbox.read("images.toml").replace("images.web", "images.frontend");
    sandbox.write("images.toml", renamed);
    sandbox.write("images.lock", sandbox.lock().replace("name = \"web\"", "name = \"frontend\""));
    forge(&sandbox, "images.lock", |_| {});
    assert_snapshot!(output_of(&sandbox, GATE), @"
    CHANGE   NAME      ZONE      ARCH    LABEL         FROM      TO        DETAIL
    added    frontend  fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-09-02, pinned before
    removed  web       fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-09-02

    2 pins, 1 changed since main (`[MAIN]`): all verified
    --- exit 0
    ");
    commit_all(&sandbox, "Rename");

    let (sandbox, marketplace) = pull_request();
    marketplace.offers([noble(1), local("ubuntu_noble", "nl-ams-1", "x86_64", 3), bookworm(5)]);
    sandbox.write("images.toml", WEB.replace("zone = \"fr-par-1\"", "zones = [\"fr-par-1\", \"nl-ams-1\"]"));
    sandbox.ok("resolve");
    assert!(passes(&sandbox, GATE).contains("added   web   nl-ams-1"));
    forge(&sandbox, "images.lock", |pin| {
        if pin.cell.zone.as_str() == "nl-ams-1" {
            pin.id = id(1).parse().unwrap();
        }
    });
    assert_eq!(statuses(&sandbox, GATE), ["mismatch"]);

    let (sandbox, marketplace) = pull_request_with(&format!("{WEB}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    marketplace.respond(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    sandbox.ok("remove web");
    let lock = Lock::parse(&sandbox.lock()).unwrap();
    let kept = lock.pins().iter().filter(|pin| pin.cell.name.as_str() == "db");
    sandbox.write("images.lock", Lock::new(kept.cloned()).write());
    assert!(passes(&sandbox, GATE).contains("removed  web"));
    assert!(passes(&sandbox, &format!("{GATE} web")).contains("removed  web"));
}

#[test]
fn edited_blocks_and_outdated_files_are_drift() {
    let (sandbox, marketplace) = pull_request();
    marketplace.respond(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    let original = sandbox.lock();
    sandbox.write("images.lock", original.replace(&id(1), &id(9)));
    assert_eq!(statuses(&sandbox, GATE), ["edited"]);
    sandbox.write("images.lock", &original);
    sandbox.write("images.toml", WEB.replace("images.web", "images.frontend"));
    assert_eq!(statuses(&sandbox, GATE), ["stale", "stale"]);
    // Edits are reported even for pins that have not changed since the base revision.
    sandbox.write("images.toml", WEB);
    sandbox.write("images.lock", original.replace(&id(1), &id(9)));
    commit_all(&sandbox, "Edit");
    assert_eq!(statuses(&sandbox, "check --changed-since HEAD"), ["edited"]);

    let outputs = format!("{WEB}\n[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n");
    let (sandbox, _marketplace) = pull_request_with(&outputs);
    sandbox.ok("upgrade");
    passes(&sandbox, GATE);
    git(&sandbox, &["restore", "images.env"]);
    assert_snapshot!(output_of(&sandbox, GATE), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-09-02 → unknown, listed by the Marketplace

    `images.env` is out of date
    1 pin, 1 changed since main (`[MAIN]`): 1 output out of date
    to update the outputs: imagelock resolve
    --- exit 2
    ");
    let report: Value = serde_json::from_str(&sandbox.run(&format!("{GATE} --format json")).stdout).unwrap();
    assert_eq!((&report["drift"], &report["stale_outputs"][0]["path"]), (&json!(true), &json!("images.env")));
    for format in ["markdown", "github", "sarif", "junit", "html"] {
        let run = sandbox.run(&format!("{GATE} --format {format}"));
        assert_eq!(run.status, Some(2), "{format}");
        assert!(run.stdout.contains("images.env"), "{format}\n{run}");
    }
}

#[test]
fn a_changed_pin_that_is_no_longer_offered_is_drift() {
    let (sandbox, marketplace) = pull_request();
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    commit_all(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
    marketplace.offers([local("ubuntu_noble", "nl-ams-1", "x86_64", 3), bookworm(5)]);
    passes(&sandbox, GATE);
    pin(&sandbox, 1);
    assert_eq!(statuses(&sandbox, GATE), ["unavailable"]);
    sandbox.write("images.toml", WEB.to_owned() + &accept("web", "unavailable", "moving", "2027-01-01"));
    assert!(passes(&sandbox, GATE).contains("1 unavailable (accepted)"));
    sandbox.write("images.toml", WEB);
    marketplace.offers([bookworm(5)]);
    assert_eq!(statuses(&sandbox, GATE), ["unavailable"]);
}

#[test]
fn a_failed_or_incomplete_response_is_an_error() {
    let (sandbox, marketplace) = pull_request();
    marketplace.offers([
        noble(2).published("2026-10-20T00:00:00Z"),
        noble(3).published("2026-08-01T00:00:00Z").superseded(),
        bookworm(5),
    ]);
    pin(&sandbox, 9);
    assert_eq!(statuses(&sandbox, GATE), ["unverified"]);
    let broken = || Reply::Raw(400, "text/plain", b"no".to_vec());
    let old = version_id("ubuntu_noble", "2026-08-01T00:00:00Z");
    for what in ["image_label=", "/local-images/", "/versions", "/images?", &old] {
        let what = what.to_owned();
        let failing = what.clone();
        marketplace.respond(move |path, _, _| if path.contains(&failing) { broken() } else { Reply::Normal });
        assert!(sandbox.fails(GATE).contains("ubuntu_noble"), "{what}");
    }
    // A listing with fewer rows than its count may be missing the pin.
    for what in ["image_label=", &old] {
        let what = what.to_owned();
        marketplace.respond(move |path, _, value| {
            let mut value = value.clone();
            if path.contains(&what) {
                value["total_count"] = json!(3);
            }
            Reply::Json(value)
        });
        // Here the 404 response to a look-up becomes a row without an ID, so the error is another one.
        let run = sandbox.run(GATE);
        assert_eq!(run.status, Some(1), "{run}");
    }
    // Two responses contradict each other.
    let gone = json!({"message": "resource is not found", "resource": "MarketplaceImage", "type": "not_found"});
    marketplace.respond_to_listings(move |_, _, _| Reply::Raw(404, "application/json", gone.to_string().into_bytes()));
    assert!(sandbox.fails(GATE).contains("list of images has that image"));
    assert!(sandbox.fails(&format!("{GATE} --offline")).contains("--offline"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pin_passes_only_if_it_is_unchanged_listed_or_was_pinned_before(
        pinned in 1_u32..7,
        base in 1_u32..7,
        listed in btree_set(1_u32..7, 0..4),
        past in btree_set(1_u32..7, 0..4),
        is_doubtful: bool,
        is_cut: bool,
    ) {
        let lock_of = |number| Lock::parse(&lock(&[("web", number)])).unwrap();
        let local_id = |number: u32| id(number).parse::<LocalImageId>().unwrap();
        let manifest = Manifest::parse(WEB).unwrap();
        let label: Label = "ubuntu_noble".parse().unwrap();
        // Local image 9 is always offered.
        let rows = listed.iter().copied().chain([9]).map(|number| LocalImage {
            id: local_id(number),
            label: Some(label.clone()),
            zone: "fr-par-1".parse().unwrap(),
            arch: "x86_64".parse().unwrap(),
            image_type: StatedType::Known(ImageType::InstanceSbs),
            commercial_types: Arc::default(),
        });
        let doubts = if is_doubtful { vec!["a row was left out".to_owned()] } else { Vec::new() };
        let image = Image {
            label: label.clone(),
            id: image_id("ubuntu_noble").parse().unwrap(),
            name: String::new(),
            categories: BTreeSet::new(),
            valid_until: None,
        };
        let mut catalog = Catalog::default();
        catalog.record(Response::Versions(image.id, Lookup::Found(Vec::new())));
        catalog.record(Response::Index(Lookup::Found(vec![image])));
        catalog.record(Response::Listing(ImageRef::Label(label.clone()), Lookup::Found(Listing::new(rows.collect(), doubts))));
        catalog.record(Response::LocalImage(local_id(pinned), Lookup::NotFound));
        let mut past_pins = PastPins::of([local_id(pinned)]);
        past.iter().chain([&base]).for_each(|number| past_pins.add(&lock_of(*number)));
        past_pins.gap = is_cut.then(|| "the clone is shallow".to_owned());
        let side = Side { name: "main".to_owned(), commit: None };
        let base_state = Base { side, lock: lock_of(base), past: past_pins };
        let lock = lock_of(pinned);
        prop_assert!(queries(&base_state, &lock, manifest.targets(), &catalog).is_empty());
        let report = gate(&base_state, &lock, manifest.targets(), Timestamp::UNIX_EPOCH, &catalog);
        let is_real = pinned == base || listed.contains(&pinned) || past.contains(&pinned);
        match report {
            Ok(report) => {
                let statuses: Vec<_> = report.findings.iter().map(|finding| finding.status).collect();
                prop_assert_eq!(statuses, if is_real { vec![] } else { vec![Status::Unverified] });
                prop_assert_eq!(report.has_drift(), !is_real);
                prop_assert!(is_real || !is_doubtful && !is_cut);
            }
            Err(_) => prop_assert!(!is_real && (is_doubtful || is_cut)),
        }
    }
}
