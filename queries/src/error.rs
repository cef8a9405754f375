//! Why a question has no answer, and what to do about it.

use tokio_postgres::error::{Severity, SqlState};

use crate::zone::Zone;

/// A query that did not answer. The text is for a person; the source is kept.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// A table, schema, function or column of the warehouse is not there.
    #[error(
        "the warehouse is missing or older than this program; an operator runs `sbw-etl migrate`"
    )]
    SchemaMissing(#[source] tokio_postgres::Error),
    /// This role may not read what the question needs.
    #[error(
        "this role may not read the warehouse ({reason}); connect as sbw_reader, or let an operator run `sbw-etl migrate` to renew the grants"
    )]
    NoRights {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The server's `statement_timeout` ended it.
    #[error(
        "the query took longer than its time limit; ask for a shorter range or allow more time"
    )]
    TimedOut(#[source] tokio_postgres::Error),
    /// Somebody cancelled it.
    #[error("the query was cancelled")]
    Cancelled(#[source] tokio_postgres::Error),
    /// A standby ended it to go on following its primary. The same question may be
    /// answered at once.
    #[error(
        "the standby ended the query to go on following its primary ({reason}); try again, or let an operator raise max_standby_streaming_delay"
    )]
    Conflict {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The connection ended under it.
    #[error("the connection to the warehouse was lost")]
    LinkLost(#[source] tokio_postgres::Error),
    /// The server does not know the time zone.
    #[error("the server knows no time zone {zone:?}; use an IANA name such as Asia/Ho_Chi_Minh")]
    UnknownZone {
        /// What was asked for.
        zone: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The series would have more points than anything can show.
    #[error(
        "{points} points are too many (at most {limit}); choose a wider bucket or a shorter range"
    )]
    TooManyPoints {
        /// What the range and bucket come to.
        points: i64,
        /// What is allowed.
        limit: i64,
    },
    /// Anything else the server said.
    #[error("the warehouse could not answer: {reason}")]
    Other {
        /// The server's words, or the driver's.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
}

impl QueryError {
    /// The connection is of no more use.
    #[must_use]
    pub fn is_link_lost(&self) -> bool {
        matches!(self, Self::LinkLost(_))
    }

    /// What went wrong with a question whose only doubtful parameter is a zone.
    pub(crate) fn in_zone(zone: &Zone, source: tokio_postgres::Error) -> Self {
        match source.code() {
            Some(&SqlState::INVALID_PARAMETER_VALUE) => Self::UnknownZone {
                zone: zone.to_string(),
                source,
            },
            _ => source.into(),
        }
    }
}

impl From<tokio_postgres::Error> for QueryError {
    fn from(source: tokio_postgres::Error) -> Self {
        let Some(error) = source.as_db_error() else {
            return if is_io(&source) {
                Self::LinkLost(source)
            } else {
                Self::Other {
                    reason: in_full(&source),
                    source,
                }
            };
        };
        let reason = error.message().to_owned();
        match error.code() {
            code if MISSING.contains(&code) => Self::SchemaMissing(source),
            code if *code == SqlState::INSUFFICIENT_PRIVILEGE => Self::NoRights { reason, source },
            // One code for both; only the words tell. Where the server speaks
            // another language a time-out reads as a cancellation.
            code if *code == SqlState::QUERY_CANCELED => {
                if reason.contains("statement timeout") {
                    Self::TimedOut(source)
                } else {
                    Self::Cancelled(source)
                }
            }
            code if *code == SqlState::T_R_SERIALIZATION_FAILURE => {
                // Idle in a transaction there is no statement to end, and the session is.
                if error.parsed_severity() == Some(Severity::Fatal) {
                    Self::LinkLost(source)
                } else {
                    Self::Conflict { reason, source }
                }
            }
            code if GONE.contains(&code) => Self::LinkLost(source),
            _ => Self::Other { reason, source },
        }
    }
}

const MISSING: [&SqlState; 4] = [
    &SqlState::UNDEFINED_TABLE,
    &SqlState::INVALID_SCHEMA_NAME,
    &SqlState::UNDEFINED_FUNCTION,
    &SqlState::UNDEFINED_COLUMN,
];

const GONE: [&SqlState; 5] = [
    &SqlState::ADMIN_SHUTDOWN,
    &SqlState::CRASH_SHUTDOWN,
    &SqlState::CANNOT_CONNECT_NOW,
    &SqlState::IDLE_SESSION_TIMEOUT,
    &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.is_closed()
        || std::error::Error::source(error)
            .is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// An error and everything under it, on one line.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
