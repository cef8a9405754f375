//! A warehouse of its own server or database, filled, refreshed and asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sbw_queries::connect::{SessionOptions, SslMode, Target, connect};
use sbw_queries::migrate::migrate;
use sbw_queries::{Filter, Question};
use sbw_servers::postgres::Postgres;
use tokio_postgres::Client;

use super::times::Times;
use super::traffic::Traffic;
use super::views::ask;

/// As every refresh begins.
const TAKE_TURN: &str =
    "begin isolation level repeatable read; lock table rollups.turn in exclusive mode";

pub(crate) struct Warehouse {
    pub(crate) traffic: Traffic,
    /// May do everything.
    pub(crate) admin: Client,
    /// Asks, as a dashboard does.
    pub(crate) reader: Client,
    /// Asks the same way, and may empty the rollups in a transaction of its own.
    pub(crate) doubter: Client,
    pub(crate) postgres: Arc<Postgres>,
}

/// What a refresh did.
pub(crate) struct Refreshed {
    /// Events that were read.
    pub(crate) events: i64,
    pub(crate) took: Duration,
}

impl Warehouse {
    /// A server with this traffic, all of it refreshed.
    pub(crate) async fn filled(traffic: Traffic) -> Self {
        // As on a host of 4 GB.
        let server = Postgres::builder().setting("shared_buffers", "1GB");
        let postgres = tokio::task::spawn_blocking(|| server.start())
            .await
            .unwrap()
            .unwrap();
        let admin = SessionOptions::writer("bench");
        let mut admin = client(&postgres, "postgres", "postgres", admin).await;
        migrate(&mut admin).await.unwrap();
        let warehouse = Self::of(traffic, Arc::new(postgres), "postgres").await;
        eprintln!("{traffic:?}: making it …");
        warehouse
            .run("alter table public.clickstream_events disable trigger user")
            .await;
        for slice in 0..traffic.slices() {
            warehouse.run(&traffic.slice(slice)).await;
        }
        warehouse.run("select rollups.enable_triggers()").await;
        warehouse.run("vacuum analyze").await;
        warehouse
            .run(&format!(
                "{TAKE_TURN}; select rollups.begin_rebuild(); commit"
            ))
            .await;
        let Refreshed { events, took } = warehouse.refresh().await;
        eprintln!(
            "refreshed: {} of one core (at least 60,000)",
            per_second(events, took)
        );
        for settled in ["vacuum analyze", "checkpoint"] {
            warehouse.run(settled).await;
        }
        warehouse
    }

    /// A database of a server that has it already.
    pub(crate) async fn of(traffic: Traffic, postgres: Arc<Postgres>, database: &str) -> Self {
        let admin = SessionOptions::writer("bench");
        let reader = SessionOptions::reader("bench", Duration::from_mins(2));
        let doubter = SessionOptions {
            read_only: false,
            ..reader.clone()
        };
        Self {
            traffic,
            admin: client(&postgres, "postgres", database, admin).await,
            reader: client(&postgres, "sbw_reader", database, reader).await,
            doubter: client(&postgres, "postgres", database, doubter).await,
            postgres,
        }
    }

    /// A session of the server's own that touches no warehouse.
    pub(crate) async fn of_server(postgres: &Postgres) -> Client {
        client(
            postgres,
            "postgres",
            "template1",
            SessionOptions::writer("bench"),
        )
        .await
    }

    pub(crate) async fn run(&self, sql: &str) {
        if let Err(error) = self.admin.batch_execute(sql).await {
            panic!("{error:?} in: {sql:.2000}");
        }
    }

    pub(crate) async fn text(&self, sql: &str) -> String {
        self.admin.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.admin.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// How long some statements take.
    pub(crate) async fn time(&self, sql: &str) -> Duration {
        let started = Instant::now();
        self.run(sql).await;
        started.elapsed()
    }

    /// Refreshes what is stale, until nothing is.
    pub(crate) async fn refresh(&self) -> Refreshed {
        let started = Instant::now();
        let mut events = 0;
        loop {
            self.run(TAKE_TURN).await;
            let next = "select events from rollups.refresh_next()";
            let unit = self.admin.query_opt(next, &[]).await.unwrap();
            self.run("commit").await;
            match unit {
                Some(unit) => events += unit.get::<_, i64>(0),
                None => break,
            }
        }
        Refreshed {
            events,
            took: started.elapsed(),
        }
    }

    /// How long a view takes over many ranges of so many days, after once unmeasured.
    pub(crate) async fn times(
        &self,
        view: &str,
        filter: &Filter,
        days: i64,
        rounds: u64,
        at_days: bool,
    ) -> Times {
        let mut times = Vec::new();
        for nth in std::iter::once(0).chain(0..rounds) {
            times.push(self.time_of(view, filter, days, nth, at_days).await);
        }
        times.remove(0);
        Times::of(times)
    }

    /// How many milliseconds a view takes over the `nth` range.
    pub(crate) async fn time_of(
        &self,
        view: &str,
        filter: &Filter,
        days: i64,
        nth: u64,
        at_days: bool,
    ) -> f64 {
        let question = Question {
            range: self.traffic.range(days, nth, at_days),
            filter: filter.clone(),
        };
        let started = Instant::now();
        if let Err(error) = ask(&self.reader, view, &question).await {
            panic!("{view} of {question:?}: {error:?}");
        }
        started.elapsed().as_secs_f64() * 1e3
    }

    /// The products that were looked at most and least.
    pub(crate) async fn busiest_and_rarest(&self) -> (String, String) {
        let by_views = |order: &str| {
            format!(
                "select context_product_id from public.clickstream_events
                  where event_name = 'product_view' and context_product_id <> ''
                  group by 1 order by count(*) {order}, 1 limit 1"
            )
        };
        (
            self.text(&by_views("desc")).await,
            self.text(&by_views("asc")).await,
        )
    }
}

async fn client(
    postgres: &Postgres,
    user: &str,
    database: &str,
    options: SessionOptions,
) -> Client {
    let mut target = Target::new("127.0.0.1", postgres.port(), user, database);
    target.sslmode = SslMode::Disable;
    connect(&target, &options).await.unwrap().client
}

/// A rate, in words.
pub(crate) fn per_second(events: i64, took: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = events as f64 / took.as_secs_f64();
    format!("{rate:.0} events/s")
}
