//! Why the schema was not brought up to date.

use super::CURRENT_VERSION;
use super::shape::{Difference, List};
use crate::error::{QueryError, in_full};

/// Why the schema was not brought up to date. Unless it says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The server is too old.
    #[error("the server is PostgreSQL {0}, and 15 or newer is needed")]
    ServerTooOld(i32),
    /// The database cannot hold every character.
    #[error(
        "the database {database} is encoded as {encoding}, which cannot hold every name that a shop sends, and nothing was changed; make one that can, `create database {database}_utf8 template template0 encoding 'UTF8' locale 'C.UTF-8'`, move what is in this one there (pg_dump, pg_restore), and connect to it"
    )]
    Encoding {
        /// Its name.
        database: String,
        /// Its encoding.
        encoding: String,
    },
    /// The server follows another one.
    #[error("the server is a standby, which only its primary changes; connect to the primary")]
    Standby,
    /// Nothing can be written in this session.
    #[error(
        "the database {database} is read only here: default_transaction_read_only is on for it, for {operator} or for the server; turn it off (`alter database … reset default_transaction_read_only`), or connect as a role that may write: sbw_loader for a run, an owner to migrate"
    )]
    ReadOnly {
        /// The database.
        database: String,
        /// The role.
        operator: String,
    },
    /// New databases are copied from it.
    #[error(
        "{0} is a template that new databases are copied from, and nothing was changed; make a database of its own, `create database clickstream_dw template template0 encoding 'UTF8' locale 'C.UTF-8'`, and connect to that"
    )]
    Template(String),
    /// The language of the functions is gone.
    #[error(
        "the database {0} lacks PL/pgSQL, which every database has at first; `create extension plpgsql` brings it back"
    )]
    NoLanguage(String),
    /// The schema of the events is gone.
    #[error(
        "the database {0} has no schema public, where the events are kept; `create schema public`"
    )]
    NoPublic(String),
    /// Schemas of ours are somebody else's.
    #[error(
        "the database has schemas of other programs by names that are needed here, and nothing was changed: {}; rename them, or use a database of its own",
        .0.join(", ")
    )]
    ForeignSchemas(Vec<String>),
    /// The table that is there is another one.
    #[error("public.clickstream_events has another shape, and nothing was changed:{}", List(.0))]
    WrongShape(Vec<Difference>),
    /// The operator's role lacks rights.
    #[error("{operator} may not do this, and nothing was changed; needed: {}. A superuser has them all", .missing.join("; "))]
    MissingRights {
        /// The role.
        operator: String,
        /// What it would need.
        missing: Vec<String>,
    },
    /// Somebody holds the lock of this command who is no operator, and cannot be made to let go.
    #[error(
        "{role} (process {pid}) holds the lock that operators take turns by, and nothing was changed; end it as a superuser: select pg_terminate_backend({pid})"
    )]
    LockHeld {
        /// The role.
        role: String,
        /// The server's process.
        pid: i32,
        /// Why it could not be ended.
        source: tokio_postgres::Error,
    },
    /// Another program's migrations went further.
    #[error(
        "the database is at version {found} and this program knows {CURRENT_VERSION}; update this program"
    )]
    Newer {
        /// What is there.
        found: i32,
    },
    /// A migration failed.
    #[error("a migration failed and was undone: {reason}")]
    Migration {
        /// What went wrong.
        reason: String,
        /// The error.
        source: Box<refinery::Error>,
    },
    /// A file of functions or rollups failed; the migrations before it stay applied.
    #[error(
        "{file}.sql failed, and functions and rollups are as they were: {reason}; run this again once it is solved"
    )]
    Part {
        /// The file.
        file: &'static str,
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The database refused something else.
    #[error("the database refused: {reason}")]
    Refused {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The connection failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl MigrateError {
    pub(super) fn of_file(file: &'static str, source: tokio_postgres::Error) -> Self {
        match source.as_db_error() {
            Some(said) => Self::Part {
                file,
                reason: said.message().to_owned(),
                source,
            },
            None => Self::Query(source.into()),
        }
    }
}

pub(super) fn refused(source: tokio_postgres::Error) -> MigrateError {
    match source.as_db_error() {
        Some(said) => MigrateError::Refused {
            reason: said.message().to_owned(),
            source,
        },
        None => MigrateError::Query(source.into()),
    }
}

pub(super) fn failed(source: refinery::Error) -> MigrateError {
    MigrateError::Migration {
        reason: in_full(&source),
        source: Box::new(source),
    }
}
