//! What loads and views cost when somebody sends what no shop sends.
//!
//! A warehouse of `SBW_BENCH_EVENTS` honest events (default 1000000) over 30 days; for each
//! kind of stranger a copy of it. `SBW_BENCH_STRANGE` events (default 100000) are loaded in
//! ten loads, each refreshed after it, as the loader does; before, during (the last load is not
//! refreshed) and after: the rate of loading honest events, that of refreshing, and the times
//! of views.
//!
//! ```sh
//! cargo bench -p sbw-queries --bench strangers
//! ```
//!
//! `SBW_BENCH_ONLY=text` takes the strangers whose name contains it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::setting;
use support::traffic::{Traffic, everything, logged_in};
use support::views::VIEWS;
use support::warehouse::{Warehouse, per_second};

const LOADS: i64 = 10;
const HONEST: i64 = 50_000;
const DAYS: i64 = 30;

/// A name, how many times the events of the others, and what differs from honest events:
/// columns of `incoming` and SQL, in which `i` counts the events from 1 and `n` is how many.
type Stranger = (&'static str, i64, &'static [(&'static str, &'static str)]);

const STRANGERS: &[Stranger] = &[
    (
        "one session",
        3,
        &[("session_id", "'robot'"), ("client_id", "'robot'")],
    ),
    (
        "products by id",
        1,
        &[
            ("product_id", "'x-' || i"),
            ("event_name", "'product_view'"),
        ],
    ),
    (
        "products by name only",
        1,
        &[
            ("product_id", "null"),
            ("product_name", "'x ' || i"),
            ("event_name", "'product_view'"),
        ],
    ),
    (
        "one id, changing names",
        1,
        &[
            ("product_id", "'x'"),
            ("product_name", "'x ' || i"),
            ("event_name", "'product_view'"),
        ],
    ),
    ("event names", 1, &[("event_name", "'x_' || i")]),
    ("login states", 1, &[("login", "'x-' || i")]),
    ("clients", 1, &[("client_id", "'x-' || i")]),
    (
        "sessions",
        1,
        &[("session_id", "'x-' || i"), ("client_id", "'x-' || i")],
    ),
    (
        "a session for each order",
        1,
        &[
            ("session_id", "'x-' || i"),
            ("event_name", "'checkout_complete'"),
            ("order_id", "'x-' || i"),
        ],
    ),
    (
        "one order",
        1,
        &[("event_name", "'checkout_complete'"), ("order_id", "'x'")],
    ),
    (
        "1,000 days",
        1,
        &[("at", "newest - i::float8 / n * interval '24000 hours'")],
    ),
    (
        "a day late",
        1,
        &[(
            "at",
            "newest - interval '24 hours' - i::float8 / n * interval '24 hours'",
        )],
    ),
];

#[tokio::main]
async fn main() {
    let events = i64::try_from(setting("SBW_BENCH_EVENTS", 1_000_000)).unwrap();
    let strange = i64::try_from(setting("SBW_BENCH_STRANGE", 100_000)).unwrap();
    let rounds = setting("SBW_BENCH_ROUNDS", 10);
    let only = std::env::var("SBW_BENCH_ONLY").unwrap_or_default();
    let traffic = Traffic::of(events, DAYS);
    let honest = Warehouse::filled(traffic).await;
    let postgres = Arc::clone(&honest.postgres);
    // Nobody may be connected to what is copied.
    drop(honest);
    let server = Warehouse::of_server(&postgres).await;
    for stranger in STRANGERS.iter().filter(|(name, ..)| name.contains(&only)) {
        server
            .batch_execute("create database stranger template postgres")
            .await
            .unwrap();
        let warehouse = Warehouse::of(traffic, Arc::clone(&postgres), "stranger").await;
        tell(&warehouse, stranger, strange, rounds).await;
        drop(warehouse);
        server
            .batch_execute("drop database stranger with (force)")
            .await
            .unwrap();
    }
}

async fn tell(warehouse: &Warehouse, (name, times, columns): &Stranger, strange: i64, rounds: u64) {
    println!("\n{name}");
    let before = honest_load(warehouse, "before", DAYS + 2).await;
    let calm = month(warehouse, rounds).await;

    let strange = strange * times;
    let visits = new_visits(warehouse).await;
    let (mut loading, mut refreshing) = (Duration::ZERO, Duration::ZERO);
    for number in 0..LOADS {
        // Of the load before.
        refreshing += warehouse.refresh().await.took;
        loading += load_part(warehouse, columns, strange, DAYS, &visits, number).await;
    }
    println!(
        "  strange  load {:>16} (at least half of {before:.0})",
        per_second(strange, loading)
    );
    let during = month(warehouse, rounds).await;
    refreshing += warehouse.refresh().await.took;
    println!(
        "  strange  refresh {:>13} (at least 30,000)",
        per_second(strange, refreshing)
    );
    let after = month(warehouse, rounds).await;
    honest_load(warehouse, "after", DAYS + 4).await;

    println!("  p95 of views in ms: before, during, after (at most twice)");
    for (((what, before), (_, during)), (_, after)) in calm.iter().zip(&during).zip(&after) {
        let mark = |time: f64| if time > 2.0 * before { "!" } else { "" };
        println!(
            "  {what:<24} {before:>8.1} {during:>8.1}{:1} {after:>8.1}{:1}",
            mark(*during),
            mark(*after)
        );
    }
}

/// Loads and refreshes honest events; how many were loaded in a second.
async fn honest_load(warehouse: &Warehouse, when: &str, end: i64) -> f64 {
    let took = load(warehouse, &[], HONEST, end).await;
    let refreshed = warehouse.refresh().await.took;
    println!(
        "  {when:<8} load {:>16}, refresh {}",
        per_second(HONEST, took),
        per_second(HONEST, refreshed)
    );
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let events = HONEST as f64;
    events / took.as_secs_f64()
}

/// Loads so many events before the end of a day in ten loads; how long that took.
async fn load(warehouse: &Warehouse, columns: &[(&str, &str)], events: i64, end: i64) -> Duration {
    let mut took = Duration::ZERO;
    let visits = new_visits(warehouse).await;
    for number in 0..LOADS {
        took += load_part(warehouse, columns, events, end, &visits, number).await;
    }
    took
}

/// What the visits of some loads have in common, other than those of earlier loads.
async fn new_visits(warehouse: &Warehouse) -> String {
    warehouse.text("select gen_random_uuid()::text").await
}

/// One load of ten, context first, as the loader does; how long that took.
async fn load_part(
    warehouse: &Warehouse,
    columns: &[(&str, &str)],
    events: i64,
    end: i64,
    visits: &str,
    number: i64,
) -> Duration {
    let numbers = format!(
        "select i, {events}::bigint as n, md5(i / 8 || '{visits}') as visit,
                '2025-12-01T00:00:00Z'::timestamptz + {end} * interval '24 hours' as newest
           from generate_series({events}::bigint * {number} / {LOADS} + 1, {events}::bigint * ({number} + 1) / {LOADS}) i"
    );
    // Made before the clock runs.
    warehouse
        .run(&format!(
            "drop table if exists pg_temp.incoming;
             create temporary table incoming as
             select gen_random_uuid() as event_id, {} from ({numbers}) s;
             analyze pg_temp.incoming",
            columns_of(columns)
        ))
        .await;
    warehouse.time(include_str!("load.sql")).await
}

/// The columns of honest events, but for those that differ.
fn columns_of(changed: &[(&str, &str)]) -> String {
    const NAMES: &str = "(array['page_view', 'product_view', 'click', 'product_view', 'add_to_cart_click', 'page_view', 'click', 'category_view'])[1 + i % 8]";
    let honest = [
        ("at", "newest - i::float8 / n * interval '20 hours'"),
        ("event_name", NAMES),
        ("login", "'anonymous'"),
        ("client_id", "'c-' || visit"),
        ("session_id", "'s-' || visit"),
        (
            "product_id",
            "case when i % 8 in (1, 3, 4) then 'p-' || (1 + (hashtext(visit) & 63)) end",
        ),
        (
            "product_name",
            "case when i % 8 in (1, 3, 4) then 'Bàn phím AULA M75 TM' end",
        ),
        ("order_id", "null"),
    ];
    let columns = honest.map(|(column, sql)| {
        let changed = changed.iter().find(|(name, _)| *name == column);
        format!(
            "({})::{} as {column}",
            changed.map_or(sql, |(_, sql)| sql),
            if column == "at" {
                "timestamptz"
            } else {
                "text"
            }
        )
    });
    columns.join(", ")
}

/// The p95 of every view over a month cut anywhere, unfiltered and logged in.
async fn month(warehouse: &Warehouse, rounds: u64) -> Vec<(String, f64)> {
    let mut times = Vec::new();
    for (name, filter) in [("none", everything()), ("login", logged_in())] {
        for view in VIEWS {
            let p95 = warehouse
                .times(view, &filter, DAYS - 1, rounds, false)
                .await
                .p95();
            times.push((format!("{name} {view}"), p95));
        }
    }
    times
}
