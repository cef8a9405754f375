//! Where to connect, as whom, and how safely.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

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
    /// Whether the password exchange is tied to TLS.
    pub channel_binding: ChannelBinding,
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
            channel_binding: ChannelBinding::default(),
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

    /// Whether `host` is the directory of a socket.
    #[must_use]
    pub fn is_local_socket(&self) -> bool {
        self.hostaddr.is_none() && self.host.starts_with('/')
    }
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
