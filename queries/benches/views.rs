//! How long every view takes, from rollups and straight from events.
//!
//! Fills a warehouse for each size in `SBW_BENCH_EVENTS` (default `1000000,12000000`;
//! `100000000` takes hours and 60 GB), 90 days each, and asks each view for 24 hours,
//! 7, 30 and 90 days: cut at days and anywhere, unfiltered and with each filter. The
//! answers are those that `sbw-tui report` gives, as the reader gets them. Every range is
//! asked of all sizes one right after the other, so that growth is not that of the
//! machine's other work.
//!
//! ```sh
//! cargo bench -p sbw-queries --bench views
//! ```
//!
//! `SBW_BENCH_ROUNDS` ranges of each kind (default 20): their median and 95th percentile
//! in milliseconds, and how many times the median of the first size that is. Straight
//! from events each is asked once, given up after `SBW_BENCH_PATIENCE` seconds (default
//! 20; 0 leaves it out), and compared.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::all::{Choices, all};
use sbw_queries::answers::breakdown::{brands, categories};
use sbw_queries::answers::events::events;
use sbw_queries::answers::funnel::{Steps, funnel};
use sbw_queries::answers::heatmap::heatmap;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::products::products;
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::answers::session_list::{SessionPage, session_list};
use sbw_queries::answers::sessions::sessions;
use sbw_queries::answers::timeseries::timeseries;
use sbw_queries::connect::{SessionOptions, SslMode, Target, connect};
use sbw_queries::migrate::migrate;
use sbw_queries::{Filter, Question, TimeRange, Zone};
use sbw_servers::postgres::Postgres;
use tokio_postgres::Client;

const DAYS: i64 = 90;
const VIEWS: [&str; 13] = [
    "overview",
    "timeseries",
    "events",
    "logins",
    "categories",
    "brands",
    "products",
    "funnel",
    "sessions",
    "heatmap",
    "raw",
    "session_list",
    "all",
];

#[tokio::main]
async fn main() {
    let sizes = std::env::var("SBW_BENCH_EVENTS").unwrap_or_else(|_| "1000000,12000000".into());
    let patience = setting("SBW_BENCH_PATIENCE", 20);
    let mut warehouses = Vec::new();
    for size in sizes.split(',') {
        let wanted: i64 = size
            .trim()
            .parse()
            .expect("SBW_BENCH_EVENTS: numbers, with commas");
        warehouses.push(Warehouse::filled(wanted, Duration::from_secs(patience)).await);
    }
    compare(&warehouses, setting("SBW_BENCH_ROUNDS", 20)).await;
}

async fn compare(warehouses: &[Warehouse], rounds: u64) {
    println!();
    for warehouse in warehouses {
        warehouse.tell_size().await;
    }
    println!(
        "\n{:<16} {:<13} {:>5} {:>9} {:>17} {:>12} {:>17} {:>12} {:>9}",
        "filter",
        "view",
        "range",
        "events",
        "days p50    p95",
        "growth",
        "any p50    p95",
        "growth",
        "straight"
    );
    // As a dashboard that has been open for a while: plans are made, caches full.
    for view in VIEWS {
        for whole in [true, false] {
            measure(warehouses, view, &Filter::default(), 30, rounds, whole).await;
        }
    }
    for (name, filter) in filters() {
        for view in VIEWS {
            for days in [1, 7, 30, 90] {
                // Whole documents are for a month of all.
                if view == "all" && (days != 30 || name != "none") {
                    continue;
                }
                let whole = measure(warehouses, view, &filter, days, rounds, true).await;
                let ragged = measure(warehouses, view, &filter, days, rounds, false).await;
                for ((warehouse, whole), ragged) in warehouses.iter().zip(&whole).zip(&ragged) {
                    println!(
                        "{name:<16} {view:<13} {:>5} {:>9} {whole} {ragged} {:>9}",
                        if days == 1 {
                            "24 h".into()
                        } else {
                            format!("{days} d")
                        },
                        warehouse.events,
                        warehouse.straight(view, &filter, days).await,
                    );
                }
            }
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| {
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

struct Warehouse {
    events: i64,
    patience: Duration,
    admin: Client,
    reader: Client,
    doubter: Client,
    _postgres: Postgres,
}

impl Warehouse {
    async fn filled(events: i64, patience: Duration) -> Self {
        // As on a host of 4 GB.
        let server = Postgres::builder().setting("shared_buffers", "1GB");
        let postgres = tokio::task::spawn_blocking(|| server.start())
            .await
            .unwrap()
            .unwrap();
        let mut admin = client(&postgres, "postgres", SessionOptions::writer("bench")).await;
        migrate(&mut admin).await.unwrap();
        eprintln!("{events} events: making them …");
        admin
            .batch_execute(&format!(
                "alter table public.clickstream_events disable trigger user;
                 set bench.events = {events}; set bench.days = {DAYS}; {};
                 alter table public.clickstream_events enable trigger user",
                include_str!("traffic.sql")
            ))
            .await
            .unwrap();
        eprintln!("filling the rollups …");
        let started = Instant::now();
        admin
            .batch_execute(
                "begin;
                 select rollups.begin_rebuild();
                 select rollups.rebuild(day, day + interval '1 day')
                   from generate_series('2025-11-30'::timestamptz, '2026-03-05', '1 day') day;
                 commit",
            )
            .await
            .unwrap();
        // Neither is for a transaction, as several statements at once would be.
        for settled in ["vacuum analyze", "checkpoint"] {
            admin.batch_execute(settled).await.unwrap();
        }
        eprintln!("filled in {:.0} s", started.elapsed().as_secs_f64());
        let reader = client(&postgres, "sbw_reader", reader(Duration::from_mins(2))).await;
        let doubter = reader_of_events(patience.max(Duration::from_secs(1)));
        let doubter = client(&postgres, "postgres", doubter).await;
        Self {
            events,
            patience,
            admin,
            reader,
            doubter,
            _postgres: postgres,
        }
    }

    async fn tell_size(&self) {
        let sizes = self
            .admin
            .query_one(include_str!("sizes.sql"), &[])
            .await
            .unwrap();
        let (events, mb, rollups_mb): (i64, i64, i64) = (sizes.get(0), sizes.get(1), sizes.get(2));
        println!(
            "{events} events in {mb} MB, rollups in {rollups_mb} MB, {} % of it (at most 35)",
            100 * rollups_mb / mb
        );
    }

    /// How many milliseconds the same answer takes with rollups that are not believed,
    /// in a transaction that nobody else sees.
    async fn straight(&self, view: &str, filter: &Filter, days: i64) -> String {
        if self.patience.is_zero() || view == "all" {
            return String::new();
        }
        let question = Question {
            range: range(days, 1, false),
            filter: filter.clone(),
        };
        self.doubter
            .batch_execute("begin; update rollups.state set ready = false")
            .await
            .unwrap();
        let started = Instant::now();
        let slow = ask(&self.doubter, view, &question).await;
        let took = started.elapsed();
        self.doubter.batch_execute("rollback").await.unwrap();
        match slow {
            Ok(slow) => {
                assert_eq!(
                    slow,
                    ask(&self.reader, view, &question).await.unwrap(),
                    "{view} {question:?}"
                );
                format!("{:.0}", took.as_secs_f64() * 1e3)
            }
            Err(_) => format!("> {},000", self.patience.as_secs()),
        }
    }
}

async fn client(postgres: &Postgres, user: &str, options: SessionOptions) -> Client {
    let mut target = Target::new("127.0.0.1", postgres.port(), user, "postgres");
    target.sslmode = SslMode::Disable;
    connect(&target, &options).await.unwrap().client
}

fn reader(patience: Duration) -> SessionOptions {
    SessionOptions::reader("bench", patience)
}

fn reader_of_events(patience: Duration) -> SessionOptions {
    SessionOptions {
        statement_timeout: Some(patience),
        wide_questions: true,
        ..SessionOptions::writer("bench")
    }
}

fn filters() -> [(&'static str, Filter); 5] {
    let none = Filter::default();
    [
        ("none", none.clone()),
        (
            "login logged_in",
            Filter {
                login: Some("logged_in".into()),
                ..none.clone()
            },
        ),
        (
            "category laptop",
            Filter {
                category: Some("laptop".into()),
                ..none.clone()
            },
        ),
        (
            "brand ASUS",
            Filter {
                brand: Some("ASUS".into()),
                ..none.clone()
            },
        ),
        (
            "product p-1",
            Filter {
                product: Some("p-1".into()),
                ..none
            },
        ),
    ]
}

/// The `nth` range of so many days: cut at days, or anywhere.
fn range(days: i64, nth: u64, whole: bool) -> TimeRange {
    let first: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
    let nth = i64::try_from(nth).unwrap();
    let from = first + TimeDelta::days((nth * 37) % (DAYS - days + 1));
    let from = if whole {
        from
    } else {
        from + TimeDelta::seconds((nth * 40_503 + 7_919) % 86_400)
    };
    TimeRange::new(from, from + TimeDelta::days(days)).unwrap()
}

/// The times of a view's ranges in one size.
struct Times {
    median: f64,
    p95: f64,
    /// How many times the median of the first size; not for that one.
    growth: Option<f64>,
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.1} {:>7.1}", self.median, self.p95)?;
        match self.growth {
            None => write!(f, " {:>12}", ""),
            Some(growth) => write!(f, " {growth:>12.1}"),
        }
    }
}

/// Each range of all sizes in turns; the times of each size.
async fn measure(
    warehouses: &[Warehouse],
    view: &str,
    filter: &Filter,
    days: i64,
    rounds: u64,
    whole: bool,
) -> Vec<Times> {
    let mut times = vec![Vec::new(); warehouses.len()];
    // Once unmeasured: caches fill.
    for nth in std::iter::once(0).chain(0..rounds) {
        let question = Question {
            range: range(days, nth, whole),
            filter: filter.clone(),
        };
        for (warehouse, times) in warehouses.iter().zip(&mut times) {
            let started = Instant::now();
            ask(&warehouse.reader, view, &question).await.unwrap();
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let mut first = None;
    let summed = times.iter_mut().map(|times| {
        times.remove(0);
        times.sort_by(f64::total_cmp);
        let (median, p95) = (at(times, 0.5), at(times, 0.95));
        let growth = first.map(|first| median / first);
        first = first.or(Some(median));
        Times {
            median,
            p95,
            growth,
        }
    });
    summed.collect()
}

/// The time below which so many of the sorted times are.
fn at(times: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let place = (share * times.len() as f64).ceil() as usize;
    times[place.clamp(1, times.len()) - 1]
}

/// The answer of a view, to be compared.
async fn ask(
    client: &Client,
    view: &str,
    question: &Question,
) -> Result<String, sbw_queries::QueryError> {
    let c = client;
    let q = question;
    Ok(match view {
        "overview" => format!("{:?}", overview(c, q).await?),
        "timeseries" => format!("{:?}", timeseries(c, q, None, &Zone::default()).await?),
        "events" => format!("{:?}", events(c, q, 10).await?),
        "logins" => format!("{:?}", logins(c, q).await?),
        "categories" => format!("{:?}", categories(c, q, 10).await?),
        "brands" => format!("{:?}", brands(c, q, 10).await?),
        "products" => format!("{:?}", products(c, q, 20).await?),
        "funnel" => format!("{:?}", funnel(c, q, &Steps::default(), None).await?),
        "sessions" => format!("{:?}", sessions(c, q).await?),
        "heatmap" => format!("{:?}", heatmap(c, q, &Zone::default()).await?),
        "raw" => format!("{:?}", raw(c, q, Page::default()).await?),
        "session_list" => format!("{:?}", session_list(c, q, &SessionPage::default()).await?),
        "all" => format!("{:?}", all(c, q, &Choices::default(), Utc::now()).await?),
        other => unreachable!("no view is named {other}"),
    })
}
