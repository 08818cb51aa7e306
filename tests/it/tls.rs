//! Real TLS: HTTP/2 over one connection, private CAs, certificates that must be refused.

use rcgen::{CertificateParams, KeyPair};

use crate::authority::{Authority, acceptor};
use crate::bench::Bench;
use crate::standin::{Local, Marketplace, local};

const LABELS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn offers() -> Vec<Local> {
    (1..).zip(LABELS).map(|(n, label)| local(label, "fr-par-1", "x86_64", n)).collect()
}

fn manifest() -> String {
    let images = LABELS.map(|label| format!("[images.{label}]\nlabel = \"{label}\"\n"));
    format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat())
}

fn bench(marketplace: &Marketplace, authority: &Authority) -> Bench {
    Bench::with(&manifest()).asking(marketplace).trusting(authority)
}

#[test]
fn http_2_carries_all_requests_over_one_connection() {
    let authority = Authority::new();
    let marketplace = Marketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, &["h2", "http/1.1"]));
    let bench = bench(&marketplace, &authority);
    bench.ok("resolve");
    assert_eq!(bench.lock().matches("[[pin]]").count(), LABELS.len());
    assert_eq!(marketplace.versions(), [hyper::Version::HTTP_2; 1 + 2 * LABELS.len()]);
    assert_eq!(marketplace.connections(), 1);
}

#[test]
fn a_server_without_http_2_is_spoken_to_as_well() {
    let authority = Authority::new();
    for protocols in [&["http/1.1"][..], &[]] {
        let marketplace = Marketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, protocols));
        let bench = bench(&marketplace, &authority);
        bench.ok("resolve");
        assert_eq!(marketplace.versions(), [hyper::Version::HTTP_11; 1 + 2 * LABELS.len()]);
    }
}

#[test]
fn certificates_that_do_not_hold_are_refused_at_once() {
    let authority = Authority::new();
    for (name, year, cause) in [("127.0.0.1", 2021, "expired"), ("example.org", 2099, "not valid for name")] {
        let marketplace = Marketplace::with_tls(offers(), authority.server(name, year, &["h2"]));
        let message = bench(&marketplace, &authority).fails("resolve");
        assert!(message.contains("the certificate of [API]/marketplace/v2 was refused"), "{message}");
        assert!(message.contains(cause), "{message}");
        assert!(message.contains("SSL_CERT_FILE"), "{message}");
        assert_eq!(marketplace.requests(), [""; 0]);
    }
}

#[test]
fn an_authority_that_nobody_vouches_for_is_refused() {
    let marketplace = Marketplace::with_tls(offers(), Authority::new().server("127.0.0.1", 2099, &["h2"]));
    let message = bench(&marketplace, &Authority::new()).fails("resolve");
    assert!(message.contains("was refused"), "{message}");
}

#[test]
fn a_certificate_that_vouches_for_itself_is_refused() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let marketplace = Marketplace::with_tls(offers(), acceptor(&certificate, &key, &["h2"]));
    let message = bench(&marketplace, &Authority::new()).fails("resolve");
    assert!(message.contains("was refused: it is self-signed, or its issuer is not trusted here"), "{message}");
}

#[test]
fn a_certificate_file_that_cannot_be_read_is_named() {
    let marketplace = Marketplace::with_tls(offers(), Authority::new().server("127.0.0.1", 2099, &["h2"]));
    let bench = Bench::with(&manifest()).asking(&marketplace).env("SSL_CERT_FILE", "/nonexistent/ca.pem");
    let message = bench.fails("resolve");
    assert!(message.contains("could not read the certificates in `/nonexistent/ca.pem`"), "{message}");
}
