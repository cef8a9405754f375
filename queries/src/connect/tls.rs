//! What TLS is for each mode: rustls on aws-lc-rs, named here and never made the
//! process's default.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::ConnectError;
use super::target::{RootCertificates, SslMode, Target};
use super::verifier::{Checks, Verifier};

/// The connector for a target.
pub(crate) fn connector(target: &Target) -> Result<MakeRustlsConnect, ConnectError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let checks = checks(target)?;
    let revoked = match (&checks, &target.crl) {
        (Checks::Chain(_) | Checks::ChainAndName(_), Some(file)) => revoked(file)?,
        _ => Vec::new(),
    };
    let verifier =
        Verifier::new(checks, revoked, &provider).map_err(|error| ConnectError::Tls {
            at: target.to_string(),
            reason: error.to_string(),
            source: Some(Box::new(error)),
        })?;
    Ok(MakeRustlsConnect::new(config(target, &provider, verifier)?))
}

fn config(
    target: &Target,
    provider: &Arc<CryptoProvider>,
    verifier: Verifier,
) -> Result<ClientConfig, ConnectError> {
    let failed = |error: rustls::Error| ConnectError::Tls {
        at: target.to_string(),
        reason: error.to_string(),
        source: Some(Box::new(error)),
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(target.tls_versions.supported())
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &target.client_certificate {
        Some(files) if target.may_use_tls() => {
            let shown = SingleCertAndKey::from(files.read(provider)?);
            builder.with_client_cert_resolver(Arc::new(shown))
        }
        _ => builder.with_no_client_auth(),
    };
    config.enable_sni = target.sni;
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

/// As libpq: `require` checks the chain once somebody has put roots in a file.
fn checks(target: &Target) -> Result<Checks, ConnectError> {
    let roots = || match &target.roots {
        Some(RootCertificates::File(file)) => from_file(file),
        Some(RootCertificates::System) | None => from_system(target),
    };
    match (target.sslmode, &target.roots) {
        (SslMode::VerifyFull, _) => Ok(Checks::ChainAndName(roots()?)),
        (SslMode::VerifyCa, _) | (SslMode::Require, Some(RootCertificates::File(_))) => {
            Ok(Checks::Chain(roots()?))
        }
        (SslMode::Disable | SslMode::Prefer | SslMode::Require, _) => Ok(Checks::Nothing),
    }
}

fn from_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let bad = |reason: String| ConnectError::RootCertificates {
        file: file.display().to_string(),
        reason,
    };
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(error.to_string()))?;
    if certificates.is_empty() {
        return Err(bad("it holds no certificate".to_owned()));
    }
    Ok(certificates)
}

fn revoked(file: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, ConnectError> {
    let bad = |reason: String| ConnectError::RevokedCertificates {
        file: file.display().to_string(),
        reason,
    };
    let lists = CertificateRevocationListDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(error.to_string()))?;
    if lists.is_empty() {
        return Err(bad("it holds no list".to_owned()));
    }
    Ok(lists)
}

fn from_system(target: &Target) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let reason =
            "this system trusts no certificates; name a file of roots with sslrootcert".to_owned();
        return Err(ConnectError::Tls {
            at: target.to_string(),
            reason,
            source: None,
        });
    }
    Ok(found.certs)
}

/// What of a list of roots can be used.
pub(crate) fn store(roots: &[CertificateDer<'static>]) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    store
}
