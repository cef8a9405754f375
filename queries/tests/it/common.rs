//! A migrated warehouse and events to put into it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::connect::{Connected, SessionOptions, SslMode, Target, connect};
use sbw_queries::migrate::migrate;
use sbw_queries::range::parse_instant;
use sbw_queries::{Question, TimeRange};
use sbw_servers::postgres::Postgres;
use tokio_postgres::Client;
use uuid::Uuid;

/// A server and its superuser's session on the database `postgres`.
pub(crate) struct Warehouse {
    pub(crate) postgres: Postgres,
    pub(crate) client: Client,
}

impl Warehouse {
    /// A server on which nothing was done yet.
    pub(crate) async fn empty() -> Self {
        let postgres = Postgres::start().unwrap();
        let client = session(&postgres, "postgres").await.client;
        Self { postgres, client }
    }

    /// A migrated one.
    pub(crate) async fn migrated() -> Self {
        let mut warehouse = Self::empty().await;
        migrate(&mut warehouse.client).await.unwrap();
        warehouse
    }

    /// A session of this role.
    pub(crate) async fn of(&self, user: &str) -> Client {
        session(&self.postgres, user).await.client
    }

    /// These events in place of all others.
    pub(crate) async fn hold(&self, events: &[RawEvent]) {
        self.client
            .batch_execute("truncate public.clickstream_events")
            .await
            .unwrap();
        // Several loads, of events in no order of time.
        for load in events.chunks(events.len().div_ceil(3).max(1)) {
            insert(&self.client, load).await;
        }
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// As every reader has it.
    pub(crate) async fn without_jit(&self) {
        self.client.batch_execute("set jit = off").await.unwrap();
    }

    /// However few were there: only a large shop has days that are worth it. And a session
    /// of a handful of events is a lengthy one.
    pub(crate) async fn sum_up_every_day(&self) {
        self.client
            .batch_execute("update rollups.state set busy = 1, dense = 1, lengthy = 6")
            .await
            .unwrap();
    }

    /// Also those that the last load touched.
    pub(crate) async fn close_days(&self) {
        self.client
            .batch_execute(
                "select rollups.close_day(day, 9223372036854775807)
                   from (select distinct day from rollups.days where is_open) open",
            )
            .await
            .unwrap();
    }

    /// Rollups that are not believed: answers come from events.
    pub(crate) async fn distrust_rollups(&self) {
        self.client
            .batch_execute("update rollups.state set ready = false")
            .await
            .unwrap();
    }
}

pub(crate) async fn insert(client: &Client, events: &[RawEvent]) {
    let rows = serde_json::to_value(events).unwrap();
    let sql = "insert into public.clickstream_events \
               select * from jsonb_populate_recordset(null::public.clickstream_events, $1)";
    client.execute(sql, &[&rows]).await.unwrap();
}

pub(crate) fn target(postgres: &Postgres, user: &str) -> Target {
    let mut target = Target::new("127.0.0.1", postgres.port(), user, "postgres");
    target.sslmode = SslMode::Disable;
    target
}

pub(crate) async fn session(postgres: &Postgres, user: &str) -> Connected {
    connect(&target(postgres, user), &SessionOptions::writer("test"))
        .await
        .unwrap()
}

pub(crate) fn reader() -> SessionOptions {
    SessionOptions::reader("test", Duration::from_secs(30))
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    parse_instant(text).unwrap()
}

pub(crate) fn between(from: &str, to: &str) -> Question {
    Question::of(TimeRange::new(at(from), at(to)).unwrap())
}

/// An event with nothing but what every event has.
pub(crate) fn event(id: u128, time: &str, name: &str) -> RawEvent {
    RawEvent {
        event_id: Uuid::from_u128(id),
        event_timestamp: at(time),
        event_name: name.to_owned(),
        user_id: None,
        user_login_state: None,
        identity_source: None,
        client_id: None,
        session_id: None,
        is_first_visit: None,
        context_product_id: None,
        context_product_name: None,
        context_product_category: None,
        context_product_brand: None,
        context_product_price: None,
        context_product_discount_price: None,
        context_product_url_path: None,
    }
}

/// An event of a session.
pub(crate) fn step(id: u128, session: &str, time: &str, name: &str) -> RawEvent {
    RawEvent {
        session_id: Some(session.to_owned()),
        ..event(id, time, name)
    }
}
