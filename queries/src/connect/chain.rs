//! Chains that end in a certificate which webpki does not read.

use rustls::CertificateError;
use rustls::pki_types::SignatureVerificationAlgorithm;
use rustls_pki_types::{CertificateDer, UnixTime};

use super::certificate::Certificate;

/// Follows the signatures from a server's certificate up to one of `roots`, which
/// may be that certificate itself. Each on the way must be valid now, and each
/// above the server's an authority.
pub(super) fn follow(
    server: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &[CertificateDer<'_>],
    algorithms: &[&dyn SignatureVerificationAlgorithm],
    now: UnixTime,
) -> Result<(), CertificateError> {
    let (between, trusted) = (readable(intermediates), readable(roots));
    let server = Certificate::read(server)?;
    if !server.is_for_servers() || !server.is_understood() {
        return Err(CertificateError::InvalidPurpose);
    }
    let mut current = &server;
    // Each step takes another one of those that the server sent.
    for below in 0..=between.len() {
        current.check_time(now)?;
        if roots.iter().any(|root| current.is(root)) {
            return Ok(());
        }
        let vouches = |issuer: &&Certificate<'_>, is_trusted: bool| {
            issuer.is_authority(below, is_trusted)
                && issuer.is_for_servers()
                && issuer.is_understood()
                && current.is_signed_by(issuer, algorithms)
        };
        if let Some(root) = trusted.iter().find(|root| vouches(root, true)) {
            return root.check_time(now);
        }
        current = between
            .iter()
            .find(|issuer| vouches(issuer, false))
            .ok_or(CertificateError::UnknownIssuer)?;
    }
    Err(CertificateError::UnknownIssuer)
}

fn readable<'a>(certificates: &'a [CertificateDer<'_>]) -> Vec<Certificate<'a>> {
    let read = certificates.iter().map(Certificate::read);
    read.filter_map(Result::ok).collect()
}
