//! Faulty pages give the correct lockfile or a clear error, never a wrong or missing pin, and never an endless loop.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, id, local, row};
use crate::support::sandbox::Sandbox;

const ZONES: [&str; 10] = [
    "fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3",
    "it-mil-1",
];

/// Returns one label in ten zones. `build` determines the IDs.
fn all_zones(build: u32) -> Vec<Local> {
    (0..).zip(ZONES).map(|(n, zone)| local("ubuntu_noble", zone, "x86_64", build * 100 + n)).collect()
}

fn sandbox(marketplace: &FakeMarketplace) -> Sandbox {
    Sandbox::with(&format!("[images.web]\nlabel = \"ubuntu_noble\"\nzones = {ZONES:?}\narch = \"x86_64\"\n"))
        .asking(marketplace)
}

/// Splits the whole list into pages of `cap` rows. `alter` gets the page number, all rows and the total. It may change
/// the rows and the total, and returns the number of the page to send.
fn paged(
    cap: usize,
    mut alter: impl FnMut(usize, &mut Vec<Value>, &mut Value) -> usize + Send + 'static,
) -> FakeMarketplace {
    let marketplace = FakeMarketplace::offering(all_zones(1));
    marketplace.respond_to_listings(move |path, _, response| {
        let page: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
        let mut rows: Vec<Value> = all_zones(1).iter().map(row).collect();
        let mut total = response["total_count"].clone();
        if page > 1 {
            total = rows.len().into();
        }
        let number = alter(page, &mut rows, &mut total);
        let rows: Vec<Value> = rows.into_iter().skip((number - 1) * cap).take(cap).collect();
        Reply::Json(serde_json::json!({"local_images": rows, "total_count": total}))
    });
    marketplace
}

/// Returns the lockfile that results from the catalog of a build.
fn correct_lockfile(build: u32) -> String {
    let marketplace = FakeMarketplace::offering(all_zones(build));
    let sandbox = sandbox(&marketplace);
    sandbox.ok("resolve");
    sandbox.lock()
}

#[test]
fn short_pages_are_read_to_the_end() {
    let marketplace = paged(4, |number, _, _| number);
    let sandbox = sandbox(&marketplace);
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock(), correct_lockfile(1));
}

#[test]
fn a_wrong_total_does_not_change_the_result() {
    for (cap, total) in [(100, 110), (100, 9), (100, 0), (4, 110), (4, 9)] {
        let marketplace = paged(cap, move |number, _, count| {
            *count = total.into();
            number
        });
        let sandbox = sandbox(&marketplace);
        sandbox.ok("resolve");
        assert_eq!(sandbox.lock(), correct_lockfile(1), "{cap} {total}");
    }
}

#[test]
fn an_invalid_total_does_not_change_the_result() {
    for total in [Value::Null, "10".into(), (-1).into(), serde_json::json!(1e30)] {
        for cap in [100, 4] {
            let value = total.clone();
            let marketplace = paged(cap, move |number, _, count| {
                *count = value.clone();
                number
            });
            let sandbox = sandbox(&marketplace);
            sandbox.ok("resolve");
            assert_eq!(sandbox.lock(), correct_lockfile(1), "{cap} {total}");
        }
    }
}

#[test]
fn a_first_page_that_repeats_is_reported_as_incomplete() {
    let marketplace = paged(4, |_, _, _| 1);
    assert_snapshot!(sandbox(&marketplace).fails("resolve"), @r#"
    error: `ubuntu_noble` was not found for x86_64 in it-mil-1, nl-ams-2, nl-ams-3, pl-waw-1, pl-waw-2 and pl-waw-3
     --> images.toml:3:118
      |
    3 | zones = ["fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3", "it-mil-1"]
      |                                                                                                                      ^^^^^^^^^^ not offered here for x86_64
      |
      = note: it is offered with type instance_sbs for x86_64 in fr-par-1, fr-par-2, fr-par-3 and nl-ams-1
      = note: the response of the Marketplace may be incomplete: its stated row count is 10, but the actual count is 4
      = help: run imagelock again; if the response stays the same, report it to Scaleway support
    "#);
}

#[test]
fn a_row_that_is_inserted_between_pages_is_an_error() {
    let marketplace = paged(4, |number, rows, count| {
        if number > 1 {
            rows.insert(0, rows[0].clone());
            *count = rows.len().into();
        }
        number
    });
    assert_snapshot!(sandbox(&marketplace).fails("resolve"), @"
    error: the listing changed while imagelock read its pages, 3 times in a row
     |
     = note: needed for the image `ubuntu_noble`
     = help: run imagelock again in a minute
    ");
}

#[test]
fn a_row_that_is_deleted_between_pages_is_an_error() {
    for updates_total in [true, false] {
        let marketplace = paged(4, move |number, rows, count| {
            if number > 1 {
                rows.remove(0);
                if updates_total {
                    *count = rows.len().into();
                }
            }
            number
        });
        let message = sandbox(&marketplace).fails("resolve");
        assert!(message.contains("ubuntu_noble"), "{message}");
    }
}

#[test]
fn a_catalog_that_changes_between_pages_is_read_again() {
    let marketplace = FakeMarketplace::offering(all_zones(1));
    let mut build = 1;
    marketplace.respond_to_listings(move |path, _, _| {
        let number: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
        if number == 2 {
            build = 2;
        }
        let rows: Vec<Value> = all_zones(build).iter().map(row).skip((number - 1) * 4).take(4).collect();
        Reply::Json(serde_json::json!({"local_images": rows, "total_count": 10}))
    });
    let sandbox = sandbox(&marketplace);
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock(), correct_lockfile(2), "all pins are of one build");
}

#[test]
fn a_catalog_that_keeps_changing_is_refused() {
    let marketplace = FakeMarketplace::offering(all_zones(1));
    let mut build = 0;
    marketplace.respond_to_listings(move |path, _, _| {
        let number: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
        build += 1;
        let rows: Vec<Value> = all_zones(build).iter().map(row).skip((number - 1) * 4).take(4).collect();
        Reply::Json(serde_json::json!({"local_images": rows, "total_count": 10}))
    });
    let message = sandbox(&marketplace).fails("resolve");
    assert!(message.contains("the listing changed while imagelock read its pages"), "{message}");
}

#[test]
fn an_endless_list_is_refused() {
    let marketplace = FakeMarketplace::offering(all_zones(1));
    let mut number = 1000;
    marketplace.respond_to_listings(move |_, _, _| {
        number += 1;
        let row = row(&local("ubuntu_noble", "fr-par-1", "x86_64", number));
        Reply::Json(serde_json::json!({"local_images": [row], "total_count": 1_000_000}))
    });
    let message = sandbox(&marketplace).fails("resolve");
    assert!(message.contains("has more than 200 pages"), "{message}");
}

#[test]
fn more_than_a_hundred_rows_are_read_completely() {
    let archs: [&'static str; 12] = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "x86_64"];
    let offers: Vec<Local> = (0..)
        .zip(archs.iter().flat_map(|arch| ZONES.iter().map(move |zone| (*zone, *arch))))
        .map(|(n, (zone, arch))| local("ubuntu_noble", zone, arch, n))
        .collect();
    let marketplace = FakeMarketplace::offering(offers);
    let sandbox = sandbox(&marketplace);
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock().matches("[[pin]]").count(), ZONES.len());
    let numbers: Vec<String> =
        marketplace.listings().iter().map(|path| path.rsplit_once('=').unwrap().1.to_owned()).collect();
    assert_eq!(numbers, ["1", "2", "3", "1"], "up to the empty page, then the first page again");
}

#[test]
fn an_id_that_is_listed_in_two_zones_may_appear_on_two_pages() {
    let offers = || {
        let twin = |zone| Local { id: id(1), ..local("ubuntu_noble", zone, "x86_64", 1) };
        let others = (2..).zip(["nl-ams-2", "nl-ams-3"]).map(|(n, zone)| local("ubuntu_noble", zone, "x86_64", n));
        [twin("fr-par-1")].into_iter().chain(others).chain([twin("nl-ams-1")]).collect::<Vec<_>>()
    };
    let marketplace = FakeMarketplace::offering(offers());
    marketplace.respond_to_listings(move |path, _, _| {
        let number: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
        let rows: Vec<Value> = offers().iter().map(row).skip(2 * (number - 1)).take(2).collect();
        Reply::Json(serde_json::json!({"local_images": rows, "total_count": 4}))
    });
    let manifest = "[images.web]\nlabel = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n";
    let sandbox = Sandbox::with(manifest).asking(&marketplace);
    sandbox.ok("resolve");
    let live = sandbox.lock();
    assert_eq!(live.matches(&id(1)).count(), 2);
    // The result from a snapshot is the same.
    sandbox.ok("snapshot catalog.json");
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    sandbox.ok("resolve --catalog catalog.json");
    assert_eq!(sandbox.lock(), live);
}
