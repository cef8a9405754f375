//! Which version of the schema a database has, against the one this program wants.

use tokio_postgres::GenericClient;

use crate::error::QueryError;
use crate::migrate::CURRENT_VERSION;

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

/// How the database's version compares with [`CURRENT_VERSION`].
pub async fn schema_state(client: &impl GenericClient) -> Result<SchemaState, QueryError> {
    Ok(match schema_version(client).await {
        Ok(None) => SchemaState::Missing,
        Ok(Some(found)) if found < CURRENT_VERSION => SchemaState::Older { found },
        Ok(Some(found)) if found > CURRENT_VERSION => SchemaState::Newer { found },
        Ok(Some(_)) => SchemaState::Current,
        Err(QueryError::NoRights { .. }) => SchemaState::NoRights,
        Err(other) => return Err(other),
    })
}

/// Whether answers are read from rollups; from events if not, which an operator's
/// `sbw-etl rebuild` ends.
pub async fn rollups_ready(client: &impl GenericClient) -> Result<bool, QueryError> {
    let rows = client
        .query_typed(include_str!("../access/rollups_ready.sql"), &[])
        .await?;
    Ok(match rows.first() {
        Some(row) => row.try_get("ready")?,
        None => false,
    })
}
