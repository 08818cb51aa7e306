//! A run that is killed at any moment leaves every file complete, old or new. The next run completes the work.
#![cfg(unix)]

use std::fs;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::support::fake_marketplace::{FakeMarketplace, Local, id, local};
use crate::support::sandbox::Sandbox;

const MANIFEST: &str = "[defaults]\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n\
                        [images.web]\nlabel = \"ubuntu_noble\"\n[images.db]\nlabel = \"debian_bookworm\"\n";
const OUTPUTS: &str = "[[outputs]]\nformat = \"env\"\npath = \"images.env\"\n\
                       [[outputs]]\nformat = \"tfvars\"\npath = \"infra/images.auto.tfvars.json\"\n";

/// The files that a run writes. The last one to be written comes first.
const LOCK_AND_OUTPUTS: [&str; 3] = ["images.lock", "images.env", "infra/images.auto.tfvars.json"];

/// The contents of the files that a run writes.
type State = Vec<Option<Vec<u8>>>;

/// Two states of the files, and the commands that are killed on the way from one state to the other.
struct Scenario {
    sandbox: Sandbox,
    /// The seed of the random moments. A failure names the kill, which is the same in every run with this seed. How far
    /// the killed run got depends on the machine.
    seed: u64,
    /// The files that a run writes. The last one to be written comes first.
    files: Vec<&'static str>,
    states: [State; 2],
    /// The command that leads to each state. If there is none, the test writes the files itself.
    lines: [Option<&'static str>; 2],
}

/// How many kills hit which phase of a run.
#[derive(Debug, Default)]
struct Tally {
    /// Kills while the old lockfile was still in place.
    old: usize,
    /// Kills that left temporary files next to the files.
    staged: usize,
    /// Kills after some of the other files had been replaced, but not the lockfile.
    ahead: usize,
    /// Kills after the lockfile had been replaced.
    new: usize,
    /// Runs that ended before the kill.
    over: usize,
}

fn catalog(number: u32) -> Vec<Local> {
    let places = [("ubuntu_noble", "fr-par-1"), ("ubuntu_noble", "nl-ams-1"), ("debian_bookworm", "fr-par-1")];
    let places = places.into_iter().chain([("debian_bookworm", "nl-ams-1")]).zip(number..);
    places.map(|((label, zone), number)| local(label, zone, "x86_64", number)).collect()
}

/// Adds two catalogs without a common ID to a sandbox.
fn with_catalogs(sandbox: Sandbox) -> Sandbox {
    let marketplace = FakeMarketplace::offering(catalog(10));
    let sandbox = sandbox.asking(&marketplace);
    sandbox.write("images.toml", format!("{MANIFEST}{OUTPUTS}"));
    fs::create_dir(sandbox.path("infra")).unwrap();
    sandbox.ok("snapshot 0.json");
    marketplace.offers(catalog(20));
    sandbox.ok("snapshot 1.json");
    sandbox
}

/// Upgrades to the newer catalog, and back.
fn upgrades(sandbox: Sandbox, seed: u64) -> Scenario {
    let sandbox = with_catalogs(sandbox);
    let files = LOCK_AND_OUTPUTS.to_vec();
    let lines = ["upgrade --catalog 0.json", "upgrade --catalog 1.json"];
    let states = lines.map(|line| {
        sandbox.ok(line);
        state(&sandbox, &files)
    });
    assert!(states[0].iter().zip(&states[1]).all(|(old, new)| old != new));
    Scenario { sandbox, seed, files, states, lines: lines.map(Some) }
}

/// Adopts another image.
fn adoptions(sandbox: Sandbox, seed: u64) -> Scenario {
    let sandbox = with_catalogs(sandbox);
    let files = [&LOCK_AND_OUTPUTS[..], &["images.toml"]].concat();
    sandbox.ok("resolve --catalog 0.json");
    let before = state(&sandbox, &files);
    let line: &str = format!("adopt extra={} --catalog 0.json", id(10)).leak();
    sandbox.ok(line);
    let after = state(&sandbox, &files);
    assert!(before.iter().zip(&after).all(|(old, new)| old != new));
    Scenario { sandbox, seed, files, states: [before, after], lines: [None, Some(line)] }
}

fn state(sandbox: &Sandbox, files: &[&str]) -> State {
    files.iter().map(|file| fs::read(sandbox.path(file)).ok()).collect()
}

/// Returns the temporary files, and checks that no other unexpected file exists.
fn temporaries(scenario: &Scenario) -> Vec<String> {
    let mut entries = Vec::new();
    for directory in ["", "infra/"] {
        let names = fs::read_dir(scenario.sandbox.path(directory)).unwrap().map(|entry| entry.unwrap().file_name());
        entries.extend(names.map(|name| format!("{directory}{}", name.into_string().unwrap())));
    }
    entries.retain(|entry| {
        !scenario.files.contains(&&**entry) && !["infra", "images.toml", "0.json", "1.json"].contains(&&**entry)
    });
    entries.sort();
    for entry in &entries {
        let of_file = |file: &str| {
            let (directory, name) = file.rsplit_once('/').unwrap_or(("", file));
            format!("{directory}/.{name}.tmp").trim_start_matches('/') == entry
        };
        assert!(scenario.files.iter().any(|file| of_file(file)), "unexpected file `{entry}`");
    }
    entries
}

/// Runs a line, and kills it after a delay.
fn kill(sandbox: &Sandbox, line: &str, delay: Duration) -> ExitStatus {
    let mut command = sandbox.command(line);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    run.kill().unwrap();
    run.wait().unwrap()
}

fn kill_repeatedly(scenario: &Scenario, kills: usize) -> Tally {
    let mut tally = Tally::default();
    let mut random = Rng::with_seed(scenario.seed);
    let mut at = write_state(scenario, 0);
    let started = Instant::now();
    for goal in [1, 0].repeat(5) {
        at = reach(scenario, goal);
    }
    let whole = started.elapsed().as_secs_f64() / if scenario.lines[0].is_some() { 10.0 } else { 5.0 };
    // Half of the kills are spread over the whole run. The other half are near the moment when the lockfile is
    // replaced, which depends on the load of the machine.
    let mut edge = whole * 0.7;
    for number in 1..=kills {
        let goal = 1 - at;
        let Some(line) = scenario.lines[goal] else {
            at = write_state(scenario, goal);
            continue;
        };
        let spread = number.is_multiple_of(2);
        let delay = if spread { whole * random.f64() } else { edge * (0.8 + 0.4 * random.f64()) };
        let status = kill(&scenario.sandbox, line, Duration::from_secs_f64(delay));
        let over = status.code().is_some();
        let what = format!("kill {number} of seed {}, after {delay:.4} s: {status}", scenario.seed);
        assert!(status.code().is_none_or(|code| code == 0), "{what}");

        let KilledRun { is_new, ahead, staged } = check_killed_run(scenario, at, goal, &what);
        assert!(!over || is_new, "{what}: the run ended without a change");
        tally.old += usize::from(!is_new);
        tally.staged += usize::from(staged);
        tally.ahead += usize::from(ahead);
        tally.new += usize::from(is_new && !over);
        tally.over += usize::from(over);
        if !spread {
            edge *= if is_new { 0.97 } else { 1.03 };
        }
        at = if is_new { goal } else { clean_up(scenario, at, ahead, staged, number, &what) };
    }
    // The next run that writes removes the temporary files of killed runs.
    reach(scenario, 1 - at);
    tally
}

/// The state that a killed run left behind.
struct KilledRun {
    /// Whether the lockfile is the new one.
    is_new: bool,
    /// Whether the lockfile is the old one, although another file is already new.
    ahead: bool,
    /// Whether there are temporary files.
    staged: bool,
}

/// Checks the state after a killed run. Every file must be complete, and if the lockfile is new, every file must be
/// new.
fn check_killed_run(scenario: &Scenario, at: usize, goal: usize, what: &str) -> KilledRun {
    let [old, new] = [at, goal].map(|state| &scenario.states[state]);
    let now = state(&scenario.sandbox, &scenario.files);
    for (index, file) in scenario.files.iter().enumerate() {
        let now = &now[index];
        assert!(
            *now == old[index] || *now == new[index],
            "{what}: `{file}` is neither the old nor the new one: {now:?}"
        );
    }
    let temporaries = temporaries(scenario);
    let is_new = now[0] == new[0];
    if is_new {
        assert!(now == *new, "{what}: the lock is new and another file is not");
        assert_eq!(temporaries, [""; 0], "{what}");
    }
    KilledRun { is_new, ahead: !is_new && now != *old, staged: !temporaries.is_empty() }
}

/// Lets the next run clean up after a run that was killed before it replaced the lockfile.
fn clean_up(scenario: &Scenario, at: usize, ahead: bool, staged: bool, number: usize, what: &str) -> usize {
    if ahead && scenario.lines[at].is_some() && number % 4 < 2 {
        // The outputs are written again from the lockfile.
        scenario.sandbox.ok("resolve --offline");
        assert_eq!(
            state(&scenario.sandbox, &scenario.files),
            scenario.states[at],
            "{what}: `resolve` left outdated outputs"
        );
        return at;
    }
    // Otherwise the next run starts with the temporary files of the killed run, as most runs do.
    if ahead || (staged && number % 4 < 2) || number.is_multiple_of(16) { reach(scenario, 1 - at) } else { at }
}

/// Runs the command that leads to a state, and checks that it does.
fn reach(scenario: &Scenario, goal: usize) -> usize {
    let Some(line) = scenario.lines[goal] else { return write_state(scenario, goal) };
    scenario.sandbox.ok(line);
    assert_eq!(state(&scenario.sandbox, &scenario.files), scenario.states[goal], "after `{line}`");
    assert_eq!(temporaries(scenario), [""; 0], "after `{line}`");
    goal
}

/// Writes the files of a state.
fn write_state(scenario: &Scenario, at: usize) -> usize {
    for (file, content) in scenario.files.iter().zip(&scenario.states[at]) {
        scenario.sandbox.write(file, content.as_ref().unwrap());
    }
    at
}

/// Kills runs and prints which phases were hit. Some kills must come before and some after the lockfile is replaced.
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what was hit")]
fn kill_often(name: &str, scenario: &Scenario, kills: usize) -> Tally {
    let started = Instant::now();
    let tally = kill_repeatedly(scenario, kills);
    println!("{name}, {kills} times: {tally:?} in {:.1} s", started.elapsed().as_secs_f32());
    assert!(tally.old > 0 && tally.new + tally.over > 0, "{tally:?}");
    tally
}

#[test]
fn a_killed_upgrade_leaves_the_old_or_the_new_lockfile() {
    kill_often("upgrade", &upgrades(Sandbox::in_memory(""), 1), 300);
}

#[test]
fn a_killed_adoption_leaves_every_file_complete() {
    kill_often("adopt", &adoptions(Sandbox::in_memory(""), 2), 200);
}

#[test]
#[ignore = "takes most of a minute"]
fn thousands_of_kills_hit_every_moment() {
    std::thread::scope(|scope| {
        for seed in [3, 4] {
            // Writing to a real disk is slow, which leaves more time for kills.
            scope.spawn(move || {
                let tally = kill_often("upgrade", &upgrades(Sandbox::new(), seed), 1500);
                assert!(tally.staged > 0 && tally.ahead > 0 && tally.new > 0, "{tally:?}");
            });
        }
    });
}
