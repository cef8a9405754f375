//! Migrations: from nothing, again, at once, over a table that is there.

use rstest::rstest;
use sbw_queries::migrate::{CURRENT_VERSION, Difference, MigrateError, migrate};
use sbw_queries::schema::{SchemaState, refresh_pending, schema_state, schema_version};
use sbw_servers::postgres::Postgres;

use crate::common::{Warehouse, session};

const AGREED: &str = "
    event_id uuid primary key, event_timestamp timestamptz not null, event_name text not null,
    user_id text, user_login_state text, identity_source text, client_id text, session_id text,
    is_first_visit boolean, context_product_id text, context_product_name text,
    context_product_category text, context_product_brand text, context_product_price bigint,
    context_product_discount_price bigint, context_product_url_path text";

#[tokio::test]
async fn an_empty_database_gets_a_warehouse_and_a_second_time_changes_nothing() {
    let mut warehouse = Warehouse::empty().await;
    assert_eq!(
        schema_state(&warehouse.client).await.unwrap(),
        SchemaState::Missing
    );

    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(report.before, None);
    assert_eq!(report.now, CURRENT_VERSION);
    assert_eq!(
        report.applied,
        [
            "V20261201__events",
            "V20261202__loads",
            "V20261203__context",
            "V20261204__objects",
            "V20261205__removal"
        ]
    );
    assert_eq!(report.taken_over, None);
    assert!(report.functions_renewed && report.rollups_renewed);
    assert_eq!(
        schema_version(&warehouse.client).await.unwrap(),
        Some(CURRENT_VERSION)
    );
    assert!(
        refresh_pending(&warehouse.client)
            .await
            .unwrap()
            .is_nothing()
    );

    let before = catalogue(&warehouse).await;
    let report = migrate(&mut warehouse.client).await.unwrap();
    assert!(report.is_unchanged());
    assert_eq!(
        report.to_string(),
        format!("already at version {CURRENT_VERSION}; roles and grants renewed")
    );
    assert_eq!(catalogue(&warehouse).await, before);

    let reader = warehouse.of("sbw_reader").await;
    assert_eq!(schema_state(&reader).await.unwrap(), SchemaState::Current);
}

#[tokio::test]
async fn what_is_made_belongs_to_the_owner() {
    let warehouse = Warehouse::migrated().await;
    let foreign = "
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where (n.nspname in ('etl', 'context', 'metrics', 'rollups') or c.relname = 'clickstream_events')
           and c.relowner <> 'sbw_owner'::regrole
         union all
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('etl', 'context', 'metrics', 'rollups') and p.proowner <> 'sbw_owner'::regrole
         union all
        select nspname from pg_namespace
         where nspname in ('etl', 'context', 'metrics', 'rollups') and nspowner <> 'sbw_owner'::regrole";
    let foreign: Vec<String> = warehouse
        .client
        .query(foreign, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(foreign, [""; 0]);
    let login = "select rolname::text from pg_roles where rolname like 'sbw\\_%' and rolcanlogin order by 1";
    let login: Vec<String> = warehouse
        .client
        .query(login, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(login, ["sbw_loader", "sbw_reader"]);
}

#[tokio::test]
async fn operators_at_once_wait_for_each_other() {
    let postgres = Postgres::start().unwrap();
    let setup = session(&postgres, "postgres").await.client;
    setup.batch_execute("create database second").await.unwrap();
    let mut attempts = tokio::task::JoinSet::new();
    for attempt in 0..8 {
        // Two databases: roles are shared between them, the lock is not.
        let mut target = crate::common::target(&postgres, "postgres");
        if attempt % 2 == 0 {
            "second".clone_into(&mut target.dbname);
        }
        attempts.spawn(async move {
            let options = sbw_queries::connect::SessionOptions::writer("test");
            let mut client = sbw_queries::connect::connect(&target, &options)
                .await
                .unwrap()
                .client;
            migrate(&mut client).await
        });
    }
    let reports = attempts.join_all().await;
    let fresh = reports
        .iter()
        .filter(|report| !report.as_ref().unwrap().is_unchanged())
        .count();
    assert_eq!(fresh, 2, "one in each database: {reports:?}");
}

#[tokio::test]
async fn a_table_of_the_agreed_shape_is_taken_over_as_it_is() {
    let mut warehouse = Warehouse::empty().await;
    // The columns in another order, as a dump of theirs may have them.
    let shuffled = AGREED
        .replace("context_product_url_path text", "x text")
        .replace(
            "event_id uuid primary key",
            "context_product_url_path text, event_id uuid primary key",
        );
    let shuffled = shuffled.replace(", x text", "");
    let made = format!(
        "create role someone;
         create table public.clickstream_events ({shuffled});
         alter table public.clickstream_events owner to someone;
         create index theirs on public.clickstream_events (event_name);
         insert into public.clickstream_events (event_id, event_timestamp, event_name, context_product_url_path)
         select gen_random_uuid(), '2025-12-01', 'page_view', '/' || n from generate_series(1, 1000) n"
    );
    warehouse.client.batch_execute(&made).await.unwrap();
    let fingerprint =
        "select md5(string_agg(e::text, '|' order by event_id)) from public.clickstream_events e";
    let before: String = warehouse
        .client
        .query_one(fingerprint, &[])
        .await
        .unwrap()
        .get(0);

    let report = migrate(&mut warehouse.client).await.unwrap();
    assert_eq!(report.taken_over, Some(1000));
    assert!(
        report
            .to_string()
            .contains("; took over clickstream_events with 1000 rows; ")
    );
    assert_eq!(
        migrate(&mut warehouse.client).await.unwrap().taken_over,
        None
    );

    let after: String = warehouse
        .client
        .query_one(fingerprint, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(after, before);
    let kept = "
        select pg_get_userbyid(relowner)::text, to_regclass('public.theirs') is not null
          from pg_class where oid = 'public.clickstream_events'::regclass";
    let kept = warehouse.client.query_one(kept, &[]).await.unwrap();
    assert_eq!(
        (kept.get::<_, String>(0).as_str(), kept.get(1)),
        ("someone", true)
    );

    let reader = warehouse.of("sbw_reader").await;
    let question = crate::common::between("2025-12-01", "2025-12-02");
    let events = sbw_queries::answers::events::events(&reader, &question, 10)
        .await
        .unwrap();
    assert_eq!(events.rows[0].events, 1000);
    assert_eq!(refresh_pending(&reader).await.unwrap().days, 1);
    warehouse.refresh().await;
    assert!(refresh_pending(&reader).await.unwrap().is_nothing());
    let refreshed = sbw_queries::answers::events::events(&reader, &question, 10)
        .await
        .unwrap();
    assert_eq!(refreshed, events);
}

/// How the agreed table is changed, and what is said about it.
const OTHER_SHAPES: [(&str, &str, &[&str]); 11] = [
    (
        "is_first_visit boolean,",
        "",
        &["is_first_visit is missing (expected boolean)"],
    ),
    (
        "session_id text",
        "session_id text, note varchar(9)",
        &["note (character varying(9)) is not expected"],
    ),
    (
        "event_id uuid",
        "event_id text",
        &["event_id is text, expected uuid"],
    ),
    (
        "user_id text",
        "user_id varchar(255)",
        &["user_id is character varying(255), expected text"],
    ),
    (
        "timestamptz",
        "timestamp",
        &["event_timestamp is timestamp without time zone, expected timestamp with time zone"],
    ),
    (
        "event_name text not null",
        "event_name text",
        &["event_name must be not null"],
    ),
    (
        "client_id text",
        "client_id text not null",
        &["client_id must allow null"],
    ),
    (
        "uuid primary key",
        "uuid not null",
        &["event_id must be the primary key, alone"],
    ),
    (
        "event_id uuid primary key",
        "primary key (event_id, event_timestamp), event_id uuid",
        &["event_id must be the primary key, alone"],
    ),
    (
        "context_product_price bigint",
        "context_product_price bigint generated always as (1) stored",
        &["context_product_price is computed by the server, and must be plain"],
    ),
    (
        "event_id uuid primary key, event_timestamp timestamptz not null, event_name text not null",
        "id int",
        &[
            "event_id is missing (expected uuid)",
            "event_timestamp is missing (expected timestamp with time zone)",
            "event_name is missing (expected text)",
            "event_id must be the primary key, alone",
            "id (integer) is not expected",
        ],
    ),
];

#[tokio::test]
async fn a_table_of_another_shape_is_refused_before_anything_changes() {
    let mut warehouse = Warehouse::empty().await;
    for (agreed, instead, expected) in OTHER_SHAPES {
        assert!(AGREED.contains(agreed));
        let other = format!(
            "create table public.clickstream_events ({})",
            AGREED.replace(agreed, instead)
        );
        warehouse.client.batch_execute(&other).await.unwrap();
        let before = catalogue(&warehouse).await;

        let error = migrate(&mut warehouse.client).await.unwrap_err();
        let MigrateError::WrongShape(differences) = &error else {
            panic!("{error}")
        };
        let said: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
        assert!(
            error
                .to_string()
                .contains(&format!("\n  - {}", expected[0]))
        );
        assert_eq!(catalogue(&warehouse).await, before);
        warehouse
            .client
            .batch_execute("drop table public.clickstream_events")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_view_in_the_tables_place_is_refused() {
    let mut warehouse = Warehouse::empty().await;
    warehouse
        .client
        .batch_execute("create view public.clickstream_events as select 1 as one")
        .await
        .unwrap();
    let error = migrate(&mut warehouse.client).await.unwrap_err();
    assert!(matches!(error, MigrateError::WrongShape(d) if d == [Difference::NotATable]));
}

#[tokio::test]
async fn an_operator_without_rights_hears_which() {
    let warehouse = Warehouse::empty().await;
    warehouse
        .client
        .batch_execute(&format!(
            "create table public.clickstream_events ({AGREED}); create role weak login"
        ))
        .await
        .unwrap();
    let before = catalogue(&warehouse).await;
    let mut weak = warehouse.of("weak").await;
    let error = migrate(&mut weak).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "weak may not do this, and nothing was changed; needed: CREATEROLE, for sbw_loader, sbw_owner, sbw_reader; \
         CREATE on database postgres; membership of postgres, who owns public.clickstream_events. \
         A superuser has them all"
    );
    assert_eq!(catalogue(&warehouse).await, before);
}

#[tokio::test]
async fn an_operator_with_just_the_rights_is_enough() {
    let warehouse = Warehouse::empty().await;
    let operator = "create role operator login createrole; create database theirs owner operator";
    for statement in operator.split(';') {
        warehouse.client.batch_execute(statement).await.unwrap();
    }
    let mut target = crate::common::target(&warehouse.postgres, "operator");
    "theirs".clone_into(&mut target.dbname);
    let options = sbw_queries::connect::SessionOptions::writer("test");
    let mut client = sbw_queries::connect::connect(&target, &options)
        .await
        .unwrap()
        .client;
    let report = migrate(&mut client).await.unwrap();
    assert_eq!(report.now, CURRENT_VERSION);
    // What is left to a superuser is said.
    assert_eq!(
        report.readers_may,
        [
            "take advisory locks",
            "create large objects",
            "write messages into the log of changes",
            "end the sessions of other readers",
            "fill the disk with temporary files"
        ]
    );
    assert!(migrate(&mut client).await.unwrap().is_unchanged());
}

#[rstest]
#[case::older("delete from etl.schema_history where version > 20261201", SchemaState::Older { found: 20_261_201 })]
#[case::newer("insert into etl.schema_history values (99999999, 'later', '2030-01-01T00:00:00Z', '1')", SchemaState::Newer { found: 99_999_999 })]
#[case::other_functions(
    "update etl.schema_parts set hash = 'other' where part = 'functions'",
    SchemaState::OtherFunctions
)]
#[case::missing("drop schema etl cascade", SchemaState::Missing)]
#[case::no_rights("revoke usage on schema etl from sbw_reader", SchemaState::NoRights)]
#[tokio::test]
async fn a_dashboard_can_tell_what_it_is_connected_to(
    #[case] change: &str,
    #[case] expected: SchemaState,
) {
    let mut warehouse = Warehouse::migrated().await;
    warehouse.client.batch_execute(change).await.unwrap();
    let reader = warehouse.of("sbw_reader").await;
    assert_eq!(schema_state(&reader).await.unwrap(), expected);
    assert!(expected.advice().is_some());
    if matches!(expected, SchemaState::Newer { .. }) {
        let error = migrate(&mut warehouse.client).await.unwrap_err();
        assert!(matches!(error, MigrateError::Newer { found: 99_999_999 }));
    }
}

/// Everything that a migration could change, as one text.
async fn catalogue(warehouse: &Warehouse) -> String {
    let everything = "
        select string_agg(line, E'\\n' order by line) from (
            select format('role %s %s %s', rolname, rolcanlogin, rolconfig) as line from pg_roles
             union all
            select format('schema %s %s %s', nspname, nspowner, nspacl) from pg_namespace
             where nspname not like 'pg\\_%'
             union all
            select format('relation %s %s %s %s', oid::regclass, relkind, relowner, relacl) from pg_class
             where relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)
             union all
            select format('routine %s %s %s %s', oid::regprocedure, proowner, proacl, prosrc) from pg_proc
             where pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
             union all
            select format('database %s', datacl) from pg_database where datname = current_database()
        ) as all_of_it";
    warehouse
        .client
        .query_one(everything, &[])
        .await
        .unwrap()
        .get(0)
}
