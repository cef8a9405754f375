//! A PostgreSQL with the warehouse in it, for one test.

use chrono::{DateTime, Utc};
use sbw_queries::connect::{SessionOptions, Target, connect};
use sbw_queries::migrate::migrate;
use sbw_servers::postgres::{Builder, Postgres, SUPERUSER};
use tokio_postgres::Client;

/// The database, and where it listens.
pub struct Warehouse {
    pub postgres: Postgres,
}

impl Warehouse {
    /// Migrated and empty.
    pub async fn empty() -> Self {
        Self::empty_on(Postgres::builder()).await
    }

    /// The same, on a server of this kind.
    pub async fn empty_on(builder: Builder) -> Self {
        let warehouse = Self::bare_on(builder).await;
        let mut client = warehouse.client("clickstream_dw").await;
        migrate(&mut client).await.unwrap();
        warehouse
    }

    /// A database without the warehouse's tables.
    pub async fn bare() -> Self {
        Self::bare_on(Postgres::builder()).await
    }

    async fn bare_on(builder: Builder) -> Self {
        let postgres = tokio::task::spawn_blocking(|| builder.start().unwrap())
            .await
            .unwrap();
        let warehouse = Self { postgres };
        let client = warehouse.client("postgres").await;
        client
            .batch_execute("create database clickstream_dw")
            .await
            .unwrap();
        client
            .batch_execute("create role sbw_reader login")
            .await
            .unwrap();
        warehouse
    }

    /// With sessions over the `hours` before `end`, and a day of loads.
    pub async fn with_traffic(sessions: i32, end: DateTime<Utc>, hours: f64) -> Self {
        let warehouse = Self::empty().await;
        warehouse.fill(sessions, end, hours).await;
        warehouse
    }

    /// Sessions over the `hours` before `end`, and a day of loads.
    pub async fn fill(&self, sessions: i32, end: DateTime<Utc>, hours: f64) {
        let client = self.client("clickstream_dw").await;
        // First the context, as the loader does.
        client
            .execute(include_str!("context.sql"), &[&sessions])
            .await
            .unwrap();
        let traffic = include_str!("traffic.sql");
        client
            .execute(traffic, &[&sessions, &end, &hours])
            .await
            .unwrap();
        client
            .execute(include_str!("runs.sql"), &[&end])
            .await
            .unwrap();
        client.batch_execute("vacuum analyze").await.unwrap();
    }

    /// A superuser's session.
    pub async fn client(&self, dbname: &str) -> Client {
        let target = Target::new("127.0.0.1", self.postgres.port(), SUPERUSER, dbname);
        connect(&target, &SessionOptions::writer("test"))
            .await
            .unwrap()
            .client
    }

    pub fn port(&self) -> u16 {
        self.postgres.port()
    }
}
