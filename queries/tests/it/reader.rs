//! The reader's password is in many hands. What these can do to the warehouse, and to each other.

use rstest::rstest;
use sbw_queries::migrate::{MigrateError, migrate};
use tokio_postgres::error::SqlState;

use crate::common::{Warehouse, event};
use crate::sent::load;

/// Each is tried in a transaction that may write: read-only is a default that everybody can change.
const ATTACKS: &[&str] = &[
    // Locks that others wait for.
    "select pg_advisory_lock(7280414163225904)",
    "select pg_advisory_lock(1396856658, 1)",
    "select pg_advisory_lock_shared(1)",
    "select pg_try_advisory_lock(1, 2)",
    "select pg_advisory_xact_lock(1)",
    "select pg_try_advisory_xact_lock_shared(1, 2)",
    "lock table public.clickstream_events in share mode",
    "lock table public.clickstream_events in access exclusive mode",
    "lock table rollups.turn in exclusive mode",
    "lock table etl.exclusions in access share mode",
    "select * from public.clickstream_events for update",
    "select * from public.clickstream_events for key share",
    // Room on the disk.
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'x')",
    "select lo_put(1, 0, 'x')",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/x')",
    "select lowrite(0, 'x')",
    "create temporary table mine (a int)",
    "create temporary sequence mine",
    "create temporary view mine as select 1",
    "select 1 as a into temporary mine",
    "create function pg_temp.mine() returns int language sql as 'select 1'",
    "select pg_logical_emit_message(false, 'x', 'y')",
    "select pg_create_physical_replication_slot('x', true)",
    "select pg_create_logical_replication_slot('x', 'pgoutput')",
    "set temp_file_limit = -1",
    "alter role sbw_reader set temp_file_limit = -1",
    "alter role sbw_reader connection limit -1",
    // Other people's sessions, and the server itself.
    "select pg_terminate_backend(pg_backend_pid())",
    "select pg_cancel_backend(pg_backend_pid())",
    "select pg_reload_conf()",
    "select pg_rotate_logfile()",
    "select pg_switch_wal()",
    "select pg_stat_reset()",
    "select pg_promote()",
    "select pg_create_restore_point('x')",
    "checkpoint",
    "set session_replication_role = replica",
    "set log_statement = 'none'",
    // Files and programs.
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('postgresql.conf')",
    "copy public.clickstream_events to '/tmp/x'",
    "copy (select 1) to program 'true'",
    "create extension file_fdw",
    // Secrets, and what strangers sent.
    "select * from pg_authid",
    "select * from pg_hba_file_rules",
    "select * from pg_statistic",
    "select excerpt from etl.rejects",
    "select * from etl.rejects",
    "select r from etl.rejects r",
    "copy etl.rejects to stdout",
    "select * from etl.exclusions",
    "select * from etl.excluded_events",
    "select * from etl.erasures",
    // Other roles, and what only they do.
    "set role sbw_owner",
    "set role sbw_loader",
    "set session authorization sbw_loader",
    "create role mine",
    "alter role sbw_loader password 'x'",
    "grant sbw_loader to sbw_reader",
    "select etl.take_out(null, null)",
    "select etl.take_out_events('{}', '{}')",
    "select etl.put_back()",
    "select etl.take_out_erased()",
    "select etl.end_long_readers('0 s')",
    "select etl.erasure_digest('x', 'user', 'u-1')",
];

#[tokio::test]
async fn what_a_reader_tries_is_denied() {
    let warehouse = Warehouse::migrated().await;
    load(&warehouse.client, &[event(1, "2025-12-01", "page_view")]).await;
    let reader = warehouse.of("sbw_reader").await;
    let mut allowed = Vec::new();
    for attack in ATTACKS {
        let tried = reader
            .batch_execute(&format!("begin read write; {attack}"))
            .await;
        reader.batch_execute("rollback").await.unwrap();
        match tried {
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {}
            other => allowed.push(format!("{attack}: {other:?}")),
        }
    }
    assert!(allowed.is_empty(), "{allowed:#?}");
    // Dashboards still learn why, and how often.
    let why = "select reason, count(*), max(rejected_at) from etl.rejects group by reason";
    reader.query(why, &[]).await.unwrap();
    // Others' statements are theirs.
    let seen = "select count(*)::bigint from pg_stat_activity where usename = 'postgres' and query not in ('<insufficient privilege>', '')";
    assert_eq!(
        reader.query_one(seen, &[]).await.unwrap().get::<_, i64>(0),
        0
    );
}

const SETTINGS: &str = "select coalesce(string_agg(s, ' ' order by s), '') || ' / ' || (select rolconnlimit from pg_roles where rolname = 'sbw_reader')
                          from pg_db_role_setting, unnest(setconfig) s where setrole = 'sbw_reader'::regrole";

/// A role may change its own settings for everybody who uses it: until the next `migrate`.
#[tokio::test]
async fn readers_have_limits_and_lose_others_at_the_next_migrate() {
    let mut warehouse = Warehouse::migrated().await;
    let settings = async |warehouse: &Warehouse| {
        let row = warehouse.client.query_one(SETTINGS, &[]).await.unwrap();
        row.get::<_, String>(0)
    };
    let limits = "default_transaction_read_only=on idle_in_transaction_session_timeout=1min idle_session_timeout=12h \
                  jit=off statement_timeout=5min temp_file_limit=2GB work_mem=32MB / 40";
    assert_eq!(settings(&warehouse).await, limits);
    let reader = warehouse.of("sbw_reader").await;
    for change in [
        "alter role sbw_reader set statement_timeout = 0",
        "alter role sbw_reader set search_path = mine",
        "alter role sbw_reader in database postgres set work_mem = '64GB'",
    ] {
        let change = format!("begin read write; {change}; commit");
        reader.batch_execute(&change).await.unwrap();
    }
    assert_ne!(settings(&warehouse).await, limits);
    warehouse
        .client
        .batch_execute("alter role sbw_reader connection limit 7")
        .await
        .unwrap();
    migrate(&mut warehouse.client).await.unwrap();
    // The number of connections is an operator's own.
    assert_eq!(settings(&warehouse).await, limits.replace("/ 40", "/ 7"));
}

/// Limits that a session lifts are no bound: the loader ends what is open for long.
#[tokio::test]
async fn the_loader_ends_readers_that_stay() {
    let warehouse = Warehouse::migrated().await;
    let loader = warehouse.of("sbw_loader").await;
    let (idle, busy) = (
        warehouse.of("sbw_reader").await,
        warehouse.of("sbw_reader").await,
    );
    let lift =
        "set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; begin; select 1";
    idle.batch_execute(lift).await.unwrap();
    warehouse
        .client
        .batch_execute("begin; select 1")
        .await
        .unwrap();
    let ended = async |longest: &str| {
        let sql = format!("select etl.end_long_readers('{longest}')");
        loader.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    assert_eq!(ended("1 hour").await, 0);
    assert_eq!(ended("0 s").await, 1);
    assert!(idle.batch_execute("select 1").await.is_err());
    busy.batch_execute("select 1").await.unwrap();
    warehouse.client.batch_execute("commit").await.unwrap();
}

/// On a server where nobody could close it, a reader takes the lock of `migrate`.
#[rstest]
#[case::a_superuser("postgres", true)]
#[case::who_may_not_end_it("operator", false)]
#[tokio::test]
async fn a_reader_does_not_hold_up_an_operator(#[case] role: &str, #[case] succeeds: bool) {
    let warehouse = Warehouse::empty().await;
    for statement in [
        "create role sbw_reader login",
        "create role operator login createrole",
        "grant create on database postgres to operator",
        "grant create on schema public to operator with grant option",
    ] {
        warehouse.client.batch_execute(statement).await.unwrap();
    }
    let reader = warehouse.of("sbw_reader").await;
    reader
        .batch_execute("select pg_advisory_lock(7280414163225904)")
        .await
        .unwrap();
    let mut operator = warehouse.of(role).await;
    let result = migrate(&mut operator).await;
    if succeeds {
        assert!(result.unwrap().readers_may.is_empty());
        assert!(reader.batch_execute("select 1").await.is_err());
    } else {
        let error = result.unwrap_err();
        assert!(matches!(error, MigrateError::LockHeld { .. }), "{error}");
        assert!(
            error.to_string().contains("pg_terminate_backend("),
            "{error}"
        );
    }
}
