//! What answers without measure cost: the high-water mark of a run that every listing tries to drown.

use std::process::Stdio;
use std::time::Duration;

use crate::bench::Bench;
use crate::standin::{Marketplace, Reply};

/// More labels than are asked for at once.
const LABELS: usize = 40;

/// The most that a run may have had in memory, in KiB.
const MOST: u64 = 64 << 10;

type Answer = fn() -> Reply;

/// The high-water mark of a run whose listings are answered so, in KiB.
fn peak(reply: Answer) -> u64 {
    let marketplace = Marketplace::offering([]);
    // The index never comes, so that the mark can be read in peace once the rest is over.
    marketplace.answers(move |path, _, _| if path.contains("/v2/images") { Reply::Silence } else { reply() });
    let images: Vec<String> = (0..LABELS).map(|n| format!("[images.n{n}]\nlabel = \"label_{n}\"\n")).collect();
    let manifest = format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat());
    let bench = Bench::with(&manifest).asking(&marketplace);
    let command = &mut bench.command("resolve");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut asked = 0;
    while asked < LABELS {
        std::thread::sleep(Duration::from_millis(10));
        asked += marketplace.listings().len();
        assert!(child.try_wait().unwrap().is_none(), "it waits for the index");
    }
    // The last of them are being read.
    std::thread::sleep(Duration::from_millis(500));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).unwrap();
    mark.trim().parse().unwrap()
}

/// A JSON value that is only just an answer, most of it this list.
fn list(before: &str, entry: &str, after: &str) -> Reply {
    let entries = (1_000_000 - before.len() - after.len()) / (entry.len() + 1);
    Reply::Raw(200, "application/json", format!("{before}{}{entry}{after}", format!("{entry},").repeat(entries)).into())
}

#[test]
fn answers_without_measure_cost_little() {
    let cases: [(&str, Answer); 6] = [
        ("4 GiB", || Reply::Endless(4 << 30)),
        ("4 GiB, packed", || Reply::Bomb(4 << 10)),
        // Each a small answer that would be a large value.
        ("rows", || list(r#"{"local_images":["#, "{}", r#"],"total_count":1}"#)),
        ("a total", || list(r#"{"local_images":[],"total_count":["#, "[]", "]}")),
        ("Instance types", || list(r#"{"local_images":[{"compatible_commercial_types":["#, "\"\"", "]}]}")),
        ("details of an error", || match list(r#"{"type":"x","details":["#, "{}", "]}") {
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
