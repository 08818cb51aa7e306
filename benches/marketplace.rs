//! Fetches the whole catalog from a server with a fixed latency: with imagelock, and with the official SDK in the four ways in
//! which people use it. One listing with curl is the lower bound. `benches/run` runs it; only ratios within a run matter.
#![allow(
    dead_code,
    unused_imports,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its results, fails with a panic, and uses only a part of the test support"
)]

#[path = "../tests/it/support/authority.rs"]
mod authority;
#[path = "../tests/it/support/fake_marketplace/mod.rs"]
mod fake_marketplace;
mod measure;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use authority::Authority;
use fake_marketplace::{FakeMarketplace, Local, Reply, local};
use measure::{Cost, cost, median, ms, rounds};

/// The median latency of the real Marketplace in 2026.
const LATENCY: Duration = Duration::from_millis(55);

const ONE: [&str; 1] = ["2026-10-20T10:03:30Z"];
const THREE: [&str; 3] = ["2026-08-04T08:12:00Z", "2026-09-02T08:30:55Z", "2026-10-20T10:03:30Z"];

/// The first nine have one architecture, the others have two. In nine zones, that makes 315 cells.
const LABELS: [&str; 22] = [
    "docker",
    "gitlab",
    "nextcloud",
    "wordpress",
    "centos_stream_9",
    "windows_server_2019",
    "windows_server_2022",
    "windows_server_2022_core",
    "windows_server_2025",
    "almalinux_8",
    "almalinux_9",
    "almalinux_10",
    "centos_stream_10",
    "debian_bookworm",
    "debian_trixie",
    "fedora_44",
    "rockylinux_8",
    "rockylinux_9",
    "rockylinux_10",
    "ubuntu_jammy",
    "ubuntu_noble",
    "ubuntu_resolute",
];

const X86_64_ONLY: usize = 9;
const ZONES: [&str; 9] =
    ["fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3"];

/// How people use the SDK: one request per cell or per label, and the number of concurrent requests.
const WAYS: [(&str, &str, &str); 4] = [
    ("SDK, one request per cell", "cell", "1"),
    ("SDK, one request per cell, ten at a time", "cell", "10"),
    ("SDK, one request per label", "label", "1"),
    ("SDK, one request per label, ten at a time", "label", "10"),
];

/// A server, and the directories in which imagelock queries it.
struct Scene {
    marketplace: FakeMarketplace,
    directory: tempfile::TempDir,
}

/// A program that queries the server.
struct Contender<'s> {
    name: &'static str,
    scene: &'s Scene,
    command: Command,
    costs: Vec<Cost>,
    requests: usize,
}

fn main() -> ExitCode {
    let cells = offers(&ONE).len();
    println!("The whole catalog, {} labels and {cells} cells; every response takes {} ms", LABELS.len(), ms(LATENCY));
    let curl = Command::new("curl").arg("--version").output().is_ok();
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/venv/bin/python");
    for tls in [false, true] {
        let [one, three] = [Scene::new(&ONE, tls), Scene::new(&THREE, tls)];
        let mut contenders = Vec::new();
        if curl {
            contenders.push(one.contender("curl, one listing", one.curl()));
        }
        contenders.push(one.contender("imagelock resolve", one.imagelock("resolve")));
        contenders.push(one.contender("imagelock check", one.imagelock("check")));
        contenders.push(three.contender("imagelock resolve, 3 versions per label", three.imagelock("resolve")));
        contenders.push(three.contender("imagelock check, 3 versions per label", three.imagelock("check")));
        // The SDK uses its own certificates, so it only runs without TLS, which is faster.
        for (name, way, concurrency) in WAYS.into_iter().filter(|_| !tls && python.exists()) {
            contenders.push(one.contender(name, one.sdk(&python, way, concurrency)));
        }
        compete(&mut contenders);
        print(&contenders, if tls { "TLS, HTTP/2" } else { "HTTP/1.1" });
    }
    for (is_installed, what) in [(curl, "curl"), (python.exists(), "the SDK")] {
        if !is_installed {
            eprintln!(
                "INCOMPLETE: {what} is missing, so its rows and ratios are missing; benches/run installs the SDK"
            );
        }
    }
    let complete = curl && python.exists();
    if complete || std::env::var_os("BENCH_REQUIRE").is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs every contender once per round. The order changes, so that a busy moment does not affect one contender more.
fn compete(contenders: &mut [Contender<'_>]) {
    let count = contenders.len();
    for round in 0..rounds(11) {
        for turn in 0..count {
            let contender = &mut contenders[(round + turn) % count];
            // `resolve` starts without a lockfile.
            let _ = fs::remove_file(contender.scene.path("resolve/images.lock"));
            contender.scene.marketplace.requests();
            contender.costs.push(cost(&mut contender.command));
            contender.requests = contender.scene.marketplace.requests().len();
        }
    }
}

fn print(contenders: &[Contender<'_>], transport: &str) {
    let of =
        |name: &str| contenders.iter().filter(|it| it.name.starts_with(name)).map(|it| median(&it.costs).wall).min();
    let ratio = |wall: Duration, base: Option<Duration>| {
        base.map_or("?".to_owned(), |base| format!("{:.2}", wall.as_secs_f64() / base.as_secs_f64()))
    };
    println!(
        "\n{transport:<40} {:>9} {:>7} {:>7} {:>10} {:>8} {:>8}",
        "median ms", "x curl", "x SDK", "fastest ms", "CPU ms", "requests"
    );
    for Contender { name, costs, requests, .. } in contenders {
        let Cost { wall, cpu, .. } = median(costs);
        let fastest = costs.iter().map(|cost| cost.wall).min().unwrap_or_default();
        let (by_curl, by_sdk) = (ratio(wall, of("curl")), ratio(wall, of("SDK")));
        println!(
            "{name:<40} {:>9.0} {by_curl:>7} {by_sdk:>7} {:>10.0} {:>8.0} {requests:>8}",
            ms(wall),
            ms(fastest),
            ms(cpu)
        );
    }
}

impl Scene {
    /// A Marketplace with one version of each label per date, and a lockfile of the whole catalog.
    fn new(dates: &[&'static str], tls: bool) -> Self {
        let authority = Authority::new();
        let marketplace = if tls {
            FakeMarketplace::with_tls(offers(dates), authority.server("127.0.0.1", 2099, &["h2", "http/1.1"]))
        } else {
            FakeMarketplace::offering(offers(dates))
        };
        marketplace.respond(|_, _, _| Reply::Late(LATENCY));
        let scene = Self { marketplace, directory: tempfile::tempdir().unwrap() };
        for command in ["resolve", "check"] {
            fs::create_dir(scene.path(command)).unwrap();
            fs::write(scene.path(command).join("images.toml"), manifest()).unwrap();
        }
        fs::write(scene.path("ca.pem"), authority.pem()).unwrap();
        let cells = offers(dates).into_iter().filter(|local| !local.superseded);
        let cells: Vec<String> =
            cells.map(|it| format!("{} {} {} instance_sbs\n", it.label, it.zone, it.arch)).collect();
        fs::write(scene.path("cells"), cells.concat()).unwrap();
        cost(scene.imagelock("resolve").current_dir(scene.path("check")));
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn contender(&self, name: &'static str, command: Command) -> Contender<'_> {
        Contender { name, scene: self, command, costs: Vec::new(), requests: 0 }
    }

    fn imagelock(&self, command: &str) -> Command {
        let mut imagelock = Command::new(env!("CARGO_BIN_EXE_imagelock"));
        imagelock
            .args([command, "--quiet", "--now", "2026-11-24T10:00:00Z"])
            .current_dir(self.path(command))
            .env("SCW_API_URL", self.marketplace.url());
        imagelock.env("SSL_CERT_FILE", self.path("ca.pem"));
        imagelock
    }

    fn curl(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--http2", "--cacert"]).arg(self.path("ca.pem"));
        let listing = "marketplace/v2/local-images?image_label=ubuntu_noble&page_size=100";
        curl.arg(format!("{}/{listing}", self.marketplace.url()));
        if self.marketplace.url().starts_with("http:") {
            // Otherwise, curl asks for an upgrade to HTTP/2.
            curl.arg("--http1.1");
        }
        curl
    }

    fn sdk(&self, python: &Path, way: &str, concurrency: &str) -> Command {
        let mut sdk = Command::new(python);
        sdk.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/sdk.py")).arg(self.marketplace.url());
        sdk.arg(self.path("cells")).args([way, concurrency]);
        sdk
    }
}

/// The whole catalog, with one local image of each cell per date.
fn offers(dates: &[&'static str]) -> Vec<Local> {
    // Real rows have about one hundred Instance types.
    let boots: Vec<&'static str> = (1..=100).map(|n| &*format!("TYPE{}-{n}C-{}G", n % 9, 4 * n).leak()).collect();
    let newest = dates.last();
    let mut offers = Vec::new();
    for date in dates {
        for (n, label) in LABELS.into_iter().enumerate() {
            let archs: &[&str] = if n < X86_64_ONLY { &["x86_64"] } else { &["x86_64", "arm64"] };
            for (zone, arch) in ZONES.iter().flat_map(|zone| archs.iter().map(move |arch| (zone, arch))) {
                let number = u32::try_from(offers.len()).unwrap();
                let offer = local(label, zone, arch, number).published(date).boots(&boots);
                offers.push(if Some(date) == newest { offer } else { offer.superseded() });
            }
        }
    }
    offers
}

/// A manifest that declares the whole catalog.
fn manifest() -> String {
    let mut text = format!("[defaults]\nzones = {ZONES:?}\n");
    for (n, label) in LABELS.into_iter().enumerate() {
        let archs = if n < X86_64_ONLY { "\"x86_64\"" } else { "[\"x86_64\", \"arm64\"]" };
        let _ = write!(text, "\n[images.{label}]\nlabel = \"{label}\"\narch = {archs}\n");
    }
    text
}
