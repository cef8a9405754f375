//! From one schema to the next: the last of the old kind, other functions, other
//! rollups, and rows that came past the triggers.

use rstest::rstest;
use sbw_queries::answers::events::events;
use sbw_queries::migrate::{CURRENT_VERSION, migrate};
use sbw_queries::schema::{SchemaState, refresh_pending, schema_state};

use crate::common::{Warehouse, between, event};
use crate::sent::load;

/// What is kept, as one text that does not change with the schema: without the columns that came later.
const KEPT: &str = "
    select md5(string_agg(line, '|' order by line)) from (
        select e::text as line from public.clickstream_events e
         union all
        -- Migrations may add columns.
        select jsonb_strip_nulls(to_jsonb(r) - 'reloaded')::text from etl.runs r
         union all
        select (to_jsonb(l) - '{etag,loads,reloaded_at}'::text[])::text from etl.ledger l
         union all
        select r::text from etl.rejects r
         union all
        select b::text from etl.baseline b
    ) as kept";

async fn kept(warehouse: &Warehouse) -> String {
    let row = warehouse.client.query_one(KEPT, &[]).await.unwrap();
    row.get(0)
}

/// A warehouse of version 16, with data.
async fn version_16() -> Warehouse {
    let warehouse = Warehouse::empty().await;
    warehouse
        .client
        .batch_execute(
            "create role sbw_owner; create role sbw_loader login; create role sbw_reader login",
        )
        .await
        .unwrap();
    warehouse
        .client
        .batch_execute(include_str!("fixtures/v16.sql"))
        .await
        .unwrap();
    warehouse
        .client
        .batch_execute("reset search_path; reset client_min_messages")
        .await
        .unwrap();
    warehouse
}

#[tokio::test]
async fn a_warehouse_of_version_16_goes_on_with_all_it_has() {
    let mut warehouse = version_16().await;
    assert_eq!(
        schema_state(&warehouse.client).await.unwrap(),
        SchemaState::Older { found: 16 }
    );
    let before = kept(&warehouse).await;

    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(
        (report.before, report.now, report.taken_over),
        (Some(16), CURRENT_VERSION, None)
    );
    assert_eq!(kept(&warehouse).await, before);
    assert_eq!(
        warehouse
            .number(
                "select (select count(*) from public.clickstream_events)
                      - (select events from etl.baseline) - (select sum(inserted) from etl.ledger)::int8"
            )
            .await,
        0,
        "the ledger explains every row"
    );
    // Of the old triggers and functions nothing is left.
    let old = "
        select count(*) from pg_proc
         where pronamespace in ('metrics'::regnamespace, 'rollups'::regnamespace)
           and prosrc like '%left out of this dump%'";
    assert_eq!(warehouse.number(old).await, 0);

    let reader = warehouse.of("sbw_reader").await;
    assert_eq!(schema_state(&reader).await.unwrap(), SchemaState::Current);
    let question = between("2025-12-01", "2025-12-05");
    let from_events = events(&reader, &question, 20).await.unwrap();
    assert_eq!(
        from_events.rows.iter().map(|row| row.events).sum::<i64>(),
        300
    );
    assert_eq!(refresh_pending(&reader).await.unwrap().days, 4);

    let loader = warehouse.of("sbw_loader").await;
    load(&loader, &[event(1, "2025-12-02T10:00:00Z", "page_view")]).await;
    warehouse.refresh().await;
    assert!(refresh_pending(&reader).await.unwrap().is_nothing());
    let refreshed = events(&reader, &question, 20).await.unwrap();
    assert_eq!(
        refreshed.rows.iter().map(|row| row.events).sum::<i64>(),
        301
    );
    assert!(migrate(&mut warehouse.client).await.unwrap().is_unchanged());
}

#[rstest]
#[case::functions("'functions', 'rollups'", true, true)]
#[case::rollups("'rollups'", false, true)]
#[case::nothing("''", false, false)]
#[tokio::test]
async fn parts_of_other_files_are_made_anew(
    #[case] parts: &str,
    #[case] functions: bool,
    #[case] rollups: bool,
) {
    let mut warehouse = Warehouse::migrated().await;
    warehouse
        .load(&[event(1, "2025-12-02T10:00:00Z", "page_view")])
        .await;
    warehouse.refresh().await;
    warehouse
        .client
        .batch_execute(&format!(
            "update etl.schema_parts set hash = 'of other files' where part in ({parts})"
        ))
        .await
        .unwrap();
    let before = kept(&warehouse).await;

    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(
        (report.functions_renewed, report.rollups_renewed),
        (functions, rollups)
    );
    assert_eq!(kept(&warehouse).await, before);
    let reader = warehouse.of("sbw_reader").await;
    assert_eq!(schema_state(&reader).await.unwrap(), SchemaState::Current);
    let pending = refresh_pending(&reader).await.unwrap();
    assert_eq!(pending.is_nothing(), !rollups);
    let question = between("2025-12-01", "2025-12-05");
    let answer = events(&reader, &question, 20).await.unwrap();
    assert_eq!(answer.rows.iter().map(|row| row.events).sum::<i64>(), 1);
    assert!(migrate(&mut warehouse.client).await.unwrap().is_unchanged());
}

#[tokio::test]
async fn rows_that_came_past_the_triggers_are_found() {
    let mut warehouse = Warehouse::migrated().await;
    warehouse
        .load(&[event(1, "2025-12-02T10:00:00Z", "page_view")])
        .await;
    warehouse.refresh().await;
    warehouse
        .client
        .batch_execute("alter table public.clickstream_events disable trigger all")
        .await
        .unwrap();
    warehouse
        .load(&[event(2, "2025-12-03T10:00:00Z", "page_view")])
        .await;

    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(report.unlogged_days, 1);
    let enabled = "select count(*) from pg_trigger
                    where tgrelid = 'public.clickstream_events'::regclass and not tgisinternal and tgenabled = 'A'";
    assert!(warehouse.number(enabled).await > 0);
    assert_eq!(refresh_pending(&warehouse.client).await.unwrap().days, 1);
}
