//! Explains why the certificate of a server was rejected, and what to do next.

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::domain::diagnostics::{and_more, quoted, visible};
use crate::domain::types::day;

const AUTHORITY: &str = "if your network uses its own certificate authority, set SSL_CERT_FILE to its PEM file";
const CLOCK: &str = "check the clock of this machine; if it is correct, the server needs a new certificate";
const ADDRESS: &str = "check `--api-url`, SCW_API_URL and the proxy settings";
const SERVER: &str =
    "check the address and the proxy settings; if they are correct, the server needs another certificate";

/// The cause as a clause, and the help.
pub(super) fn explain(error: &CertificateError) -> (String, &'static str) {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => {
            ("it was issued by a certificate authority that this system does not trust".into(), AUTHORITY)
        }
        E::BadSignature => ("its signature does not match its issuer".into(), AUTHORITY),
        E::Expired => ("it has expired".into(), CLOCK),
        E::ExpiredContext { not_after, .. } => (format!("it expired on {}", date(*not_after)), CLOCK),
        E::NotValidYet => ("it is not valid yet".into(), CLOCK),
        E::NotValidYetContext { not_before, .. } => (format!("it is not valid before {}", date(*not_before)), CLOCK),
        E::Revoked => ("it was revoked".into(), SERVER),
        E::NotValidForName => ("it is for another host name".into(), ADDRESS),
        E::NotValidForNameContext { expected, presented } => {
            (format!("it is for {}, not for `{}`", names(presented), visible(&expected.to_str())), ADDRESS)
        }
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => ("it is not a server certificate".into(), SERVER),
        E::BadEncoding => ("it is malformed".into(), SERVER),
        E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            ("its signature algorithm is not supported".into(), SERVER)
        }
        // The TLS library gives only names for these.
        E::Other(other) => match &*other.0.to_string() {
            "CaUsedAsEndEntity" => {
                ("it is the certificate of a certificate authority, not of a server".into(), AUTHORITY)
            }
            "EndEntityUsedAsCa" => ("its issuer is not a certificate authority".into(), SERVER),
            "NameConstraintViolation" => {
                ("its issuer is not allowed to issue certificates for this host name".into(), SERVER)
            }
            "PathLenConstraintViolated" => ("the chain of its issuers is too long".into(), SERVER),
            name => (format!("it is invalid ({})", visible(name)), SERVER),
        },
        other => (format!("it is invalid ({})", visible(&other.to_string())), SERVER),
    }
}

/// The host names of a certificate. The TLS library formats them as `DnsName("example.org")`.
fn names(presented: &[String]) -> String {
    let name = |name: &String| quoted(visible(name.split('"').nth(1).unwrap_or(name)));
    if presented.is_empty() { "no host names".to_owned() } else { and_more(presented.iter().map(name), 5) }
}

fn date(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|time| Timestamp::from_second(time).ok());
    time.map_or_else(|| "an unknown date".to_owned(), |time| day(time).to_string())
}
