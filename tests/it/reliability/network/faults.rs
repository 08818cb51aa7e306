//! Every fault of the Marketplace and of the network, with every command that sends requests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::broken_wire::Action;
use crate::support::fake_marketplace::{Reply, gzip, image_id};
use crate::support::faults::Expected::{Correct, Either, Refused};
use crate::support::faults::{Fault, add_row, altered, assess, body, every_field, every_row, fault, list, wire_fault};

#[test]
fn error_statuses_are_refused_and_a_single_503_is_retried() {
    let mut faults = Vec::new();
    for (status, words) in [
        (201, "responded with 201 Created"),
        (204, "responded with 204 No Content"),
        (304, "responded with 304 Not Modified"),
        (400, "responded with 400 Bad Request"),
        (401, "responded with 401 Unauthorized"),
        (403, "responded with 403 Forbidden"),
        (404, "responded with 404 Not Found"),
        (407, "responded with 407 Proxy Authentication Required"),
        (410, "responded with 410 Gone"),
        (451, "responded with 451 Unavailable For Legal Reasons"),
        (501, "responded with 501 Not Implemented"),
        (599, "responded with 599"),
        (408, "responded with 408 Request Timeout"),
        (429, "responded with 429 Too Many Requests"),
        (500, "responded with 500 Internal Server Error"),
        (502, "responded with 502 Bad Gateway"),
        (503, "responded with 503 Service Unavailable"),
        (504, "responded with 504 Gateway Timeout"),
    ] {
        faults.push(fault(status.to_string(), Refused(words), move |_, _, _| {
            Reply::Raw(status, "text/plain", b"\x1b[2J\0 no".to_vec())
        }));
    }
    faults.push(fault("a redirect", Refused("does not follow redirects"), |_, _, _| {
        Reply::Header(308, "location", "http://127.0.0.1:1/\u{9b}2J")
    }));
    faults.push(fault("503 once", Correct, |_, times, _| match times {
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
        .flat_map(|value| [(429, "responded with 429"), (503, "responded with 503")].map(|known| (value, known)))
        .map(|(value, (status, words))| {
            fault(format!("{status}, Retry-After: {value}"), Refused(words), move |_, _, _| {
                Reply::Header(status, "retry-after", value)
            })
        })
        .collect();
    assess(&faults);
}

#[test]
fn invalid_bodies_are_refused() {
    let nested = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    let long = "x".repeat(900_000);
    // An response to a lookup may be any object: it is refused because of the missing fields.
    let not_json = Refused("the response of the Marketplace is invalid");
    assess(&[
        body("nothing", not_json, ""),
        body("null", not_json, "null"),
        body("a list", not_json, "[]"),
        body("an empty object", not_json, "{}"),
        body("null rows", not_json, r#"{"local_images":null,"total_count":0}"#),
        body("rows that are numbers", not_json, r#"{"local_images":[1,2],"total_count":2}"#),
        body("a byte order mark", not_json, "\u{feff}{}"),
        body("half", not_json, r#"{"local_images":[{"id":"0000"#),
        body("trailing garbage", not_json, r#"{"local_images":[],"total_count":0}}garbage"#),
        body(
            "bytes that are not UTF-8",
            not_json,
            &b"{\"local_images\":[{\"id\":\"\xff\xfe\"}],\"total_count\":1}"[..],
        ),
        body("zeros", not_json, vec![0; 100_000]),
        body("nested lists", not_json, nested("[", "]")),
        body("nested objects", not_json, nested("{\"a\":", "}")),
        body("nested in an unused field", not_json, format!(r#"{{"x":{},"y":1}}"#, nested("[", "]"))),
        body("a long number", not_json, format!(r#"{{"local_images":{},"total_count":1}}"#, "9".repeat(900_000))),
        body("a long string", not_json, format!(r#"{{"local_images":"{long}"}}"#)),
        body("too many rows", not_json, format!(r#"{{"local_images":[{}{{}}]}}"#, "{},".repeat(300_000))),
        fault("a login page", Refused("it is text/html, not JSON"), |_, _, _| {
            Reply::Raw(200, "text/html", b"<!DOCTYPE html><title>\x1b]0;Log in\x07</title>".to_vec())
        }),
        fault("another content type", Correct, |_, _, response| match response["type"].as_str() {
            Some("not_found") => Reply::Normal,
            _ => Reply::Raw(200, "text/plain", response.to_string().into()),
        }),
    ]);
}

#[test]
fn endless_responses_and_broken_gzip_are_refused() {
    let packed = |mangle: fn(Vec<u8>) -> Vec<u8>| {
        move |_: &str, _: usize, response: &Value| Reply::Packed(mangle(gzip(response.to_string().as_bytes())))
    };
    assess(&[
        // On a busy machine, the timeout may come before the whole response has been read.
        fault("4 GiB", Either, |_, _, _| Reply::Endless(4 << 30)),
        fault("4 GiB, packed", Either, |_, _, _| Reply::Bomb(4 << 10)),
        fault("gzip", Correct, |_, _, response| match response["type"].as_str() {
            Some("not_found") => Reply::Normal,
            _ => Reply::Gzip,
        }),
        fault("half of a gzip body", Refused("was interrupted"), packed(|bytes| bytes[..bytes.len() / 2].to_vec())),
        fault(
            "a gzip with one wrong byte",
            Refused("was interrupted"),
            packed(|mut bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0xff;
                bytes
            }),
        ),
        fault("a body that is not gzip", Refused("was interrupted"), packed(|_| b"{\"local_images\":[]}".to_vec())),
    ]);
}

#[test]
fn invalid_rows_are_refused() {
    let strange = Refused("the response of the Marketplace is invalid");
    assess(&[
        altered("unknown fields", Correct, |response| {
            every_row(response, |row| {
                row["state"] = json!({"deep": [1, 2.5, null, {"id": 7}], "\u{1b}[2J": "\u{202e}"});
            });
            response["next"] = json!([{}]);
        }),
        altered("rows twice", Correct, |response| {
            if response.get("id").is_none() {
                let again = list(response).clone();
                list(response).extend(again);
            }
        }),
        altered("rows in another order", Correct, |response| {
            if response.get("id").is_none() {
                list(response).reverse();
            }
        }),
        altered("no fields", strange, |response| every_row(response, |row| *row = json!({}))),
        altered("null fields", strange, |response| every_field(response, &Value::Null)),
        altered("fields of other types", strange, |response| every_field(response, &json!([{"x": 1e300}]))),
        altered("invalid IDs", strange, |response| {
            every_row(response, |row| row["id"] = "$(reboot)\u{1b}[2J\u{202e}\0".into());
        }),
        altered("very long IDs", strange, |response| every_row(response, |row| row["id"] = "0".repeat(100_000).into())),
        altered("no dates, ends or types", Either, |response| {
            every_row(response, |row| {
                for key in ["published_at", "valid_until", "type"] {
                    row[key] = json!({"no": ["date"]});
                }
            });
        }),
        altered("rows of another label", Either, |response| add_row(response, "label", "ubuntu_noble\u{1b}[2J")),
        altered("rows of invalid zones", Either, |response| add_row(response, "zone", "\u{1b}]0;moon\u{7}")),
    ]);
}

#[test]
fn wrong_counts_and_pages_never_give_a_wrong_result() {
    let total = |name: &str, total: Value| {
        fault(format!("a total that is {name}"), Either, move |_, _, response| {
            let mut response = response.clone();
            match response.get("total_count") {
                Some(_) => response["total_count"] = total.clone(),
                None => return Reply::Normal,
            }
            Reply::Json(response)
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
    faults.push(fault("a total that changes", Either, |path, _, response| {
        let page: u64 = path.rsplit_once("&page=").map_or(1, |(_, page)| page.parse().unwrap());
        let mut response = response.clone();
        match response.get("total_count") {
            Some(_) => response["total_count"] = (100 + page).into(),
            None => return Reply::Normal,
        }
        Reply::Json(response)
    }));
    // The first page has only one row. The other pages are wrong in different ways.
    for (name, other) in [
        ("that repeat", (|first, _| Some(first)) as fn(Value, &str) -> Option<Value>),
        ("that are empty", |_, _| None),
        ("without end", |mut row, path| {
            row["id"] = image_id(path).into();
            Some(row)
        }),
    ] {
        let first: Mutex<BTreeMap<String, Value>> = Mutex::default();
        faults.push(fault(format!("pages {name}"), Either, move |path, _, response| {
            let (mut response, Some((query, page))) = (response.clone(), path.rsplit_once("&page=")) else {
                return Reply::Normal;
            };
            if response.get("total_count").is_none() {
                return Reply::Normal;
            }
            response["total_count"] = 1000.into();
            list(&mut response).truncate(1);
            if page == "1" {
                let row = list(&mut response).first().cloned().unwrap_or_default();
                first.lock().unwrap().insert(query.to_owned(), row);
            } else {
                *list(&mut response) = other(first.lock().unwrap()[query].clone(), path).into_iter().collect();
            }
            Reply::Json(response)
        }));
    }
    assess(&faults);
}

#[test]
fn broken_connections_are_refused() {
    fn sent(text: &str) -> Action {
        Action::Send(text.as_bytes().to_vec())
    }
    let broken = Refused("was interrupted");
    let silent = Refused("did not send a complete response");
    assess(&[
        wire_fault("no fault", Correct, |head, body| vec![sent(head), sent(body)]),
        wire_fault("a reset before the head", broken, |_, _| vec![Action::Reset]),
        wire_fault("a reset in the head", broken, |head, _| vec![sent(&head[..20]), Action::Reset]),
        wire_fault("a reset in the body", broken, |head, body| {
            vec![sent(head), sent(&body[..body.len() / 2]), Action::Reset]
        }),
        wire_fault("an end before the head", broken, |_, _| Vec::new()),
        wire_fault("an end in the head", broken, |head, _| vec![sent(&head[..20])]),
        wire_fault("an end in the body", broken, |head, body| vec![sent(head), sent(&body[..body.len() / 2])]),
        wire_fault("a length that is too long", broken, |head, body| {
            vec![sent(&head.replace("content-length: ", "content-length: 9")), sent(body)]
        }),
        wire_fault("a length that is too short", Refused("its JSON ends too early"), |head, body| {
            let length = format!("content-length: {}", body.len());
            vec![sent(&head.replace(&length, "content-length: 9")), sent(body)]
        }),
        wire_fault("an invalid length", broken, |head, body| {
            vec![sent(&head.replace("content-length: ", "content-length: x")), sent(body)]
        }),
        wire_fault("no HTTP", broken, |_, _| vec![sent("SSH-2.0-OpenSSH_9.2\r\n")]),
        wire_fault("an endless head", broken, |_, _| {
            vec![sent("HTTP/1.1 200 OK\r\n"), sent(&"x-y: z\r\n".repeat(200_000))]
        }),
        wire_fault("silence", silent, |_, _| vec![Action::Wait(Duration::from_secs(5))]),
        wire_fault("silence after the head", silent, |head, _| vec![sent(head), Action::Wait(Duration::from_secs(5))]),
        wire_fault("a byte at a time", silent, |head, body| {
            let bytes =
                body.bytes().flat_map(|byte| [Action::Send(vec![byte]), Action::Wait(Duration::from_millis(200))]);
            std::iter::once(sent(head)).chain(bytes).collect()
        }),
    ]);
}

/// Dates only inform, so the pins are the same without them. A warning says that the dates are missing.
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
