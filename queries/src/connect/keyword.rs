//! libpq's keywords, as URLs and service files spell them, and their values.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::target::{ChannelBinding, RootCertificates, ServerRole, SslMode, TlsVersion};

/// What one source says about a connection. What it does not say is left to the next.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is the libpq keyword of that name")]
pub struct Settings {
    pub host: Option<String>,
    pub hostaddr: Option<IpAddr>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    pub dbname: Option<String>,
    pub sslmode: Option<SslMode>,
    pub sslrootcert: Option<RootCertificates>,
    pub sslcrl: Option<PathBuf>,
    pub sslcert: Option<PathBuf>,
    pub sslkey: Option<PathBuf>,
    /// False: no certificate is shown, even if one is there.
    pub sslcertmode: Option<bool>,
    pub ssl_min_protocol_version: Option<TlsVersion>,
    pub ssl_max_protocol_version: Option<TlsVersion>,
    /// True: `direct`.
    pub sslnegotiation: Option<bool>,
    pub sslsni: Option<bool>,
    pub channel_binding: Option<ChannelBinding>,
    /// Outer none: not said. Inner none: no limit.
    pub connect_timeout: Option<Option<Duration>>,
    pub target_session_attrs: Option<ServerRole>,
    pub options: Option<String>,
    pub passfile: Option<PathBuf>,
    pub service: Option<String>,
    pub servicefile: Option<PathBuf>,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// A value that the keyword does not take.
    #[error("{keyword} cannot be {value:?}; use {expected}")]
    Value {
        /// The keyword.
        keyword: String,
        /// The value.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A keyword that is not known here. libpq may know it, but then dropping it
    /// in silence could make the connection less safe than asked for.
    #[error("the connection setting {keyword:?} is not supported; {advice}")]
    Keyword {
        /// Its name.
        keyword: String,
        /// What to do.
        advice: &'static str,
    },
    /// The same, in a variable of the environment.
    #[error("{variable} is set, and {keyword:?} is not supported; {advice}")]
    Variable {
        /// The variable.
        variable: &'static str,
        /// What it sets.
        keyword: String,
        /// What to do.
        advice: &'static str,
    },
    /// A URL that is none.
    #[error("the connection URL is malformed: {0}; write postgres://user@host:port/dbname")]
    Url(&'static str),
    /// The service is in no service file.
    #[error("no service file has a section [{service}]; looked in {looked_in}")]
    NoService {
        /// Its name.
        service: String,
        /// The files.
        looked_in: String,
    },
    /// A line of a service file.
    #[error("{file}, line {line}: {problem}")]
    ServiceLine {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A service file that cannot be read.
    #[error("cannot read the service file {file}")]
    ServiceFile {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Known to libpq, without a meaning here, harmless to leave out.
const IGNORED: [&str; 12] = [
    "application_name",
    "fallback_application_name",
    "client_encoding",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "max_protocol_version",
    "sslcompression",
    "tcp_user_timeout",
];

impl Settings {
    /// Takes one keyword's value, unless an earlier line had it. An empty value says nothing.
    pub(crate) fn set(&mut self, keyword: &str, value: &str) -> Result<(), SettingError> {
        if value.is_empty() {
            return Ok(());
        }
        match keyword {
            "host" => keep(&mut self.host, one_host(value)?),
            "hostaddr" => keep(&mut self.hostaddr, parse(keyword, value, "an IP address")?),
            "port" => keep(&mut self.port, port(value)?),
            "user" => keep(&mut self.user, value.to_owned()),
            "password" => keep(&mut self.password, SecretString::from(value)),
            "dbname" => keep(&mut self.dbname, value.to_owned()),
            "sslmode" => keep(&mut self.sslmode, value.parse()?),
            "sslrootcert" => keep(&mut self.sslrootcert, roots(value)),
            "sslcrl" => keep(&mut self.sslcrl, PathBuf::from(value)),
            "sslcert" => keep(&mut self.sslcert, PathBuf::from(value)),
            "sslkey" => keep(&mut self.sslkey, PathBuf::from(value)),
            "sslcertmode" if value == "disable" => keep(&mut self.sslcertmode, false),
            "sslcertmode" if value == "allow" => keep(&mut self.sslcertmode, true),
            "ssl_min_protocol_version" => {
                keep(
                    &mut self.ssl_min_protocol_version,
                    tls_version(keyword, value)?,
                );
            }
            "ssl_max_protocol_version" => {
                keep(
                    &mut self.ssl_max_protocol_version,
                    tls_version(keyword, value)?,
                );
            }
            "sslnegotiation" if value == "postgres" => keep(&mut self.sslnegotiation, false),
            "sslnegotiation" if value == "direct" => keep(&mut self.sslnegotiation, true),
            "sslsni" => keep(&mut self.sslsni, value != "0"),
            // Older than sslmode, and still in some environments.
            "requiressl" if value.starts_with('1') => keep(&mut self.sslmode, SslMode::Require),
            "requiressl" => {}
            "target_session_attrs" => {
                keep(&mut self.target_session_attrs, server_role(value)?);
            }
            "options" => keep(&mut self.options, value.to_owned()),
            "channel_binding" => keep(&mut self.channel_binding, value.parse()?),
            "connect_timeout" => keep(&mut self.connect_timeout, timeout(value)?),
            "passfile" => keep(&mut self.passfile, PathBuf::from(value)),
            "service" => keep(&mut self.service, value.to_owned()),
            "servicefile" => keep(&mut self.servicefile, PathBuf::from(value)),
            // What these ask for is what happens anyway.
            "gssencmode" if matches!(value, "disable" | "prefer") => {}
            "gssdelegation" if value == "0" => {}
            "min_protocol_version" if value == "3.0" => {}
            "load_balance_hosts" if value == "disable" => {}
            _ if IGNORED.contains(&keyword) => {}
            _ => {
                return Err(SettingError::Keyword {
                    keyword: keyword.to_owned(),
                    advice: advice(keyword),
                });
            }
        }
        Ok(())
    }

    /// This source's word where it has one, else the other's.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            host: self.host.or(other.host),
            hostaddr: self.hostaddr.or(other.hostaddr),
            port: self.port.or(other.port),
            user: self.user.or(other.user),
            password: self.password.or(other.password),
            dbname: self.dbname.or(other.dbname),
            sslmode: self.sslmode.or(other.sslmode),
            sslrootcert: self.sslrootcert.or(other.sslrootcert),
            sslcrl: self.sslcrl.or(other.sslcrl),
            sslcert: self.sslcert.or(other.sslcert),
            sslkey: self.sslkey.or(other.sslkey),
            sslcertmode: self.sslcertmode.or(other.sslcertmode),
            ssl_min_protocol_version: self
                .ssl_min_protocol_version
                .or(other.ssl_min_protocol_version),
            ssl_max_protocol_version: self
                .ssl_max_protocol_version
                .or(other.ssl_max_protocol_version),
            sslnegotiation: self.sslnegotiation.or(other.sslnegotiation),
            sslsni: self.sslsni.or(other.sslsni),
            target_session_attrs: self.target_session_attrs.or(other.target_session_attrs),
            options: self.options.or(other.options),
            channel_binding: self.channel_binding.or(other.channel_binding),
            connect_timeout: self.connect_timeout.or(other.connect_timeout),
            passfile: self.passfile.or(other.passfile),
            service: self.service.or(other.service),
            servicefile: self.servicefile.or(other.servicefile),
        }
    }
}

fn keep<T>(slot: &mut Option<T>, value: T) {
    slot.get_or_insert(value);
}

fn parse<T: std::str::FromStr>(
    keyword: &str,
    value: &str,
    expected: &'static str,
) -> Result<T, SettingError> {
    value.parse().map_err(|_| SettingError::Value {
        keyword: keyword.to_owned(),
        value: value.to_owned(),
        expected,
    })
}

/// What to do about a setting that is known to libpq alone.
fn advice(keyword: &str) -> &'static str {
    match keyword {
        "require_auth" => {
            "remove it; with TLS, channel_binding=require lets nothing but SCRAM through"
        }
        "requirepeer" => "remove it; with TLS, sslmode=verify-full says who the server is",
        "gssencmode" => "remove it, and ask for TLS with sslmode",
        "sslcrldir" => "put its lists into one file and name that with sslcrl",
        "sslpassword" => "remove it, and write the key without a password with `openssl pkey`",
        "sslcertmode" => "remove it: a certificate that is there is shown when the server asks",
        _ => "remove it",
    }
}

fn tls_version(keyword: &str, value: &str) -> Result<TlsVersion, SettingError> {
    // As libpq, in any case.
    match value.to_ascii_lowercase().as_str() {
        "tlsv1" => Ok(TlsVersion::Tls10),
        "tlsv1.1" => Ok(TlsVersion::Tls11),
        "tlsv1.2" => Ok(TlsVersion::Tls12),
        "tlsv1.3" => Ok(TlsVersion::Tls13),
        _ => Err(SettingError::Value {
            keyword: keyword.to_owned(),
            value: value.to_owned(),
            expected: "TLSv1.2 or TLSv1.3",
        }),
    }
}

/// Nothing is ever written here, so that who takes writes is who is no standby.
fn server_role(value: &str) -> Result<ServerRole, SettingError> {
    match value {
        "any" | "prefer-standby" => Ok(ServerRole::Any),
        "read-write" | "primary" => Ok(ServerRole::Primary),
        "read-only" | "standby" => Ok(ServerRole::Standby),
        _ => Err(SettingError::Value {
            keyword: "target_session_attrs".to_owned(),
            value: value.to_owned(),
            expected: "any, read-write, read-only, primary, standby or prefer-standby",
        }),
    }
}

fn one_host(value: &str) -> Result<String, SettingError> {
    let expected = if value.contains(',') {
        Some("one host")
    } else if value.starts_with('@') {
        Some("a name, an address, or the directory of a socket")
    } else {
        None
    };
    if let Some(expected) = expected {
        return Err(SettingError::Value {
            keyword: "host".to_owned(),
            value: value.to_owned(),
            expected,
        });
    }
    Ok(value.to_owned())
}

fn port(value: &str) -> Result<u16, SettingError> {
    let expected = "a number from 1 to 65535";
    match parse("port", value, expected)? {
        0 => Err(SettingError::Value {
            keyword: "port".to_owned(),
            value: value.to_owned(),
            expected,
        }),
        port => Ok(port),
    }
}

fn roots(value: &str) -> RootCertificates {
    match value {
        "system" => RootCertificates::System,
        file => RootCertificates::File(PathBuf::from(file)),
    }
}

/// Whole seconds, as libpq counts them: 0 or less is no limit, 1 is 2.
fn timeout(value: &str) -> Result<Option<Duration>, SettingError> {
    let seconds: i32 = parse("connect_timeout", value, "a number of seconds")?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|s| *s > 0)
        .map(|s| Duration::from_secs(s.max(2))))
}
