//! What each role can do, and above all cannot.

use tokio_postgres::error::SqlState;

use crate::common::{Warehouse, event};
use crate::sent::load;

const TABLES: [&str; 13] = [
    "public.clickstream_events",
    "etl.baseline",
    "etl.runs",
    "etl.ledger",
    "etl.rejects",
    "etl.waiting",
    "etl.schema_history",
    "context.pages",
    "context.events",
    "context.orders",
    "context.items",
    "rollups.event_counts",
    "rollups.stale",
];

#[tokio::test]
async fn the_reader_reads_everything_and_writes_nothing() {
    let warehouse = Warehouse::migrated().await;
    load(&warehouse.client, &[event(1, "2025-12-01", "page_view")]).await;
    let reader = warehouse.of("sbw_reader").await;
    // Of rejects only what is in them by kind (reader.rs); networks not at all.
    let hidden = ["etl.rejects", "etl.waiting"];
    for table in TABLES.iter().filter(|table| !hidden.contains(table)) {
        reader
            .query(&format!("select * from {table}"), &[])
            .await
            .unwrap();
    }
    let forbidden: Vec<String> = TABLES
        .iter()
        .flat_map(|table| {
            [
                format!("insert into {table} default values"),
                format!("delete from {table}"),
                format!("truncate {table}"),
                format!("drop table {table}"),
                format!("alter table {table} add column more text"),
                format!("create index on {table} ((1))"),
            ]
        })
        .chain([
            "update public.clickstream_events set event_name = 'x'".to_owned(),
            "update etl.runs set error = 'x'".to_owned(),
            "create table public.mine (a int)".to_owned(),
            "create table etl.mine (a int)".to_owned(),
            "create table context.mine (a int)".to_owned(),
            "create table metrics.mine (a int)".to_owned(),
            "create table rollups.mine (a int)".to_owned(),
            "select rollups.refresh_next()".to_owned(),
            "select rollups.begin_rebuild()".to_owned(),
            "create schema mine".to_owned(),
            "drop schema etl cascade".to_owned(),
            "drop function metrics.percent".to_owned(),
            "alter role sbw_reader superuser".to_owned(),
            "set role sbw_loader".to_owned(),
        ])
        .collect();
    for statement in &forbidden {
        // Read-only by default, and without the right even when that is switched off.
        let error = reader.batch_execute(statement).await.expect_err(statement);
        let code = error.code().unwrap();
        assert!(
            [
                &SqlState::READ_ONLY_SQL_TRANSACTION,
                &SqlState::INSUFFICIENT_PRIVILEGE
            ]
            .contains(&code),
            "{statement}: {error:?}"
        );
        let anyway = format!("begin read write; {statement}");
        let error = reader.batch_execute(&anyway).await.expect_err(statement);
        reader.batch_execute("rollback").await.unwrap();
        assert_denied(statement, &error);
    }
    let rows = warehouse
        .client
        .query_one("select count(*) from public.clickstream_events", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1);
}

#[tokio::test]
async fn the_loader_adds_and_keeps_its_run_log() {
    let warehouse = Warehouse::migrated().await;
    let loader = warehouse.of("sbw_loader").await;
    load(&loader, &[event(1, "2025-12-01", "page_view")]).await;
    for statement in [
        "insert into public.clickstream_events (event_id, event_timestamp, event_name)
         select event_id, event_timestamp, event_name from public.clickstream_events on conflict (event_id) do nothing",
        "insert into etl.runs (trigger, scope) values ('test', 'new')",
        "update etl.runs set status = 'complete', finished_at = now()",
        "insert into etl.ledger values ('k', 1, 1, now(), now(), 1, 1, 0, 0)",
        "update etl.ledger set inserted = 0, duplicates = 1",
        "insert into etl.rejects values ('k', 0, 'why', '{', 1)",
        "delete from etl.rejects",
        "insert into etl.waiting values ('k', 1, now(), 'e', null, 'why', 1, 1)",
        "update etl.waiting set failures = 2",
        "delete from etl.waiting",
        "insert into context.pages (host, path) values ('shop.example', '/')",
        "insert into context.events (event_id, page_no) values (gen_random_uuid(), 1)",
        "begin; lock table rollups.turn in exclusive mode; rollback",
        "create temporary table incoming (like public.clickstream_events) on commit delete rows",
        "select count(*) from etl.baseline, etl.schema_history",
        "notify clickstream_loaded, '1'",
    ] {
        loader.batch_execute(statement).await.expect(statement);
    }
}

#[tokio::test]
async fn the_loader_takes_nothing_back_and_changes_no_table() {
    let warehouse = Warehouse::migrated().await;
    load(&warehouse.client, &[event(1, "2025-12-01", "page_view")]).await;
    let loader = warehouse.of("sbw_loader").await;
    let each = TABLES.iter().flat_map(|table| {
        [
            format!("drop table {table}"),
            format!("drop table {table} cascade"),
            format!("truncate {table}"),
            format!("alter table {table} add column more text"),
            format!("alter table {table} owner to sbw_loader"),
            format!("alter table {table} disable trigger all"),
            format!("create index on {table} ((1))"),
        ]
    });
    let others = [
        "update public.clickstream_events set event_name = 'x'",
        "delete from public.clickstream_events",
        "delete from etl.runs",
        "delete from etl.ledger",
        "update etl.rejects set reason = 'x'",
        "insert into etl.baseline default values",
        "update etl.baseline set events = 0",
        "update etl.schema_parts set hash = 'x'",
        "update context.events set quantity = 1",
        "delete from context.orders",
        "insert into rollups.sessions select * from rollups.sessions",
        "insert into rollups.stale values (now(), 'x')",
        "create table rollups.mine (a int)",
        "insert into etl.schema_history values (9, 'x', 'x', 'x')",
        "create table public.mine (a int)",
        "create table etl.mine (a int)",
        "create schema mine",
        "drop schema etl cascade",
        "drop index public.clickstream_events_time_idx",
        "drop function metrics.percent",
        "set role sbw_owner",
    ];
    for statement in each.chain(others.map(str::to_owned)) {
        let error = loader
            .batch_execute(&statement)
            .await
            .expect_err(&statement);
        assert_denied(&statement, &error);
    }
}

/// Rights given by hand do not survive the next `migrate`.
#[tokio::test]
async fn migrate_takes_back_what_is_not_in_the_list() {
    let mut warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute("grant all on public.clickstream_events, etl.runs to sbw_reader, sbw_loader; grant create on schema public to public")
        .await
        .unwrap();
    sbw_queries::migrate::migrate(&mut warehouse.client)
        .await
        .unwrap();
    for (role, statement) in [
        (
            "sbw_reader",
            "begin read write; delete from public.clickstream_events",
        ),
        ("sbw_loader", "truncate public.clickstream_events"),
        ("sbw_loader", "create table public.mine (a int)"),
    ] {
        let error = warehouse
            .of(role)
            .await
            .batch_execute(statement)
            .await
            .expect_err(statement);
        assert_denied(statement, &error);
    }
}

fn assert_denied(statement: &str, error: &tokio_postgres::Error) {
    assert_eq!(
        error.code(),
        Some(&SqlState::INSUFFICIENT_PRIVILEGE),
        "{statement}: {error:?}"
    );
}
