//! How long every view takes.
//!
//! Fills a warehouse for each size in `SBW_BENCH_EVENTS` (default `1000000,12000000`;
//! `100000000` takes hours and 90 GB), `SBW_BENCH_DAYS` days each (default 90), and asks
//! each view, cut at days and anywhere, unfiltered and with each filter. Every range is
//! asked of all sizes one right after the other, so that growth is not that of the
//! machine's other work.
//!
//! ```sh
//! cargo bench -p sbw-queries --bench views
//! ```
//!
//! `SBW_BENCH_ROUNDS` ranges of each kind (default 20): their median and 95th percentile
//! in milliseconds. A figure above its limit is marked with `!`. With `SBW_BENCH_STRAIGHT=1`
//! each is also asked straight from events, once, given up after two minutes, and compared.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Instant;

use sbw_queries::{Filter, Question};
use support::times::Times;
use support::traffic::{Traffic, brand, category, everything, logged_in, product};
use support::views::{VIEWS, ask};
use support::warehouse::{Warehouse, per_second};
use support::{setting, settings};

#[tokio::main]
async fn main() {
    let days = i64::try_from(setting("SBW_BENCH_DAYS", 90)).unwrap();
    let rounds = setting("SBW_BENCH_ROUNDS", 20);
    let straight = setting("SBW_BENCH_STRAIGHT", 0) > 0;
    let mut warehouses = Vec::new();
    for events in settings("SBW_BENCH_EVENTS", "1000000,12000000") {
        warehouses.push(Warehouse::filled(Traffic::of(events, days)).await);
    }
    for warehouse in &warehouses {
        tell_size(warehouse).await;
    }
    compare(&warehouses, rounds, straight).await;
    for warehouse in &warehouses {
        tell_stale_hours(warehouse, rounds).await;
        tell_delete(warehouse, rounds).await;
        tell_refresh(warehouse).await;
    }
}

async fn tell_size(warehouse: &Warehouse) {
    let sizes = include_str!("sizes.sql");
    let sizes = warehouse.admin.query_one(sizes, &[]).await.unwrap();
    let [events, mb, context, rollups] = [0, 1, 2, 3].map(|place| sizes.get::<_, i64>(place));
    println!(
        "{events} events in {mb} MB; context {context} MB, {} % (at most 20); rollups {rollups} MB, {} % (at most 60 at 1 M, 30 at 12 M)",
        100 * context / mb.max(1),
        100 * rollups / mb.max(1)
    );
}

async fn compare(warehouses: &[Warehouse], rounds: u64, straight: bool) {
    let (busiest, rarest) = warehouses.last().unwrap().busiest_and_rarest().await;
    let filters = [
        ("none", everything()),
        ("login", logged_in()),
        ("category", category("laptop")),
        ("brand", brand("ASUS")),
        ("busy product", product(&busiest)),
        ("rare product", product(&rarest)),
    ];
    println!("\nlimits, p95: none and login 50 ms at days, 100 anywhere; others 150; all 350");
    println!(
        "{:<13} {:<13} {:>5} {:>10} {:>17} {:>17} {:>7} {:>9}",
        "filter",
        "view",
        "range",
        "events",
        "days p50     p95",
        "any p50     p95",
        "growth",
        "straight"
    );
    for (name, filter) in &filters {
        for view in VIEWS {
            for days in [1, 7, 30, 90] {
                let fits = days <= warehouses[0].traffic.days;
                // Whole documents are for a month of all.
                if fits && (view != "all" || days == 30 && *name == "none") {
                    compare_one(warehouses, name, filter, view, days, rounds, straight).await;
                }
            }
        }
    }
}

async fn compare_one(
    warehouses: &[Warehouse],
    name: &str,
    filter: &Filter,
    view: &str,
    days: i64,
    rounds: u64,
    straight: bool,
) {
    let at_days = in_turns(warehouses, view, filter, days, rounds, true).await;
    let anywhere = in_turns(warehouses, view, filter, days, rounds, false).await;
    let (limit_at_days, limit_anywhere) = limits(name, view);
    let first = at_days[0].median();
    for ((warehouse, at_days), anywhere) in warehouses.iter().zip(&at_days).zip(&anywhere) {
        let straight = if straight && view != "all" {
            straight_from_events(warehouse, view, filter, days).await
        } else {
            String::new()
        };
        println!(
            "{name:<13} {view:<13} {:>5} {:>10} {:>9.1} {:>7} {:>9.1} {:>7} {:>7.1} {straight:>9}",
            format!("{days} d"),
            warehouse.traffic.events,
            at_days.median(),
            at_days.against(limit_at_days),
            anywhere.median(),
            anywhere.against(limit_anywhere),
            at_days.median() / first,
        );
    }
}

/// Milliseconds that a view may take, cut at days and anywhere.
fn limits(filter: &str, view: &str) -> (f64, f64) {
    match (filter, view) {
        (_, "all") => (350.0, 350.0),
        ("none" | "login", _) => (50.0, 100.0),
        _ => (150.0, 150.0),
    }
}

/// Each range of all warehouses in turns; the times of each.
async fn in_turns(
    warehouses: &[Warehouse],
    view: &str,
    filter: &Filter,
    days: i64,
    rounds: u64,
    at_days: bool,
) -> Vec<Times> {
    let mut times = vec![Vec::new(); warehouses.len()];
    // Once unmeasured: caches fill.
    for nth in std::iter::once(0).chain(0..rounds) {
        for (warehouse, times) in warehouses.iter().zip(&mut times) {
            times.push(warehouse.time_of(view, filter, days, nth, at_days).await);
        }
    }
    let measured = times
        .into_iter()
        .map(|times| Times::of(times[1..].to_vec()));
    measured.collect()
}

/// How many milliseconds the same answer takes without rollups, in a transaction that
/// nobody else sees.
async fn straight_from_events(
    warehouse: &Warehouse,
    view: &str,
    filter: &Filter,
    days: i64,
) -> String {
    let question = Question {
        range: warehouse.traffic.range(days, 1, false),
        filter: filter.clone(),
    };
    let doubter = &warehouse.doubter;
    let begin = "begin; delete from rollups.filled";
    doubter.batch_execute(begin).await.unwrap();
    let started = Instant::now();
    let straight = ask(doubter, view, &question).await;
    let took = started.elapsed();
    doubter.batch_execute("rollback").await.unwrap();
    let Ok(straight) = straight else {
        return format!("> {:.0}", took.as_secs_f64() * 1e3);
    };
    let from_rollups = ask(&warehouse.reader, view, &question).await.unwrap();
    assert_eq!(straight, from_rollups, "{view} {question:?}");
    format!("{:.0}", took.as_secs_f64() * 1e3)
}

/// Unfiltered and logged in, a month, while something is stale.
async fn tell_pending(warehouse: &Warehouse, rounds: u64, calm: &[Times], most: f64) {
    let mut calm = calm.iter();
    for filter in [everything(), logged_in()] {
        for view in VIEWS {
            let calm = calm.next().unwrap();
            let pending = warehouse
                .times(view, &filter, month(warehouse), rounds, false)
                .await;
            println!(
                "  {:<10} {view:<13} {:>8.1} calm {:>8} ms, p95",
                filter.login.as_deref().unwrap_or("none"),
                calm.p95(),
                pending.against(most * calm.p95()),
            );
        }
    }
}

async fn calm_times(warehouse: &Warehouse, rounds: u64) -> Vec<Times> {
    let mut times = Vec::new();
    for filter in [everything(), logged_in()] {
        for view in VIEWS {
            times.push(
                warehouse
                    .times(view, &filter, month(warehouse), rounds, false)
                    .await,
            );
        }
    }
    times
}

fn month(warehouse: &Warehouse) -> i64 {
    warehouse.traffic.days.min(30)
}

/// Logs the hours of the last day, up to so many, with their sessions.
fn log_hours(hours: i64) -> String {
    format!(
        "insert into rollups.stale
         select distinct date_trunc('hour', event_timestamp, 'UTC'), session_id
           from public.clickstream_events
          where event_timestamp >= (select date_trunc('day', max(event_timestamp), 'UTC') - interval '24 hours' from public.clickstream_events)
            and event_timestamp < (select date_trunc('day', max(event_timestamp), 'UTC') - interval '24 hours' from public.clickstream_events)
                                  + interval '{hours} hours'"
    )
}

async fn tell_stale_hours(warehouse: &Warehouse, rounds: u64) {
    println!(
        "\n{} events, three stale hours (at most twice)",
        warehouse.traffic.events
    );
    let calm = calm_times(warehouse, rounds).await;
    warehouse.run(&log_hours(3)).await;
    tell_pending(warehouse, rounds, &calm, 2.0).await;
    warehouse.refresh().await;
}

async fn tell_delete(warehouse: &Warehouse, rounds: u64) {
    println!(
        "\n{} events, 100 deleted by hand (at most three times)",
        warehouse.traffic.events
    );
    let calm = calm_times(warehouse, rounds).await;
    let middle = warehouse.traffic.days / 2;
    warehouse
        .run(&format!(
            "delete from public.clickstream_events where event_id in (
                 select event_id from public.clickstream_events
                  where event_timestamp >= '2025-12-01T10:00:00Z'::timestamptz + {middle} * interval '24 hours'
                  order by event_timestamp limit 100)"
        ))
        .await;
    tell_pending(warehouse, rounds, &calm, 3.0).await;
    let took = warehouse.refresh().await.took;
    println!("  refreshed in {:.2} s (at most 1)", took.as_secs_f64());
}

async fn tell_refresh(warehouse: &Warehouse) {
    println!("\n{} events, refreshed:", warehouse.traffic.events);
    for (hours, most) in [(1, 0.6), (24, 3.0)] {
        warehouse.run(&log_hours(hours)).await;
        let refreshed = warehouse.refresh().await;
        println!(
            "  {hours} h, its day and week: {} events in {:.2} s (the hours: at most {most}), {}",
            refreshed.events,
            refreshed.took.as_secs_f64(),
            per_second(refreshed.events, refreshed.took)
        );
    }
}
