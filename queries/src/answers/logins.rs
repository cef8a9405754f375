//! Who was logged in.

use serde::Serialize;
use tokio_postgres::GenericClient;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// One group of login states.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoginRow {
    /// `logged_in`, `anonymous`, `guest`, `UNKNOWN` (NULL and `''`) or `other` (all else).
    /// As a filter, `UNKNOWN` is `unknown`, and the others are themselves.
    pub user_login_state: String,
    /// Filtered events in it.
    pub events: i64,
    /// Share of all filtered events.
    pub percent: f64,
}

/// The groups that occur, by count descending, then by name. Login states are public input:
/// all that the shop does not send itself are one group, however many strangers make up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logins {
    /// Five at most.
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
