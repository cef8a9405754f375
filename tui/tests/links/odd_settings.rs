//! A role and a database with settings of their own: answers do not change.

use serde_json::Value;

use super::common::warehouse::Warehouse;
use super::printed;

/// Whoever owns the role may have set any of these.
const SETTINGS: [(&str, &str); 26] = [
    ("datestyle", "'German'"),
    ("intervalstyle", "'sql_standard'"),
    ("timezone", "'Asia/Kathmandu'"),
    ("timezone_abbreviations", "'India'"),
    ("bytea_output", "'escape'"),
    ("extra_float_digits", "-15"),
    ("search_path", "odd, pg_catalog"),
    ("standard_conforming_strings", "off"),
    ("escape_string_warning", "off"),
    ("client_encoding", "'LATIN1'"),
    ("transform_null_equals", "on"),
    ("array_nulls", "off"),
    ("default_transaction_isolation", "'serializable'"),
    ("default_transaction_deferrable", "on"),
    ("default_transaction_read_only", "off"),
    ("statement_timeout", "'1ms'"),
    ("lock_timeout", "'1ms'"),
    ("jit", "on"),
    ("jit_above_cost", "0"),
    ("plan_cache_mode", "'force_custom_plan'"),
    ("enable_hashjoin", "off"),
    ("enable_hashagg", "off"),
    ("from_collapse_limit", "1"),
    ("join_collapse_limit", "1"),
    ("quote_all_identifiers", "on"),
    ("application_name", "'odd'"),
];

/// Found before the server's own by that search path.
const SHADOWS: &str = "create schema odd; grant usage on schema odd to public;
    create function odd.lower(text) returns text language sql as $$ select 'shadow' $$;
    create function odd.round(numeric, integer) returns numeric language sql as $$ select 42.0 $$;
    create function odd.date_trunc(text, timestamptz) returns timestamptz language sql as $$ select now() $$;
    create function odd.concat(variadic text[]) returns text language sql as $$ select 'shadow' $$;
    create aggregate odd.count(*) (sfunc = int8inc, stype = int8, initcond = '7');
    create table odd.clickstream_events ()";

const QUESTIONS: [&[&str]; 5] = [
    &["all"],
    &["timeseries", "--tz", "Asia/Ho_Chi_Minh"],
    &["funnel", "--by", "category"],
    &["session_list", "--step", "2", "--outcome", "dropped"],
    &["raw", "--category", "keyboard"],
];

#[tokio::test(flavor = "multi_thread")]
async fn answers_do_not_depend_on_the_roles_settings() {
    let end = "2025-12-03T00:00:00Z".parse().unwrap();
    let shop = Warehouse::with_traffic(100, end, 40.0).await;
    let ask = || {
        let range = [
            "--from",
            "2025-12-01",
            "--to",
            "2025-12-03T00:00:00Z",
            "--format",
            "json",
        ];
        QUESTIONS.map(|words| {
            let text = printed(shop.port(), &[words, &range].concat());
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if let Some(pipeline) = answer.get_mut("pipeline") {
                pipeline["lag_seconds"] = Value::Null;
            }
            answer
        })
    };
    let usual = ask();
    let client = shop.client("clickstream_dw").await;
    client.batch_execute(SHADOWS).await.unwrap();
    for (name, value) in SETTINGS {
        for whose in ["role sbw_reader", "database clickstream_dw"] {
            let sql = format!("alter {whose} set {name} = {value}");
            client.batch_execute(&sql).await.unwrap();
        }
    }
    assert_eq!(ask(), usual);
}
