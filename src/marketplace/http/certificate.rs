//! Explains why the certificate of a server was refused, and what to do next.

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::domain::diagnostics::{and_more, quoted, visible};
use crate::domain::types::day;

const AUTHORITY: &str =
    "if a proxy signs with the certificate authority of a company, name its PEM file in SSL_CERT_FILE";
const CLOCK: &str = "check the clock of this machine; if it is right, the server needs another certificate";
const ADDRESS: &str = "check `--api-url`, SCW_API_URL and the proxy";
const SERVER: &str = "check the address and the proxy; the server needs another certificate";

/// The cause, a clause, and the help.
pub(super) fn explain(error: &CertificateError) -> (String, &'static str) {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => ("no certificate authority that is trusted here issued it".into(), AUTHORITY),
        E::BadSignature => ("its signature is not that of the issuer that it names".into(), AUTHORITY),
        E::Expired => ("it has expired".into(), CLOCK),
        E::ExpiredContext { not_after, .. } => (format!("it expired on {}", date(*not_after)), CLOCK),
        E::NotValidYet => ("it is not valid yet".into(), CLOCK),
        E::NotValidYetContext { not_before, .. } => (format!("it is not valid before {}", date(*not_before)), CLOCK),
        E::Revoked => ("it was revoked".into(), SERVER),
        E::NotValidForName => ("it is for another name".into(), ADDRESS),
        E::NotValidForNameContext { expected, presented } => {
            (format!("it is for {}, not for `{}`", names(presented), visible(&expected.to_str())), ADDRESS)
        }
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => ("it is not meant for servers".into(), SERVER),
        E::BadEncoding => ("it is malformed".into(), SERVER),
        E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            ("it is signed with an algorithm that is not supported".into(), SERVER)
        }
        // The TLS library has only a name for these.
        E::Other(other) => match &*other.0.to_string() {
            "CaUsedAsEndEntity" => ("it is the certificate of an authority, not of a server".into(), AUTHORITY),
            "EndEntityUsedAsCa" => {
                ("it was issued by a server's certificate, not by that of an authority".into(), SERVER)
            }
            "NameConstraintViolation" => ("its issuer may not issue certificates for this name".into(), SERVER),
            "PathLenConstraintViolated" => ("its issuer may not have other issuers below it".into(), SERVER),
            name => (format!("the TLS library says {}", visible(name)), SERVER),
        },
        other => (visible(&other.to_string()), SERVER),
    }
}

/// The names that a certificate is for. The TLS library writes `DnsName("example.org")`.
fn names(presented: &[String]) -> String {
    let name = |name: &String| quoted(visible(name.split('"').nth(1).unwrap_or(name)));
    if presented.is_empty() { "no name".to_owned() } else { and_more(presented.iter().map(name), 5) }
}

fn date(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|time| Timestamp::from_second(time).ok());
    time.map_or_else(|| "an unknown date".to_owned(), |time| day(time).to_string())
}
