//! Rows that came past the triggers, as restores and replication bring them.

use std::process::{Command, Stdio};

use rstest::rstest;
use sbw_queries::migrate::migrate;
use sbw_queries::schema::{SchemaState, schema_state};
use sbw_servers::postgres::Postgres;

use crate::common::{Warehouse, between, session, step, totals};
use crate::sent::{Sent, order_of};

/// A restore in replica role is logged as it happens; one without triggers is found out.
#[rstest]
#[case::replica("set session_replication_role = replica", 0)]
#[case::no_triggers("alter table public.clickstream_events disable trigger all", 2)]
#[tokio::test]
async fn restored_rows_are_noticed(#[case] restore: &str, #[case] days: i64) {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[step(1, "s", "2025-12-01T10:00:00Z", "page_view")])
        .await;
    warehouse.refresh().await;
    warehouse.client.batch_execute(restore).await.unwrap();
    warehouse
        .load(&[
            step(2, "s", "2025-12-01T11:00:00Z", "page_view"),
            step(3, "t", "2025-12-04T11:00:00Z", "page_view"),
        ])
        .await;
    warehouse
        .client
        .batch_execute("reset session_replication_role")
        .await
        .unwrap();
    assert_eq!(warehouse.find_unlogged().await, days);
    let question = between("2025-12-01", "2025-12-08");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.total_events, now.sessions), (3, 2), "{refreshed}");
    }
    // The triggers are back.
    let off = "select count(*) from pg_trigger
                where tgrelid = 'public.clickstream_events'::regclass and tgenabled <> 'A' and not tgisinternal";
    assert_eq!(warehouse.number(off).await, 0);
    assert_eq!(warehouse.find_unlogged().await, 0);
}

/// What came past the triggers changes days whose own events are all there: an order turns out to be a
/// repeat, and an id to be no session.
#[tokio::test]
async fn restored_rows_change_other_days() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    client
        .batch_execute("update rollups.settings set session_events = 2")
        .await
        .unwrap();
    let view = |id, time| Sent::from(step(id, "long", time, "page_view"));
    warehouse
        .hold(&[
            view(1, "2025-12-05T10:00:00Z"),
            order_of(9, "t", "2025-12-05T11:00:00Z"),
        ])
        .await;
    warehouse.refresh().await;
    let question = between("2025-12-05", "2025-12-06");
    let before = totals(&warehouse, &question).await;
    assert_eq!((before.sessions, before.revenue_vnd), (2, 9));
    client
        .batch_execute("alter table public.clickstream_events disable trigger all")
        .await
        .unwrap();
    warehouse
        .load(&[
            order_of(7, "u", "2025-12-01T10:00:00Z"),
            view(2, "2025-12-09T10:00:00Z"),
            view(3, "2025-12-09T10:00:00Z"),
        ])
        .await;
    assert_eq!(warehouse.find_unlogged().await, 2);
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.sessions, now.revenue_vnd), (1, 0), "{refreshed}");
    }
}

/// Three events of two days, two of them in one hour, and their rollups.
async fn three_events() -> Warehouse {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "s", "2025-12-01T10:00:00Z", "page_view"),
            step(2, "s", "2025-12-01T10:30:00Z", "page_view"),
            step(3, "t", "2025-12-03T10:00:00Z", "page_view"),
        ])
        .await;
    warehouse.refresh().await;
    warehouse
}

/// What somebody does while the triggers are off: how many days are found, and what is there then.
#[rstest]
#[case::inserted("insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id) values (gen_random_uuid(), '2025-12-05', 'x', 'v')", 1, (4, 3))]
#[case::copied("insert into public.clickstream_events (event_id, event_timestamp, event_name) select gen_random_uuid(), event_timestamp, 'x' from public.clickstream_events", 2, (6, 2))]
#[case::deleted("delete from public.clickstream_events where session_id = 't'", 1, (2, 1))]
#[case::truncated("truncate public.clickstream_events", 2, (0, 0))]
#[case::as_many_inserted_as_deleted("delete from public.clickstream_events where session_id = 't';
    insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id) values (gen_random_uuid(), '2025-12-05', 'x', 'v')", 2, (3, 2))]
#[case::moved_to_another_hour("update public.clickstream_events set event_timestamp = '2025-12-02T09:00:00Z' where session_id = 't'", 2, (3, 2))]
#[tokio::test]
async fn changes_past_the_triggers_are_found(
    #[case] change: &str,
    #[case] days: i64,
    #[case] expected: (i64, i64),
) {
    let warehouse = three_events().await;
    let off = "alter table public.clickstream_events disable trigger all";
    for statement in [off, change] {
        warehouse.client.batch_execute(statement).await.unwrap();
    }
    assert_eq!(warehouse.find_unlogged().await, days);
    let question = between("2025-12-01", "2025-12-08");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.total_events, now.sessions), expected, "{refreshed}");
    }
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
}

/// Rows that change within their hour past the triggers leave all counts as they were. The next run does
/// not notice; `verify` does, and a rebuild mends it.
#[rstest]
#[case::updated("update public.clickstream_events set session_id = 'w' where session_id = 't'")]
#[case::replaced("delete from public.clickstream_events where session_id = 't';
    insert into public.clickstream_events (event_id, event_timestamp, event_name) values (gen_random_uuid(), '2025-12-03T10:59:00Z', 'x')")]
#[tokio::test]
async fn what_the_counts_do_not_show_verify_finds(#[case] change: &str) {
    let warehouse = three_events().await;
    let off = "alter table public.clickstream_events disable trigger all";
    for statement in [off, change] {
        warehouse.client.batch_execute(statement).await.unwrap();
    }
    assert_eq!(warehouse.find_unlogged().await, 0);
    assert!(!warehouse.verify_days().await.is_empty());
    warehouse.begin_rebuild().await;
    warehouse.refresh().await;
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
}

/// Logical replication fires no statement triggers.
#[tokio::test]
async fn replicated_rows_are_found() {
    let postgres = Postgres::builder()
        .setting("wal_level", "logical")
        .start()
        .unwrap();
    let mut client = session(&postgres, "postgres").await.client;
    migrate(&mut client).await.unwrap();
    let warehouse = Warehouse { postgres, client };
    let source = {
        let client = &warehouse.client;
        client
            .batch_execute("create database source")
            .await
            .unwrap();
        let mut target = crate::common::target(&warehouse.postgres, "postgres");
        "source".clone_into(&mut target.dbname);
        let options = sbw_queries::connect::SessionOptions::writer("test");
        sbw_queries::connect::connect(&target, &options)
            .await
            .unwrap()
            .client
    };
    for statement in [
        "create table public.clickstream_events (event_id uuid primary key, event_timestamp timestamptz, event_name text, session_id text)",
        "insert into public.clickstream_events values (gen_random_uuid(), '2025-12-01', 'x', 's')",
        "create publication everything for all tables",
        // Of the same server, it cannot be made with the subscription.
        "select pg_create_logical_replication_slot('copy', 'pgoutput')",
    ] {
        source.batch_execute(statement).await.unwrap();
    }
    let port = warehouse.postgres.port();
    let subscribe = format!(
        "create subscription copy connection 'host=127.0.0.1 port={port} user=postgres dbname=source'
            publication everything with (create_slot = false, slot_name = copy)"
    );
    warehouse.client.batch_execute(&subscribe).await.unwrap();
    let all = "select count(*) from public.clickstream_events";
    let wait_for = async |events: i64| {
        while warehouse.number(all).await < events {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    wait_for(1).await;
    source
        .batch_execute("insert into public.clickstream_events values (gen_random_uuid(), '2025-12-02', 'x', 't')")
        .await
        .unwrap();
    wait_for(2).await;
    warehouse.refresh().await;
    let now = totals(&warehouse, &between("2025-12-01", "2025-12-08")).await;
    assert_eq!((now.total_events, now.sessions), (2, 2));
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
    warehouse
        .client
        .batch_execute("drop subscription copy")
        .await
        .unwrap();
}

/// A backup, restored: whatever it leaves out, answers are right after what the runbook says.
#[rstest]
#[case::as_our_own_backup(&[], false)]
#[case::without_rollups(&["--exclude-schema=rollups"], true)]
#[case::without_what_rollups_hold(&["--exclude-table-data=rollups.*"], true)]
#[tokio::test]
async fn a_dump_is_restored_into_an_empty_database(
    #[case] options: &[&str],
    #[case] needs_migrate: bool,
) {
    let warehouse = three_events().await;
    let mut restored = restore(&warehouse, options, &[]).await;
    let state = schema_state(&restored.client).await.unwrap();
    assert_eq!(
        state == SchemaState::OtherFunctions,
        needs_migrate,
        "{state:?}"
    );
    let report = migrate(&mut restored.client).await.unwrap();
    assert_eq!(report.rollups_renewed, needs_migrate);
    let question = between("2025-12-01", "2025-12-08");
    for refreshed in [false, true] {
        if refreshed {
            restored.refresh().await;
        }
        let now = totals(&restored, &question).await;
        assert_eq!((now.total_events, now.sessions), (3, 2), "{refreshed}");
    }
    assert_eq!(restored.verify_days().await, Vec::<String>::new());
}

/// Rows alone, into a warehouse that is there, with its triggers off.
#[tokio::test]
async fn rows_alone_are_restored_past_the_triggers() {
    let warehouse = three_events().await;
    let options = ["--data-only", "--disable-triggers"];
    let restored = restore(
        &warehouse,
        &["--schema=public", "--schema=context"],
        &options,
    )
    .await;
    assert_eq!(restored.find_unlogged().await, 2);
    restored.refresh().await;
    let now = totals(&restored, &between("2025-12-01", "2025-12-08")).await;
    assert_eq!((now.total_events, now.sessions), (3, 2));
    assert_eq!(restored.verify_days().await, Vec::<String>::new());
}

/// Another server with what `pg_dump` and `pg_restore` make of a warehouse; a migrated one, when only rows
/// are restored.
async fn restore(warehouse: &Warehouse, dump: &[&str], restore: &[&str]) -> Warehouse {
    let restored = if restore.is_empty() {
        let empty = Warehouse::empty().await;
        let roles =
            "create role sbw_owner; create role sbw_loader login; create role sbw_reader login";
        empty.client.batch_execute(roles).await.unwrap();
        empty
    } else {
        Warehouse::migrated().await
    };
    let program = |name: &str, of: &Warehouse| {
        let mut command = Command::new(of.postgres.bin_dir().join(name));
        command.args([
            "--host=127.0.0.1",
            "--username=postgres",
            "--dbname=postgres",
        ]);
        command.arg(format!("--port={}", of.postgres.port()));
        command
    };
    let mut dumping = program("pg_dump", warehouse)
        .arg("--format=custom")
        .args(dump)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = program("pg_restore", &restored)
        .args(restore)
        .stdin(dumping.stdout.take().unwrap())
        .status()
        .unwrap();
    assert!(dumping.wait().unwrap().success());
    // Without the rollups' schema the triggers have no function.
    assert!(status.success() || dump.contains(&"--exclude-schema=rollups"));
    restored
}
