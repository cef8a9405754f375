//! Why there is no connection, and what to do about it.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::target::{PasswordSource, SslMode, Target};
use crate::error::in_full;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A connection that did not come about. The text is for a person.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "`at` is the target, `reason` the server's or the system's words"
)]
pub enum ConnectError {
    /// Nobody listens there.
    #[error(
        "nothing listens for {at}; check host and port, and that the tunnel or the server runs"
    )]
    Refused { at: String, source: Source },
    /// No answer in time.
    #[error("no answer from {at} within {} s; check the network, or restart the tunnel", after.as_secs())]
    TimedOut { at: String, after: Duration },
    /// The name cannot be resolved.
    #[error("the host name {host:?} cannot be resolved; check its spelling and the network")]
    UnknownHost { host: String, source: Source },
    /// The network said no.
    #[error("cannot reach {at}: {reason}")]
    Unreachable {
        at: String,
        reason: String,
        source: Source,
    },
    /// The connection broke off before the session began.
    #[error(
        "the connection to {at} broke off before the session began ({reason}); is it a PostgreSQL, and does the tunnel reach it?"
    )]
    BrokeOff {
        at: String,
        reason: String,
        source: Source,
    },
    /// The server wants a password and none is known.
    #[error("the server wants a password for {user}; set PGPASSWORD, or add a line to ~/.pgpass")]
    PasswordNeeded { user: String },
    /// The password is wrong, or the role does not exist: servers don't say which.
    #[error("the password for {user} ({from}) was refused; correct it, or check the role's name")]
    WrongPassword {
        user: String,
        from: PasswordSource,
        source: Source,
    },
    /// There is no such database.
    #[error("the server has no database {dbname:?}; check --dbname")]
    NoSuchDatabase { dbname: String, source: Source },
    /// There is no such role, or it may not log in.
    #[error(
        "the role {user:?} may not log in ({reason}); check --user, or let an operator run `sbw-etl migrate`"
    )]
    NoSuchRole {
        user: String,
        reason: String,
        source: Source,
    },
    /// The server's `pg_hba.conf` has no place for this connection.
    #[error(
        "the server lets no {user} into {dbname} from here ({reason}); an administrator can add a line to pg_hba.conf"
    )]
    NotAllowed {
        user: String,
        dbname: String,
        reason: String,
        source: Source,
    },
    /// The server refuses because the connection is not encrypted, as far as its words tell.
    #[error(
        "{at} refuses {user} without encryption; use --sslmode require or stricter (should that be refused too, pg_hba.conf has no place for {user})"
    )]
    TlsRequired {
        at: String,
        user: String,
        source: Source,
    },
    /// The server has TLS switched off.
    #[error("{at} does not offer TLS and sslmode is {}; switch it on at the server, or use --sslmode prefer", mode.as_str())]
    TlsUnsupported {
        at: String,
        mode: SslMode,
        source: Source,
    },
    /// The server's certificate is not one that sslmode accepts.
    #[error("the certificate of {at} is not trusted: {reason}")]
    BadCertificate {
        at: String,
        reason: String,
        source: Source,
    },
    /// The roots cannot be read.
    #[error("the root certificates in {file} cannot be used: {reason}")]
    RootCertificates { file: String, reason: String },
    /// TLS failed otherwise.
    #[error("TLS with {at} failed: {reason}")]
    Tls {
        at: String,
        reason: String,
        source: Option<Source>,
    },
    /// The server has no place left.
    #[error("{at} has no connection left; close one, or raise max_connections")]
    TooManyConnections { at: String, source: Source },
    /// The server is starting, stopping or recovering.
    #[error("{at} is not ready ({reason}); it will be shortly")]
    NotReady {
        at: String,
        reason: String,
        source: Source,
    },
    /// Anything else.
    #[error("cannot connect to {at}: {reason}")]
    Other {
        at: String,
        reason: String,
        source: Source,
    },
}

impl ConnectError {
    /// Whether the same attempt may succeed later with nothing changed here.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::TimedOut { .. }
                | Self::UnknownHost { .. }
                | Self::Unreachable { .. }
                | Self::BrokeOff { .. }
                | Self::TooManyConnections { .. }
                | Self::NotReady { .. }
        )
    }

    pub(crate) fn timed_out(target: &Target, after: Duration) -> Self {
        Self::TimedOut {
            at: target.to_string(),
            after,
        }
    }

    /// What the driver's error means for a person. The driver tells its kinds
    /// apart only in words, and so must this.
    pub(crate) fn from_driver(target: &Target, error: tokio_postgres::Error) -> Self {
        if error.as_db_error().is_some() {
            return Self::from_server(target, error);
        }
        let at = target.to_string();
        let reason = in_full(&error);
        if reason.ends_with("password missing") {
            return Self::PasswordNeeded {
                user: target.user.clone(),
            };
        }
        if let Some(tls) = cause::<rustls::Error>(&error) {
            return match tls {
                rustls::Error::InvalidCertificate(why) => {
                    let reason = certificate_trouble(why, target);
                    Self::BadCertificate {
                        at,
                        reason,
                        source: error.into(),
                    }
                }
                _ => Self::Tls {
                    at,
                    reason,
                    source: Some(error.into()),
                },
            };
        }
        if reason.ends_with("server does not support TLS") {
            return Self::TlsUnsupported {
                at,
                mode: target.sslmode,
                source: error.into(),
            };
        }
        if reason.starts_with("error performing TLS handshake") {
            return Self::Tls {
                at,
                reason,
                source: Some(error.into()),
            };
        }
        match cause::<std::io::Error>(&error).map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound) => {
                Self::Refused {
                    at,
                    source: error.into(),
                }
            }
            Some(_)
                if reason.contains("failed to lookup address")
                    || reason.contains("could not resolve") =>
            {
                Self::UnknownHost {
                    host: target.host.clone(),
                    source: error.into(),
                }
            }
            Some(_) if reason.starts_with("error connecting to server") => Self::Unreachable {
                at,
                reason,
                source: error.into(),
            },
            Some(_) => Self::BrokeOff {
                at,
                reason,
                source: error.into(),
            },
            None if error.is_closed() => Self::BrokeOff {
                at,
                reason,
                source: error.into(),
            },
            None => Self::Other {
                at,
                reason,
                source: error.into(),
            },
        }
    }

    fn from_server(target: &Target, error: tokio_postgres::Error) -> Self {
        let at = target.to_string();
        let user = target.user.clone();
        let dbname = target.dbname.clone();
        let Some(said) = error.as_db_error() else {
            return Self::Other {
                at,
                reason: in_full(&error),
                source: error.into(),
            };
        };
        let reason = said.message().to_owned();
        match said.code().clone() {
            SqlState::INVALID_PASSWORD => match target.password_source() {
                Some(from) => Self::WrongPassword {
                    user,
                    from: from.clone(),
                    source: error.into(),
                },
                None => Self::PasswordNeeded { user },
            },
            SqlState::INVALID_CATALOG_NAME => Self::NoSuchDatabase {
                dbname,
                source: error.into(),
            },
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                if !reason.contains("pg_hba.conf") {
                    Self::NoSuchRole {
                        user,
                        reason,
                        source: error.into(),
                    }
                } else if reason.ends_with("no encryption") && target.sslmode == SslMode::Disable {
                    Self::TlsRequired {
                        at,
                        user,
                        source: error.into(),
                    }
                } else {
                    Self::NotAllowed {
                        user,
                        dbname,
                        reason,
                        source: error.into(),
                    }
                }
            }
            SqlState::INSUFFICIENT_PRIVILEGE => Self::NotAllowed {
                user,
                dbname,
                reason,
                source: error.into(),
            },
            SqlState::TOO_MANY_CONNECTIONS => Self::TooManyConnections {
                at,
                source: error.into(),
            },
            SqlState::CANNOT_CONNECT_NOW | SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => {
                Self::NotReady {
                    at,
                    reason,
                    source: error.into(),
                }
            }
            _ => Self::Other {
                at,
                reason,
                source: error.into(),
            },
        }
    }
}

fn certificate_trouble(why: &rustls::CertificateError, target: &Target) -> String {
    use rustls::CertificateError as C;
    match why {
        C::UnknownIssuer => {
            "no trusted root has signed it; name the right file of roots with sslrootcert"
                .to_owned()
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => format!(
            "it is not for {:?}; give the name it is for as --host, and the address to connect to as --hostaddr",
            target.host
        ),
        C::Expired | C::ExpiredContext { .. } => {
            "it has expired; renew it at the server".to_owned()
        }
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "it is not valid yet; check this machine's clock".to_owned()
        }
        other => other.to_string(),
    }
}

/// The first error of a type in the chain, looking into `io::Error`s too.
fn cause<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inside = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match inside {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    None
}
