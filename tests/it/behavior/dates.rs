//! The publication dates of pinned versions, and how many days a pin is behind.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, Reply, id, image_id, local, version_id};
use crate::support::fixtures::one_pin::{NEW, OLD, docker, manifest, outdated_pin, two_versions};
use crate::support::sandbox::Sandbox;

#[test]
fn publication_dates_are_recorded_and_shown_with_ages() {
    let (sandbox, _marketplace) = outdated_pin("");
    assert_snapshot!(sandbox.lock().lines().find(|line| line.starts_with("published")).unwrap(), @"published = 2026-10-01T08:00:00Z");
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  web   fr-par-1  x86_64  docker  00000001  2026-10-01  00000002  50 days behind (2026-11-20); 1 version behind

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn images_without_dates_are_pinned_and_checked_without_ages() {
    let marketplace = FakeMarketplace::offering([docker(1)]);
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    assert!(!sandbox.lock().contains("published"));
    marketplace.offers([docker(2)]);
    assert_snapshot!(sandbox.run("check"), @"
    STATUS    NAME  ZONE      ARCH    LABEL   PINNED    PUBLISHED  NEWEST
    outdated  web   fr-par-1  x86_64  docker  00000001  unknown    00000002

    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`web`), so it cannot be verified
    to upgrade to the newest version: imagelock upgrade web
    --- exit 2
    ");
}

#[test]
fn resolve_succeeds_with_a_warning_if_dates_are_unavailable() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    marketplace.respond(|path, _, _| {
        if path.contains("/versions") { Reply::Raw(403, "text/plain", Vec::new()) } else { Reply::Normal }
    });
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   TO
    added   web   fr-par-1  x86_64  docker  00000001

    1 pin: 1 added
    --- stderr
    warning: new pins have no publication dates
      = note: the Marketplace responded with 403 Forbidden
      = help: to add the dates later, and to upgrade the images: `imagelock upgrade web`
    --- exit 0
    ");
    // `min-age` cannot work without dates.
    sandbox.write("images.toml", manifest("min-age = \"3d\"\n"));
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.fails("resolve"), @"
    error: the Marketplace responded with 403 Forbidden (`min-age` requires the publication dates)
     |
     = note: needed for the image `docker`
     = note: request ID req-1
     = help: check `--api-url`, SCW_API_URL and the proxy; the Marketplace itself requires no login
    ");
}

#[test]
fn a_date_is_omitted_if_its_version_is_unclear() {
    let marketplace =
        FakeMarketplace::offering([docker(2).published(NEW), local("docker", "nl-ams-1", "x86_64", 3).published(OLD)]);
    let sandbox =
        Sandbox::with(&manifest("").replace("\"fr-par-1\"", "[\"fr-par-1\", \"nl-ams-1\"]")).asking(&marketplace);
    assert!(
        sandbox.run("resolve").stderr.is_empty(),
        "the date of the second is not known, so there is no skew to report"
    );
    let lock = sandbox.lock();
    assert_eq!(lock.matches("published = 2026-11-20T08:00:00Z").count(), 1);
    assert_eq!(lock.matches("published = ").count(), 1);
}

#[test]
fn zones_with_different_versions_are_pinned_with_a_warning() {
    let marketplace = FakeMarketplace::offering([docker(1).published(OLD)]);
    let sandbox = Sandbox::with(&manifest("")).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers([docker(2).published(NEW), local("docker", "nl-ams-1", "x86_64", 3).published(NEW)]);
    sandbox.write("images.toml", manifest("").replace("zone = \"fr-par-1\"", "zones = [\"fr-par-1\", \"nl-ams-1\"]"));
    assert_snapshot!(sandbox.run("resolve"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL   FROM      TO        DETAIL
    kept    web   fr-par-1  x86_64  docker  00000001            newer: 00000002, published 2026-10-01 → 2026-11-20
    added   web   nl-ams-1  x86_64  docker            00000003  published 2026-11-20

    2 pins: 1 added, 1 kept
    --- stderr
    warning: images.toml:3:22: the version of the other pins of `web` is not offered in nl-ams-1 for x86_64
      = note: the version of the other pins was published on 2026-10-01
      = note: the newest version is pinned there
      = help: to upgrade the other pins: `imagelock upgrade web`
    --- exit 0
    ");
}

#[test]
fn check_with_min_age_sends_two_requests_per_label_and_one_for_the_index() {
    let (sandbox, marketplace) = outdated_pin("min-age = \"10d\"\n");
    marketplace.offers([docker(1).published(OLD)]);
    marketplace.requests();
    sandbox.ok("check");
    assert_eq!(marketplace.requests().len(), 3);
    sandbox.write("images.toml", manifest(""));
    sandbox.ok("check");
    assert_eq!(marketplace.requests().len(), 3);
}

#[test]
fn a_pin_is_outdated_if_the_marketplace_went_back_to_an_older_version() {
    for rest in ["", "min-age = \"3d\"\n"] {
        let marketplace = FakeMarketplace::offering([docker(2).published(NEW)]);
        let sandbox = Sandbox::with(&manifest(rest)).asking(&marketplace);
        sandbox.ok("resolve --now 2026-12-24T10:00:00Z");
        marketplace.offers([docker(1).published(OLD)]);
        let run = sandbox.run("check");
        assert_eq!(run.status, Some(2), "{run}");
        assert!(run.stdout.contains("the Marketplace went back to an older version"), "{run}");
        // The report must not suggest a downgrade.
        assert!(!run.stdout.contains("imagelock upgrade"), "{run}");
        assert!(sandbox.run("check --format json").stdout.contains(&id(1)));
        let before = sandbox.lock();
        assert!(sandbox.ok("upgrade --dry-run").contains("moved "));
        assert_eq!(sandbox.lock(), before);
        sandbox.ok("upgrade");
        assert!(sandbox.lock().contains(&id(1)));
    }
}

#[test]
fn a_row_of_another_label_is_never_pinned_by_version_or_image_id() {
    let foreign = |path: &str, response: &serde_json::Value| {
        let mut response = response.clone();
        if path.contains("version_id=") || path.contains("image_id=") && path.contains("/local-images") {
            response["local_images"][0]["label"] = "gitlab".into();
        }
        Reply::Json(response)
    };
    let marketplace = two_versions();
    marketplace.respond(move |path, _, response| foreign(path, response));
    let sandbox = Sandbox::with(&manifest("min-age = \"10d\"\n")).asking(&marketplace);
    sandbox.fails("resolve");
    sandbox.write(
        "images.toml",
        manifest("").replace("label = \"docker\"", &format!("image-id = \"{}\"", image_id("docker"))),
    );
    sandbox.fails("resolve");
}

/// Returns a snapshot of one image, with these dates for its version and its end of life.
fn snapshot(published: &str, valid_until: &str) -> String {
    let (image, version) = (image_id("docker"), version_id("docker", OLD));
    serde_json::json!({"imagelock_snapshot": 1, "taken": "2026-11-24T08:00:00Z", "images": [{
        "label": "docker", "id": image, "name": "Docker", "valid_until": valid_until,
        "versions": [{"id": version, "published": published}],
        "local_images": [{"id": id(1), "zone": "fr-par-1", "arch": "x86_64", "versions": [version], "commercial_types": []}],
    }]})
    .to_string()
}

/// Dates that TOML 1.0 readers need not support, and the date that Go programs write for a missing date.
const IMPOSSIBLE: [&str; 4] =
    ["-000001-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];

#[test]
fn an_impossible_date_counts_as_missing() {
    for date in IMPOSSIBLE {
        let marketplace = FakeMarketplace::offering([docker(1).published(date)]).valid_until("docker", date);
        let online = Sandbox::with(&manifest("")).asking(&marketplace);
        let offline = Sandbox::with(&manifest(""));
        offline.write("c.json", snapshot(date, date));
        for (sandbox, catalog) in [(online, ""), (offline, " --catalog c.json")] {
            sandbox.ok(&format!("resolve{catalog}"));
            assert!(!sandbox.lock().contains("published"), "{date}");
            // An end of life in the distant past would be reported as `eol`.
            let check = sandbox.run(&format!("check{catalog}"));
            assert_eq!(check.status, Some(0), "{date}: {check}");
            sandbox.ok(&format!("search docker{catalog}"));
            std::fs::remove_file(sandbox.path("images.lock")).unwrap();
            let message = sandbox.fails(&format!("resolve --min-age 1d{catalog}"));
            assert!(message.contains("no version of `docker` is 1d old yet"), "{date}: {message}");
        }
    }
}

#[test]
fn a_snapshot_taken_at_an_impossible_date_is_refused() {
    for date in IMPOSSIBLE {
        let sandbox = Sandbox::with(&manifest(""));
        sandbox.write("c.json", snapshot(OLD, NEW).replace("2026-11-24T08:00:00Z", date));
        let message = sandbox.fails("resolve --catalog c.json");
        assert!(message.contains("expected a time in the years 1 to 9999"), "{message}");
    }
}

#[test]
fn a_lockfile_with_an_impossible_date_is_refused_with_its_line() {
    let (sandbox, _marketplace) = outdated_pin("");
    for date in IMPOSSIBLE {
        let lock = sandbox.lock();
        for line_end in ["\n", "\r\n"] {
            sandbox.write("images.lock", lock.replace(OLD, date).replace('\n', line_end));
            let message = sandbox.fails("list");
            assert!(message.contains("`published` is outside the years 1 to 9999"), "{date}: {message}");
            assert!(message.contains("images.lock:12:13"), "{date}: {message}");
        }
        sandbox.write("images.lock", lock);
    }
}

#[test]
fn ages_work_up_to_the_limits_of_the_calendar() {
    let century = "min-age = \"36600d\"\neol-warning = \"36600d\"\n";
    for (published, end) in
        [("0001-01-01T00:00:01Z", "0001-01-01T00:00:01Z"), ("9999-12-30T21:59:59Z", "9999-12-30T21:59:59Z")]
    {
        let sandbox = Sandbox::with(&manifest(century));
        sandbox.write("c.json", snapshot(published, end));
        for now in ["0001-01-01T00:00:01Z", "2026-11-24T08:00:00Z", "9999-12-30T21:59:59Z"] {
            for command in ["resolve --min-age 0d", "upgrade", "check", "explain web", "search docker", "list"] {
                let run = sandbox.run(&format!("{command} --now {now} --catalog c.json"));
                assert!(
                    matches!(run.status, Some(0..=2)) && !run.stderr.contains("panicked"),
                    "{now} {command}: {run}"
                );
            }
        }
    }
}

proptest::proptest! {
    /// For every date of the Marketplace, the lockfile is valid TOML 1.0 and survives a checkout with other line
    /// endings.
    #[test]
    fn a_lockfile_never_holds_a_date_that_toml_cannot_express(second in -377_705_116_800_i64..=253_402_207_200) {
        use imagelock::domain::{lock::Lock, types::timestamp};
        let time = jiff::Timestamp::from_second(second).unwrap();
        let pin = |published| {
            let text = "version = 1\n[[pin]]\nname = \"web\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\n\
                        label = \"docker\"\nid = \"00000001-0000-4000-8000-000000000000\"\ndigest = \"\"\n";
            let pin = Lock::parse(text).unwrap().pins()[0].clone();
            Lock::new([imagelock::domain::lock::Pin { published, ..pin }])
        };
        let lock = pin(timestamp::read(&time.to_string()).unwrap());
        let text = lock.write();
        proptest::prop_assert!(toml::de::DeTable::parse(&text).is_ok());
        proptest::prop_assert_eq!(&Lock::parse(&text).unwrap(), &lock);
        proptest::prop_assert_eq!(&Lock::parse(&text.replace('\n', "\r\n")).unwrap(), &lock);
        // A date that is refused in a response is also refused in a lockfile.
        let forced = pin(Some(time)).write();
        proptest::prop_assert_eq!(Lock::parse(&forced).is_ok(), lock.pins()[0].published.is_some());
    }
}
