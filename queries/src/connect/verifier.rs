//! Who the server must be, for the modes between "anybody" and "exactly this host".

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature_with_raw_key};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};

use super::certificate::{Certificate, is_name_of};
use super::chain;
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
    has_crls: bool,
}

impl Verifier {
    pub(crate) fn new(
        checks: Checks,
        revoked: Vec<CertificateRevocationListDer<'static>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, rustls::client::VerifierBuilderError> {
        let (roots, name) = match checks {
            Checks::Nothing => {
                return Ok(Self {
                    provider: Arc::clone(provider),
                    roots: Vec::new(),
                    chain: None,
                    name: false,
                    has_crls: false,
                });
            }
            Checks::Chain(roots) => (roots, false),
            Checks::ChainAndName(roots) => (roots, true),
        };
        let has_crls = !revoked.is_empty();
        let chain = WebPkiServerVerifier::builder_with_provider(
            Arc::new(store(&roots)),
            Arc::clone(provider),
        )
        .with_crls(revoked)
        .enforce_revocation_expiration()
        .build()?;
        Ok(Self {
            provider: Arc::clone(provider),
            roots,
            chain: Some(chain),
            name,
            has_crls,
        })
    }

    /// What OpenSSL takes and webpki does not: a certificate of version 1, and one
    /// that is an authority, as PostgreSQL's manual makes them. Lists of what was
    /// revoked are webpki's alone, so with one there is no second look.
    fn follow(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), CertificateError> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        chain::follow(certificate, intermediates, &self.roots, algorithms, now)
    }

    /// The name in the subject counts when there is no other, as libpq has it.
    fn check_name(
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
    ) -> Result<(), CertificateError> {
        let host = name.to_str();
        let is_address = matches!(name, ServerName::IpAddress(_));
        let common = Certificate::read(certificate)?.common_name(is_address);
        match common {
            Some(common) if common == host => Ok(()),
            Some(common) if !is_address && is_name_of(&common, &host) => Ok(()),
            _ => Err(CertificateError::NotValidForName),
        }
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
        let named = match chain.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Ok(verified) => return Ok(verified),
            Err(Error::InvalidCertificate(CertificateError::Other(_))) if !self.has_crls => {
                self.follow(certificate, intermediates, now)?;
                ParsedCertificate::try_from(certificate)
                    .and_then(|parsed| rustls::client::verify_server_name(&parsed, name))
            }
            // The name is looked at last: everything else was in order.
            Err(
                error @ Error::InvalidCertificate(
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. },
                ),
            ) => Err(error),
            Err(error) => return Err(error),
        };
        if named.is_err() && self.name {
            Self::check_name(certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let read = Certificate::read(certificate)?;
        if !read.is_version_1() {
            return verify_tls12_signature(message, certificate, signature, algorithms);
        }
        let key = read.public_key().ok_or(CertificateError::BadEncoding)?;
        let mapped = algorithms.mapping.iter();
        let mut candidates = mapped
            .filter(|(scheme, _)| *scheme == signature.scheme)
            .flat_map(|(_, algorithms)| algorithms.iter());
        let is_valid = candidates.any(|algorithm| {
            algorithm.public_key_alg_id().as_ref() == key.algorithm
                && algorithm
                    .verify_signature(&key.bits, message, signature.signature())
                    .is_ok()
        });
        if is_valid {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let key = Certificate::read(certificate)?.public_key_der()?;
        verify_tls13_signature_with_raw_key(message, &key.into(), signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
