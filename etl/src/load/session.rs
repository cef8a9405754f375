//! A session that loads: its temporary table, its statements, its limits.

use std::time::Duration;

use sbw_queries::connect::{SessionOptions, Target, connect};
use tokio_postgres::{Client, Statement};

use crate::EtlError;

/// No statement of a chunk takes minutes; one that does is stuck behind something.
const STATEMENT: Duration = Duration::from_mins(5);
/// A loader that stopped between two statements must not hold its locks.
const IDLE_IN_TRANSACTION: Duration = Duration::from_mins(1);

/// The limits of every session of the loader.
pub(crate) fn session_options() -> SessionOptions {
    SessionOptions {
        statement_timeout: Some(STATEMENT),
        idle_in_transaction_timeout: Some(IDLE_IN_TRANSACTION),
        ..SessionOptions::writer("sbw-etl")
    }
}

/// A connection with everything prepared that a chunk needs.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

/// Prepared once, used by every chunk.
pub(super) struct Statements {
    pub(super) copy_incoming: Statement,
    pub(super) empty_incoming: Statement,
    pub(super) lock_loaders: Statement,
    pub(super) claim: Statement,
    pub(super) claim_again: Statement,
    pub(super) insert_events: Statement,
    pub(super) count_inserted: Statement,
    pub(super) settle: Statement,
    pub(super) insert_rejects: Statement,
    pub(super) delete_rejects: Statement,
    pub(super) loaded_by_run: Statement,
}

impl Session {
    pub(super) async fn open(target: &Target) -> Result<Self, EtlError> {
        let client = connect(target, &session_options()).await?.client;
        // What a chunk asks of the warehouse it asks by key. Plans are kept from chunk to
        // chunk: one made while a table was empty would read all of it for each row.
        // (To the server such plans look dear, and it would compile them.) And what a
        // statement inserts is handed to the rollups in memory, not in a file.
        client
            .batch_execute("set enable_seqscan = off; set jit = off; set work_mem = '64MB'")
            .await?;
        let statements = prepare(&client).await?;
        Ok(Self { client, statements })
    }
}

async fn prepare(client: &Client) -> Result<Statements, tokio_postgres::Error> {
    client
        .batch_execute(include_str!("../../sql/create_incoming.sql"))
        .await?;
    Ok(Statements {
        copy_incoming: client
            .prepare(include_str!("../../sql/copy_incoming.sql"))
            .await?,
        empty_incoming: client
            .prepare(include_str!("../../sql/empty_incoming.sql"))
            .await?,
        lock_loaders: client
            .prepare(include_str!("../../sql/lock_loaders.sql"))
            .await?,
        claim: client.prepare(include_str!("../../sql/claim.sql")).await?,
        claim_again: client
            .prepare(include_str!("../../sql/claim_again.sql"))
            .await?,
        insert_events: client
            .prepare(include_str!("../../sql/insert_events.sql"))
            .await?,
        count_inserted: client
            .prepare(include_str!("../../sql/count_inserted.sql"))
            .await?,
        settle: client.prepare(include_str!("../../sql/settle.sql")).await?,
        insert_rejects: client
            .prepare(include_str!("../../sql/insert_rejects.sql"))
            .await?,
        delete_rejects: client
            .prepare(include_str!("../../sql/delete_rejects.sql"))
            .await?,
        loaded_by_run: client
            .prepare(include_str!("../../sql/loaded_by_run.sql"))
            .await?,
    })
}
