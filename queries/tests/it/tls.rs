//! The five modes against a server with certificates of every kind.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rstest::rstest;
use sbw_queries::connect::{ConnectError, RootCertificates, SslMode, Target, connect};
use sbw_servers::postgres::Postgres;
use tempfile::TempDir;

use crate::common::reader;

/// A server whose certificate is for `dw.internal`, and the files a client may trust.
struct Secured {
    postgres: Postgres,
    files: TempDir,
}

impl Secured {
    fn start(kind: Kind) -> Self {
        let files = TempDir::new().unwrap();
        let ca = authority();
        let (certificate, key) = kind.certificate(&ca);
        fs::write(files.path().join("ca.crt"), ca.pem()).unwrap();
        fs::write(files.path().join("other.crt"), authority().pem()).unwrap();
        fs::write(files.path().join("own.crt"), &certificate).unwrap();
        fs::write(files.path().join("empty.crt"), "").unwrap();
        let postgres = Postgres::builder()
            .setting("ssl", "on")
            .setting("ssl_cert_file", "server.crt")
            .setting("ssl_key_file", "server.key")
            .file("server.crt", certificate)
            .file("server.key", key)
            .hba("local all all trust")
            .hba("hostssl all postgres 127.0.0.1/32 trust")
            .hba("hostnossl all plain 127.0.0.1/32 trust")
            .start()
            .unwrap();
        Self { postgres, files }
    }

    fn target(&self, mode: SslMode, host: &str, roots: Option<&str>) -> Target {
        let mut target = Target::new(host, self.postgres.port(), "postgres", "postgres");
        target.hostaddr = "127.0.0.1".parse().ok();
        target.sslmode = mode;
        target.roots = roots.map(|file| RootCertificates::File(self.file(file)));
        target
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Signed,
    SelfSigned,
    Expired,
}

impl Kind {
    fn certificate(self, ca: &CertifiedIssuer<'static, KeyPair>) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["dw.internal".to_owned()]).unwrap();
        let certificate = match self {
            Self::Signed => params.signed_by(&key, ca),
            Self::Expired => {
                params.not_before = rcgen::date_time_ymd(2001, 1, 1);
                params.not_after = rcgen::date_time_ymd(2002, 1, 1);
                params.signed_by(&key, ca)
            }
            // As `openssl req -x509` makes them: an authority of its own.
            Self::SelfSigned => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.self_signed(&key)
            }
        };
        (certificate.unwrap().pem(), key.serialize_pem())
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Two authorities of one name would fail by their signatures, not by their names.
    let name = uuid::Uuid::new_v4().to_string();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Encrypted,
    Refused(&'static str),
}

use Outcome::{Encrypted, Refused};

const UNTRUSTED: Outcome = Refused("no trusted root has signed it");
const WRONG_NAME: Outcome = Refused("it is not for \"other.internal\"");

/// Mode, host, trusted file, and what comes of it.
type Try = (SslMode, &'static str, Option<&'static str>, Outcome);

const SIGNED: &[Try] = &[
    (SslMode::Prefer, "other.internal", None, Encrypted),
    (SslMode::Require, "other.internal", None, Encrypted),
    (
        SslMode::Require,
        "other.internal",
        Some("other.crt"),
        UNTRUSTED,
    ),
    (
        SslMode::Require,
        "other.internal",
        Some("ca.crt"),
        Encrypted,
    ),
    (
        SslMode::VerifyCa,
        "other.internal",
        Some("ca.crt"),
        Encrypted,
    ),
    (
        SslMode::VerifyCa,
        "dw.internal",
        Some("other.crt"),
        UNTRUSTED,
    ),
    (
        SslMode::VerifyFull,
        "dw.internal",
        Some("ca.crt"),
        Encrypted,
    ),
    (
        SslMode::VerifyFull,
        "other.internal",
        Some("ca.crt"),
        WRONG_NAME,
    ),
    (
        SslMode::VerifyFull,
        "127.0.0.1",
        Some("ca.crt"),
        Refused("it is not for \"127.0.0.1\""),
    ),
    (
        SslMode::VerifyFull,
        "dw.internal",
        Some("other.crt"),
        UNTRUSTED,
    ),
];

const EXPIRED: &[Try] = &[
    (
        SslMode::VerifyCa,
        "dw.internal",
        Some("ca.crt"),
        Refused("it has expired"),
    ),
    (SslMode::Require, "dw.internal", None, Encrypted),
];

const SELF_SIGNED: &[Try] = &[
    (
        SslMode::VerifyFull,
        "dw.internal",
        Some("own.crt"),
        Encrypted,
    ),
    (
        SslMode::VerifyFull,
        "other.internal",
        Some("own.crt"),
        WRONG_NAME,
    ),
    (
        SslMode::VerifyCa,
        "other.internal",
        Some("own.crt"),
        Encrypted,
    ),
    (
        SslMode::VerifyCa,
        "dw.internal",
        Some("ca.crt"),
        Refused("is not trusted"),
    ),
];

#[rstest]
#[case::signed(Kind::Signed, SIGNED)]
#[case::expired(Kind::Expired, EXPIRED)]
#[case::self_signed(Kind::SelfSigned, SELF_SIGNED)]
#[tokio::test]
async fn each_mode_trusts_what_libpq_would(#[case] kind: Kind, #[case] tries: &[Try]) {
    let server = Secured::start(kind);
    for (mode, host, roots, expected) in tries {
        let case = format!("{mode:?} {host} {roots:?}");
        match (
            connect(&server.target(*mode, host, *roots), &reader()).await,
            expected,
        ) {
            (Ok(session), Encrypted) => {
                let ssl = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
                assert!(
                    session
                        .client
                        .query_one(ssl, &[])
                        .await
                        .unwrap()
                        .get::<_, bool>(0),
                    "{case}"
                );
                // A query is cancelled over a connection that is checked the same way.
                session.canceller.cancel().await.unwrap();
            }
            (Err(error), Refused(reason)) => {
                assert!(
                    matches!(error, ConnectError::BadCertificate { .. }),
                    "{case}: {error:?}"
                );
                assert!(error.to_string().contains(reason), "{case}: {error}");
            }
            (Ok(_), Refused(reason)) => panic!("{case}: connected, though {reason}"),
            (Err(error), Encrypted) => panic!("{case}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_wants_tls_is_told_from_one_that_wants_none() {
    let server = Secured::start(Kind::Signed);
    let session = connect(&server.target(SslMode::Require, "x", None), &reader())
        .await
        .unwrap();
    session
        .client
        .batch_execute("begin read write; create role plain login; commit")
        .await
        .unwrap();

    let error = connect(&server.target(SslMode::Disable, "x", None), &reader())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, ConnectError::TlsRequired { .. }),
        "{error:?}"
    );

    let plain = |mode| {
        let mut target = server.target(mode, "x", None);
        "plain".clone_into(&mut target.user);
        target
    };
    // `prefer` tries again without, as libpq does.
    connect(&plain(SslMode::Prefer), &reader()).await.unwrap();
    let error = connect(&plain(SslMode::Require), &reader())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, ConnectError::NotAllowed { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn roots_that_cannot_be_used_are_named() {
    let server = Secured::start(Kind::Signed);
    for (file, reason) in [
        ("empty.crt", "it holds no certificate"),
        ("none.crt", "No such file"),
    ] {
        let target = server.target(SslMode::VerifyFull, "dw.internal", Some(file));
        let error = connect(&target, &reader()).await.err().unwrap();
        assert!(
            matches!(error, ConnectError::RootCertificates { .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().contains(reason) && error.to_string().contains(file),
            "{error}"
        );
    }
}
