//! Runs every command against faults of the Marketplace. Each run must give the correct result, or exit with status 1
//! and name the cause. No run may write a wrong result, print a control character, or exceed its timeout.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::broken_wire::{BrokenWire, Mangle};
use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, id, local};
use crate::support::sandbox::{Run, Sandbox};

/// The timeouts of a run, in seconds. The first one is short because some faults use up the whole timeout. On a busy
/// machine a correct run may be too slow for it, so a run that fails is repeated with the second timeout.
const TIMEOUTS: [u64; 2] = [1, 20];

/// The number of concurrent runs. It may exceed the number of cores, because the runs mostly wait.
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

/// The commands that use the Marketplace, each with the files that exist before the run. `ID` stands for a local image
/// that the Marketplace lists.
const COMMANDS: [(&str, InitialState); 9] = [
    ("resolve", InitialState::Manifest),
    ("upgrade", InitialState::OldLock),
    ("check", InitialState::OldLock),
    ("check --format json", InitialState::NewLock),
    ("search", InitialState::Nothing),
    ("explain web", InitialState::NewLock),
    ("explain ID", InitialState::Nothing),
    ("snapshot catalog.json", InitialState::Nothing),
    ("adopt web=ID", InitialState::Nothing),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum InitialState {
    Nothing,
    Manifest,
    OldLock,
    NewLock,
}

/// The result that a fault must have in every command.
#[derive(Clone, Copy)]
pub enum Expected {
    /// The same result as without the fault.
    Correct,
    /// Exit status 1, with these words in the output.
    Refused(&'static str),
    /// One of the two, or a warning that only dates are missing.
    Either,
}
use Expected::{Correct, Either, Refused};

type Responder = Arc<dyn Fn(&str, usize, &Value) -> Reply + Send + Sync>;

enum Source {
    /// The Marketplace responds like this.
    Responder(Responder),
    /// The wire changes the responses.
    Wire(Mangle),
}

pub struct Fault {
    name: String,
    source: Source,
    expected: Expected,
}

pub fn fault(
    name: impl Into<String>,
    expected: Expected,
    responder: impl Fn(&str, usize, &Value) -> Reply + Send + Sync + 'static,
) -> Fault {
    Fault { name: name.into(), source: Source::Responder(Arc::new(responder)), expected }
}

pub fn wire_fault(name: &str, expected: Expected, mangle: Mangle) -> Fault {
    Fault { name: name.to_owned(), source: Source::Wire(mangle), expected }
}

/// Makes every response this body, declared as JSON.
pub fn body(name: &str, expected: Expected, body: impl Into<Vec<u8>>) -> Fault {
    let body = body.into();
    fault(name, expected, move |_, _, _| Reply::Raw(200, "application/json", body.clone()))
}

/// Changes every response that is not an error.
pub fn altered(name: impl Into<String>, expected: Expected, alter: fn(&mut Value)) -> Fault {
    fault(name, expected, move |_, _, response| {
        let mut response = response.clone();
        if response["type"] == "not_found" {
            return Reply::Normal;
        }
        alter(&mut response);
        Reply::Json(response)
    })
}

/// Changes every row of a listing, or the only row of a lookup.
pub fn every_row(response: &mut Value, change: impl Fn(&mut Value)) {
    if response.get("id").is_some() {
        return change(response);
    }
    for row in list(response) {
        change(row);
    }
}

/// Replaces every value of every row.
pub fn every_field(response: &mut Value, instead: &Value) {
    every_row(response, |row| {
        for value in row.as_object_mut().unwrap().values_mut() {
            *value = instead.clone();
        }
    });
}

pub fn list(response: &mut Value) -> &mut Vec<Value> {
    response.as_object_mut().unwrap().values_mut().find_map(Value::as_array_mut).unwrap()
}

/// Adds a changed copy of the first row to a listing of local images.
pub fn add_row(response: &mut Value, key: &str, value: &str) {
    if response.get("id").is_some() {
        return;
    }
    let Some(mut row) = list(response).first().filter(|row| row.get("zone").is_some()).cloned() else { return };
    row["id"] = id(999).into();
    row[key] = value.into();
    list(response).push(row);
}

/// Returns the offered local images: the current ones, or those before the last update.
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

/// The files of each initial state, and the result of each command without a fault.
struct Baseline {
    before: BTreeMap<InitialState, Vec<(&'static str, String)>>,
    correct: Vec<(Run, BTreeMap<String, String>)>,
}

impl Baseline {
    fn new() -> Self {
        let mut before = BTreeMap::from([(InitialState::Nothing, Vec::new())]);
        before.insert(InitialState::Manifest, vec![("images.toml", MANIFEST.to_owned())]);
        for (state, now) in [(InitialState::OldLock, false), (InitialState::NewLock, true)] {
            let marketplace = FakeMarketplace::offering(offers(now));
            let sandbox = Sandbox::with(MANIFEST).asking(&marketplace);
            sandbox.ok("resolve");
            let files = ["images.toml", "images.lock", "images.env"].map(|name| (name, sandbox.read(name)));
            before.insert(state, files.into());
        }
        let mut baseline = Self { before, correct: Vec::new() };
        let marketplace = FakeMarketplace::offering(offers(true));
        baseline.correct = COMMANDS
            .iter()
            .map(|(line, before)| {
                let sandbox = baseline.sandbox(*before).env("SCW_API_URL", &marketplace.url());
                let run = run(&sandbox, line, TIMEOUTS[1]);
                assert!(matches!(run.status, Some(0 | 2)), "{line}\n{run}");
                (run, files(&sandbox))
            })
            .collect();
        baseline
    }

    fn sandbox(&self, before: InitialState) -> Sandbox {
        let sandbox = Sandbox::new();
        for (name, text) in &self.before[&before] {
            sandbox.write(name, text);
        }
        sandbox
    }

    /// Checks one command against one fault. The error is the reason why the result is wrong, even with the long
    /// timeout.
    fn assess(&self, fault: &Fault, command: usize) -> Result<(), String> {
        let [short, long] = TIMEOUTS;
        self.assess_within(fault, command, short).or_else(|_| self.assess_within(fault, command, long))
    }

    fn assess_within(&self, fault: &Fault, command: usize, timeout: u64) -> Result<(), String> {
        let marketplace = FakeMarketplace::offering(offers(true));
        let url = match &fault.source {
            Source::Responder(responder) => {
                let responder = Arc::clone(responder);
                marketplace.respond(move |path, times, response| responder(path, times, response));
                marketplace.url()
            }
            Source::Wire(mangle) => BrokenWire::to(&marketplace, *mangle).url(),
        };
        let (line, before) = COMMANDS[command];
        let sandbox = self.sandbox(before).env("SCW_API_URL", &url);
        let was = files(&sandbox);
        let started = Instant::now();
        let run = run(&sandbox, line, timeout);
        let took = started.elapsed();
        let (correct, correct_files) = &self.correct[command];
        let is = files(&sandbox);
        let output = format!("{}{}", run.stdout, run.stderr);
        let same = (run.status, &run.stdout, &is) == (correct.status, &correct.stdout, correct_files);
        let same_but_dates = run.status == correct.status
            && run.stderr.contains(" dates")
            && ids(&run.stdout) == ids(&correct.stdout)
            && is
                .iter()
                .map(|(name, text)| (name, ids(text)))
                .eq(correct_files.iter().map(|(name, text)| (name, ids(text))));
        let refused = run.status == Some(1) && run.stdout.is_empty() && is == was && run.stderr.contains("= help: ");
        let as_expected = match fault.expected {
            Correct => same,
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
            "prints control characters"
        } else if output.len() > correct.stdout.len() + 3000 {
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

/// Returns the local image IDs in a text, complete or shortened.
fn ids(text: &str) -> Vec<&str> {
    let words = text.split(|char: char| !char.is_ascii_hexdigit());
    words.filter(|word| word.len() == 8 && word.starts_with("00000")).collect()
}

/// Runs every command against every fault, and reports all wrong results together.
pub fn assess(faults: &[Fault]) {
    let baseline = Baseline::new();
    let pairs = faults.iter().flat_map(|fault| (0..COMMANDS.len()).map(move |command| (fault, command)));
    let pairs = Mutex::new(pairs);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some((fault, command)) = pairs.lock().unwrap().next() else { return };
                    if let Err(why) = baseline.assess(fault, command) {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), faults.len() * COMMANDS.len(), wrong.join("\n"));
}
