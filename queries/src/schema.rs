//! Which schema a database has, against the one this program wants, and how far
//! its rollups are.

use std::fmt;

use tokio_postgres::GenericClient;

use crate::error::QueryError;
use crate::migrate::{CURRENT_VERSION, functions_hash};

/// What a program can expect of the database it is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// Exactly what this program was made for.
    Current,
    /// Older: an operator should run `sbw-etl migrate`.
    Older {
        /// What is there.
        found: i32,
    },
    /// Newer: this program should be updated.
    Newer {
        /// What is there.
        found: i32,
    },
    /// This program's version, with the functions of another edition of it.
    OtherFunctions,
    /// No warehouse in this database.
    Missing,
    /// There may be one, but this role may not look.
    NoRights,
}

impl SchemaState {
    /// What a person should hear; none when all is well.
    #[must_use]
    pub fn advice(self) -> Option<String> {
        match self {
            Self::Current => None,
            Self::Older { found } => Some(format!(
                "the warehouse is at version {found} and this program wants {CURRENT_VERSION}; an operator runs `sbw-etl migrate`"
            )),
            Self::Newer { found } => Some(format!(
                "the warehouse is at version {found} and this program knows {CURRENT_VERSION}; update this program"
            )),
            Self::OtherFunctions => Some(
                "the warehouse's functions are not those of this program, or not whole; an operator runs the newest `sbw-etl migrate`, or you update this program"
                    .to_owned(),
            ),
            Self::Missing => Some("this database holds no warehouse; an operator runs `sbw-etl migrate`".to_owned()),
            Self::NoRights => Some(
                "this role may not read the warehouse; connect as sbw_reader, or let an operator run `sbw-etl migrate`"
                    .to_owned(),
            ),
        }
    }
}

/// The newest migration the database has had; none when it never had any.
pub async fn schema_version(client: &impl GenericClient) -> Result<Option<i32>, QueryError> {
    match client
        .query_typed(include_str!("../access/version.sql"), &[])
        .await
        .map_err(QueryError::from)
    {
        Ok(rows) => Ok(rows
            .first()
            .map(|row| row.try_get("version"))
            .transpose()?
            .flatten()),
        Err(QueryError::SchemaMissing(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// How the database's schema compares with this program's.
pub async fn schema_state(client: &impl GenericClient) -> Result<SchemaState, QueryError> {
    Ok(match schema_version(client).await {
        Ok(None) => SchemaState::Missing,
        Ok(Some(found)) if found < CURRENT_VERSION => SchemaState::Older { found },
        Ok(Some(found)) if found > CURRENT_VERSION => SchemaState::Newer { found },
        Ok(Some(_)) if has_our_functions(client).await? => SchemaState::Current,
        Ok(Some(_)) => SchemaState::OtherFunctions,
        Err(QueryError::NoRights { .. }) => SchemaState::NoRights,
        Err(other) => return Err(other),
    })
}

async fn has_our_functions(client: &impl GenericClient) -> Result<bool, QueryError> {
    let rows = client
        .query_typed(include_str!("../access/functions_hash.sql"), &[])
        .await
        .map_err(QueryError::from);
    let rows = match rows {
        // A restore may have left out what can be made again.
        Err(QueryError::SchemaMissing(_)) => return Ok(false),
        other => other?,
    };
    Ok(match rows.first() {
        Some(row) => row.try_get::<_, String>("hash")? == functions_hash(),
        None => false,
    })
}

/// What a refresh of the rollups still has to do. Answers are exact meanwhile:
/// what is not refreshed yet is read from events, which takes longer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefreshPending {
    /// Hours in which events changed.
    pub hours: u64,
    /// Days to be counted from nothing.
    pub days: u64,
    /// Changes in the log: an hour, or a session in it, each.
    pub log_rows: u64,
}

impl RefreshPending {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Hours and days together: what progress is measured in.
    #[must_use]
    pub const fn buckets(&self) -> u64 {
        self.hours + self.days
    }
}

impl fmt::Display for RefreshPending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} hours and {} days of the rollups wait for a refresh",
            self.hours, self.days
        )
    }
}

/// What a refresh still has to do.
pub async fn refresh_pending(client: &impl GenericClient) -> Result<RefreshPending, QueryError> {
    let rows = client
        .query_typed(include_str!("../access/pending.sql"), &[])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(RefreshPending::default());
    };
    let count = |column: &str| {
        let count: i64 = row.try_get(column)?;
        Ok::<_, QueryError>(u64::try_from(count).unwrap_or(0))
    };
    Ok(RefreshPending {
        hours: count("hours")?,
        days: count("days")?,
        log_rows: count("log_rows")?,
    })
}
