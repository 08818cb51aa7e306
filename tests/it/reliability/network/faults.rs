//! Every fault, every command: the right data, or exit 1 with the cause; nothing written that is not right, nothing said
//! that a terminal would obey, and all of it in time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::broken_wire::{Act, Mangle, Wire};
use crate::support::fake_marketplace::{Local, Marketplace, Reply, gzip, id, image_id, local};
use crate::support::sandbox::{Run, Sandbox};

/// What a run is given, in seconds: enough on most days, since what waits for ever waits as long as it may. Where that was
/// not enough, because the machine does other things as well, the rest.
const TIMEOUTS: [u64; 2] = [1, 20];

/// How many runs are under way at once. Most of their time they wait.
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

/// What asks the Marketplace, and what lies there before. `ID` is one that the Marketplace lists.
const COMMANDS: [(&str, Before); 9] = [
    ("resolve", Before::Manifest),
    ("resolve --upgrade", Before::OldLock),
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

/// What a fault must come to, whatever the command.
#[derive(Clone, Copy)]
enum Expected {
    /// All is as without the fault.
    Right,
    /// Exit 1 with these words.
    Refused(&'static str),
    /// The one or the other. Or all is right but dates, and the warning says that they could not be learnt.
    Either,
}
use Expected::{Either, Refused, Right};

type Answers = Arc<dyn Fn(&str, usize, &Value) -> Reply + Send + Sync>;

enum Way {
    /// The Marketplace itself answers so.
    Answers(Answers),
    /// The wire does this to its answers.
    Wire(Mangle),
}

struct Fault {
    name: String,
    way: Way,
    expected: Expected,
}

fn fault(
    name: impl Into<String>,
    expected: Expected,
    answers: impl Fn(&str, usize, &Value) -> Reply + Send + Sync + 'static,
) -> Fault {
    Fault { name: name.into(), way: Way::Answers(Arc::new(answers)), expected }
}

fn on_the_wire(name: &str, expected: Expected, mangle: Mangle) -> Fault {
    Fault { name: name.to_owned(), way: Way::Wire(mangle), expected }
}

/// Always this body, as JSON.
fn body(name: &str, expected: Expected, body: impl Into<Vec<u8>>) -> Fault {
    let body = body.into();
    fault(name, expected, move |_, _, _| Reply::Raw(200, "application/json", body.clone()))
}

/// Every answer that is no error, twisted.
fn twisted(name: impl Into<String>, expected: Expected, twist: fn(&mut Value)) -> Fault {
    fault(name, expected, move |_, _, answer| {
        let mut answer = answer.clone();
        if answer["type"] == "not_found" {
            return Reply::Normal;
        }
        twist(&mut answer);
        Reply::Json(answer)
    })
}

/// Changes every row of a listing, and what was looked up.
fn every_row(answer: &mut Value, change: impl Fn(&mut Value)) {
    if answer.get("id").is_some() {
        return change(answer);
    }
    for row in list(answer) {
        change(row);
    }
}

/// Puts this in the place of every value of every row.
fn every_field(answer: &mut Value, instead: &Value) {
    every_row(answer, |row| {
        for value in row.as_object_mut().unwrap().values_mut() {
            *value = instead.clone();
        }
    });
}

fn list(answer: &mut Value) -> &mut Vec<Value> {
    answer.as_object_mut().unwrap().values_mut().find_map(Value::as_array_mut).unwrap()
}

/// Adds a row to a listing of local images: the first, changed.
fn add_row(answer: &mut Value, key: &str, value: &str) {
    if answer.get("id").is_some() {
        return;
    }
    let Some(mut row) = list(answer).first().filter(|row| row.get("zone").is_some()).cloned() else { return };
    row["id"] = id(999).into();
    row[key] = value.into();
    list(answer).push(row);
}

/// What is on offer: now, or before the last update.
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

/// What lies there, by its state; and what each command comes to without a fault.
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

    /// What is wrong with what a command makes of a fault, however much time it has.
    fn assess(&self, fault: &Fault, command: usize) -> Result<(), String> {
        let [short, long] = TIMEOUTS;
        self.judge_within(fault, command, short).or_else(|_| self.judge_within(fault, command, long))
    }

    fn judge_within(&self, fault: &Fault, command: usize, timeout: u64) -> Result<(), String> {
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
        let said = format!("{}{}", run.stdout, run.stderr);
        let same = (run.status, &run.stdout, &is) == (right.status, &right.stdout, right_files);
        let same_but_dates = run.status == right.status
            && run.stderr.contains("could not be learnt")
            && ids(&run.stdout) == ids(&right.stdout)
            && is
                .iter()
                .map(|(name, text)| (name, ids(text)))
                .eq(right_files.iter().map(|(name, text)| (name, ids(text))));
        let refused = run.status == Some(1) && run.stdout.is_empty() && is == was && run.stderr.contains("= help: ");
        let as_expected = match fault.expected {
            Right => same,
            Refused(words) => refused && said.contains(words),
            Either => same || same_but_dates || refused,
        };
        let why = if !as_expected {
            "came to something else"
        } else if took > Duration::from_secs(timeout + 1) {
            "took too long"
        } else if said.contains("panicked") {
            "panicked"
        } else if said
            .chars()
            .any(|char| char.is_control() && char != '\n' || "\u{202e}\u{feff}\u{200b}".contains(char))
        {
            "says what a terminal obeys"
        } else if said.len() > right.stdout.len() + 3000 {
            "says too much"
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

/// The IDs of local images in a text, whole or their first part.
fn ids(text: &str) -> Vec<&str> {
    let words = text.split(|char: char| !char.is_ascii_hexdigit());
    words.filter(|word| word.len() == 8 && word.starts_with("00000")).collect()
}

/// Runs every command against every fault, and tells of all that is wrong.
fn assess(faults: &[Fault]) {
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

#[test]
fn error_statuses_are_refused_and_a_single_503_is_retried() {
    let mut faults = Vec::new();
    for (status, words) in [
        (201, "it answered 201 Created"),
        (204, "it answered 204 No Content"),
        (304, "it answered 304 Not Modified"),
        (400, "it answered 400 Bad Request"),
        (401, "it answered 401 Unauthorized"),
        (403, "it answered 403 Forbidden"),
        (404, "it answered 404 Not Found"),
        (407, "it answered 407 Proxy Authentication Required"),
        (410, "it answered 410 Gone"),
        (451, "it answered 451 Unavailable For Legal Reasons"),
        (501, "it answered 501 Not Implemented"),
        (599, "it answered 599"),
        (408, "it answered 408 Request Timeout"),
        (429, "it answered 429 Too Many Requests"),
        (500, "it answered 500 Internal Server Error"),
        (502, "it answered 502 Bad Gateway"),
        (503, "it answered 503 Service Unavailable"),
        (504, "it answered 504 Gateway Timeout"),
    ] {
        faults.push(fault(status.to_string(), Refused(words), move |_, _, _| {
            Reply::Raw(status, "text/plain", b"\x1b[2J\0 no".to_vec())
        }));
    }
    faults.push(fault("a redirect", Refused("follows no redirect"), |_, _, _| {
        Reply::Header(308, "location", "http://127.0.0.1:1/\u{9b}2J")
    }));
    faults.push(fault("once 503", Right, |_, times, _| match times {
        1 => Reply::Raw(503, "text/plain", Vec::new()),
        _ => Reply::Normal,
    }));
    assess(&faults);
}

#[test]
fn no_value_of_retry_after_exceeds_the_timeout() {
    let values = [
        "",
        "0",
        "-1",
        "1.5",
        "20",
        "1000000000000",
        "99999999999999999999999",
        "soon",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 99 Xyz 0000 99:99:99 GMT",
    ];
    let faults: Vec<Fault> = values
        .into_iter()
        .flat_map(|value| [(429, "it answered 429"), (503, "it answered 503")].map(|known| (value, known)))
        .map(|(value, (status, words))| {
            fault(format!("{status}, Retry-After: {value}"), Refused(words), move |_, _, _| {
                Reply::Header(status, "retry-after", value)
            })
        })
        .collect();
    assess(&faults);
}

#[test]
fn bodies_that_are_not_an_answer_are_refused() {
    let nested = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    let long = "x".repeat(900_000);
    // An answer to a look-up may be any object: it is refused for what it lacks.
    let not_json = Refused("the answer cannot be used");
    assess(&[
        body("nothing", not_json, ""),
        body("null", not_json, "null"),
        body("a list", not_json, "[]"),
        body("an empty object", not_json, "{}"),
        body("null rows", not_json, r#"{"local_images":null,"total_count":0}"#),
        body("rows that are numbers", not_json, r#"{"local_images":[1,2],"total_count":2}"#),
        body("a byte order mark", not_json, "\u{feff}{}"),
        body("half", not_json, r#"{"local_images":[{"id":"0000"#),
        body("more than one", not_json, r#"{"local_images":[],"total_count":0}}garbage"#),
        body("bytes that are no UTF-8", not_json, &b"{\"local_images\":[{\"id\":\"\xff\xfe\"}],\"total_count\":1}"[..]),
        body("zeros", not_json, vec![0; 100_000]),
        body("nested lists", not_json, nested("[", "]")),
        body("nested objects", not_json, nested("{\"a\":", "}")),
        body("nested in a field nobody reads", not_json, format!(r#"{{"x":{},"y":1}}"#, nested("[", "]"))),
        body("a long number", not_json, format!(r#"{{"local_images":{},"total_count":1}}"#, "9".repeat(900_000))),
        body("a long string", not_json, format!(r#"{{"local_images":"{long}"}}"#)),
        body("too many rows", not_json, format!(r#"{{"local_images":[{}{{}}]}}"#, "{},".repeat(300_000))),
        fault("a login page", Refused("it is text/html, not JSON"), |_, _, _| {
            Reply::Raw(200, "text/html", b"<!DOCTYPE html><title>\x1b]0;Log in\x07</title>".to_vec())
        }),
        fault("a body of another kind", Right, |_, _, answer| match answer["type"].as_str() {
            Some("not_found") => Reply::Normal,
            _ => Reply::Raw(200, "text/plain", answer.to_string().into()),
        }),
    ]);
}

#[test]
fn endless_answers_and_broken_gzip_are_refused() {
    let packed = |mangle: fn(Vec<u8>) -> Vec<u8>| {
        move |_: &str, _: usize, answer: &Value| Reply::Packed(mangle(gzip(answer.to_string().as_bytes())))
    };
    assess(&[
        // In the second that a run has, a busy machine may not come to the end of what it reads.
        fault("4 GiB", Either, |_, _, _| Reply::Endless(4 << 30)),
        fault("4 GiB, packed", Either, |_, _, _| Reply::Bomb(4 << 10)),
        fault("gzip", Right, |_, _, answer| match answer["type"].as_str() {
            Some("not_found") => Reply::Normal,
            _ => Reply::Gzip,
        }),
        fault("half of a gzip", Refused("broke off"), packed(|bytes| bytes[..bytes.len() / 2].to_vec())),
        fault(
            "a gzip with one wrong byte",
            Refused("broke off"),
            packed(|mut bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0xff;
                bytes
            }),
        ),
        fault("no gzip at all", Refused("broke off"), packed(|_| b"{\"local_images\":[]}".to_vec())),
    ]);
}

#[test]
fn invalid_rows_are_refused() {
    let strange = Refused("the answer cannot be used");
    assess(&[
        twisted("unknown fields", Right, |answer| {
            every_row(answer, |row| row["state"] = json!({"deep": [1, 2.5, null, {"id": 7}], "\u{1b}[2J": "\u{202e}"}));
            answer["next"] = json!([{}]);
        }),
        twisted("rows twice", Right, |answer| {
            if answer.get("id").is_none() {
                let again = list(answer).clone();
                list(answer).extend(again);
            }
        }),
        twisted("rows in another order", Right, |answer| {
            if answer.get("id").is_none() {
                list(answer).reverse();
            }
        }),
        twisted("no fields", strange, |answer| every_row(answer, |row| *row = json!({}))),
        twisted("null fields", strange, |answer| every_field(answer, &Value::Null)),
        twisted("fields of other types", strange, |answer| every_field(answer, &json!([{"x": 1e300}]))),
        twisted("IDs that are none", strange, |answer| {
            every_row(answer, |row| row["id"] = "$(reboot)\u{1b}[2J\u{202e}\0".into());
        }),
        twisted("IDs without end", strange, |answer| every_row(answer, |row| row["id"] = "0".repeat(100_000).into())),
        twisted("no dates, ends or types", Either, |answer| {
            every_row(answer, |row| {
                for key in ["published_at", "valid_until", "type"] {
                    row[key] = json!({"no": ["date"]});
                }
            });
        }),
        twisted("rows of another label", Either, |answer| add_row(answer, "label", "ubuntu_noble\u{1b}[2J")),
        twisted("rows of zones that are none", Either, |answer| add_row(answer, "zone", "\u{1b}]0;moon\u{7}")),
    ]);
}

#[test]
fn wrong_counts_and_pages_never_give_a_wrong_result() {
    let total = |name: &str, total: Value| {
        fault(format!("a total that is {name}"), Either, move |_, _, answer| {
            let mut answer = answer.clone();
            match answer.get("total_count") {
                Some(_) => answer["total_count"] = total.clone(),
                None => return Reply::Normal,
            }
            Reply::Json(answer)
        })
    };
    let mut faults = vec![
        total("too small", json!(1)),
        total("zero", json!(0)),
        total("too large", json!(1000)),
        total("absurd", json!(1_000_000_000_000_000_u64)),
        total("beyond all numbers", json!(1e300)),
        total("negative", json!(-1)),
        total("a string", json!("3")),
        total("null", json!(null)),
        total("a list", json!([[[0]]])),
    ];
    faults.push(fault("a total that changes", Either, |path, _, answer| {
        let page: u64 = path.rsplit_once("&page=").map_or(1, |(_, page)| page.parse().unwrap());
        let mut answer = answer.clone();
        match answer.get("total_count") {
            Some(_) => answer["total_count"] = (100 + page).into(),
            None => return Reply::Normal,
        }
        Reply::Json(answer)
    }));
    // The first page has less than all; what the others have is another matter.
    for (name, other) in [
        ("that repeat", (|first, _| Some(first)) as fn(Value, &str) -> Option<Value>),
        ("that are empty", |_, _| None),
        ("without end", |mut row, path| {
            row["id"] = image_id(path).into();
            Some(row)
        }),
    ] {
        let first: Mutex<BTreeMap<String, Value>> = Mutex::default();
        faults.push(fault(format!("pages {name}"), Either, move |path, _, answer| {
            let (mut answer, Some((query, page))) = (answer.clone(), path.rsplit_once("&page=")) else {
                return Reply::Normal;
            };
            if answer.get("total_count").is_none() {
                return Reply::Normal;
            }
            answer["total_count"] = 1000.into();
            list(&mut answer).truncate(1);
            if page == "1" {
                let row = list(&mut answer).first().cloned().unwrap_or_default();
                first.lock().unwrap().insert(query.to_owned(), row);
            } else {
                *list(&mut answer) = other(first.lock().unwrap()[query].clone(), path).into_iter().collect();
            }
            Reply::Json(answer)
        }));
    }
    assess(&faults);
}

#[test]
fn broken_connections_are_refused() {
    fn sent(text: &str) -> Act {
        Act::Send(text.as_bytes().to_vec())
    }
    let broken = Refused("broke off");
    let silent = Refused("no whole answer");
    assess(&[
        on_the_wire("nothing amiss", Right, |head, body| vec![sent(head), sent(body)]),
        on_the_wire("a reset before the head", broken, |_, _| vec![Act::Reset]),
        on_the_wire("a reset in the head", broken, |head, _| vec![sent(&head[..20]), Act::Reset]),
        on_the_wire("a reset in the body", broken, |head, body| {
            vec![sent(head), sent(&body[..body.len() / 2]), Act::Reset]
        }),
        on_the_wire("an end before the head", broken, |_, _| Vec::new()),
        on_the_wire("an end in the head", broken, |head, _| vec![sent(&head[..20])]),
        on_the_wire("an end in the body", broken, |head, body| vec![sent(head), sent(&body[..body.len() / 2])]),
        on_the_wire("a length that is too long", broken, |head, body| {
            vec![sent(&head.replace("content-length: ", "content-length: 9")), sent(body)]
        }),
        on_the_wire("a length that is too short", Refused("it is not the JSON expected"), |head, body| {
            let length = format!("content-length: {}", body.len());
            vec![sent(&head.replace(&length, "content-length: 9")), sent(body)]
        }),
        on_the_wire("a length that is none", broken, |head, body| {
            vec![sent(&head.replace("content-length: ", "content-length: x")), sent(body)]
        }),
        on_the_wire("no HTTP", broken, |_, _| vec![sent("SSH-2.0-OpenSSH_9.2\r\n")]),
        on_the_wire("a head without end", broken, |_, _| {
            vec![sent("HTTP/1.1 200 OK\r\n"), sent(&"x-y: z\r\n".repeat(200_000))]
        }),
        on_the_wire("silence", silent, |_, _| vec![Act::Wait(Duration::from_secs(5))]),
        on_the_wire("silence after the head", silent, |head, _| vec![sent(head), Act::Wait(Duration::from_secs(5))]),
        on_the_wire("a byte at a time", silent, |head, body| {
            let bytes = body.bytes().flat_map(|byte| [Act::Send(vec![byte]), Act::Wait(Duration::from_millis(200))]);
            std::iter::once(sent(head)).chain(bytes).collect()
        }),
    ]);
}

/// What informs is missed aloud: the pins are the same without it.
#[test]
fn failed_queries_for_dates_never_give_a_wrong_pin() {
    let only = |part: &'static str, reply: fn() -> Reply| {
        fault(part, Either, move |path, _, _| if path.contains(part) { reply() } else { Reply::Normal })
    };
    let forbidden = || Reply::Raw(403, "text/plain", Vec::new());
    assess(&[
        only("/v2/images", forbidden),
        only("/versions", forbidden),
        only("version_id=", forbidden),
        only("/versions", || Reply::Bomb(4 << 10)),
        only("/versions", || Reply::Half),
    ]);
}
