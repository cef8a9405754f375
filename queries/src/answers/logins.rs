//! Who was logged in.

use serde::Serialize;
use tokio_postgres::GenericClient;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// One login state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoginRow {
    /// `user_login_state`; NULL and `''` are `UNKNOWN`.
    pub user_login_state: String,
    /// Kept events in it.
    pub events: i64,
    /// Share of all kept events.
    pub percent: f64,
}

/// Every login state, by count descending, then by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logins {
    /// All of them.
    pub rows: Vec<LoginRow>,
}

impl Answer for Logins {
    const VIEW: &'static str = "logins";
}

/// Who was logged in.
pub async fn logins(
    client: &impl GenericClient,
    question: &Question,
) -> Result<Logins, QueryError> {
    let rows = client.query_typed(sql::LOGINS, &question.with(&[])).await?;
    let rows = rows.iter().map(|row| {
        Ok(LoginRow {
            user_login_state: row.try_get("user_login_state")?,
            events: row.try_get("events")?,
            percent: row.try_get("percent")?,
        })
    });
    Ok(Logins {
        rows: rows.collect::<Result<_, QueryError>>()?,
    })
}
