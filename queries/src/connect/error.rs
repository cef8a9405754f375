//! Why there is no connection, and what to do about it.

use std::time::Duration;

use super::target::{PasswordSource, SslMode};

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
    /// The list of revoked certificates cannot be read.
    #[error("the list of revoked certificates {file} cannot be used: {reason}")]
    RevokedCertificates { file: String, reason: String },
    /// The client's own certificate or key cannot be used.
    #[error("the client certificate cannot be used, because of {file}: {reason}")]
    ClientCertificate { file: String, reason: String },
    /// The server wants a certificate of this side, or another one.
    #[error(
        "{at} wants a client certificate of {user} ({reason}); put it into ~/.postgresql/postgresql.crt and its key into postgresql.key, or name the files with sslcert and sslkey"
    )]
    ClientCertificateWanted {
        at: String,
        user: String,
        reason: String,
        source: Source,
    },
    /// A pooler that takes no settings with the first packet.
    #[error(
        "{at} takes no settings with the first packet ({reason}); unset PGOPTIONS or `options`, or connect to the server itself, not to a pooler"
    )]
    SettingsRefused {
        at: String,
        reason: String,
        source: Source,
    },
    /// A pooler that drops them.
    #[error(
        "{at} drops the settings that PGOPTIONS or `options` asks for, as a pooler does; unset them, or connect to the server itself"
    )]
    SettingsDropped { at: String },
    /// A pooler, where a session must be one's own.
    #[error(
        "{at} is a pooler, and this takes a session of its own: settings, prepared statements, temporary tables and locks that last; connect to the server's own port"
    )]
    Shared { at: String },
    /// A pooler that passes single statements.
    #[error(
        "{at} is a pooler that does not let a transaction through ({reason}), and the numbers of a view are read in one; use pool_mode transaction or session, or connect to the server itself"
    )]
    NoTransactions {
        at: String,
        reason: String,
        source: Source,
    },
    /// The server is not the one of a pair that was asked for.
    #[error("{at} is not {wanted}, which target_session_attrs asks for; name the other server")]
    OtherRole { at: String, wanted: &'static str },
    /// The server wants Kerberos, or something else that is not spoken here.
    #[error(
        "{at} wants {user} to log in in a way that this program does not know (Kerberos, most likely); an administrator can allow scram-sha-256 in pg_hba.conf"
    )]
    UnknownLogin {
        at: String,
        user: String,
        source: Source,
    },
    /// The password exchange is not tied to TLS.
    #[error(
        "{at} does not tie the password exchange to TLS ({reason}), which channel_binding=require asks for; it takes TLS and a SCRAM password, or channel_binding=prefer"
    )]
    NoChannelBinding {
        at: String,
        reason: String,
        source: Source,
    },
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
}
