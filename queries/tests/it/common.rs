//! A migrated warehouse and events to put into it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_queries::answers::overview::{Totals, overview};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::connect::{Connected, SessionOptions, SslMode, Target, connect};
use sbw_queries::migrate::migrate;
use sbw_queries::range::parse_instant;
use sbw_queries::{Question, TimeRange};
use sbw_servers::postgres::Postgres;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::sent::{Sent, load};

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
    pub(crate) async fn hold<S: Clone + Into<Sent>>(&self, events: &[S]) {
        self.clear().await;
        // Several loads, of events in no order of time.
        for load in events.chunks(events.len().div_ceil(3).max(1)) {
            self.load(load).await;
        }
    }

    /// No event, and with them no context.
    pub(crate) async fn clear(&self) {
        self.client
            .batch_execute("truncate public.clickstream_events")
            .await
            .unwrap();
    }

    /// These events too, in one transaction.
    pub(crate) async fn load<S: Clone + Into<Sent>>(&self, events: &[S]) {
        load(&self.client, events).await;
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// As every reader has it.
    pub(crate) async fn without_jit(&self) {
        self.client.batch_execute("set jit = off").await.unwrap();
    }

    /// Until nothing is left to refresh.
    pub(crate) async fn refresh(&self) {
        while self.refresh_once().await {}
    }

    /// One unit of work; false when there is none.
    pub(crate) async fn refresh_once(&self) -> bool {
        self.client.batch_execute(TAKE_TURN).await.unwrap();
        let sql = "select * from rollups.refresh_next()";
        let done = self.client.query_opt(sql, &[]).await.unwrap();
        self.client.batch_execute("commit").await.unwrap();
        done.is_some()
    }

    /// Empties the rollups: answers come from events until they are refreshed.
    pub(crate) async fn begin_rebuild(&self) {
        self.client.batch_execute(TAKE_TURN).await.unwrap();
        let sql = "select rollups.begin_rebuild(); commit";
        self.client.batch_execute(sql).await.unwrap();
    }

    /// Logs what came past the trigger: how many days that is.
    pub(crate) async fn find_unlogged(&self) -> i64 {
        self.client.batch_execute(TAKE_TURN).await.unwrap();
        let days = self.number("select rollups.find_unlogged()").await;
        self.client.batch_execute("commit").await.unwrap();
        days
    }

    /// What `verify` finds wrong in any day.
    pub(crate) async fn verify_days(&self) -> Vec<String> {
        self.client.batch_execute(TAKE_TURN).await.unwrap();
        let sql = "select concat_ws(' ', v.*) from rollups.days() as d (day), rollups.verify_day(d.day) v";
        let rows = self.client.query(sql, &[]).await.unwrap();
        self.client.batch_execute("rollback").await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// As every refresh begins.
const TAKE_TURN: &str =
    "begin isolation level repeatable read; lock table rollups.turn in exclusive mode";

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

/// The numbers of the overview.
pub(crate) async fn totals(warehouse: &Warehouse, question: &Question) -> Totals {
    let answer = overview(&warehouse.client, question).await;
    answer.unwrap().current
}
