//! The HTML page in headless Chromium: on a phone, a laptop and a large screen, light and dark, with one pin and with a
//! thousand pins.
//!
//! The pages and their screenshots are kept in `target/browser`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::fixtures::every_status::every_status;
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;
use crate::support::webdriver::{Browser, in_target};

/// The widths in which the page is checked.
const WIDTHS: [u32; 4] = [360, 800, 1280, 1920];
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

/// The rows of the tables of pins: the status, the name, and the zones and architectures.
fn rows(browser: &Browser) -> Vec<[String; 3]> {
    let rows = browser.run(
        "return [...document.querySelectorAll('.pins tbody tr')].map(row => [row.cells[0].textContent.trim(),
             row.cells[1].firstChild.textContent.trim(), row.cells[2].querySelector('.label').textContent])",
    );
    serde_json::from_value(rows).unwrap()
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
    assert_eq!(rows(&browser), [["current", "fine", "fr-par-1 x86_64"]]);
}

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_every_status_looks_right() {
    let (sandbox, _marketplace) = every_status();
    let browser = Browser::start();
    looks_right(&browser, "statuses", &sandbox.run("check --format html").stdout);
    let one = "fr-par-1 x86_64";
    assert_eq!(
        rows(&browser),
        [
            ["mismatch", "swapped", one],
            ["edited", "touched", one],
            ["eol", "old", one],
            ["unavailable", "moved", one],
            ["unavailable", "vanished", one],
            ["stale", "gone", one],
            ["stale", "new", one],
            ["outdated", "web", "fr-par-1 (arm64, x86_64); nl-ams-1 (x86_64)"],
            ["eol-soon", "runner", one],
            ["eol, accepted", "legacy", one],
            ["frozen", "db", one],
            ["cooling", "cache", one],
            ["current", "fine", one],
            ["current", "web", "nl-ams-1 arm64"],
        ]
    );
    // The full IDs are shown on demand, each with its zone and architecture.
    let ids =
        "return [...document.querySelectorAll('.pins tbody tr')].find(row => row.cells[0].textContent == 'outdated'
               && row.cells[1].textContent == 'web').cells[3].querySelector('ul').innerText";
    assert_eq!(browser.run(ids), "");
    browser.run("document.querySelectorAll('.ids').forEach(ids => ids.open = true)");
    let text = browser.run(ids).as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = [("fr-par-1 arm64", 2), ("fr-par-1 x86_64", 1), ("nl-ams-1 x86_64", 3)];
    let expected = expected.map(|(place, number)| format!("{place}, not listed {}", id(number)));
    assert_eq!(text, expected.join(" "));
}

/// Whether an element is cut off: it holds more than it shows.
const CUT: &str =
    "return [...document.querySelectorAll('body *')].filter(it => getComputedStyle(it).overflowX != 'visible'
                   && it.scrollWidth > it.clientWidth).length";

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_43_pins_in_three_manifests_fits_on_four_screens() {
    let (sandbox, _marketplace) = monorepo();
    let browser = Browser::start();
    let page = sandbox.run("check --recursive platform --format html").stdout;
    looks_right(&browser, "monorepo", &page);
    let path = in_target("browser/monorepo.html");
    browser.open(&path, 400, "light");
    assert_eq!(browser.run(CUT), 0);
    browser.screenshot(&in_target("browser/monorepo-400-light.png"));
    browser.open(&path, 1280, "light");
    assert_eq!(browser.run(CUT), 0);
    let pins = browser.run("return document.querySelector('header strong').textContent");
    assert_eq!(pins, "43 pins");
    let height = browser.run("return document.documentElement.scrollHeight").as_u64().unwrap();
    assert!(height <= 4 * 800, "{height}");
}

#[test]
#[ignore = "needs chromedriver and axe-core: .ci/tools"]
fn a_page_with_a_thousand_pins_looks_right() {
    let (sandbox, _marketplace) = thousand();
    let browser = Browser::start();
    let page = sandbox.run("check --format html").stdout;
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    looks_right(&browser, "thousand", &page);
    let rows = rows(&browser);
    let with = |status: &str| rows.iter().filter(|row| row[0] == status).count();
    assert_eq!((with("outdated"), with("current"), with("eol")), (3, 87, 10));
    // Rows that are folded on a screen are printed.
    let folded = "return [...document.querySelectorAll('.pins tbody tr')].at(-1).checkVisibility()";
    assert_eq!(browser.run(folded), false);
    browser.chromium("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    assert_eq!(browser.run(folded), true);
}

/// A repository with three manifests after twelve weeks.
fn monorepo() -> (Sandbox, FakeMarketplace) {
    const ZONES: [&str; 3] = ["fr-par-1", "fr-par-2", "nl-ams-1"];
    const MANIFESTS: [(&str, &str); 3] = [
        (
            "production",
            "web noble 3 2, worker noble 3 1, db bookworm 3 1, cache docker 3 1, legacy focal 1 1, git gitlab 1 1, \
             metrics rocky 2 1",
        ),
        ("staging", "web noble 3 2, worker noble 3 1, db bookworm 3 1, preview fedora 3 1, proxy rocky 1 1"),
        ("ci", "runner noble 2 1, builder docker 2 1, old focal 2 1, tester bookworm 2 1"),
    ];
    let labels = [
        ("noble", "ubuntu_noble", OLD),
        ("bookworm", "debian_bookworm", "2026-11-01T08:00:00Z"),
        ("docker", "docker", OLD),
        ("focal", "ubuntu_focal", "2025-05-01T08:00:00Z"),
        ("gitlab", "gitlab", "2026-03-11T08:00:00Z"),
        ("rocky", "rockylinux_9", "2026-09-30T08:00:00Z"),
        ("fedora", "fedora_43", "2026-06-11T08:00:00Z"),
    ];
    let offers = |later: bool| {
        let mut offers = Vec::new();
        for (n, (short, label, date)) in (0u32..).step_by(1_357_913).zip(labels) {
            let is_new = later && ["noble", "docker", "bookworm"].contains(&short);
            let (base, date) = if is_new { (n + 70_000_000, NEW) } else { (n + 10_000_000, date) };
            let zones = ZONES.into_iter().filter(|_| !later || short != "gitlab");
            for (number, (zone, arch)) in
                (base..).step_by(123_457).zip(zones.flat_map(|zone| [(zone, "x86_64"), (zone, "arm64")]))
            {
                offers.push(local(label, zone, arch, number).published(date));
            }
        }
        offers
    };
    let marketplace = FakeMarketplace::offering(offers(false));
    let sandbox = Sandbox::new().asking(&marketplace);
    for (directory, images) in MANIFESTS {
        let mut manifest = String::new();
        for image in images.split(", ") {
            let [name, label, zones, archs] = image.split_whitespace().collect::<Vec<_>>().try_into().unwrap();
            let (_, label, _) = labels.into_iter().find(|(short, ..)| *short == label).unwrap();
            let (zones, archs) = (&ZONES[..zones.parse().unwrap()], &["x86_64", "arm64"][..archs.parse().unwrap()]);
            let _ = write!(manifest, "[images.{name}]\nlabel = \"{label}\"\nzones = {zones:?}\narchs = {archs:?}\n");
            if name == "db" && directory == "production" {
                manifest += "freeze = { reason = \"upgrade after the Black Friday sale\", until = 2026-12-31 }\n";
            }
        }
        if directory == "production" {
            manifest += &accept("legacy", "eol", "replaced in January, ticket 4711", "2027-01-31");
            manifest += &accept("cache", "outdated", "moves with the next release", "2026-12-15");
        }
        std::fs::create_dir_all(sandbox.path(&format!("platform/{directory}"))).unwrap();
        sandbox.write(&format!("platform/{directory}/images.toml"), manifest);
    }
    sandbox.ok("resolve --recursive platform");
    let lock = sandbox.read("platform/staging/images.lock");
    let blocks = lock.split("\n\n").map(|block| match block {
        block if block.contains("\"proxy\"") => block.replace("published = 2026", "published = 2025"),
        block => block.to_owned(),
    });
    sandbox.write("platform/staging/images.lock", blocks.collect::<Vec<_>>().join("\n\n"));
    marketplace.offers(offers(true));
    (sandbox, marketplace)
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
