//! What the driver's and the server's errors mean for a person.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::error::ConnectError;
use super::target::{SslMode, Target};
use crate::error::in_full;

impl ConnectError {
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
        if reason.ends_with("unsupported authentication method") {
            return Self::UnknownLogin {
                at,
                user: target.user.clone(),
                source: error.into(),
            };
        }
        if reason.starts_with("authentication error") && reason.contains("channel binding") {
            return Self::NoChannelBinding {
                at,
                reason,
                source: error.into(),
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
                if reason.contains("certificate") {
                    Self::ClientCertificateWanted {
                        at,
                        user,
                        reason,
                        source: error.into(),
                    }
                } else if !reason.contains("pg_hba.conf") {
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
            // PgBouncer's and RDS Proxy's words for the same.
            SqlState::PROTOCOL_VIOLATION | SqlState::FEATURE_NOT_SUPPORTED
                if reason.contains("startup parameter")
                    || reason.contains("command-line options") =>
            {
                Self::SettingsRefused {
                    at,
                    reason,
                    source: error.into(),
                }
            }
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
        C::Revoked => "it was revoked; renew it at the server".to_owned(),
        C::UnknownRevocationStatus => {
            "sslcrl holds no list of who signed it; add that authority's list".to_owned()
        }
        C::ExpiredRevocationList | C::ExpiredRevocationListContext { .. } => {
            "the list in sslcrl has expired; get a new one".to_owned()
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
