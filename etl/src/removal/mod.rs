//! Takes events out of the warehouse, for good or until it is taken back. An operator's commands.
//!
//! | module | idea |
//! |---|---|
//! | [`exclude`] | events of a robot, a test, a forger are kept aside and count for nothing |
//! | [`erase`] | a person's events go, from the warehouse and from raw files, and whatever comes of them later |
//! | [`exclusion`] | whose events these are, as a person names them |

pub mod erase;
pub mod exclude;
pub mod exclusion;
pub mod person;
mod raw;
mod rewrite;
mod tombstone;

use sbw_queries::connect::{Target, connect};
use tokio_postgres::{Client, Transaction};

use crate::{EtlError, refresh};

/// A connection with an operator's rights, and time for long statements.
async fn operator(warehouse: &Target) -> Result<Client, EtlError> {
    let client = connect(warehouse, &refresh::options()).await?.client;
    let row = client
        .query_opt(include_str!("../../sql/is_operator.sql"), &[])
        .await?;
    if row.is_some_and(|row| row.get("is_operator")) {
        Ok(client)
    } else {
        Err(EtlError::NotOperator)
    }
}

/// A transaction that begins when no chunk is being loaded, and before the next is.
async fn between_chunks(client: &mut Client) -> Result<Transaction<'_>, EtlError> {
    let transaction = client.transaction().await?;
    transaction
        .batch_execute(include_str!("../../sql/lock_removals.sql"))
        .await?;
    Ok(transaction)
}
