//! How long views take in other shops: more products, categories and event names, short
//! and long sessions.
//!
//! Fills a warehouse of `SBW_BENCH_EVENTS` events (default 1000000) over `SBW_BENCH_DAYS`
//! days (default 30) for each shop, and asks each view of `SBW_BENCH_ROUNDS` ranges
//! (default 20) of a week and of all days. A table for each: 95th percentiles in
//! milliseconds, those above the limit marked with `!`.
//!
//! ```sh
//! cargo bench -p sbw-queries --bench shops
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::setting;
use support::traffic::{Traffic, category, everything, logged_in, product};
use support::views::VIEWS;
use support::warehouse::Warehouse;

const LIMIT: f64 = 250.0;

#[tokio::main]
async fn main() {
    let events = i64::try_from(setting("SBW_BENCH_EVENTS", 1_000_000)).unwrap();
    let days = i64::try_from(setting("SBW_BENCH_DAYS", 30)).unwrap();
    let rounds = setting("SBW_BENCH_ROUNDS", 20);
    for traffic in shops(Traffic::of(events, days)) {
        let warehouse = Warehouse::filled(traffic).await;
        tell(&warehouse, rounds).await;
    }
}

fn shops(today: Traffic) -> Vec<Traffic> {
    let products = [64, 5_000, 100_000].map(|products| Traffic { products, ..today });
    let categories = [300].map(|categories| Traffic {
        categories,
        products: 5_000,
        ..today
    });
    let names = [2_000].map(|names| Traffic { names, ..today });
    let visits = [8, 80].map(|visit| Traffic { visit, ..today });
    [&products[..], &categories, &names, &visits].concat()
}

async fn tell(warehouse: &Warehouse, rounds: u64) {
    let Traffic {
        products,
        categories,
        names,
        visit,
        days,
        ..
    } = warehouse.traffic;
    let (busiest, rarest) = warehouse.busiest_and_rarest().await;
    let filters = [
        ("none", everything()),
        ("login", logged_in()),
        ("category", category("laptop")),
        ("busy product", product(&busiest)),
        ("rare product", product(&rarest)),
    ];
    println!(
        "\n{products} products, {categories} categories, {names} event names, {visit} events a session (at most {LIMIT} ms)"
    );
    println!(
        "{:<13} {:<13} {:>9} {:>9} {:>9} {:>9}",
        "filter", "view", "7 d days", "7 d any", "all days", "all any"
    );
    for (name, filter) in filters {
        // The document of all views is several views.
        for view in VIEWS.into_iter().filter(|view| *view != "all") {
            let mut cells = Vec::new();
            // A range that is cut anywhere needs a day to spare.
            for length in [7.min(days - 1), days - 1] {
                for at_days in [true, false] {
                    let times = warehouse
                        .times(view, &filter, length, rounds, at_days)
                        .await;
                    cells.push(times.against(LIMIT));
                }
            }
            println!(
                "{name:<13} {view:<13} {:>9} {:>9} {:>9} {:>9}",
                cells[0], cells[1], cells[2], cells[3]
            );
        }
    }
}
