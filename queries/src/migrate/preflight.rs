//! Everything that can be refused, before anything is changed.

use tokio_postgres::{Client, Row};

use super::error::{MigrateError, refused};
use super::shape::{self, Found};

/// What was there.
pub(super) struct Findings {
    /// `public.clickstream_events` exists, in the right shape.
    pub(super) has_events: bool,
}

pub(super) async fn check(client: &Client) -> Result<Findings, MigrateError> {
    let state = client
        .query_one(include_str!("../../access/state.sql"), &[])
        .await
        .map_err(refused)?;
    let version: i32 = state.try_get("server_version").map_err(refused)?;
    if version < 150_000 {
        return Err(MigrateError::ServerTooOld(version / 10_000));
    }
    check_session(client).await?;
    check_database(&state)?;
    let columns = client
        .query(include_str!("../../access/shape.sql"), &[])
        .await
        .map_err(refused)?;
    let found = columns
        .iter()
        .map(Found::read)
        .collect::<Result<Vec<_>, _>>()
        .map_err(refused)?;
    let has_events = !found.is_empty();
    if has_events {
        let differences = shape::differences(&found);
        if !differences.is_empty() {
            return Err(MigrateError::WrongShape(differences));
        }
    }
    let missing = missing_rights(&state).map_err(refused)?;
    if missing.is_empty() {
        return Ok(Findings { has_events });
    }
    let operator = state.try_get("operator").map_err(refused)?;
    Err(MigrateError::MissingRights { operator, missing })
}

/// Refuses a database that a warehouse cannot be in, in the order in which things are to be put right.
fn check_database(state: &Row) -> Result<(), MigrateError> {
    let database: String = state.try_get("database").map_err(refused)?;
    let is = |what: &str| state.try_get::<_, bool>(what).map_err(refused);
    if is("is_template")? {
        return Err(MigrateError::Template(database));
    }
    if !is("has_plpgsql")? {
        return Err(MigrateError::NoLanguage(database));
    }
    if !is("has_public")? {
        return Err(MigrateError::NoPublic(database));
    }
    let schemas: Option<Vec<String>> = state.try_get("foreign_schemas").map_err(refused)?;
    match schemas {
        Some(schemas) => Err(MigrateError::ForeignSchemas(schemas)),
        None => Ok(()),
    }
}

/// Refuses a session in which a warehouse can be neither made nor loaded: on a standby, read only, or
/// in a database that is not UTF-8.
pub async fn check_session(client: &Client) -> Result<(), MigrateError> {
    let session = client
        .query_one(include_str!("../../access/session.sql"), &[])
        .await
        .map_err(refused)?;
    let text = |what: &str| session.try_get::<_, String>(what).map_err(refused);
    let is = |what: &str| session.try_get::<_, bool>(what).map_err(refused);
    if is("is_standby")? {
        return Err(MigrateError::Standby);
    }
    if is("is_read_only")? {
        return Err(MigrateError::ReadOnly {
            database: text("database")?,
            operator: text("operator")?,
        });
    }
    let encoding = text("encoding")?;
    if encoding != "UTF8" {
        return Err(MigrateError::Encoding {
            database: text("database")?,
            encoding,
        });
    }
    Ok(())
}

fn missing_rights(state: &Row) -> Result<Vec<String>, tokio_postgres::Error> {
    if state.try_get("is_superuser")? {
        return Ok(Vec::new());
    }
    let database: String = state.try_get("database")?;
    let mut missing = Vec::new();
    let roles: Option<Vec<String>> = state.try_get("missing_roles")?;
    if let Some(roles) = roles.filter(|_| {
        state
            .try_get("may_create_roles")
            .is_ok_and(|may: bool| !may)
    }) {
        missing.push(format!("CREATEROLE, for {}", roles.join(", ")));
    }
    let in_owner: Option<bool> = state.try_get("is_in_owner")?;
    if in_owner == Some(false) {
        missing.push("membership of sbw_owner".to_owned());
    }
    if !state.try_get::<_, bool>("may_create_schemas")? {
        missing.push(format!("CREATE on database {database}"));
    }
    let events_owner: Option<String> = state.try_get("events_owner")?;
    match events_owner {
        Some(owner) if state.try_get::<_, Option<bool>>("may_alter_events")? != Some(true) => {
            missing.push(format!(
                "membership of {owner}, who owns public.clickstream_events"
            ));
        }
        None if !state.try_get::<_, bool>("may_create_in_public")? => {
            missing.push("CREATE on schema public".to_owned());
        }
        _ => {}
    }
    Ok(missing)
}
