//! A session that loads: its temporary table, its statements, its limits.

use std::time::Duration;

use sbw_queries::connect::{SessionOptions, Target, connect};
use tokio_postgres::{Client, Statement};

use super::{context::ContextStatements, incoming, removal::RemovalStatements};
use crate::EtlError;

/// No statement of the loader takes minutes; one that does is stuck.
const STATEMENT: Duration = Duration::from_mins(5);
/// Another loader may hold an event's key until its chunk is committed; an
/// operator may hold a table for longer, which is not the fault of what is loaded.
const LOCK: Duration = Duration::from_secs(20);
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
    pub(super) claim: Statement,
    pub(super) claim_again: Statement,
    pub(super) keep_earlier_ids: Statement,
    pub(super) keep_new: Statement,
    pub(super) keep_loaded: Statement,
    pub(super) context: ContextStatements,
    pub(super) removal: RemovalStatements,
    pub(super) insert_events: Statement,
    pub(super) count_new: Statement,
    pub(super) settle: Statement,
    pub(super) insert_rejects: Statement,
    pub(super) delete_rejects: Statement,
    pub(super) loaded_by_run: Statement,
    pub(super) put_aside: Statement,
}

impl Session {
    /// With a limit on each statement, and a shorter one on waiting for others, so
    /// that a chunk is not taken for slow when it only waits.
    pub(super) async fn open(target: &Target, statement: Duration) -> Result<Self, EtlError> {
        let options = SessionOptions {
            statement_timeout: Some(statement),
            lock_timeout: Some(LOCK.min(statement / 2)),
            ..session_options()
        };
        let client = connect(target, &options).await?.client;
        // What a chunk asks of the warehouse it asks by key. Plans are kept from chunk to
        // chunk: one made while a table was empty would read all of it for each row.
        // (To the server such plans look dear, and it would compile them.)
        client
            .batch_execute("set enable_seqscan = off; set jit = off; set work_mem = '64MB'")
            .await?;
        let statements = Box::pin(prepare(&client)).await?;
        Ok(Self { client, statements })
    }
}

async fn prepare(client: &Client) -> Result<Statements, tokio_postgres::Error> {
    client.batch_execute(&incoming::create_incoming()).await?;
    Ok(Statements {
        copy_incoming: client
            .prepare(include_str!("../../sql/copy_incoming.sql"))
            .await?,
        empty_incoming: client
            .prepare(include_str!("../../sql/empty_incoming.sql"))
            .await?,
        claim: client.prepare(include_str!("../../sql/claim.sql")).await?,
        claim_again: client
            .prepare(include_str!("../../sql/claim_again.sql"))
            .await?,
        keep_earlier_ids: client
            .prepare(include_str!("../../sql/keep_earlier_ids.sql"))
            .await?,
        keep_new: client
            .prepare(include_str!("../../sql/keep_new.sql"))
            .await?,
        keep_loaded: client
            .prepare(include_str!("../../sql/keep_loaded.sql"))
            .await?,
        context: ContextStatements::prepare(client).await?,
        removal: RemovalStatements::prepare(client).await?,
        insert_events: client.prepare(&incoming::insert_events()).await?,
        count_new: client
            .prepare(include_str!("../../sql/count_new.sql"))
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
        put_aside: client
            .prepare(include_str!("../../sql/put_aside.sql"))
            .await?,
    })
}
