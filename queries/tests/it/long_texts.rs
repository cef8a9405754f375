//! A table with texts that no index of the tree kind takes.

use sbw_contract::{Column, column_definitions, column_list};
use sbw_queries::answers::events::events;
use sbw_queries::answers::overview::overview;
use sbw_queries::migrate::migrate;

use crate::common::{Warehouse, between};

/// A megabyte that does not compress, of one kind for each row.
const NOISE: &str = "create function pg_temp.noise(n int) returns text language sql as $$
    select string_agg(md5(n || ' ' || i), '') from generate_series(1, 32768) i $$";

fn texts() -> Vec<&'static str> {
    Column::ALL
        .into_iter()
        .filter(|column| column.kind().sql_type() == "text")
        .map(Column::name)
        .collect()
}

/// Rows of which every text is long.
fn insert(from: u32, to: u32) -> String {
    let texts = texts();
    format!(
        "insert into public.clickstream_events (event_id, event_timestamp, {})
         select gen_random_uuid(), '2025-12-01 10:00+00', {}
           from generate_series({from}, {to}) n, lateral (select pg_temp.noise(n) as long offset 0) l",
        texts.join(", "),
        vec!["long"; texts.len()].join(", ")
    )
}

#[tokio::test]
async fn it_is_taken_over_and_loaded_on() {
    let mut warehouse = Warehouse::empty().await;
    let made = format!(
        "create table public.clickstream_events ({}, primary key (event_id)); {NOISE}; {}",
        column_definitions(),
        insert(1, 4)
    );
    warehouse.client.batch_execute(&made).await.unwrap();
    // A long id that is no session, because too many events carry it.
    let robot = format!(
        "insert into public.clickstream_events ({})
         select gen_random_uuid(), '2025-12-01 11:00+00', 'click', null, null, null, null, l.long, null,
                null, null, null, null, null, null, null
           from (select left(pg_temp.noise(99), 4000) as long offset 0) l, generate_series(1, 5001)",
        column_list("")
    );
    warehouse.client.batch_execute(&robot).await.unwrap();
    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(report.taken_over, Some(5_005));
    warehouse.refresh().await;
    // The table goes on taking such rows, whoever inserts them.
    warehouse.client.batch_execute(&insert(5, 6)).await.unwrap();
    let question = between("2025-12-01", "2025-12-02");
    let reader = warehouse.of("sbw_reader").await;
    let stale = overview(&reader, &question).await.unwrap();
    warehouse.refresh().await;
    let fresh = overview(&reader, &question).await.unwrap();
    assert_eq!(stale, fresh);
    assert_eq!(
        (fresh.current.total_events, fresh.current.sessions),
        (5_007, 6)
    );
    let names = events(&reader, &question, 10).await.unwrap();
    assert_eq!(names.rows.len(), 7);

    let plan =
        "explain select from public.clickstream_events where session_id = 'x' and session_id <> ''";
    warehouse
        .client
        .batch_execute("set enable_seqscan = off")
        .await
        .unwrap();
    let plan = warehouse.client.query(plan, &[]).await.unwrap();
    let plan: Vec<&str> = plan.iter().map(|row| row.get(0)).collect();
    assert!(
        plan.concat().contains("clickstream_events_session_idx"),
        "{plan:?}"
    );
}
