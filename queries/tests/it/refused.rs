//! Databases that a warehouse cannot be in: each is refused before anything changes, in words that
//! say what to do.

use rstest::rstest;
use sbw_queries::connect::{SessionOptions, Target, connect};
use sbw_queries::migrate::{MigrateError, check_session, migrate};
use sbw_servers::postgres::Postgres;
use tokio_postgres::Client;

use crate::common::{Warehouse, session, target};

async fn client_of(target: &Target) -> Client {
    let options = SessionOptions::writer("test");
    connect(target, &options).await.unwrap().client
}

async fn refusal_in(postgres: &Postgres, database: &str) -> MigrateError {
    let mut target = target(postgres, "postgres");
    database.clone_into(&mut target.dbname);
    let mut client = client_of(&target).await;
    let error = migrate(&mut client).await.unwrap_err();
    let made = "select count(*) from pg_namespace where nspname in ('etl', 'context', 'metrics', 'rollups')
                   and not exists (select from pg_class where relname = 'theirs')";
    let made: i64 = client.query_one(made, &[]).await.unwrap().get(0);
    assert_eq!(made, 0, "nothing was changed: {error}");
    error
}

#[rstest]
#[case::latin1(
    "create database d template template0 encoding 'LATIN1' locale 'C'",
    "",
    &["LATIN1", "create database d_utf8 template template0 encoding 'UTF8' locale 'C.UTF-8'"]
)]
#[case::ascii("create database d template template0 encoding 'SQL_ASCII' locale 'C'", "", &["SQL_ASCII", "UTF8"])]
#[case::read_only("create database d; alter database d set default_transaction_read_only = on", "", &["read only", "default_transaction_read_only"])]
#[case::template("create database d is_template true", "", &["template", "create database"])]
#[case::no_language("create database d", "drop extension plpgsql", &["create extension plpgsql"])]
#[case::no_public("create database d", "drop schema public", &["create schema public"])]
#[case::somebody_elses_metrics("create database d", "create schema metrics; create table metrics.theirs ()", &["metrics", "rename"])]
#[case::somebody_elses_function("create database d", "create schema rollups; create function rollups.theirs() returns int language sql return 1; create table public.theirs ()", &["rollups", "rename"])]
#[tokio::test]
async fn a_database_is_refused(#[case] made: &str, #[case] changed: &str, #[case] words: &[&str]) {
    let postgres = Postgres::start().unwrap();
    let setup = session(&postgres, "postgres").await.client;
    for statement in made.split("; ") {
        setup.batch_execute(statement).await.unwrap();
    }
    if !changed.is_empty() {
        let mut target = target(&postgres, "postgres");
        "d".clone_into(&mut target.dbname);
        client_of(&target)
            .await
            .batch_execute(changed)
            .await
            .unwrap();
    }
    let error = refusal_in(&postgres, "d").await.to_string();
    for word in words {
        assert!(error.contains(word), "{error} lacks {word}");
    }
}

#[tokio::test]
async fn a_table_that_would_lose_or_hide_rows_is_refused() {
    let mut warehouse = Warehouse::empty().await;
    let shape = sbw_contract::column_definitions();
    let made = format!(
        "create unlogged table public.clickstream_events ({shape}, primary key (event_id));
         alter table public.clickstream_events enable row level security"
    );
    warehouse.client.batch_execute(&made).await.unwrap();
    let error = migrate(&mut warehouse.client)
        .await
        .unwrap_err()
        .to_string();
    for word in ["set logged", "disable row level security"] {
        assert!(error.contains(word), "{error} lacks {word}");
    }
}

/// A warehouse that was fine may have been made read only since.
#[tokio::test]
async fn a_run_is_refused_where_nothing_can_be_written() {
    let warehouse = Warehouse::migrated().await;
    let loader = warehouse.of("sbw_loader").await;
    check_session(&loader).await.unwrap();
    warehouse
        .client
        .batch_execute("alter role sbw_loader set default_transaction_read_only = on")
        .await
        .unwrap();
    let loader = warehouse.of("sbw_loader").await;
    let error = check_session(&loader).await.unwrap_err();
    assert!(matches!(error, MigrateError::ReadOnly { .. }), "{error}");
    assert!(error.to_string().contains("sbw_loader"), "{error}");
}

/// What is in other schemas on the path does not take the place of the server's own.
#[tokio::test]
async fn a_search_path_does_not_matter() {
    let mut warehouse = Warehouse::empty().await;
    let shadows = "
        create schema shadow;
        create function shadow.length(text) returns int language sql return -1;
        create function shadow.count(bigint) returns int language sql return -1;
        create function shadow.to_regclass(text) returns regclass language sql return null;
        create domain shadow.text as pg_catalog.int4;
        create table shadow.clickstream_events (x int);
        alter database postgres set search_path = shadow, pg_catalog, public";
    warehouse.client.batch_execute(shadows).await.unwrap();
    warehouse.client = warehouse.of("postgres").await;
    migrate(&mut warehouse.client).await.unwrap();
    assert!(migrate(&mut warehouse.client).await.unwrap().is_unchanged());
    let path = "show search_path";
    let path: String = warehouse.client.query_one(path, &[]).await.unwrap().get(0);
    assert_eq!(
        path, "shadow, pg_catalog, public",
        "the session has its own again"
    );
}
