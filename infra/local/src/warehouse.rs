//! The private PostgreSQL, brought to the warehouse's schema.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use postgres_protocol::password::scram_sha_256;
use sbw_queries::connect::{ConnectError, SessionOptions, SslMode, Target, connect};
use sbw_queries::migrate::{MigrateError, MigrationReport, migrate};
use sbw_servers::postgres::{self, KillSwitch, Postgres, SUPERUSER};
use secrecy::{ExposeSecret, SecretString};
use tokio::task::{JoinError, spawn_blocking};

use crate::keys::Keys;

/// The warehouse's database.
pub const DATABASE: &str = "clickstream_dw";

/// Why there is no warehouse.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// PostgreSQL did not start.
    #[error(transparent)]
    Server(#[from] postgres::Error),
    /// It does not let us in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// It refused something else.
    #[error("PostgreSQL refused to set the warehouse up")]
    Refused(#[from] tokio_postgres::Error),
    /// The program is going down.
    #[error("the start was interrupted")]
    Interrupted(#[from] JoinError),
}

/// Starts the server; takes half a second, or the time of a recovery.
pub async fn start(
    data_dir: PathBuf,
    port: u16,
    durable: bool,
    password: SecretString,
    kill_switch: KillSwitch,
) -> Result<Postgres, WarehouseError> {
    let builder = Postgres::builder()
        .data_dir(data_dir)
        .durable(durable)
        .port(port)
        .password(password)
        .kill_switch(kill_switch)
        // Compiling a query takes longer than running it on so little data.
        .setting("jit", "off")
        .setting("shared_buffers", "256MB")
        // Beside the data and not in /dev/shm, where a killed server leaves it.
        .setting("dynamic_shared_memory_type", "mmap")
        .setting("max_wal_size", "2GB");
    Ok(spawn_blocking(move || builder.start()).await??)
}

/// Brings database, schema and roles to what this program knows.
pub async fn prepare(server: &Postgres, keys: &Keys) -> Result<MigrationReport, WarehouseError> {
    let create = include_str!("../sql/create_database.sql");
    let mut warehouse = open_database::<WarehouseError>(server, keys, DATABASE, create).await?;
    let report = migrate(&mut warehouse).await?;
    for (role, password) in [("sbw_loader", &keys.loader), ("sbw_reader", &keys.reader)] {
        give_password(&mut warehouse, role, password).await?;
    }
    Ok(report)
}

/// Connects to a database as the superuser; creates it first if it does not exist.
pub(crate) async fn open_database<E>(
    server: &Postgres,
    keys: &Keys,
    name: &str,
    create: &str,
) -> Result<tokio_postgres::Client, E>
where
    E: From<ConnectError> + From<tokio_postgres::Error>,
{
    let session = SessionOptions::writer("sbw-local");
    let operator = |database: &str| target(server, SUPERUSER, database, &keys.superuser);
    let cluster = connect(&operator("postgres"), &session).await?.client;
    let found = cluster
        .query_one(include_str!("../sql/has_database.sql"), &[&name])
        .await?;
    if !found.try_get::<_, bool>("found")? {
        cluster.batch_execute(create).await?;
    }
    Ok(connect(&operator(name), &session).await?.client)
}

/// Gives a role its password.
pub(crate) async fn give_password(
    operator: &mut tokio_postgres::Client,
    role: &str,
    password: &SecretString,
) -> Result<(), tokio_postgres::Error> {
    let verifier = scram_sha_256(password.expose_secret().as_bytes());
    let change = operator.transaction().await?;
    change
        .query_one(include_str!("../sql/set_secret.sql"), &[&role, &verifier])
        .await?;
    change
        .batch_execute(include_str!("../sql/set_password.sql"))
        .await?;
    change.commit().await
}

/// The warehouse, as the ETL reaches it.
#[must_use]
pub fn for_loader(server: &Postgres, keys: &Keys) -> Target {
    target(server, "sbw_loader", DATABASE, &keys.loader)
}

/// The warehouse, as the dashboard reaches it.
#[must_use]
pub fn for_reader(server: &Postgres, keys: &Keys) -> Target {
    target(server, "sbw_reader", DATABASE, &keys.reader)
}

pub(crate) fn target(
    server: &Postgres,
    user: &str,
    database: &str,
    password: &SecretString,
) -> Target {
    let mut target = Target::new("localhost", server.port(), user, database);
    // It listens on IPv4 alone, whatever `localhost` is here.
    target.hostaddr = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    target.sslmode = SslMode::Disable;
    target.with_password(password.clone())
}
