//! The definitions again, in plain Rust over a list of events, against the SQL
//! on random traffic full of ties, NULLs, empty strings and borders.

mod funnel;
mod kept;
mod numbers;
mod traffic;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sbw_queries::answers::events::events;
use sbw_queries::answers::funnel::funnel as ask_funnel;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::answers::timeseries::timeseries;

use crate::common::Warehouse;
use traffic::Case;

macro_rules! same {
    ($found:expr, $expected:expr, $what:literal) => {{
        let (found, expected) = ($found, $expected);
        if found != expected {
            return Err(TestCaseError::fail(format!(
                "{}\n  SQL:    {found:?}\n  oracle: {expected:?}",
                $what
            )));
        }
    }};
}

#[test]
fn the_sql_agrees_with_the_definitions() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let warehouse = runtime.block_on(Warehouse::migrated());
    let config = Config {
        cases: 256,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&traffic::cases(), |case| {
            runtime.block_on(check(&warehouse, &case))
        })
        .unwrap();
}

async fn check(warehouse: &Warehouse, case: &Case) -> Result<(), TestCaseError> {
    let Case {
        events: all,
        question,
        zone,
        bucket,
        steps,
        segment,
        limit,
    } = case;
    warehouse.hold(all).await;
    let client = &warehouse.client;
    let kept = kept::kept(all, question);

    let found = overview(client, question).await?;
    same!(found.current, numbers::totals(&kept), "overview");
    let before = sbw_queries::Question {
        range: question.range.previous(),
        ..question.clone()
    };
    same!(
        found.previous,
        numbers::totals(&kept::kept(all, &before)),
        "overview before"
    );

    same!(
        events(client, question, *limit).await?.rows,
        numbers::events(&kept, *limit),
        "events"
    );
    same!(
        logins(client, question).await?.rows,
        numbers::logins(&kept),
        "logins"
    );

    let series = timeseries(client, question, *bucket, &zone.name()).await?;
    same!(
        series.points,
        numbers::series(&kept, question, series.bucket, zone),
        "timeseries"
    );

    let page = Page {
        limit: *limit,
        products_only: *limit % 2 == 0,
        before: None,
    };
    same!(
        raw(client, question, page).await?.rows,
        numbers::newest(&kept, page),
        "raw"
    );

    same!(
        ask_funnel(client, question, steps, *segment).await?,
        funnel::funnel(&kept, steps, *segment),
        "funnel"
    );
    Ok(())
}
