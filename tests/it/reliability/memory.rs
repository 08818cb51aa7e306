//! The memory of a run with unbounded answers: its high-water mark.

use std::process::Stdio;
use std::time::Duration;

use crate::support::fake_marketplace::{Marketplace, Reply};
use crate::support::sandbox::Sandbox;

/// More labels than requests may be in flight.
const LABELS: usize = 40;

/// The limit on the memory of a run, in KiB.
const MOST: u64 = 64 << 10;

/// How a listing is answered, given its path.
type Lookup = fn(&str) -> Reply;

/// The high-water mark of a run whose listings are answered like this, in KiB.
fn peak(reply: Lookup) -> u64 {
    let marketplace = Marketplace::offering([]);
    // The index never arrives, so that the run still exists when the mark is read.
    marketplace.answers(move |path, _, _| if path.contains("/v2/images") { Reply::Silence } else { reply(path) });
    let images: Vec<String> = (0..LABELS).map(|n| format!("[images.n{n}]\nlabel = \"label_{n}\"\n")).collect();
    let manifest = format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat());
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    let command = &mut sandbox.command("resolve");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut asked, mut quiet) = (0, 0);
    // Until all are requested, and the last of them are read.
    while asked < LABELS || quiet < 50 {
        std::thread::sleep(Duration::from_millis(10));
        let more = marketplace.listings().len();
        (asked, quiet) = (asked + more, if more == 0 { quiet + 1 } else { 0 });
        assert!(child.try_wait().unwrap().is_none(), "it waits for the index");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).unwrap();
    mark.trim().parse().unwrap()
}

/// A JSON value just below the size limit, most of it a list of this entry.
fn list(before: &str, entry: &str, after: &str) -> Reply {
    let entries = (1_000_000 - before.len() - after.len()) / (entry.len() + 1);
    Reply::Raw(200, "application/json", format!("{before}{}{entry}{after}", format!("{entry},").repeat(entries)).into())
}

/// A page of local images that differ in every field, each with this many Instance types.
fn rows(path: &str, count: usize, boots: usize) -> Reply {
    let page: usize = path.rsplit_once("&page=").unwrap().1.parse().unwrap();
    let label = path.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let row = |n: usize| {
        let boots: Vec<String> = (0..boots).map(|m| format!("\"{:X}\"", n * boots + m)).collect();
        let id = format!("{label:08x}-0000-4000-8000-{page:04x}{n:08x}");
        let boots = boots.join(",");
        format!(r#"{{"id":"{id}","zone":"a-b-{page}{n}","arch":"a{page}{n}","compatible_commercial_types":[{boots}]}}"#)
    };
    let rows = (0..count).map(row).collect::<Vec<_>>().join(",");
    Reply::Raw(200, "application/json", format!(r#"{{"local_images":[{rows}],"total_count":1000000}}"#).into())
}

#[test]
fn unbounded_answers_stay_within_the_memory_limit() {
    let cases: [(&str, Lookup); 8] = [
        ("4 GiB", |_| Reply::Endless(4 << 30)),
        ("4 GiB, packed", |_| Reply::Bomb(4 << 10)),
        // Valid listings that never end.
        ("short rows", |path| rows(path, 1000, 0)),
        ("long rows", |path| rows(path, 100, 1500)),
        // Small answers that would be large values in memory.
        ("rows", |_| list(r#"{"local_images":["#, "{}", r#"],"total_count":1}"#)),
        ("a total", |_| list(r#"{"local_images":[],"total_count":["#, "[]", "]}")),
        ("Instance types", |_| list(r#"{"local_images":[{"compatible_commercial_types":["#, "\"\"", "]}]}")),
        ("details of an error", |_| match list(r#"{"type":"x","details":["#, "{}", "]}") {
            Reply::Raw(_, kind, body) => Reply::Raw(400, kind, body),
            other => other,
        }),
    ];
    std::thread::scope(|scope| {
        for (name, reply) in cases {
            scope.spawn(move || {
                let peak = peak(reply);
                assert!(peak < MOST, "{name}: {peak} KiB");
            });
        }
    });
}
