//! Contradictory responses in one run: every command exits with status 1 and the same message.

use serde_json::json;

use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, id, local};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\n\
                        [images.db]\nlabel = \"debian_bookworm\"\n";

fn not_found() -> Reply {
    Reply::Raw(404, "application/json", br#"{"type": "not_found"}"#.into())
}

fn noble(number: u32, published: &'static str) -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", number).published(published)
}

fn bookworm() -> Local {
    local("debian_bookworm", "fr-par-1", "x86_64", 3).published("2026-10-05T08:00:00Z")
}

/// Returns a sandbox with both images pinned, and its Marketplace.
fn pinned(locals: impl IntoIterator<Item = Local>) -> (FakeMarketplace, Sandbox) {
    let marketplace = FakeMarketplace::offering(locals);
    let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
    sandbox.ok("resolve");
    (marketplace, sandbox)
}

/// The error of a run that fails and leaves the lockfile unchanged.
#[track_caller]
fn error(sandbox: &Sandbox, line: &str) -> String {
    let message = sandbox.fails(line);
    message.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_listing_that_is_not_found_contradicts_the_index() {
    for end in [None, Some("2027-04-01T00:00:00Z")] {
        let (marketplace, sandbox) = pinned([noble(1, "2026-10-05T08:00:00Z"), bookworm()]);
        let marketplace = match end {
            Some(end) => marketplace.valid_until("ubuntu_noble", end),
            None => marketplace,
        };
        marketplace
            .respond_to_listings(|path, _, _| if path.contains("ubuntu_noble") { not_found() } else { Reply::Normal });
        for line in ["check", "upgrade", "upgrade --dry-run"] {
            let note = error(&sandbox, line);
            let contradiction = "the index contains `ubuntu_noble`, but its local images were not found";
            assert!(note.ends_with(contradiction), "{line}, {end:?}: {note}");
        }
    }
}

#[test]
fn a_listing_that_is_not_found_after_the_end_of_the_image_is_accepted() {
    let (marketplace, sandbox) = pinned([noble(1, "2026-10-05T08:00:00Z"), bookworm()]);
    let marketplace = marketplace.valid_until("ubuntu_noble", "2026-11-01T00:00:00Z");
    marketplace
        .respond_to_listings(|path, _, _| if path.contains("ubuntu_noble") { not_found() } else { Reply::Normal });
    let run = sandbox.run("check");
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stdout.contains("unavailable"), "{run}");
}

#[test]
fn an_empty_listing_contradicts_the_listing_of_the_newest_version() {
    let (marketplace, sandbox) =
        pinned([noble(1, "2026-10-05T08:00:00Z").superseded(), noble(2, "2026-11-02T08:00:00Z"), bookworm()]);
    let empty = || Reply::Json(json!({"local_images": [], "total_count": 0}));
    marketplace
        .respond_to_listings(move |path, _, _| if path.contains("ubuntu_noble") { empty() } else { Reply::Normal });
    for line in ["check", "upgrade"] {
        let note = error(&sandbox, line);
        let contradiction = "`ubuntu_noble` has no local images, but its newest version has some";
        assert!(note.ends_with(contradiction), "{line}: {note}");
    }
}

#[test]
fn versions_that_are_not_found_contradict_the_index() {
    let (marketplace, sandbox) = pinned([noble(1, "2026-10-05T08:00:00Z"), bookworm()]);
    marketplace.respond(|path, _, _| if path.contains("/versions") { not_found() } else { Reply::Normal });
    let run = sandbox.run("check");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stderr.contains("warning: publication dates are unavailable"), "{run}");
    assert!(run.stderr.contains(", but its versions were not found"), "{run}");
    let aged = format!("{MANIFEST}min-age = \"7d\"\n");
    sandbox.write("images.toml", aged);
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert!(sandbox.fails("resolve").contains(", but its versions were not found"));
}

#[test]
fn an_id_that_a_lookup_does_not_find_contradicts_a_listing_that_has_it() {
    let (marketplace, sandbox) = pinned([noble(1, "2026-10-05T08:00:00Z"), bookworm()]);
    sandbox.write("images.lock", sandbox.lock().replace(&id(1), &id(3)));
    // Without the contradiction, the swapped ID is detected.
    assert!(sandbox.run("check").stdout.contains("mismatch"));
    marketplace.respond(|path, _, _| if path.contains("/local-images/") { not_found() } else { Reply::Normal });
    let contradiction =
        format!("`debian_bookworm` has the local image {}, but a lookup of that ID found nothing", id(3));
    let note = error(&sandbox, "check");
    assert!(note.ends_with(&contradiction), "{note}");
}

/// A wrong base URL responds to every request like this.
#[test]
fn no_image_is_unavailable_if_the_index_is_unknown() {
    let (marketplace, sandbox) = pinned([noble(1, "2026-09-02T08:00:00Z"), bookworm()]);
    for index in [404, 403] {
        marketplace.respond(move |path, _, _| match path {
            path if path.contains("/images?") => Reply::Raw(index, "text/plain", Vec::new()),
            path if path.contains("/local-images") => not_found(),
            _ => Reply::Normal,
        });
        let run = sandbox.run("check");
        assert_eq!(run.status, Some(1), "{index}: {run}");
        assert!(!run.stdout.contains("unavailable"), "{index}: {run}");
    }
}
