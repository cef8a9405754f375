//! The definitions again, in plain Rust over a list of events, against the SQL
//! on random traffic full of ties, NULLs, empty strings and borders.

mod funnel;
mod kept;
mod numbers;
mod products;
mod traffic;
mod visits;
mod week;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rstest::rstest;
use sbw_queries::answers::breakdown::{brands, categories};
use sbw_queries::answers::events::events;
use sbw_queries::answers::funnel::funnel as ask_funnel;
use sbw_queries::answers::heatmap::heatmap;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::products::products as ask_products;
use sbw_queries::answers::raw::{Page, RawEvent, raw};
use sbw_queries::answers::session::session;
use sbw_queries::answers::session_list::{SessionPage, session_list};
use sbw_queries::answers::sessions::sessions;
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

/// Several at once, each with a server of its own.
#[rstest]
fn the_sql_agrees_with_the_definitions(#[values(1, 2, 3, 4)] part: u8) {
    println!("part {part} of 4");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let warehouse = runtime.block_on(Warehouse::migrated());
    runtime.block_on(warehouse.without_jit());
    // In the later parts every day is worth a sum, and in the last all are summed up.
    if part > 2 {
        runtime.block_on(warehouse.sum_up_every_day());
    }
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&traffic::cases(), |case| {
            runtime.block_on(check(&warehouse, &case, part == 4))
        })
        .unwrap();
}

/// How many tries in each part: `SBW_ORACLE_CASES`, or enough for every change.
fn cases() -> u32 {
    std::env::var("SBW_ORACLE_CASES").map_or(500, |cases| {
        cases
            .parse()
            .expect("SBW_ORACLE_CASES is the number of cases to try")
    })
}

/// From rollups that grew load by load, and from the events alone.
async fn check(warehouse: &Warehouse, case: &Case, closed: bool) -> Result<(), TestCaseError> {
    warehouse.hold(&case.events).await;
    if closed {
        warehouse.close_days().await;
    }
    let kept = kept::kept(&case.events, &case.question);
    for from_rollups in [true, false] {
        if !from_rollups {
            warehouse.distrust_rollups().await;
        }
        the_shop(warehouse, case, &kept).await?;
        the_goods(warehouse, case, &kept).await?;
        the_visits(warehouse, case, &kept).await?;
    }
    Ok(())
}

async fn the_shop(
    warehouse: &Warehouse,
    case: &Case,
    kept: &[&RawEvent],
) -> Result<(), TestCaseError> {
    let (client, question) = (&warehouse.client, &case.question);
    let found = overview(client, question).await?;
    same!(found.current, numbers::totals(kept), "overview");
    let before = sbw_queries::Question {
        range: question.range.previous(),
        ..question.clone()
    };
    same!(
        found.previous,
        numbers::totals(&kept::kept(&case.events, &before)),
        "overview before"
    );

    same!(
        events(client, question, case.limit).await?.rows,
        numbers::events(kept, case.limit),
        "events"
    );
    same!(
        logins(client, question).await?.rows,
        numbers::logins(kept),
        "logins"
    );

    let series = timeseries(client, question, case.bucket, &case.zone.name()).await?;
    same!(
        series.points,
        numbers::series(kept, question, series.bucket, &case.zone),
        "timeseries"
    );
    same!(
        heatmap(client, question, &case.zone.name()).await?,
        week::heatmap(kept, case.zone),
        "heatmap"
    );

    let page = Page {
        limit: case.limit,
        products_only: case.limit.is_multiple_of(2),
        before: None,
    };
    same!(
        raw(client, question, page).await?.rows,
        numbers::newest(kept, page),
        "raw"
    );
    Ok(())
}

async fn the_goods(
    warehouse: &Warehouse,
    case: &Case,
    kept: &[&RawEvent],
) -> Result<(), TestCaseError> {
    let (client, question) = (&warehouse.client, &case.question);
    same!(
        categories(client, question, case.limit).await?.rows,
        products::by_category(kept, case.limit),
        "categories"
    );
    same!(
        brands(client, question, case.limit).await?.rows,
        products::by_brand(kept, case.limit),
        "brands"
    );
    same!(
        ask_products(client, question, case.limit).await?.rows,
        products::products(kept, case.limit),
        "products"
    );
    Ok(())
}

async fn the_visits(
    warehouse: &Warehouse,
    case: &Case,
    kept: &[&RawEvent],
) -> Result<(), TestCaseError> {
    let (client, question) = (&warehouse.client, &case.question);
    same!(
        ask_funnel(client, question, &case.steps, case.segment).await?,
        funnel::funnel(kept, &case.steps, case.segment),
        "funnel"
    );
    same!(
        sessions(client, question).await?,
        visits::sessions(kept),
        "sessions"
    );

    // Page after page is the whole list.
    let mut page = SessionPage {
        steps: case.steps.clone(),
        at_step: case.at_step,
        before: None,
        limit: case.limit,
    };
    let mut rows = Vec::new();
    loop {
        let found = session_list(client, question, &page).await?;
        page.before = found.next();
        rows.extend(found.rows);
        if page.before.is_none() {
            break;
        }
    }
    same!(
        rows,
        visits::session_list(kept, &case.steps, case.at_step),
        "session_list"
    );

    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let found = session(client, case.session, after, case.limit).await?;
        after = found.next();
        rows.extend(found.rows);
        if after.is_none() {
            break;
        }
    }
    same!(rows, visits::session(&case.events, case.session), "session");
    Ok(())
}
