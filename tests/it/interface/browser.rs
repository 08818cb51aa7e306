//! The HTML page in headless Chromium: on a phone, a laptop and a large screen, light and dark, with one pin and with a
//! thousand pins.
//!
//! The pages and their screenshots are kept in `target/browser`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::every_status::every_status;
use crate::support::sandbox::Sandbox;
use crate::support::webdriver::{Browser, in_target};

/// The widths at which the page is checked.
const WIDTHS: [u32; 3] = [360, 1024, 1920];
const OLD: &str = "2026-09-02T08:30:55Z";
const NEW: &str = "2026-11-20T10:03:30Z";

/// Checks a page at every width, light and dark.
#[track_caller]
fn looks_right(browser: &Browser, name: &str, page: &str) {
    let directory = in_target("browser");
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join(format!("{name}.html"));
    std::fs::write(&path, page).unwrap();
    for width in WIDTHS {
        for theme in ["light", "dark"] {
            let what = format!("{name} at {width}, {theme}");
            browser.open(&path, width, theme);
            assert_eq!(
                browser.run(
                    "const root = document.documentElement; return [innerWidth, root.clientWidth >= root.scrollWidth]"
                ),
                json!([width, true]),
                "{what}: the page scrolls horizontally"
            );
            browser.screenshot(&directory.join(format!("{name}-{width}-{theme}.png")));
            assert_eq!(browser.accessibility_problems(), json!([]), "{what}");
            assert_eq!(
                browser.run(
                    "return [...document.querySelectorAll('img, svg')].filter(it => !it.closest('[aria-hidden=true]')
                         && !it.getAttribute('aria-label')).length"
                ),
                0,
                "{what}: images without a label"
            );
            assert_eq!(
                browser.run("return performance.getEntriesByType('resource').map(it => it.name)"),
                json!([]),
                "{what}: the page loads resources"
            );
            assert_eq!(browser.console(), [Value::Null; 0], "{what}: the console is not empty");
        }
        let focusable = browser
            .run("return [...document.querySelectorAll('a, summary')].filter(it => it.checkVisibility()).length")
            .as_u64()
            .unwrap();
        // One more press would leave the page.
        let seen = browser.press_tab(usize::try_from(focusable).unwrap());
        assert_eq!(seen, focusable, "{name} at {width}: elements that the keyboard reaches");
    }
}

/// Returns the cells of the matrix in reading order: the name of the image, the zone, and the content.
fn matrix(browser: &Browser) -> Vec<(String, String, String)> {
    let cells = browser.run(
        "return [...document.querySelectorAll('.matrix')].flatMap(table => {
             const zones = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
             return [...table.tBodies[0].rows].flatMap(row => [...row.cells].slice(1).map(cell =>
                 [row.cells[0].firstChild.textContent.trim(), zones[cell.cellIndex], cell.textContent.trim()]));
         })",
    );
    serde_json::from_value(cells).unwrap()
}

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_one_pin_looks_right() {
    let marketplace = FakeMarketplace::offering([local("docker", "fr-par-1", "x86_64", 6).published(OLD)]);
    let sandbox = Sandbox::with("[images.fine]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = sandbox.asking(&marketplace);
    sandbox.ok("resolve");
    let browser = Browser::start();
    looks_right(&browser, "one", &sandbox.ok("check --format html"));
    assert_eq!(matrix(&browser), [("fine".to_owned(), "fr-par-1".to_owned(), "current x86_64".to_owned())]);
}

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_every_status_looks_right() {
    let (sandbox, _marketplace) = every_status();
    let browser = Browser::start();
    looks_right(&browser, "statuses", &sandbox.run("check --format html").stdout);
    let cells = matrix(&browser);
    assert_eq!(cells.len(), 13 * 2);
    let stands = |name: &str, zone: &str| {
        let cell = cells.iter().find(|(row, column, _)| row == name && column == zone);
        cell.map(|(_, _, text)| text.as_str()).unwrap()
    };
    assert_eq!(stands("web", "fr-par-1"), "outdated arm64outdated x86_64");
    assert_eq!(stands("web", "nl-ams-1"), "current arm64outdated x86_64");
    for (name, status) in [
        ("swapped", "mismatch"),
        ("touched", "edited"),
        ("old", "eol"),
        ("legacy", "eol, accepted"),
        ("vanished", "unavailable"),
        ("moved", "unavailable"),
        ("new", "stale"),
        ("gone", "stale"),
        ("runner", "eol-soon"),
        ("db", "frozen"),
        ("cache", "cooling"),
        ("fine", "current"),
    ] {
        assert_eq!(stands(name, "fr-par-1"), format!("{status} x86_64"));
        assert_eq!(stands(name, "nl-ams-1"), "");
    }
    // A link in the overview leads to its row, and opens a collapsed section.
    browser.run("document.querySelector('a[href=\"#db.fr-par-1.x86_64\"]').click()");
    assert!(
        browser.run("return document.querySelector(':target').textContent").as_str().unwrap().contains("ticket 4711")
    );
}

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_a_thousand_pins_looks_right() {
    let (sandbox, _marketplace) = thousand();
    let browser = Browser::start();
    let page = sandbox.run("check --format html").stdout;
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    looks_right(&browser, "thousand", &page);
    let cells = matrix(&browser);
    assert_eq!(cells.len(), 100 * 5);
    let with = |status: &str| cells.iter().map(|(_, _, text)| text.matches(status).count()).sum::<usize>();
    assert_eq!((with("outdated"), with("current"), with("eol")), (30, 970 - 100, 100));
    // Sections that are collapsed on a screen are printed.
    let folded = "return document.querySelector('.pins tr[id=\"i99.fr-par-1.arm64\"]').checkVisibility()";
    assert_eq!(browser.run(folded), false);
    browser.chromium("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    assert_eq!(browser.run(folded), true);
    browser.chromium("Emulation.setEmulatedMedia", &json!({ "media": "screen" }));
    browser.run("location.hash = 'i99.fr-par-1.arm64'");
    assert_eq!(browser.run("return document.querySelector(':target').checkVisibility()"), true);
}

/// Returns a hundred images in five zones for two architectures. Three have a newer version, and ten are end-of-life.
fn thousand() -> (Sandbox, FakeMarketplace) {
    const ZONES: [&str; 5] = ["fr-par-1", "fr-par-2", "nl-ams-1", "nl-ams-2", "pl-waw-1"];
    let mut manifest = format!("[defaults]\nzones = {ZONES:?}\narchs = [\"x86_64\", \"arm64\"]\n");
    for n in 0..100 {
        let label = match n {
            0..10 => "ubuntu_focal",
            10..13 => "ubuntu_noble",
            _ => "debian_bookworm",
        };
        let _ = write!(manifest, "[images.i{n}]\nlabel = \"{label}\"\n");
    }
    let offers = |noble: u32, date| {
        let mut offers = Vec::new();
        for (zone, arch) in ZONES.into_iter().flat_map(|zone| [(zone, "x86_64"), (zone, "arm64")]) {
            let next = u32::try_from(offers.len()).unwrap();
            offers.push(local("ubuntu_focal", zone, arch, next).published("2025-05-01T08:00:00Z"));
            offers.push(local("ubuntu_noble", zone, arch, noble + next).published(date));
            offers.push(local("debian_bookworm", zone, arch, 200 + next).published("2026-11-01T08:00:00Z"));
        }
        offers
    };
    let marketplace = FakeMarketplace::offering(offers(100, OLD));
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    marketplace.offers(offers(300, NEW));
    (sandbox, marketplace)
}
