//! Where to connect, as whom, and how safely.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use super::client_certificate::ClientCertificate;
use super::error::ConnectError;
use super::keyword::SettingError;

/// How much the connection is protected; libpq's modes without `allow`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server offers it; nothing is checked.
    #[default]
    Prefer,
    /// Encrypted. The certificate is checked only if roots are at hand in a file.
    Require,
    /// Encrypted, and the certificate comes from a trusted root.
    VerifyCa,
    /// And it is for the host that was asked for.
    VerifyFull,
}

/// Whether the password exchange must be tied to the TLS connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ChannelBinding {
    /// Not used.
    Disable,
    /// Used if possible.
    #[default]
    Prefer,
    /// Or no connection.
    Require,
}

/// The versions of TLS to speak; others than 1.2 and 1.3 never are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TlsVersions {
    /// The newest that both sides know.
    #[default]
    Any,
    /// 1.2, and nothing newer.
    Only12,
    /// 1.3, and nothing older.
    Only13,
}

/// Which server of a pair is the right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ServerRole {
    /// Either.
    #[default]
    Any,
    /// The one that takes writes.
    Primary,
    /// One that follows it.
    Standby,
}

/// Who is trusted to vouch for the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RootCertificates {
    /// The certificates of a PEM file.
    File(PathBuf),
    /// What the operating system trusts.
    System,
}

/// Where a password came from; said when it turns out to be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PasswordSource {
    /// Given by the program: typed at a prompt, or kept in memory.
    Given,
    /// In the URL.
    Url,
    /// In the service file.
    Service,
    /// In `PGPASSWORD`.
    Environment,
    /// In this password file.
    Passfile(PathBuf),
}

/// A database to connect to. Shows itself as `dbname@host:port`.
#[derive(Debug, Clone)]
pub struct Target {
    /// Name of the server, or the directory of its socket. The name is what a
    /// certificate must be for.
    pub host: String,
    /// Where to connect instead of resolving `host`: a tunnel, say.
    pub hostaddr: Option<IpAddr>,
    /// Port.
    pub port: u16,
    /// Role.
    pub user: String,
    /// Database.
    pub dbname: String,
    /// How safely.
    pub sslmode: SslMode,
    /// Who vouches for the server; nobody is known when none.
    pub roots: Option<RootCertificates>,
    /// Certificates that are no longer good, in a PEM file.
    pub crl: Option<PathBuf>,
    /// Who this side is, if the server asks for a certificate.
    pub client_certificate: Option<ClientCertificate>,
    /// The versions of TLS.
    pub tls_versions: TlsVersions,
    /// Whether TLS begins at once, without asking the server for it (PostgreSQL 17 and newer).
    pub direct_tls: bool,
    /// Whether the host's name is sent in the clear, for proxies to go by.
    pub sni: bool,
    /// Whether the password exchange is tied to TLS.
    pub channel_binding: ChannelBinding,
    /// Which server of a pair.
    pub role: ServerRole,
    /// The reader's own settings of the session, as `PGOPTIONS` has them.
    pub options: Option<String>,
    /// How long connecting may take, all in all; none: as long as it takes.
    pub connect_timeout: Option<Duration>,
    pub(crate) password: Option<(SecretString, PasswordSource)>,
}

/// How long connecting may take when nobody says.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Target {
    /// A target with the usual safety: encrypted if the server offers it, 10 s to connect.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        user: impl Into<String>,
        dbname: impl Into<String>,
    ) -> Self {
        Self {
            host: host.into(),
            hostaddr: None,
            port,
            user: user.into(),
            dbname: dbname.into(),
            sslmode: SslMode::default(),
            roots: None,
            crl: None,
            client_certificate: None,
            tls_versions: TlsVersions::default(),
            direct_tls: false,
            sni: true,
            channel_binding: ChannelBinding::default(),
            role: ServerRole::default(),
            options: None,
            connect_timeout: Some(CONNECT_TIMEOUT),
            password: None,
        }
    }

    /// The same, with this password in place of any other.
    #[must_use]
    pub fn with_password(mut self, password: SecretString) -> Self {
        self.password = Some((password, PasswordSource::Given));
        self
    }

    /// Whether a password is known.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// The password, if one is known.
    #[must_use]
    pub fn password(&self) -> Option<&SecretString> {
        self.password.as_ref().map(|(password, _)| password)
    }

    /// Where the password came from.
    #[must_use]
    pub fn password_source(&self) -> Option<&PasswordSource> {
        self.password.as_ref().map(|(_, source)| source)
    }

    /// Whether this is the server that was asked for.
    pub(crate) fn check_role(&self, is_standby: bool) -> Result<(), ConnectError> {
        let wanted = match self.role {
            ServerRole::Primary if is_standby => "a primary",
            ServerRole::Standby if !is_standby => "a standby",
            _ => return Ok(()),
        };
        Err(ConnectError::OtherRole {
            at: self.to_string(),
            wanted,
        })
    }

    /// Whether TLS may come into it.
    pub(crate) fn may_use_tls(&self) -> bool {
        self.sslmode != SslMode::Disable && !self.is_local_socket()
    }

    /// Whether `host` is the directory of a socket.
    #[must_use]
    pub fn is_local_socket(&self) -> bool {
        self.hostaddr.is_none() && self.host.starts_with('/')
    }
}

impl TlsVersion {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Tls10 => "TLSv1",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

impl TlsVersions {
    /// From the oldest and the newest that are allowed; none when that is neither
    /// 1.2 nor 1.3.
    pub(crate) fn between(oldest: Option<TlsVersion>, newest: Option<TlsVersion>) -> Option<Self> {
        let oldest = oldest.unwrap_or(TlsVersion::Tls12);
        let newest = newest.unwrap_or(TlsVersion::Tls13);
        match (oldest == TlsVersion::Tls13, newest) {
            (false, TlsVersion::Tls13) => Some(Self::Any),
            (true, TlsVersion::Tls13) => Some(Self::Only13),
            (false, TlsVersion::Tls12) => Some(Self::Only12),
            _ => None,
        }
    }

    pub(crate) fn supported(self) -> &'static [&'static rustls::SupportedProtocolVersion] {
        static ONLY_12: [&rustls::SupportedProtocolVersion; 1] = [&rustls::version::TLS12];
        static ONLY_13: [&rustls::SupportedProtocolVersion; 1] = [&rustls::version::TLS13];
        match self {
            Self::Any => rustls::ALL_VERSIONS,
            Self::Only12 => &ONLY_12,
            Self::Only13 => &ONLY_13,
        }
    }
}

/// A version of TLS that a setting names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TlsVersion {
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "{}@[{}]:{}", self.dbname, self.host, self.port)
        } else {
            write!(out, "{}@{}:{}", self.dbname, self.host, self.port)
        }
    }
}

impl fmt::Display for PasswordSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => out.write_str("the one given"),
            Self::Url => out.write_str("the one in the URL"),
            Self::Service => out.write_str("the one in the service file"),
            Self::Environment => out.write_str("the one in PGPASSWORD"),
            Self::Passfile(path) => write!(out, "the one in {}", path.display()),
        }
    }
}

impl SslMode {
    /// Its libpq name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl FromStr for SslMode {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        [
            Self::Disable,
            Self::Prefer,
            Self::Require,
            Self::VerifyCa,
            Self::VerifyFull,
        ]
        .into_iter()
        .find(|mode| mode.as_str() == text)
        .ok_or_else(|| SettingError::Value {
            keyword: "sslmode".to_owned(),
            value: text.to_owned(),
            expected: "disable, prefer, require, verify-ca or verify-full",
        })
    }
}

impl FromStr for ChannelBinding {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            _ => Err(SettingError::Value {
                keyword: "channel_binding".to_owned(),
                value: text.to_owned(),
                expected: "disable, prefer or require",
            }),
        }
    }
}
