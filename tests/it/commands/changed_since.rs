//! `imagelock check --changed-since REV`: only pins that are real pass a review, whatever their age.

use std::collections::BTreeSet;
use std::sync::Arc;

use imagelock::domain::catalog::{Catalog, Image, Listing, LocalImage, Lookup, Response, StatedType};
use imagelock::domain::check::Status;
use imagelock::domain::check::changed_since::{Base, PastPins, gate, queries};
use imagelock::domain::lock::history::Side;
use imagelock::domain::lock::{Lock, Pin};
use imagelock::domain::manifest::Manifest;
use imagelock::domain::{ImageRef, ImageType, Label, LocalImageId};
use insta::assert_snapshot;
use jiff::Timestamp;
use proptest::collection::btree_set;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::fake_marketplace::{Local, Marketplace, Reply, id, local};
use crate::support::git_repository::{git, git_in, repository};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"
"#;

const GATE: &str = "check --changed-since main";

fn noble(number: u32) -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", number)
}

fn bookworm() -> Local {
    local("debian_bookworm", "fr-par-1", "x86_64", 5)
}

/// Commits everything.
#[track_caller]
fn save(sandbox: &Sandbox, subject: &str) {
    git(sandbox, &["add", "--all"]);
    git(sandbox, &["commit", "--quiet", "--allow-empty", "--message", subject]);
}

/// `main` pins the first Noble; then the Marketplace has the second one, and knows nothing of the first. On a branch.
fn scene_with(manifest: &str) -> (Sandbox, Marketplace) {
    let marketplace = Marketplace::offering([noble(1).published("2026-09-02T00:00:00Z"), bookworm()]);
    let sandbox = repository(Sandbox::with(manifest).asking(&marketplace));
    sandbox.ok("resolve");
    save(&sandbox, "Pin the images");
    git(&sandbox, &["switch", "--quiet", "--create", "branch"]);
    marketplace.offers([noble(2), bookworm()]);
    marketplace.requests();
    (sandbox, marketplace)
}

fn scene() -> (Sandbox, Marketplace) {
    scene_with(MANIFEST)
}

/// Changes pins in blocks that look honest: their digests are right.
fn forge(sandbox: &Sandbox, path: &str, change: impl Fn(&mut Pin)) {
    let lock = Lock::parse(&sandbox.read(path)).unwrap();
    let pins = lock.pins().iter().cloned().map(|mut pin| {
        change(&mut pin);
        pin
    });
    sandbox.write(path, Lock::new(pins).write());
}

fn pin(sandbox: &Sandbox, number: u32) {
    forge(sandbox, "images.lock", |pin| pin.id = id(number).parse().unwrap());
}

#[track_caller]
fn passes(sandbox: &Sandbox, line: &str) -> String {
    let run = sandbox.run(line);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{line}\n{run}");
    run.stdout
}

/// A run, with a word in place of the hash of `main`.
fn told(sandbox: &Sandbox, line: &str) -> String {
    let hash = git_in(sandbox, "", "2026-11-10T09:00:00Z", &["rev-parse", "main"]);
    sandbox.run(line).to_string().replace(hash.trim(), "[MAIN]").replace(&hash[..8], "[MAIN]")
}

/// The statuses that the gate finds.
#[track_caller]
fn finds(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let run = sandbox.run(&format!("{line} --format json"));
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{line}\n{run}"));
    let pins = report["pins"].as_array().unwrap();
    assert_eq!(run.status, Some(if report["drift"] == true { 2 } else { 0 }), "{line}\n{run}");
    pins.iter().map(|pin| pin["status"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_upgrade_to_a_listed_id_passes_and_only_its_image_is_queried() {
    let (sandbox, marketplace) = scene_with(&format!("{MANIFEST}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    sandbox.ok("resolve --upgrade web");
    save(&sandbox, "Upgrade web");
    marketplace.requests();
    assert_snapshot!(told(&sandbox, GATE), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-09-02 → unknown, listed by the Marketplace

    2 pins, 1 changed since main (`[MAIN]`): all verified
    --- exit 0
    ");
    let mut asked = marketplace.requests();
    asked.retain(|path| !path.starts_with("/marketplace/v2/images"));
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("image_label=ubuntu_noble"));
}

#[test]
fn an_unchanged_lock_sends_no_request() {
    let (sandbox, marketplace) = scene();
    marketplace.answers(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    assert_snapshot!(told(&sandbox, GATE), @"
    1 pin, 0 changed since main (`[MAIN]`): nothing to verify
    --- exit 0
    ");
    assert_eq!(marketplace.requests(), Vec::<String>::new());
    passes(&sandbox, &format!("{GATE} --offline"));
}

/// What only the gate finds: `check` is content with each of these.
#[test]
fn a_swapped_id_is_unverified_despite_any_policy() {
    for policy in [
        "freeze = { reason = \"ticket\", until = 2027-01-01 }",
        "accept = [{ status = \"outdated\", reason = \"later\", until = 2027-01-01 }]",
        "min-age = \"9d\"",
    ] {
        let (sandbox, marketplace) = scene_with(&format!("{MANIFEST}{policy}\n"));
        marketplace.offers([noble(2).published("2026-11-23T00:00:00Z"), bookworm()]);
        pin(&sandbox, 9);
        let run = sandbox.run("check");
        assert_eq!(run.status, Some(0), "{policy}\n{run}");
        assert!(run.stdout.contains("does not list the ID of 1 pin (`web`), so it cannot be verified"), "{run}");
        assert_eq!(finds(&sandbox, GATE), ["unverified"], "{policy}");
        save(&sandbox, "Swap the ID");
        assert_eq!(finds(&sandbox, GATE), ["unverified"], "{policy}");
        assert_eq!(sandbox.run(&format!("{GATE} --exit-zero")).status, Some(0));
    }
    let (sandbox, _marketplace) = scene();
    pin(&sandbox, 9);
    assert_snapshot!(told(&sandbox, GATE), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000009  published 2026-09-02 → 2026-09-02

    STATUS      NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED   DETAIL
    unverified  web   fr-par-1  x86_64  ubuntu_noble  00000009  2026-09-02  the Marketplace does not list the ID, and this lock did not pin it before the change

    1 pin, 1 changed since main (`[MAIN]`): 1 unverified
    restore the block from version control, or pin what the Marketplace lists: imagelock resolve --upgrade web
    --- exit 2
    ");
    // Not even an acceptance in the same change helps.
    let accept = "accept = [{ status = \"unverified\", reason = \"please\", until = 2027-01-01 }]";
    sandbox.write("images.toml", format!("{MANIFEST}{accept}\n"));
    assert!(sandbox.fails(GATE).contains("unverified"));
}

#[test]
fn a_rollback_to_an_earlier_pin_passes() {
    for policy in ["", "freeze = { reason = \"ticket\", until = 2027-01-01 }\n", "min-age = \"9d\"\n"] {
        let (sandbox, _marketplace) = scene_with(&format!("{MANIFEST}{policy}"));
        git(&sandbox, &["switch", "--quiet", "main"]);
        pin(&sandbox, 2);
        save(&sandbox, "Upgrade web");
        git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
        pin(&sandbox, 1);
        save(&sandbox, "Roll back");
        assert!(passes(&sandbox, GATE).contains("pinned before"), "{policy}");
    }
}

/// Nor do states that were never committed.
#[test]
fn commits_of_the_branch_itself_prove_nothing() {
    let (sandbox, _marketplace) = scene();
    pin(&sandbox, 9);
    save(&sandbox, "Swap the ID");
    pin(&sandbox, 2);
    save(&sandbox, "Upgrade");
    passes(&sandbox, GATE);
    pin(&sandbox, 9);
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
    save(&sandbox, "Roll back");
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
    // They do once they were merged.
    git(&sandbox, &["switch", "--quiet", "main"]);
    git(&sandbox, &["merge", "--quiet", "--ff-only", "branch"]);
    pin(&sandbox, 2);
    save(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "again"]);
    pin(&sandbox, 9);
    assert!(passes(&sandbox, GATE).contains("pinned before"));
}

#[test]
fn an_earlier_pin_proves_only_the_same_label_zone_arch_and_type() {
    let manifest = format!("{MANIFEST}\n[images.db]\nlabel = \"debian_bookworm\"\n");
    let (sandbox, marketplace) = scene_with(&manifest);
    // Number 7 is pinned for each of the others, once.
    git(&sandbox, &["switch", "--quiet", "main"]);
    let honest = sandbox.lock();
    let text = |from: &str, to: &str| {
        sandbox.write("images.lock", honest.replace(&id(1), &id(7)).replace(from, to));
        forge(&sandbox, "images.lock", |_| {});
        save(&sandbox, "A state of the past");
    };
    text("label = \"ubuntu_noble\"", "label = \"ubuntu_jammy\"");
    text("name = \"web\"\nzone = \"fr-par-1\"", "name = \"web\"\nzone = \"fr-par-2\"");
    text("arch = \"x86_64\"", "arch = \"arm64\"");
    text("type = \"instance_sbs\"", "type = \"instance_local\"");
    // An edited block vouches for nothing.
    sandbox.write("images.lock", honest.replace(&id(1), &id(7)));
    save(&sandbox, "A hand edit");
    sandbox.write("images.lock", "garbage");
    save(&sandbox, "Garbage");
    sandbox.write("images.lock", &honest);
    save(&sandbox, "As it was");
    git(&sandbox, &["switch", "--quiet", "--create", "swap"]);
    sandbox.write("images.lock", honest.replace(&id(1), &id(7)));
    forge(&sandbox, "images.lock", |_| {});
    marketplace.offers([noble(2), bookworm()]);
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
    // Under another name it is the same pin.
    git(&sandbox, &["switch", "--quiet", "main", "--force"]);
    sandbox.write("images.lock", honest.replace(&id(1), &id(7)).replace("name = \"web\"", "name = \"old\""));
    forge(&sandbox, "images.lock", |_| {});
    save(&sandbox, "Another name");
    sandbox.write("images.lock", &honest);
    save(&sandbox, "As it was");
    sandbox.write("images.lock", honest.replace(&id(1), &id(7)));
    forge(&sandbox, "images.lock", |_| {});
    assert_eq!(finds(&sandbox, GATE), [""; 0]);
}

#[test]
fn a_superseded_id_passes_if_a_version_or_a_lookup_has_it() {
    let (sandbox, marketplace) = scene();
    let old = noble(7).published("2026-08-01T00:00:00Z").superseded();
    marketplace.offers([noble(2).published("2026-10-20T00:00:00Z"), old.clone(), bookworm()]);
    pin(&sandbox, 7);
    assert!(passes(&sandbox, GATE).contains("listed by the Marketplace as part of a version"));
    // In another zone, it is something else.
    let elsewhere = Local { zone: "nl-ams-1", ..old };
    marketplace.offers([noble(2).published("2026-10-20T00:00:00Z"), elsewhere, bookworm()]);
    assert_eq!(finds(&sandbox, GATE), ["mismatch"]);
    marketplace.offers([noble(2), bookworm()]);
    let mut row = crate::support::fake_marketplace::row(&noble(7));
    let answer = row.clone();
    marketplace.answers(
        move |path, _, _| {
            if path.ends_with(&id(7)) { Reply::Json(answer.clone()) } else { Reply::Normal }
        },
    );
    assert!(passes(&sandbox, GATE).contains("listed by the Marketplace\n"));
    // A row that does not say its label proves none.
    row.as_object_mut().unwrap().remove("label");
    marketplace.answers(
        move |path, _, _| {
            if path.ends_with(&id(7)) { Reply::Json(row.clone()) } else { Reply::Normal }
        },
    );
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
}

#[test]
fn an_id_of_another_image_is_a_mismatch() {
    let (sandbox, _marketplace) = scene();
    pin(&sandbox, 5);
    assert_eq!(finds(&sandbox, GATE), ["mismatch"]);
    // So is a label that is not the one of the declared image, beside an ID of that label.
    let marketplace = Marketplace::offering([noble(1), bookworm()]);
    let image = crate::support::fake_marketplace::image_id("ubuntu_noble");
    let manifest = MANIFEST.replace("label = \"ubuntu_noble\"", &format!("image-id = \"{image}\""));
    let sandbox = repository(Sandbox::with(&manifest).asking(&marketplace));
    sandbox.ok("resolve");
    save(&sandbox, "Pin the images");
    passes(&sandbox, GATE);
    forge(&sandbox, "images.lock", |pin| {
        pin.id = id(5).parse().unwrap();
        pin.stated_label = "debian_bookworm".parse().ok();
    });
    assert_eq!(finds(&sandbox, GATE), ["mismatch"]);
}

#[test]
fn a_rename_a_new_zone_and_a_deletion_pass() {
    let (sandbox, _marketplace) = scene_with(&format!("{MANIFEST}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    let renamed = sandbox.read("images.toml").replace("images.web", "images.frontend");
    sandbox.write("images.toml", renamed);
    sandbox.write("images.lock", sandbox.lock().replace("name = \"web\"", "name = \"frontend\""));
    forge(&sandbox, "images.lock", |_| {});
    assert_snapshot!(told(&sandbox, GATE), @"
    CHANGE   NAME      ZONE      ARCH    LABEL         FROM      TO        DETAIL
    added    frontend  fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-09-02, pinned before
    removed  web       fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-09-02

    2 pins, 1 changed since main (`[MAIN]`): all verified
    --- exit 0
    ");
    save(&sandbox, "Rename");

    let (sandbox, marketplace) = scene();
    marketplace.offers([noble(1), local("ubuntu_noble", "nl-ams-1", "x86_64", 3), bookworm()]);
    sandbox.write("images.toml", MANIFEST.replace("zone = \"fr-par-1\"", "zones = [\"fr-par-1\", \"nl-ams-1\"]"));
    sandbox.ok("resolve");
    assert!(passes(&sandbox, GATE).contains("added   web   nl-ams-1"));
    forge(&sandbox, "images.lock", |pin| {
        if pin.cell.zone.as_str() == "nl-ams-1" {
            pin.id = id(1).parse().unwrap();
        }
    });
    assert_eq!(finds(&sandbox, GATE), ["mismatch"]);

    let (sandbox, marketplace) = scene_with(&format!("{MANIFEST}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    marketplace.answers(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    sandbox.ok("remove web");
    let lock = Lock::parse(&sandbox.lock()).unwrap();
    let kept = lock.pins().iter().filter(|pin| pin.cell.name.as_str() == "db");
    sandbox.write("images.lock", Lock::new(kept.cloned()).write());
    assert!(passes(&sandbox, GATE).contains("removed  web"));
    assert!(passes(&sandbox, &format!("{GATE} web")).contains("removed  web"));
}

#[test]
fn edited_blocks_and_outdated_files_are_drift() {
    let (sandbox, marketplace) = scene();
    marketplace.answers(|_, _, _| Reply::Raw(500, "text/plain", Vec::new()));
    let honest = sandbox.lock();
    sandbox.write("images.lock", honest.replace(&id(1), &id(9)));
    assert_eq!(finds(&sandbox, GATE), ["edited"]);
    sandbox.write("images.lock", &honest);
    sandbox.write("images.toml", MANIFEST.replace("images.web", "images.frontend"));
    assert_eq!(finds(&sandbox, GATE), ["unlocked", "undeclared"]);
    // Edits are found even in pins that the base has already.
    sandbox.write("images.toml", MANIFEST);
    sandbox.write("images.lock", honest.replace(&id(1), &id(9)));
    save(&sandbox, "Edit");
    assert_eq!(finds(&sandbox, "check --changed-since HEAD"), ["edited"]);

    let outputs = format!("{MANIFEST}\n[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n");
    let (sandbox, _marketplace) = scene_with(&outputs);
    sandbox.ok("resolve --upgrade");
    passes(&sandbox, GATE);
    git(&sandbox, &["restore", "images.env"]);
    assert_snapshot!(told(&sandbox, GATE), @"
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
    let (sandbox, marketplace) = scene();
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    save(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
    marketplace.offers([local("ubuntu_noble", "nl-ams-1", "x86_64", 3), bookworm()]);
    // What did not change is left alone.
    passes(&sandbox, GATE);
    pin(&sandbox, 1);
    assert_eq!(finds(&sandbox, GATE), ["retired"]);
    let accept = "accept = [{ status = \"retired\", reason = \"moving\", until = 2027-01-01 }]\n";
    sandbox.write("images.toml", format!("{MANIFEST}{accept}"));
    assert!(passes(&sandbox, GATE).contains("1 retired (accepted)"));
    sandbox.write("images.toml", MANIFEST);
    marketplace.offers([bookworm()]);
    assert_eq!(finds(&sandbox, GATE), ["withdrawn"]);
}

#[test]
fn a_failed_or_incomplete_answer_is_an_error() {
    let (sandbox, marketplace) = scene();
    marketplace.offers([
        noble(2).published("2026-10-20T00:00:00Z"),
        noble(3).published("2026-08-01T00:00:00Z").superseded(),
        bookworm(),
    ]);
    pin(&sandbox, 9);
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
    let broken = || Reply::Raw(400, "text/plain", b"no".to_vec());
    let old = crate::support::fake_marketplace::version_id("ubuntu_noble", "2026-08-01T00:00:00Z");
    for what in ["image_label=", "/local-images/", "/versions", "/images?", &old] {
        let what = what.to_owned();
        let failing = what.clone();
        marketplace.answers(move |path, _, _| if path.contains(&failing) { broken() } else { Reply::Normal });
        assert!(sandbox.fails(GATE).contains("ubuntu_noble"), "{what}");
    }
    // A listing that lacks rows that it counts may have the pin.
    for what in ["image_label=", &old] {
        let what = what.to_owned();
        marketplace.answers(move |path, _, value| {
            let mut value = value.clone();
            if path.contains(&what) {
                value["total_count"] = json!(3);
            }
            Reply::Json(value)
        });
        // Only where the API was to answer 404 would this be a row.
        let run = sandbox.run(GATE);
        assert_eq!(run.status, Some(1), "{run}");
    }
    // One answer contradicts another.
    let gone = json!({"message": "resource is not found", "resource": "MarketplaceImage", "type": "not_found"});
    marketplace.lists(move |_, _, _| Reply::Raw(404, "application/json", gone.to_string().into_bytes()));
    assert!(sandbox.fails(GATE).contains("list of images has that image"));
    assert!(sandbox.fails(&format!("{GATE} --offline")).contains("--offline"));
}

#[test]
fn a_revision_may_have_any_form_that_names_one_commit() {
    let (sandbox, marketplace) = scene();
    git(&sandbox, &["tag", "v1", "main"]);
    git(&sandbox, &["update-ref", "refs/remotes/origin/main", "main"]);
    sandbox.ok("resolve --upgrade");
    save(&sandbox, "Upgrade");
    let hash = git_in(&sandbox, "", "2026-11-10T09:00:00Z", &["rev-parse", "main"]);
    let short = &hash[..10];
    for revision in ["main", "v1", "origin/main", "refs/remotes/origin/main", "HEAD~1", hash.trim(), short] {
        let run = passes(&sandbox, &format!("check --changed-since {revision}"));
        assert!(run.contains("1 changed since"), "{revision}\n{run}");
    }
    git(&sandbox, &["switch", "--quiet", "--detach"]);
    assert!(passes(&sandbox, GATE).contains("1 changed"));
    // Ahead of HEAD, only what is not committed can have changed.
    git(&sandbox, &["switch", "--quiet", "main"]);
    assert!(passes(&sandbox, "check --changed-since branch").contains("0 changed"));
    pin(&sandbox, 9);
    assert_eq!(finds(&sandbox, "check --changed-since branch"), ["unverified"]);
    git(&sandbox, &["restore", "images.lock"]);
    marketplace.requests();
    for revision in ["nowhere", "0000000000000000000000000000000000000000", "main..branch", "main^{tree}", "^main"] {
        sandbox.fails(&format!("check --changed-since {revision}"));
    }
    sandbox.fails("check --changed-since=--output=x");
    sandbox.fails("check --changed-since -x");
    assert!(sandbox.fails("check --min-age 3d --changed-since main").contains("cannot be used with"));
    for empty in ["", " "] {
        let output = sandbox.command("check").args(["--changed-since", empty]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{empty:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("the value is empty"));
    }
    assert_eq!(marketplace.requests(), Vec::<String>::new());
}

#[test]
fn merge_commits_are_checked_for_what_they_merge() {
    let (sandbox, _marketplace) = scene();
    sandbox.write("notes", "");
    save(&sandbox, "Something else");
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    save(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "branch"]);
    git(&sandbox, &["merge", "--quiet", "--no-edit", "main"]);
    assert!(passes(&sandbox, GATE).contains("0 changed"));
    pin(&sandbox, 9);
    save(&sandbox, "Swap the ID");
    // As GitHub checks a pull request out: a merge of both.
    git(&sandbox, &["switch", "--quiet", "--detach", "main"]);
    git(&sandbox, &["merge", "--quiet", "--no-edit", "--no-ff", "branch"]);
    assert_eq!(finds(&sandbox, GATE), ["unverified"]);
}

#[test]
fn a_new_stack_is_checked_and_a_repository_without_commits_is_an_error() {
    let marketplace = Marketplace::offering([noble(1)]);
    let sandbox = repository(Sandbox::with(MANIFEST).asking(&marketplace));
    sandbox.ok("resolve");
    assert!(sandbox.fails("check --changed-since HEAD").contains("never committed"));
    save(&sandbox, "First");
    assert!(passes(&sandbox, "check --changed-since HEAD").contains("0 changed"));
    std::fs::create_dir(sandbox.path("infra")).unwrap();
    sandbox.write("infra/images.toml", MANIFEST);
    sandbox.ok("resolve --manifest infra/images.toml");
    assert!(passes(&sandbox, "check --changed-since HEAD --manifest infra/images.toml").contains("added   web"));
    forge(&sandbox, "infra/images.lock", |pin| pin.id = id(9).parse().unwrap());
    assert_eq!(finds(&sandbox, "check --changed-since HEAD --recursive ."), ["unverified"]);
    // Not in a repository at all.
    let sandbox = crate::support::git_repository::with_git(Sandbox::with(MANIFEST).asking(&marketplace));
    sandbox.ok("resolve");
    assert!(sandbox.fails("check --changed-since HEAD").contains("no git repository"));
}

/// It vouches for nothing: all pins of the change are verified.
#[test]
fn a_change_may_repair_an_unreadable_lock() {
    for broken in [&b"<<<<<<< ours\n=======\n>>>>>>> theirs\n"[..], b"\xff\xfe", b"version = 9\n"] {
        let (sandbox, _marketplace) = scene();
        git(&sandbox, &["switch", "--quiet", "main"]);
        let honest = sandbox.lock();
        sandbox.write("images.lock", broken);
        save(&sandbox, "A bad merge");
        git(&sandbox, &["switch", "--quiet", "--create", "repair"]);
        sandbox.write("images.lock", &honest);
        assert!(passes(&sandbox, GATE).contains("pinned before"));
        pin(&sandbox, 9);
        assert_eq!(finds(&sandbox, GATE), ["unverified"]);
    }
}

#[test]
fn a_moved_folder_keeps_its_history() {
    let marketplace = Marketplace::offering([noble(1)]);
    let sandbox = repository(Sandbox::new().asking(&marketplace));
    std::fs::create_dir_all(sandbox.path("stacks/old")).unwrap();
    sandbox.write("stacks/old/images.toml", MANIFEST);
    sandbox.ok("resolve --manifest stacks/old/images.toml");
    save(&sandbox, "Pin the images");
    forge(&sandbox, "stacks/old/images.lock", |pin| pin.id = id(2).parse().unwrap());
    save(&sandbox, "Upgrade");
    marketplace.offers([noble(3)]);
    git(&sandbox, &["switch", "--quiet", "--create", "branch"]);
    std::fs::rename(sandbox.path("stacks/old"), sandbox.path("new")).unwrap();
    save(&sandbox, "Move the stack");
    let gate = format!("{GATE} --manifest new/images.toml");
    assert!(passes(&sandbox, &gate).contains("0 changed"));
    forge(&sandbox, "new/images.lock", |pin| pin.id = id(1).parse().unwrap());
    assert!(passes(&sandbox, &gate).contains("pinned before"));
    forge(&sandbox, "new/images.lock", |pin| pin.id = id(9).parse().unwrap());
    assert_eq!(finds(&sandbox, &gate), ["unverified"]);
}

#[test]
fn a_shallow_clone_is_an_error_that_names_the_fix() {
    let (sandbox, marketplace) = scene();
    git(&sandbox, &["switch", "--quiet", "main"]);
    pin(&sandbox, 2);
    save(&sandbox, "Upgrade");
    git(&sandbox, &["switch", "--quiet", "--create", "rollback"]);
    pin(&sandbox, 1);
    save(&sandbox, "Roll back");
    let clone = |depth: &str, branches: &str, name: &str| {
        let url = format!("file://{}", sandbox.path("").display());
        git(&sandbox, &["clone", "--quiet", branches, "--depth", depth, "--branch", "rollback", &url, name]);
    };
    clone("1", "--no-single-branch", "short");
    let gate = |name: &str, since: &str| format!("check --changed-since {since} --manifest {name}/images.toml");
    let why = sandbox.fails(&gate("short", "origin/main"));
    assert!(why.contains("git fetch --unshallow") && why.contains("fetch-depth: 0"), "{why}");
    let why = sandbox.fails(&gate("short", "HEAD~1"));
    assert!(why.contains("git fetch --unshallow"), "{why}");
    // The merge base is there, and the proof is not.
    clone("2", "--single-branch", "longer");
    let why = sandbox.fails(&gate("longer", "HEAD~1"));
    assert_snapshot!(why, @r#"
    error: cannot verify 1 pin without the whole history of the lockfile: `web` (fr-par-1, x86_64)
     --> longer/images.toml:7:9
      |
    7 | label = "ubuntu_noble"
      |         ^^^^^^^^^^^^^^ the Marketplace does not list its pinned ID
      |
      = note: this clone is shallow: its older commits are unknown
      = help: run `git fetch --unshallow`; in CI, check out the whole history (`fetch-depth: 0`, `GIT_DEPTH: 0`)
    "#);
    // What the Marketplace lists needs no history.
    marketplace.offers([noble(1), bookworm()]);
    assert_eq!(finds(&sandbox, &gate("longer", "HEAD~1")), [""; 0]);
    marketplace.offers([noble(2), bookworm()]);
    git_in(&sandbox, "longer", "2026-11-10T09:00:00Z", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(finds(&sandbox, &gate("longer", "HEAD~1")), [""; 0]);
    // Two lines that share nothing.
    git(&sandbox, &["switch", "--quiet", "--orphan", "lonely"]);
    sandbox.write("images.toml", MANIFEST);
    sandbox.ok("resolve");
    save(&sandbox, "Alone");
    assert!(sandbox.fails("check --changed-since main --manifest images.toml").contains("cannot find the merge base"));
}

#[test]
fn a_name_limits_the_check_to_one_image() {
    let (sandbox, _marketplace) = scene_with(&format!("{MANIFEST}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    forge(&sandbox, "images.lock", |pin| {
        if pin.cell.name.as_str() == "web" {
            pin.id = id(9).parse().unwrap();
        }
    });
    assert!(passes(&sandbox, &format!("{GATE} db")).contains("1 pin, 0 changed"));
    assert_eq!(finds(&sandbox, &format!("{GATE} web")), ["unverified"]);
    sandbox.fails(&format!("{GATE} nothing"));
}

#[test]
fn every_format_shows_the_changes_and_the_findings() {
    let (sandbox, _marketplace) = scene();
    pin(&sandbox, 9);
    assert_snapshot!(told(&sandbox, &format!("{GATE} --format markdown")), @r"
    ### The change does not pass

    1 pin, 1 changed since main (`[MAIN]`): 1 unverified

    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000009` | published 2026-09-02 → 2026-09-02 |

    | status | image | zone, arch | label | locked | published | latest | detail |
    |---|---|---|---|---|---|---|---|
    | **unverified** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000009` | 2026-09-02 |  | the Marketplace does not list the ID, and this lock did not pin it before the change |

    Restore the block from version control, or pin what the Marketplace lists:

    ```sh
    imagelock resolve --upgrade web
    ```
    --- exit 2
    ");
    assert_snapshot!(told(&sandbox, &format!("{GATE} --format github")), @"
    ::error file=images.toml,line=7,col=9,endColumn=23,title=imagelock%3A web%3A unverified::fr-par-1 x86_64: the Marketplace does not list the ID, and this lock did not pin it before the change%0Arestore the block from version control, or pin what the Marketplace lists: imagelock resolve --upgrade web
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000009  published 2026-09-02 → 2026-09-02
    1 pin, 1 changed since main (`[MAIN]`): 1 unverified
    --- exit 2
    ");
    assert_snapshot!(told(&sandbox, &format!("{GATE} --format json")), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": true,
      "errors": [],
      "pins": [
        {
          "manifest": "images.toml",
          "name": "web",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "status": "unverified",
          "statuses": [
            "unverified"
          ],
          "drift": true,
          "locked": {
            "id": "00000009-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000009-0000-4000-8000-000000000000",
            "published": "2026-09-02T00:00:00Z"
          },
          "listed": null,
          "latest": null,
          "latest_release": null,
          "end_of_life": null,
          "notes": [
            "the Marketplace does not list the ID, and this lock did not pin it before the change"
          ]
        }
      ],
      "stale_outputs": [],
      "notices": [],
      "changed_since": [
        {
          "manifest": "images.toml",
          "revision": "main",
          "merge_base": "[MAIN]",
          "pins": [
            {
              "name": "web",
              "label": "ubuntu_noble",
              "image_id": null,
              "version_id": null,
              "release": null,
              "zone": "fr-par-1",
              "arch": "x86_64",
              "type": "instance_sbs",
              "action": "moved",
              "from": {
                "id": "00000001-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
                "published": "2026-09-02T00:00:00Z"
              },
              "to": {
                "id": "00000009-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000009-0000-4000-8000-000000000000",
                "published": "2026-09-02T00:00:00Z"
              },
              "verified": null,
              "note": null
            }
          ]
        }
      ]
    }
    --- exit 2
    "#);
}

#[test]
fn every_report_has_the_same_verdict() {
    let (sandbox, _marketplace) = scene();
    pin(&sandbox, 9);
    assert_snapshot!(told(&sandbox, &format!("{GATE} --quiet")), @"
    STATUS      NAME  ZONE      ARCH    LABEL         LOCKED    PUBLISHED   DETAIL
    unverified  web   fr-par-1  x86_64  ubuntu_noble  00000009  2026-09-02  the Marketplace does not list the ID, and this lock did not pin it before the change
    --- exit 2
    ");
    for format in ["sarif", "junit", "html"] {
        let run = sandbox.run(&format!("{GATE} --format {format}"));
        assert_eq!(run.status, Some(2), "{format}");
        assert!(run.stdout.contains("unverified") && run.stdout.contains("did not pin it before"), "{format}\n{run}");
    }
    sandbox.ok("resolve --upgrade web");
    let html = sandbox.ok(&format!("{GATE} --format html"));
    assert!(html.contains("The change passes") && html.contains("listed by the Marketplace"));
    assert_snapshot!(told(&sandbox, &format!("{GATE} --format markdown")), @r"
    ### The change passes

    1 pin, 1 changed since main (`[MAIN]`): all verified

    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000002` | published 2026-09-02 → unknown, listed by the Marketplace |
    --- exit 0
    ");
    let file = format!("{GATE} -o gate.sarif -o gate.md");
    assert_eq!(sandbox.run(&file).status, Some(0));
    assert!(sandbox.read("gate.md").starts_with("### The change passes"));
}

/// What `check` says of pins that the Marketplace does not list: once in words, and for each pin where programs read.
#[test]
fn check_lists_the_pins_that_cannot_be_verified() {
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\
                    freeze = { reason = \"ticket\", until = 2027-01-01 }\n\n[images.db]\nlabel = \"ubuntu_noble\"\n\n\
                    [images.ci]\nlabel = \"debian_bookworm\"\n";
    let (sandbox, _marketplace) = scene_with(manifest);
    let run = sandbox.run("check");
    assert_snapshot!(run, @"
    STATUS    NAME  ZONE      ARCH    LABEL            LOCKED    PUBLISHED   LATEST    DETAIL
    outdated  db    fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000002
    frozen    web   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000002  frozen until 2027-01-01: ticket
    current   ci    fr-par-1  x86_64  debian_bookworm  00000005  unknown

    3 pins: 1 outdated, 1 frozen, 1 current
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    to move to the latest: imagelock resolve --upgrade db
    --- exit 2
    ");
    let report: Value = serde_json::from_str(&sandbox.run("check --format json").stdout).unwrap();
    let listed = |report: &Value| {
        let pins = report["pins"].as_array().unwrap().iter();
        pins.map(|pin| format!("{} {}", pin["name"].as_str().unwrap(), pin["listed"])).collect::<Vec<_>>()
    };
    assert_eq!(listed(&report), ["db false", "web false", "ci true"]);
    let report: Value = serde_json::from_str(&sandbox.run("check --format sarif").stdout).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<_> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["outdated", "not-listed"]);
    for result in results {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(text.contains("the Marketplace does not list the pinned ID, so it cannot be verified"), "{text}");
    }
    for format in ["markdown", "html", "github", "junit"] {
        let report = sandbox.run(&format!("check --format {format}")).stdout;
        let report = report.replace("<code>", "`").replace("</code>", "`").to_lowercase();
        let said = "the marketplace does not list the ids of 2 pins (`db` and `web`), so they cannot be verified";
        assert!(report.contains(said), "{format}\n{report}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is listed, was pinned, or may be missing from an answer: a pin passes only for one of the three reasons.
    #[test]
    fn a_pin_passes_only_if_it_is_unchanged_listed_or_was_pinned_before(
        pinned in 1_u32..7,
        base in 1_u32..7,
        listed in btree_set(1_u32..7, 0..4),
        past in btree_set(1_u32..7, 0..4),
        is_doubtful: bool,
        is_cut: bool,
    ) {
        let lock_of = |number| Lock::parse(&crate::support::git_repository::lock(&[("web", number)])).unwrap();
        let local_id = |number: u32| id(number).parse::<LocalImageId>().unwrap();
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let label: Label = "ubuntu_noble".parse().unwrap();
        // The last one is always on offer.
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
            id: crate::support::fake_marketplace::image_id("ubuntu_noble").parse().unwrap(),
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
