//! The definitions again, in plain Rust over a list of events, against the SQL
//! on random traffic full of ties, NULLs, empty strings and borders.
//!
//! `shop` says what every event is about, `filter` which of them count; each of the other
//! files computes a view of those.

mod changes;
mod filter;
mod funnel;
mod ids;
mod numbers;
mod products;
mod shop;
mod source;
mod traffic;
mod visits;
mod week;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rstest::rstest;
use sbw_queries::Question;
use sbw_queries::answers::breakdown::{brands, categories};
use sbw_queries::answers::events::events;
use sbw_queries::answers::funnel::funnel as ask_funnel;
use sbw_queries::answers::heatmap::heatmap;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::products::products as ask_products;
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::answers::session::session;
use sbw_queries::answers::session_list::{SessionPage, session_list};
use sbw_queries::answers::sessions::sessions;
use sbw_queries::answers::timeseries::timeseries;

use crate::common::Warehouse;
use crate::sent::Sent;
use filter::{Filtered, filtered};
use shop::Shop;
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

/// What happens to a warehouse before it is asked.
#[derive(Debug, Clone, Copy)]
enum History {
    /// Loads that nothing has refreshed; then refreshed.
    Loaded,
    /// Refreshed between loads, the last ones pending; then refreshed, verified, and built anew.
    Resumed,
    /// Refreshed, then deleted and updated by hand; then refreshed.
    ChangedByHand,
    /// Refreshed, then restored past the trigger or as a replica does; then refreshed.
    Restored,
}

impl History {
    /// As in a shop of the usual size, or so that this traffic is a large one.
    async fn settings(self, warehouse: &Warehouse) {
        let settings = match self {
            Self::Loaded => return,
            Self::Resumed => "busy_events = 1, max_stale = 3",
            Self::ChangedByHand | Self::Restored => "busy_events = 1, session_events = 10",
        };
        let sql = format!("update rollups.settings set {settings}");
        warehouse.client.batch_execute(&sql).await.unwrap();
    }
}

/// Several at once, each with a server of its own.
#[rstest]
fn the_sql_agrees_with_the_definitions(
    #[values(
        History::Loaded,
        History::Resumed,
        History::ChangedByHand,
        History::Restored
    )]
    history: History,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let warehouse = runtime.block_on(Warehouse::migrated());
    runtime.block_on(warehouse.without_jit());
    runtime.block_on(history.settings(&warehouse));
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&traffic::cases(), |case| {
            runtime.block_on(relive(&warehouse, &case, history))
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

/// Asked twice: with the log pending, and refreshed.
async fn relive(warehouse: &Warehouse, case: &Case, history: History) -> Result<(), TestCaseError> {
    let mut sent = case.sent.clone();
    // Loads of events in no order of time.
    let (early, late) = sent.split_at(sent.len() / 2);
    warehouse.clear().await;
    match history {
        History::Loaded => {
            warehouse.load(early).await;
            warehouse.load(late).await;
        }
        History::Resumed => {
            warehouse.load(early).await;
            warehouse.refresh().await;
            warehouse.load(late).await;
        }
        History::ChangedByHand => {
            warehouse.load(early).await;
            warehouse.load(late).await;
            warehouse.refresh().await;
            changes::apply(&warehouse.client, &mut sent, &case.changes).await;
        }
        History::Restored => {
            warehouse.load(early).await;
            warehouse.refresh().await;
            let restore = if case.limit.is_multiple_of(2) {
                "alter table public.clickstream_events disable trigger all"
            } else {
                "set session_replication_role = replica"
            };
            let client = &warehouse.client;
            client.batch_execute(restore).await.unwrap();
            warehouse.load(late).await;
            client
                .batch_execute("reset session_replication_role")
                .await
                .unwrap();
            warehouse.find_unlogged().await;
        }
    }
    agree(warehouse, &sent, case).await?;
    warehouse.refresh().await;
    agree(warehouse, &sent, case).await?;
    if matches!(history, History::Resumed) {
        same!(
            warehouse.verify_days().await,
            Vec::<String>::new(),
            "verify"
        );
        warehouse.begin_rebuild().await;
        agree(warehouse, &sent, case).await?;
        warehouse.refresh().await;
        agree(warehouse, &sent, case).await?;
    }
    Ok(())
}

/// Every view, with one question.
pub(crate) async fn agree(
    warehouse: &Warehouse,
    sent: &[Sent],
    case: &Case,
) -> Result<(), TestCaseError> {
    let longest = "select session_events::int8 from rollups.settings";
    let longest = usize::try_from(warehouse.number(longest).await).unwrap();
    let shop = Shop::of(sent, longest);
    let kept = filtered(&shop, &case.question);
    counts(warehouse, &shop, case, &kept).await?;
    goods(warehouse, case, &kept).await?;
    visits(warehouse, &shop, case, &kept).await
}

async fn counts(
    warehouse: &Warehouse,
    shop: &Shop<'_>,
    case: &Case,
    kept: &[Filtered<'_>],
) -> Result<(), TestCaseError> {
    let (client, question) = (&warehouse.client, &case.question);
    let found = overview(client, question).await?;
    same!(found.current, numbers::totals(kept), "overview");
    let before = Question {
        range: question.range.previous(),
        ..question.clone()
    };
    same!(
        found.previous,
        numbers::totals(&filtered(shop, &before)),
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
        numbers::series(kept, question, series.bucket, case.zone),
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

async fn goods(
    warehouse: &Warehouse,
    case: &Case,
    kept: &[Filtered<'_>],
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

async fn visits(
    warehouse: &Warehouse,
    shop: &Shop<'_>,
    case: &Case,
    kept: &[Filtered<'_>],
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
        visits::session_list(shop, kept, &case.steps, case.at_step),
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
    same!(rows, visits::session(shop, case.session), "session");
    Ok(())
}
