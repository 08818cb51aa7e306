//! The certificate authorities that TLS trusts: those of the system and those in a file.

use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder};

use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::shown;

/// Certificate authorities to trust in addition to those of the system.
#[derive(Debug, Clone)]
pub struct Authorities {
    /// Their certificates in PEM form.
    pub pem: Vec<u8>,
    /// The file that contains the certificates.
    pub path: PathBuf,
}

impl Authorities {
    /// The error of a certificate file that cannot be used.
    pub fn unreadable(path: &Path, why: impl std::fmt::Display) -> QueryError {
        setup_error(format!("cannot read the certificates in `{}`: {why}", shown(path)))
    }

    fn certificates(&self) -> Result<Vec<Certificate>, QueryError> {
        let failed = |why| Self::unreadable(&self.path, why);
        let certificates = Certificate::from_pem_bundle(&self.pem);
        let certificates = certificates.map_err(|_| failed("a certificate in it is not valid PEM"))?;
        if certificates.is_empty() { Err(failed("it contains no certificates in PEM form")) } else { Ok(certificates) }
    }
}

/// All authorities to trust: the `extra` ones, and those of the system unless the TLS library finds them without using the
/// environment.
pub(super) fn trusted(extra: Option<&Authorities>) -> Result<Vec<Certificate>, QueryError> {
    let mut trusted = system(extra.map(|extra| extra.path.as_path()));
    trusted.extend(extra.map(Authorities::certificates).transpose()?.into_iter().flatten());
    if HAS_FILES && trusted.is_empty() {
        return Err(setup_error("this system has no certificates of certificate authorities".to_owned()));
    }
    Ok(trusted)
}

/// Configures a client to trust these certificates.
pub(super) fn trust(builder: ClientBuilder, trusted: &[Certificate]) -> ClientBuilder {
    let trusted = trusted.iter().cloned();
    if HAS_FILES { builder.tls_certs_only(trusted) } else { builder.tls_certs_merge(trusted) }
}

/// Whether the system keeps its certificates in files. Other systems have a store that environment variables cannot replace.
const HAS_FILES: bool = cfg!(all(unix, not(target_vendor = "apple"), not(target_os = "android")));

/// The certificates in the system's files. The variables `SSL_CERT_FILE` and `SSL_CERT_DIR` do not replace them.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn system(extra: Option<&Path>) -> Vec<Certificate> {
    use rustls_native_certs::load_certs_from_paths;

    // This finds the file that SSL_CERT_FILE names before it finds the file of the system.
    let file = openssl_probe::probe().cert_file.filter(|file| Some(file.as_path()) != extra && file.is_file());
    let mut found = load_certs_from_paths(file.as_deref(), None).certs;
    for directory in openssl_probe::candidate_cert_dirs() {
        found.extend(load_certs_from_paths(None, Some(directory)).certs);
    }
    found.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
    found.dedup();
    // A malformed certificate is skipped.
    let is_usable = |certificate: &rustls::pki_types::CertificateDer<'static>| {
        rustls::RootCertStore::empty().add(certificate.clone()).is_ok()
    };
    found.retain(is_usable);
    found.iter().filter_map(|certificate| Certificate::from_der(certificate).ok()).collect()
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn system(_extra: Option<&Path>) -> Vec<Certificate> {
    Vec::new()
}

/// The error of an HTTP client that cannot be set up.
pub(super) fn setup_error(cause: String) -> QueryError {
    QueryError::new(cause, "check the certificates of this system, and SSL_CERT_FILE if it is set")
}
