//! Runs every command against faults of the Marketplace: each gives the right data, or exit status 1 with the cause. Nothing
//! wrong is written, nothing that controls a terminal is printed, and every run ends in time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::broken_wire::{Mangle, Wire};
use crate::support::fake_marketplace::{Local, Marketplace, Reply, id, local};
use crate::support::sandbox::{Run, Sandbox};

/// The timeouts of a run, in seconds. The first one is short because some faults use all of it; a run that fails is repeated
/// with the second one, since the machine may be busy.
const TIMEOUTS: [u64; 2] = [1, 20];

/// How many runs execute at once. They wait most of the time.
const WORKERS: usize = 8;

const MANIFEST: &str = r#"
[defaults]
zones = ["fr-par-1", "nl-ams-1"]
arch = "x86_64"
[images.web]
label = "ubuntu_noble"
[images.db]
label = "debian_bookworm"
[[outputs]]
format = "env"
path = "images.env"
"#;

/// The commands that ask the Marketplace, each with the files that exist before. `ID` is one that the Marketplace
/// lists.
const COMMANDS: [(&str, Before); 9] = [
    ("resolve", Before::Manifest),
    ("upgrade", Before::OldLock),
    ("check", Before::OldLock),
    ("check --format json", Before::NewLock),
    ("search", Before::Nothing),
    ("explain web", Before::NewLock),
    ("explain ID", Before::Nothing),
    ("snapshot catalog.json", Before::Nothing),
    ("adopt web=ID", Before::Nothing),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    Nothing,
    Manifest,
    OldLock,
    NewLock,
}

/// The result that a fault must have in every command.
#[derive(Clone, Copy)]
pub enum Expected {
    /// The same result as without the fault.
    Right,
    /// Exit status 1 with these words.
    Refused(&'static str),
    /// Either of the two; or only dates are missing, and a warning says so.
    Either,
}
use Expected::{Either, Refused, Right};

type Answers = Arc<dyn Fn(&str, usize, &Value) -> Reply + Send + Sync>;

enum Way {
    /// The Marketplace answers like this.
    Answers(Answers),
    /// The wire changes its answers.
    Wire(Mangle),
}

pub struct Fault {
    name: String,
    way: Way,
    expected: Expected,
}

pub fn fault(
    name: impl Into<String>,
    expected: Expected,
    answers: impl Fn(&str, usize, &Value) -> Reply + Send + Sync + 'static,
) -> Fault {
    Fault { name: name.into(), way: Way::Answers(Arc::new(answers)), expected }
}

pub fn on_the_wire(name: &str, expected: Expected, mangle: Mangle) -> Fault {
    Fault { name: name.to_owned(), way: Way::Wire(mangle), expected }
}

/// Every answer is this body, as JSON.
pub fn body(name: &str, expected: Expected, body: impl Into<Vec<u8>>) -> Fault {
    let body = body.into();
    fault(name, expected, move |_, _, _| Reply::Raw(200, "application/json", body.clone()))
}

/// Every answer that is not an error is changed.
pub fn twisted(name: impl Into<String>, expected: Expected, twist: fn(&mut Value)) -> Fault {
    fault(name, expected, move |_, _, answer| {
        let mut answer = answer.clone();
        if answer["type"] == "not_found" {
            return Reply::Normal;
        }
        twist(&mut answer);
        Reply::Json(answer)
    })
}

/// Changes every row of a listing, and the row of a lookup.
pub fn every_row(answer: &mut Value, change: impl Fn(&mut Value)) {
    if answer.get("id").is_some() {
        return change(answer);
    }
    for row in list(answer) {
        change(row);
    }
}

/// Replaces every value of every row.
pub fn every_field(answer: &mut Value, instead: &Value) {
    every_row(answer, |row| {
        for value in row.as_object_mut().unwrap().values_mut() {
            *value = instead.clone();
        }
    });
}

pub fn list(answer: &mut Value) -> &mut Vec<Value> {
    answer.as_object_mut().unwrap().values_mut().find_map(Value::as_array_mut).unwrap()
}

/// Adds a changed copy of the first row to a listing of local images.
pub fn add_row(answer: &mut Value, key: &str, value: &str) {
    if answer.get("id").is_some() {
        return;
    }
    let Some(mut row) = list(answer).first().filter(|row| row.get("zone").is_some()).cloned() else { return };
    row["id"] = id(999).into();
    row[key] = value.into();
    list(answer).push(row);
}

/// The offered images: now, or before the last update.
fn offers(now: bool) -> Vec<Local> {
    let mut offers = Vec::new();
    for (n, label) in (1..).zip(["ubuntu_noble", "debian_bookworm", "fedora_43"]) {
        for (zone_number, zone) in [(0, "fr-par-1"), (1, "nl-ams-1")] {
            let old = local(label, zone, "x86_64", n * 10 + zone_number).published("2026-09-01T08:00:00Z");
            let new = local(label, zone, "x86_64", n * 10 + 100 + zone_number).published("2026-11-01T08:00:00Z");
            offers.extend(if now { vec![old.superseded(), new] } else { vec![old] });
        }
    }
    offers
}

/// The files for each state, and the result of each command without a fault.
struct Scene {
    before: BTreeMap<Before, Vec<(&'static str, String)>>,
    right: Vec<(Run, BTreeMap<String, String>)>,
}

impl Scene {
    fn new() -> Self {
        let mut before = BTreeMap::from([(Before::Nothing, Vec::new())]);
        before.insert(Before::Manifest, vec![("images.toml", MANIFEST.to_owned())]);
        for (state, now) in [(Before::OldLock, false), (Before::NewLock, true)] {
            let marketplace = Marketplace::offering(offers(now));
            let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
            sandbox.ok("resolve");
            let files = ["images.toml", "images.lock", "images.env"].map(|name| (name, sandbox.read(name)));
            before.insert(state, files.into());
        }
        let mut scene = Self { before, right: Vec::new() };
        let marketplace = Marketplace::offering(offers(true));
        scene.right = COMMANDS
            .iter()
            .map(|(line, before)| {
                let sandbox = scene.sandbox(*before).env("SCW_API_URL", &marketplace.url());
                let run = run(&sandbox, line, TIMEOUTS[1]);
                assert!(matches!(run.status, Some(0 | 2)), "{line}\n{run}");
                (run, files(&sandbox))
            })
            .collect();
        scene
    }

    fn sandbox(&self, before: Before) -> Sandbox {
        let sandbox = Sandbox::new();
        for (name, text) in &self.before[&before] {
            sandbox.write(name, text);
        }
        sandbox
    }

    /// The reason why a command handles a fault wrongly, even with the long timeout.
    fn assess(&self, fault: &Fault, command: usize) -> Result<(), String> {
        let [short, long] = TIMEOUTS;
        self.assess_within(fault, command, short).or_else(|_| self.assess_within(fault, command, long))
    }

    fn assess_within(&self, fault: &Fault, command: usize, timeout: u64) -> Result<(), String> {
        let marketplace = Marketplace::offering(offers(true));
        let url = match &fault.way {
            Way::Answers(answers) => {
                let answers = Arc::clone(answers);
                marketplace.answers(move |path, times, answer| answers(path, times, answer));
                marketplace.url()
            }
            Way::Wire(mangle) => Wire::to(&marketplace, *mangle).url(),
        };
        let (line, before) = COMMANDS[command];
        let sandbox = self.sandbox(before).env("SCW_API_URL", &url);
        let was = files(&sandbox);
        let started = Instant::now();
        let run = run(&sandbox, line, timeout);
        let took = started.elapsed();
        let (right, right_files) = &self.right[command];
        let is = files(&sandbox);
        let output = format!("{}{}", run.stdout, run.stderr);
        let same = (run.status, &run.stdout, &is) == (right.status, &right.stdout, right_files);
        let same_but_dates = run.status == right.status
            && ["could not be learnt", "unavailable"].iter().any(|words| run.stderr.contains(words))
            && ids(&run.stdout) == ids(&right.stdout)
            && is
                .iter()
                .map(|(name, text)| (name, ids(text)))
                .eq(right_files.iter().map(|(name, text)| (name, ids(text))));
        let refused = run.status == Some(1) && run.stdout.is_empty() && is == was && run.stderr.contains("= help: ");
        let as_expected = match fault.expected {
            Right => same,
            Refused(words) => refused && output.contains(words),
            Either => same || same_but_dates || refused,
        };
        let why = if !as_expected {
            "has another result"
        } else if took > Duration::from_secs(timeout + 1) {
            "took too long"
        } else if output.contains("panicked") {
            "panicked"
        } else if output
            .chars()
            .any(|char| char.is_control() && char != '\n' || "\u{202e}\u{feff}\u{200b}".contains(char))
        {
            "prints what a terminal obeys"
        } else if output.len() > right.stdout.len() + 3000 {
            "prints too much"
        } else {
            return Ok(());
        };
        let files = if is == was { String::new() } else { format!("--- files\n{is:?}\n") };
        Err(format!("{}: `{line}` {why}, in {took:?}\n{run}{files}", fault.name))
    }
}

fn run(sandbox: &Sandbox, line: &str, timeout: u64) -> Run {
    sandbox.run(&format!("{} --timeout {timeout}", line.replace("ID", &id(110))))
}

fn files(sandbox: &Sandbox) -> BTreeMap<String, String> {
    sandbox.files().into_iter().map(|name| (name.clone(), sandbox.read(&name))).collect()
}

/// The IDs of local images in a text, complete or shortened.
fn ids(text: &str) -> Vec<&str> {
    let words = text.split(|char: char| !char.is_ascii_hexdigit());
    words.filter(|word| word.len() == 8 && word.starts_with("00000")).collect()
}

/// Runs every command against every fault, and reports all wrong results.
pub fn assess(faults: &[Fault]) {
    let scene = Scene::new();
    let pairs = faults.iter().flat_map(|fault| (0..COMMANDS.len()).map(move |command| (fault, command)));
    let pairs = Mutex::new(pairs);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some((fault, command)) = pairs.lock().unwrap().next() else { return };
                    if let Err(why) = scene.assess(fault, command) {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), faults.len() * COMMANDS.len(), wrong.join("\n"));
}
