//! What OpenSSL, and so libpq, reads in a certificate and webpki does not: those
//! of version 1, which `openssl x509 -req` writes, and a host's name in the subject.

use rustls::CertificateError;
use rustls::pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm};
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
};
use x509_cert::{Certificate as Decoded, Version};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// A certificate, read.
pub(super) struct Certificate<'a> {
    der: &'a [u8],
    /// The part that is signed, byte for byte.
    signed: &'a [u8],
    decoded: Decoded,
}

/// A public key, as `AlgorithmIdentifier` without its header, and its bits.
pub(super) struct PublicKey {
    pub(super) algorithm: Vec<u8>,
    pub(super) bits: Vec<u8>,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(der: &'a CertificateDer<'_>) -> Result<Self, CertificateError> {
        let bad = |_| CertificateError::BadEncoding;
        let decoded = Decoded::from_der(der).map_err(bad)?;
        let mut reader = SliceReader::new(der).map_err(bad)?;
        let signed = reader
            .sequence(|inner| {
                let signed = inner.tlv_bytes()?;
                inner.tlv_bytes()?;
                inner.tlv_bytes()?;
                Ok(signed)
            })
            .map_err(bad)?;
        Ok(Self {
            der,
            signed,
            decoded,
        })
    }

    pub(super) fn is(&self, other: &CertificateDer<'_>) -> bool {
        self.der == other.as_ref()
    }

    pub(super) fn is_version_1(&self) -> bool {
        self.decoded.tbs_certificate.version == Version::V1
    }

    /// Whether it vouches for others, with `below` authorities between it and the
    /// server. One of version 1 cannot say, and is one only where somebody trusts it.
    pub(super) fn is_authority(&self, below: usize, is_trusted: bool) -> bool {
        if self.is_version_1() {
            return is_trusted;
        }
        let tbs = &self.decoded.tbs_certificate;
        let may_sign = match tbs.get::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, usage)| usage.key_cert_sign()),
            Err(_) => false,
        };
        match tbs.get::<BasicConstraints>() {
            Ok(Some((_, constraints))) => {
                let room = constraints.path_len_constraint.map(usize::from);
                constraints.ca && may_sign && room.is_none_or(|room| below <= room)
            }
            _ => false,
        }
    }

    /// Whether it may come into the proof of who a server is.
    pub(super) fn is_for_servers(&self) -> bool {
        match self.decoded.tbs_certificate.get::<ExtendedKeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, usage)| {
                usage.0.iter().any(|u| [SERVER_AUTH, ANY_USAGE].contains(u))
            }),
            Err(_) => false,
        }
    }

    /// Whether every extension that must be understood is. Limits on names are not,
    /// even where the certificate does not insist on them.
    pub(super) fn is_understood(&self) -> bool {
        const KNOWN: [ObjectIdentifier; 4] = [
            BasicConstraints::OID,
            KeyUsage::OID,
            ExtendedKeyUsage::OID,
            SubjectAltName::OID,
        ];
        let extensions = self.decoded.tbs_certificate.extensions.iter().flatten();
        extensions
            .filter(|extension| extension.critical || extension.extn_id == NameConstraints::OID)
            .all(|extension| KNOWN.contains(&extension.extn_id))
    }

    pub(super) fn check_time(&self, now: UnixTime) -> Result<(), CertificateError> {
        let validity = &self.decoded.tbs_certificate.validity;
        let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
        let (from, to) = (seconds(&validity.not_before), seconds(&validity.not_after));
        if now.as_secs() < from {
            Err(CertificateError::NotValidYet)
        } else if now.as_secs() > to {
            Err(CertificateError::Expired)
        } else {
            Ok(())
        }
    }

    /// Whether this names `issuer` as its issuer, and it is.
    pub(super) fn is_signed_by(
        &self,
        issuer: &Self,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> bool {
        let subject = &issuer.decoded.tbs_certificate.subject;
        if self.decoded.tbs_certificate.issuer != *subject {
            return false;
        }
        let (Some(key), Some(algorithm), Some(signature)) = (
            issuer.public_key(),
            value(&self.decoded.signature_algorithm),
            self.decoded.signature.as_bytes(),
        ) else {
            return false;
        };
        let fits = |id: AlgorithmIdentifier, bytes: &[u8]| id.as_ref() == bytes;
        algorithms.iter().any(|candidate| {
            fits(candidate.signature_alg_id(), &algorithm)
                && fits(candidate.public_key_alg_id(), &key.algorithm)
                && candidate
                    .verify_signature(&key.bits, self.signed, signature)
                    .is_ok()
        })
    }

    pub(super) fn public_key(&self) -> Option<PublicKey> {
        let info = &self.decoded.tbs_certificate.subject_public_key_info;
        Some(PublicKey {
            algorithm: value(&info.algorithm)?,
            bits: info.subject_public_key.as_bytes()?.to_vec(),
        })
    }

    /// The whole public key, as a handshake's signature is checked with.
    pub(super) fn public_key_der(&self) -> Result<Vec<u8>, CertificateError> {
        let info = &self.decoded.tbs_certificate.subject_public_key_info;
        info.to_der().map_err(|_| CertificateError::BadEncoding)
    }

    /// The name in the subject, when the certificate says nothing newer of the
    /// same kind: an address beside an address, a host name beside a host name.
    pub(super) fn common_name(&self, is_address: bool) -> Option<String> {
        let tbs = &self.decoded.tbs_certificate;
        let newer = match tbs.get::<SubjectAltName>() {
            Ok(names) => names.map_or_else(Vec::new, |(_, names)| names.0),
            Err(_) => return None,
        };
        let says_so = newer.iter().any(|name| match name {
            GeneralName::DnsName(_) => !is_address,
            GeneralName::IpAddress(_) => is_address,
            _ => false,
        });
        if says_so {
            return None;
        }
        let mut parts = tbs.subject.0.iter().flat_map(|names| names.0.iter());
        let name = parts.rfind(|part| part.oid == COMMON_NAME)?;
        let name = AnyRef::from(&name.value);
        let utf8 = name
            .decode_as::<Utf8StringRef<'_>>()
            .map(|text| text.as_str());
        let printable = || {
            name.decode_as::<PrintableStringRef<'_>>()
                .map(|text| text.as_str())
        };
        Some(utf8.or_else(|_| printable()).ok()?.to_owned())
    }
}

/// An algorithm as rustls names it: the contents of its sequence.
fn value(algorithm: &impl Encode) -> Option<Vec<u8>> {
    let der = algorithm.to_der().ok()?;
    Some(AnyRef::from_der(&der).ok()?.value().to_vec())
}

/// As libpq compares: without case, and `*.` at the start is one label.
pub(super) fn is_name_of(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let wildcard = pattern.strip_prefix("*.").zip(host.split_once('.'));
    wildcard
        .is_some_and(|(rest, (label, tail))| !label.is_empty() && rest.eq_ignore_ascii_case(tail))
}
