//! Faults of HTTP/2: reset streams, connections that end or are closed, and few concurrent streams. A retry fixes some
//! of them; the others are reported.

use h2::Reason;
use serde_json::Value;

use crate::support::authority::Authority;
use crate::support::fake_marketplace::{FakeMarketplace, Local, Reply, local};
use crate::support::sandbox::Sandbox;

const LABELS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// The index, and for each label its listing and its versions.
const REQUESTS: usize = 1 + 2 * LABELS.len();

fn offers() -> Vec<Local> {
    (1..)
        .zip(LABELS)
        .map(|(n, label)| local(label, "fr-par-1", "x86_64", n).published("2026-10-05T08:00:00Z"))
        .collect()
}

fn manifest() -> String {
    let images = LABELS.map(|label| format!("[images.{label}]\nlabel = \"{label}\"\n"));
    format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat())
}

/// Returns a Marketplace over HTTP/2 with this responder, and a sandbox that uses it.
fn http2_marketplace(
    responder: impl FnMut(&str, usize, &Value) -> Reply + Send + 'static,
) -> (FakeMarketplace, Sandbox) {
    let authority = Authority::new();
    let marketplace = FakeMarketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, &["h2", "http/1.1"]));
    marketplace.respond(responder);
    let sandbox = Sandbox::with(&manifest()).asking(&marketplace).trusting(&authority);
    (marketplace, sandbox)
}

/// Returns the lockfile that results from a Marketplace without faults.
fn correct_lockfile() -> String {
    let (_marketplace, sandbox) = http2_marketplace(|_, _, _| Reply::Normal);
    sandbox.ok("resolve");
    sandbox.lock()
}

/// Checks that all results are correct and that HTTP/2 is used. Returns the number of requests.
#[track_caller]
fn check_results(marketplace: &FakeMarketplace, sandbox: &Sandbox) -> usize {
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock(), correct_lockfile());
    let check = sandbox.run("check --format json");
    assert_eq!(check.status, Some(0), "{check}");
    assert!(marketplace.versions().iter().all(|version| *version == hyper::Version::HTTP_2));
    marketplace.requests().len()
}

#[test]
fn a_reset_stream_is_retried() {
    for reason in [Reason::REFUSED_STREAM, Reason::INTERNAL_ERROR, Reason::CANCEL, Reason::ENHANCE_YOUR_CALM] {
        let (marketplace, sandbox) =
            http2_marketplace(move |_, times, _| if times == 1 { Reply::Reset(reason) } else { Reply::Normal });
        // `resolve` sends each request twice, `check` once.
        assert_eq!(check_results(&marketplace, &sandbox), 3 * REQUESTS, "{reason}");
    }
}

#[test]
fn a_truncated_response_is_requested_again() {
    let (marketplace, sandbox) = http2_marketplace(|_, times, _| if times == 1 { Reply::Half } else { Reply::Normal });
    assert_eq!(check_results(&marketplace, &sandbox), 3 * REQUESTS);
}

#[test]
fn a_connection_is_replaced_after_a_goaway() {
    let connections = || {
        let (marketplace, sandbox) = http2_marketplace(|_, _, _| Reply::GoAway);
        check_results(&marketplace, &sandbox);
        marketplace.connections()
    };
    // On a busy machine, all requests may be sent before the first GOAWAY arrives, so several runs are tried.
    assert!((0..10).any(|_| connections() > 2), "no connection was replaced before all requests were sent");
}

#[test]
fn a_closed_connection_is_reopened() {
    let hangs_up = |moments: &'static [usize]| {
        let mut count = 0;
        http2_marketplace(move |_, _, _| {
            count += 1;
            if moments.contains(&count) { Reply::HangUp } else { Reply::Normal }
        })
    };
    // If the connection closes before the first response, imagelock cannot know whether the server supports HTTP/2.
    let (marketplace, sandbox) = hangs_up(&[1]);
    check_results(&marketplace, &sandbox);
    let (marketplace, sandbox) = hangs_up(&[10, 20]);
    check_results(&marketplace, &sandbox);
    // One connection per command, and one for each connection that was closed.
    assert_eq!(marketplace.connections(), 2 + 2);
}

#[test]
fn a_low_limit_on_concurrent_streams_is_respected() {
    for streams in [1, 3] {
        let (marketplace, sandbox) = http2_marketplace(|_, _, _| Reply::Normal);
        let marketplace = marketplace.with_max_streams(streams);
        assert_eq!(check_results(&marketplace, &sandbox), 2 * REQUESTS);
        assert_eq!(marketplace.connections(), 2);
    }
}

#[test]
fn a_persistent_fault_is_reported() {
    let replies: [fn() -> Reply; 3] = [|| Reply::Reset(Reason::INTERNAL_ERROR), || Reply::Half, || Reply::HangUp];
    let is_reported = |reply: fn() -> Reply| {
        let (_marketplace, sandbox) = http2_marketplace(move |_, _, _| reply());
        let message = sandbox.fails("resolve");
        // Streams of one connection may end in different ways, and each way is reported with the images that it is about.
        assert!(!message.contains("images.toml"), "no line of the manifest is at fault: {message}");
        let is_reported = |label: &str| message.contains(&format!("`{label}`"));
        assert!(LABELS.into_iter().all(is_reported), "{message}");
        assert!(message.contains("error: the connection to [API]/marketplace/v2 was interrupted: "), "{message}");
        assert!(message.contains("= note: gave up after "), "{message}");
        assert!(message.contains("= help: check the network and run imagelock again"), "{message}");
    };
    std::thread::scope(|scope| {
        for reply in replies {
            scope.spawn(move || is_reported(reply));
        }
    });
}
