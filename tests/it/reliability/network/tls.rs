//! Real TLS: HTTP/2 over one connection, private CAs, and certificates that must be refused.

use insta::assert_snapshot;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd};

use crate::support::authority::{Authority, acceptor};
use crate::support::fake_marketplace::{FakeMarketplace, Local, local};
use crate::support::sandbox::Sandbox;

const LABELS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn offers() -> Vec<Local> {
    (1..).zip(LABELS).map(|(n, label)| local(label, "fr-par-1", "x86_64", n)).collect()
}

fn manifest() -> String {
    let images = LABELS.map(|label| format!("[images.{label}]\nlabel = \"{label}\"\n"));
    format!("[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n{}", images.concat())
}

fn sandbox(marketplace: &FakeMarketplace, authority: &Authority) -> Sandbox {
    Sandbox::with(&manifest()).asking(marketplace).trusting(authority)
}

#[test]
fn http_2_carries_all_requests_over_one_connection() {
    let authority = Authority::new();
    let marketplace = FakeMarketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, &["h2", "http/1.1"]));
    let sandbox = sandbox(&marketplace, &authority);
    sandbox.ok("resolve");
    assert_eq!(sandbox.lock().matches("[[pin]]").count(), LABELS.len());
    assert_eq!(marketplace.versions(), [hyper::Version::HTTP_2; 1 + 2 * LABELS.len()]);
    assert_eq!(marketplace.connections(), 1);
}

#[test]
fn a_server_without_http_2_is_accepted() {
    let authority = Authority::new();
    for protocols in [&["http/1.1"][..], &[]] {
        let marketplace = FakeMarketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, protocols));
        let sandbox = sandbox(&marketplace, &authority);
        sandbox.ok("resolve");
        assert_eq!(marketplace.versions(), [hyper::Version::HTTP_11; 1 + 2 * LABELS.len()]);
    }
}

/// The title and the help of the error of a rejected certificate.
#[track_caller]
fn refusal(authority: &Authority, server: tokio_rustls::TlsAcceptor) -> String {
    let marketplace = FakeMarketplace::with_tls(offers(), server);
    let message = sandbox(&marketplace, authority).fails("resolve");
    assert_eq!(marketplace.requests(), [""; 0]);
    assert!(!message.contains("attempt"), "no retry helps: {message}");
    let lines = message.lines().filter(|line| line.starts_with("error: ") || line.contains("= help: "));
    lines.collect::<Vec<_>>().join("\n").replace("the certificate of [API]/marketplace/v2 was rejected", "rejected")
}

#[test]
fn a_certificate_is_refused_with_the_real_cause() {
    let authority = Authority::new();
    let server = |change: fn(&mut CertificateParams)| authority.server_with("127.0.0.1", &["h2"], change);
    assert_snapshot!(refusal(&authority, server(|it| it.not_after = date_time_ymd(2021, 3, 4))), @"
    error: rejected: it expired on 2021-03-04
     = help: check the clock of this machine; if it is correct, the server needs a new certificate
    ");
    assert_snapshot!(refusal(&authority, server(|it| it.not_before = date_time_ymd(2098, 3, 4))), @"
    error: rejected: it is not valid before 2098-03-04
     = help: check the clock of this machine; if it is correct, the server needs a new certificate
    ");
    assert_snapshot!(refusal(&authority, authority.server("example.org", 2099, &["h2"])), @"
    error: rejected: it is for `example.org`, not for `127.0.0.1`
     = help: check `--api-url`, SCW_API_URL and the proxy settings
    ");
    assert_snapshot!(refusal(&authority, server(|it| it.subject_alt_names.clear())), @"
    error: rejected: it is for no host names, not for `127.0.0.1`
     = help: check `--api-url`, SCW_API_URL and the proxy settings
    ");
    assert_snapshot!(
        refusal(&authority, server(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])),
        @"
    error: rejected: it is not a server certificate
     = help: check the address and the proxy settings; if they are correct, the server needs another certificate
    "
    );
    assert_snapshot!(
        refusal(&authority, server(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained))),
        @"
    error: rejected: it is the certificate of a certificate authority, not of a server
     = help: if your network uses its own certificate authority, set SSL_CERT_FILE to its PEM file
    "
    );
    // The signature is also invalid if another CA has the same name and another key.
    let other = refusal(&authority, Authority::new().server("127.0.0.1", 2099, &["h2"]));
    assert!(other.contains("its signature does not match its issuer"), "{other}");
    assert_snapshot!(refusal(&authority, authority.server_with_bad_signature("127.0.0.1", &["h2"])), @"
    error: rejected: its signature does not match its issuer
     = help: if your network uses its own certificate authority, set SSL_CERT_FILE to its PEM file
    ");
}

#[test]
fn a_certificate_of_an_unknown_issuer_is_refused() {
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    for server in
        [acceptor(&own, &key, &["h2"]), Authority::named("Another company").server("127.0.0.1", 2099, &["h2"])]
    {
        insta::allow_duplicates! {
            assert_snapshot!(refusal(&Authority::new(), server), @"
            error: rejected: it was issued by a certificate authority that this system does not trust
             = help: if your network uses its own certificate authority, set SSL_CERT_FILE to its PEM file
            ");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_certificate_file_must_be_a_regular_file_of_bounded_size() {
    let authority = Authority::new();
    let marketplace = FakeMarketplace::with_tls(offers(), authority.server("127.0.0.1", 2099, &["h2"]));
    let sandbox = sandbox(&marketplace, &authority);
    let pipe = sandbox.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::File::create(sandbox.path("large")).unwrap().set_len((64 << 20) + 1).unwrap();
    std::os::unix::fs::symlink("pipe", sandbox.path("link")).unwrap();
    for (path, cause) in [
        ("pipe", "it is not a regular file"),
        ("link", "it is not a regular file"),
        ("/dev/zero", "it is not a regular file"),
        ("/dev/tty", "it is not a regular file"),
        ("large", "it is larger than 64 MiB"),
        (".", "it is a directory"),
        ("images.toml", "it contains no certificates in PEM form"),
    ] {
        let output = sandbox.command("resolve").env("SSL_CERT_FILE", path).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{path}: {message}");
        assert!(message.contains(&format!("cannot read the certificates in `{path}`: ")), "{path}: {message}");
        assert!(message.contains(cause), "{path}: {message}");
    }
    assert_eq!(marketplace.connections(), 0);
    // The variables have no other effect: an empty value and a pipe as a directory are ignored.
    for (name, value) in [("SSL_CERT_FILE", " "), ("SSL_CERT_DIR", "pipe"), ("SSL_CERT_DIR", "/nonexistent")] {
        let output = sandbox.command("upgrade").env(name, value).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        let refused = message.contains("a certificate authority that this system does not trust")
            || message.contains("this system has no certificates");
        assert_eq!(
            (output.status.code(), refused),
            if value == " " { (Some(1), true) } else { (Some(0), false) },
            "{message}"
        );
    }
}

#[test]
fn a_certificate_file_that_cannot_be_read_is_named() {
    let marketplace = FakeMarketplace::with_tls(offers(), Authority::new().server("127.0.0.1", 2099, &["h2"]));
    let sandbox = Sandbox::with(&manifest()).asking(&marketplace).env("SSL_CERT_FILE", "/nonexistent/ca.pem");
    let message = sandbox.fails("resolve");
    assert!(message.contains("cannot read the certificates in `/nonexistent/ca.pem`"), "{message}");
}

#[test]
fn a_server_that_ends_the_handshake_is_reported_without_library_words() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            // The client hello is read, so that the connection ends without a reset.
            let _ = std::io::Read::read(&mut client.unwrap(), &mut [0; 4096]);
        }
    });
    let message = Sandbox::with(&manifest()).env("SCW_API_URL", &url).fails("resolve --timeout 1");
    assert_snapshot!(message.lines().next().unwrap(), @"error: cannot connect to [API]/marketplace/v2: the server closed the connection during the TLS handshake");
}
