//! Who the server must be, for the modes between "anybody" and "exactly this host".

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::tls::store;

/// How much of a certificate is checked, against which roots.
#[derive(Debug)]
pub(crate) enum Checks {
    /// Encryption alone.
    Nothing,
    /// Signed by one of these, or one of these itself.
    Chain(Vec<CertificateDer<'static>>),
    /// And made out to the host.
    ChainAndName(Vec<CertificateDer<'static>>),
}

/// libpq's idea of a trusted server, as rustls wants it.
#[derive(Debug)]
pub(crate) struct Verifier {
    provider: Arc<CryptoProvider>,
    roots: Vec<CertificateDer<'static>>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
}

impl Verifier {
    pub(crate) fn new(
        checks: Checks,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, rustls::client::VerifierBuilderError> {
        let (roots, name) = match checks {
            Checks::Nothing => {
                return Ok(Self {
                    provider: Arc::clone(provider),
                    roots: Vec::new(),
                    chain: None,
                    name: false,
                });
            }
            Checks::Chain(roots) => (roots, false),
            Checks::ChainAndName(roots) => (roots, true),
        };
        let chain = WebPkiServerVerifier::builder_with_provider(
            Arc::new(store(&roots)),
            Arc::clone(provider),
        )
        .build()?;
        Ok(Self {
            provider: Arc::clone(provider),
            roots,
            chain: Some(chain),
            name,
        })
    }

    /// A self-signed server certificate that stands in the file of roots itself.
    /// PostgreSQL's manual makes such ones; webpki refuses them for being
    /// authorities. Trust is exact here: it is that certificate or it is not.
    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> bool {
        self.roots
            .iter()
            .any(|root| root.as_ref() == certificate.as_ref())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.is_pinned(certificate) =>
            {
                if self.name {
                    rustls::client::verify_server_name(
                        &ParsedCertificate::try_from(certificate)?,
                        name,
                    )?;
                }
                Ok(ServerCertVerified::assertion())
            }
            // The name is looked at last: everything else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
