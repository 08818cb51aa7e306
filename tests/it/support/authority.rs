//! The certificates of a company: its own certificate authority (CA), and servers with certificates that it signed.

use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The CA of a company.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        Self::named("A company")
    }

    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Without a name of its own, the issuer has the same name as the server, and OpenSSL reports a self-signed
        // certificate.
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Returns a server with a certificate for `name` that is valid until `year`.
    pub fn server(&self, name: &str, year: i32, protocols: &[&str]) -> TlsAcceptor {
        self.server_with(name, protocols, |params| params.not_after = rcgen::date_time_ymd(year, 1, 1))
    }

    /// Returns a server with a certificate for `name`, after `change` has changed its parameters.
    pub fn server_with(
        &self,
        name: &str,
        protocols: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> TlsAcceptor {
        let (certificate, key) = self.certify(name, change);
        acceptor(&certificate, &key, protocols)
    }

    /// Returns a server with a certificate whose signature is invalid.
    pub fn server_with_bad_signature(&self, name: &str, protocols: &[&str]) -> TlsAcceptor {
        let (certificate, key) = self.certify(name, |_| {});
        let mut der = certificate.der().to_vec();
        *der.last_mut().unwrap() ^= 1;
        acceptor_of(der.into(), &key, protocols)
    }

    fn certify(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2099, 1, 1);
        change(&mut params);
        (params.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// Returns a server with this certificate.
pub fn acceptor(certificate: &Certificate, key: &KeyPair, protocols: &[&str]) -> TlsAcceptor {
    acceptor_of(certificate.der().clone(), key, protocols)
}

fn acceptor_of(certificate: CertificateDer<'static>, key: &KeyPair, protocols: &[&str]) -> TlsAcceptor {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
