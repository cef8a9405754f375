//! One operator at a time. Anybody could take the lock that they take turns by, unless a superuser
//! has closed that (`access/server.sql`): whoever does and is no operator is sent away.

use std::time::Duration;

use tokio_postgres::Client;

use super::error::{MigrateError, refused};

/// How soon the lock of another operator is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// Takes the lock, after other operators have let go of it. Held until it is given back, or until the
/// session ends.
pub(super) async fn take(client: &Client) -> Result<(), MigrateError> {
    loop {
        let tried = client
            .query_one(include_str!("../../access/lock.sql"), &[])
            .await
            .map_err(refused)?;
        if tried.try_get("is_taken").map_err(refused)? {
            return Ok(());
        }
        let holder = client
            .query_opt(include_str!("../../access/lock_holder.sql"), &[])
            .await
            .map_err(refused)?;
        if let Some(holder) = holder
            && !holder.try_get::<_, bool>("is_operator").map_err(refused)?
        {
            let pid: i32 = holder.try_get("pid").map_err(refused)?;
            let role = holder.try_get("role").map_err(refused)?;
            client
                .query_one(include_str!("../../access/end_session.sql"), &[&pid])
                .await
                .map_err(|source| MigrateError::LockHeld { role, pid, source })?;
        }
        tokio::time::sleep(AGAIN).await;
    }
}
