//! Who this side is, by a certificate: libpq's `sslcert` and `sslkey`.

use std::path::{Path, PathBuf};

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate::Certificate;
use super::error::ConnectError;

/// The files of a certificate and of its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// PEM; the chain may follow it.
    pub certificate: PathBuf,
    /// PEM, not encrypted, and nobody else's to read.
    pub key: PathBuf,
}

impl ClientCertificate {
    /// The chain and the key, which belong together.
    pub(crate) fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, ConnectError> {
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| bad(&self.certificate, error.to_string()))?;
        let Some(first) = chain.first() else {
            return Err(bad(&self.certificate, "it holds no certificate".to_owned()));
        };
        let public = Certificate::read(first).and_then(|own| own.public_key_der());
        let public = public.map_err(|error| bad(&self.certificate, error.to_string()))?;
        let text = std::fs::read(&self.key).map_err(|error| bad(&self.key, error.to_string()))?;
        if !is_private(&self.key) {
            let shown = self.key.display();
            let reason = format!("others may read it; run: chmod 600 {shown}");
            return Err(bad(&self.key, reason));
        }
        if is_encrypted(&text) {
            let reason = "it is encrypted; write it without a password with `openssl pkey`";
            return Err(bad(&self.key, reason.to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(&text)
            .map_err(|error| bad(&self.key, error.to_string()))?;
        let key = provider.key_provider.load_private_key(key);
        let key = key.map_err(|error| bad(&self.key, error.to_string()))?;
        if key.public_key().is_some_and(|own| own.as_ref() != public) {
            let reason = format!("it is not the key of {}", self.certificate.display());
            return Err(bad(&self.key, reason));
        }
        Ok(CertifiedKey::new(chain, key))
    }
}

fn bad(file: &Path, reason: String) -> ConnectError {
    ConnectError::ClientCertificate {
        file: file.display().to_string(),
        reason,
    }
}

fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// As libpq: nobody else's, but root's may be lent to a group.
#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(file).is_ok_and(|about| {
        let lent = if about.uid() == 0 { 0o037 } else { 0o077 };
        about.mode() & lent == 0
    })
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}
