//! The peak memory of runs with responses that are far too large.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use crate::support::fake_marketplace::{FakeMarketplace, Reply};
use crate::support::sandbox::Sandbox;

/// More labels than requests may be in flight.
const LABELS: usize = 40;

/// The limit on the memory of a run, in KiB.
const MAX_PEAK: u64 = 96 << 10;

/// Makes the response to a listing request from its path.
type Respond = fn(&str) -> Reply;

/// Returns the peak memory of a run with these listings, in KiB.
fn peak_memory(respond: Respond) -> u64 {
    let marketplace = FakeMarketplace::offering([]);
    // One listing never arrives, so the process still exists when the others are done.
    marketplace.respond(move |path, _, _| if path.contains("=label_0&") { Reply::Silence } else { respond(path) });
    let images: Vec<String> = (0..LABELS).map(|n| format!("[images.n{n}]\nlabel = \"label_{n}\"\n")).collect();
    let manifest = format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat());
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    let command = &mut sandbox.command("resolve --timeout 300");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut requested, mut quiet) = (0, 0);
    // Waits until all listings have been requested and the last of them have been read.
    while requested < LABELS || quiet < 50 {
        std::thread::sleep(Duration::from_millis(10));
        let more = marketplace.listings().len();
        (requested, quiet) = (requested + more, if more == 0 { quiet + 1 } else { 0 });
        assert!(child.try_wait().unwrap().is_none(), "the run must wait for a listing");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).unwrap();
    peak.trim().parse().unwrap()
}

/// Returns a JSON value of nearly the maximum size that consists mostly of a list of `entry`.
fn list(before: &str, entry: &str, after: &str) -> Reply {
    let entries = (1_000_000 - before.len() - after.len()) / (entry.len() + 1);
    Reply::Raw(200, "application/json", format!("{before}{}{entry}{after}", format!("{entry},").repeat(entries)).into())
}

/// Returns a page of local images without common values, each with this many Instance types.
fn rows(path: &str, count: usize, boots: usize) -> Reply {
    let page: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
    let label = path.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut body = r#"{"total_count":1000000,"local_images":["#.to_owned();
    for n in 0..count {
        let comma = if n == 0 { "" } else { "," };
        let id = format!("{label:08x}-0000-4000-8000-{page:04x}{n:08x}");
        let _ = write!(body, r#"{comma}{{"id":"{id}","zone":"a-b-{page}{n}","arch":"a{page}{n}""#);
        let _ = write!(body, r#","compatible_commercial_types":["#);
        for m in 0..boots {
            let comma = if m == 0 { "" } else { "," };
            let _ = write!(body, r#"{comma}"{:X}""#, n * boots + m);
        }
        body.push_str("]}");
    }
    body.push_str("]}");
    Reply::Raw(200, "application/json", body.into())
}

#[test]
fn unbounded_responses_stay_within_the_memory_limit() {
    let cases: [(&str, Respond); 8] = [
        ("4 GiB", |_| Reply::Endless(4 << 30)),
        ("4 GiB, packed", |_| Reply::Bomb(4 << 10)),
        // Valid listings that never end.
        ("short rows", |path| rows(path, 1000, 0)),
        ("long rows", |path| rows(path, 100, 900)),
        // Values that need far more memory than their JSON text.
        ("rows", |_| list(r#"{"local_images":["#, "{}", r#"],"total_count":1}"#)),
        ("a total", |_| list(r#"{"local_images":[],"total_count":["#, "[]", "]}")),
        ("Instance types", |_| list(r#"{"local_images":[{"compatible_commercial_types":["#, "\"\"", "]}]}")),
        ("details of an error", |_| match list(r#"{"type":"x","details":["#, "{}", "]}") {
            Reply::Raw(_, kind, body) => Reply::Raw(400, kind, body),
            other => other,
        }),
    ];
    for (name, respond) in cases {
        let peak = peak_memory(respond);
        assert!(peak < MAX_PEAK, "{name}: {peak} KiB");
    }
}
