//! How many requests are sent, and which of them concurrently. The fake Marketplace responds to a round only after all
//! its requests have arrived, so a request that waits for another response of its round would wait forever.

use crate::support::authority::Authority;
use crate::support::fake_marketplace::{FakeMarketplace, Local, local};
use crate::support::sandbox::Sandbox;

/// More labels than requests may be in flight.
const MANY: usize = 40;

/// The limit on requests in flight.
const MAX_IN_FLIGHT: usize = 32;

fn labels(many: usize) -> impl Iterator<Item = (u32, &'static str)> {
    (100..).zip((0..many).map(|n| &*format!("label_{n}").leak()))
}

/// Returns two local images per label. `build` selects the version.
fn offers(many: usize, build: u32) -> Vec<Local> {
    let date = ["2026-09-01T08:00:00Z", "2026-11-01T08:00:00Z"][build as usize];
    labels(many)
        .flat_map(|(n, label)| [("fr-par-1", n), ("nl-ams-1", n + 500)].map(|(zone, n)| (label, zone, n)))
        .map(|(label, zone, n)| local(label, zone, "x86_64", n + 1000 * build).published(date))
        .collect()
}

/// Runs a test over HTTP/1.1 and over HTTP/2, with this many labels, each declared in two zones.
fn over_http1_and_http2(many: usize, test: impl Fn(&FakeMarketplace, &Sandbox, usize)) {
    let images: Vec<String> = labels(many).map(|(n, label)| format!("[images.n{n}]\nlabel = \"{label}\"\n")).collect();
    let images = images.concat();
    let manifest = format!("[defaults]\nzones = [\"fr-par-1\", \"nl-ams-1\"]\narch = \"x86_64\"\n{images}");
    let plain = FakeMarketplace::offering(offers(many, 0));
    test(&plain, &Sandbox::with(&manifest).asking(&plain), MAX_IN_FLIGHT);
    let authority = Authority::new();
    let tls = FakeMarketplace::with_tls(offers(many, 0), authority.server("127.0.0.1", 2099, &["h2", "http/1.1"]));
    test(&tls, &Sandbox::with(&manifest).asking(&tls).trusting(&authority), 1);
}

/// Runs a command, and checks that it sends exactly these rounds over at most this many connections.
#[track_caller]
fn check_rounds(marketplace: &FakeMarketplace, sandbox: &Sandbox, line: &str, rounds: &[usize], connections: usize) {
    check_rounds_and_more(marketplace, sandbox, line, rounds, 0, connections);
}

/// Like `check_rounds`, with more requests after the rounds.
#[track_caller]
fn check_rounds_and_more(
    marketplace: &FakeMarketplace,
    sandbox: &Sandbox,
    line: &str,
    rounds: &[usize],
    more: usize,
    connections: usize,
) {
    let all = rounds.iter().sum::<usize>() + more;
    let before = marketplace.connections();
    marketplace.respond_in_rounds(rounds.iter().copied());
    let run = sandbox.run(line);
    assert!(matches!(run.status, Some(0 | 2)), "{line} in rounds of {rounds:?}\n{run}");
    let mut requests = marketplace.requests();
    assert_eq!(requests.len(), all, "{line}: {requests:#?}");
    requests.sort_unstable();
    requests.dedup();
    assert_eq!(requests.len(), all, "{line} sends a request twice");
    let used = marketplace.connections() - before;
    assert!(used <= connections, "{line} over {used} connections");
}

#[test]
fn requests_are_sent_in_rounds_by_their_dependencies() {
    over_http1_and_http2(6, |marketplace, sandbox, connections| {
        // The index, and one listing per label for all its zones; then the versions of each label.
        check_rounds(marketplace, sandbox, "resolve", &[1 + 6, 6], connections);
        check_rounds(marketplace, sandbox, "resolve", &[], 0);
        check_rounds(marketplace, sandbox, "check", &[1 + 6, 6], connections);
        check_rounds(marketplace, sandbox, "check n100", &[1 + 1, 1], connections);
        check_rounds(marketplace, sandbox, "explain n100", &[1 + 1, 1], connections);
        check_rounds(marketplace, sandbox, "search", &[1, 6 + 6], connections);
        check_rounds(marketplace, sandbox, "snapshot catalog.json", &[1, 6 + 6, 6], connections);
        // After an update, the newer of two versions is read for each label. In addition, each pin that is no longer
        // listed is looked up as soon as the index has arrived, or after its listing.
        let old = offers(6, 0).into_iter().map(Local::superseded);
        marketplace.offers(old.chain(offers(6, 1)));
        check_rounds_and_more(marketplace, sandbox, "check", &[1 + 6], 6 + 2 * 6 + 6, connections);
        check_rounds(marketplace, sandbox, "upgrade n100", &[1 + 1, 1, 1], connections);
        check_rounds(marketplace, sandbox, "upgrade", &[1 + 6, 6, 5], connections);
        check_rounds(marketplace, sandbox, "check", &[1 + 6, 6], connections);
    });
}

#[test]
fn queries_that_depend_only_on_the_index_do_not_wait_for_a_slow_listing() {
    over_http1_and_http2(6, |marketplace, sandbox, _| {
        for command in ["resolve", "check"] {
            marketplace.respond_in_rounds_except("/v2/images", [6 + 6]);
            let run = sandbox.run(command);
            assert_eq!(run.status, Some(0), "{run}");
            assert_eq!(marketplace.requests().len(), 1 + 6 + 6, "{command}");
        }
    });
}

#[test]
fn at_most_thirty_two_requests_are_in_flight() {
    over_http1_and_http2(MANY, |marketplace, sandbox, connections| {
        let rounds = [MAX_IN_FLIGHT, MAX_IN_FLIGHT, 1 + 2 * MANY - 2 * MAX_IN_FLIGHT];
        check_rounds(marketplace, sandbox, "resolve", &rounds, connections);
        check_rounds(marketplace, sandbox, "check", &rounds, connections);
    });
}
