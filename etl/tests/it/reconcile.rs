//! The shop's orders against those that the warehouse has seen.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use rstest::rstest;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::{Platform, key};

/// The week that is compared.
const WEEK: [&str; 4] = ["--from", "2025-12-01", "--to", "2025-12-08"];

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

async fn order(shop: &Client, number: u32, status: &str, total: i64, at: &str) {
    let sql = format!(
        "insert into orders (id, status, total_vnd, created_at) values ('{}', '{status}', {total}, '{at}Z')",
        id(number)
    );
    shop.execute(&sql, &[]).await.unwrap();
}

/// The thank-you page's event, in a session of its own.
fn checkout(event: &str, at: &str, order: &Value) -> Value {
    json!({"eventName": "checkout_complete", "eventId": event, "sessionId": format!("s-{event}"),
           "eventTimestamp": format!("{at}Z"), "order": order})
}

fn run(command: &mut Command, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.arg("reconcile").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn reconcile(platform: &Platform, arguments: &[&str]) -> (i32, String, String) {
    let url = platform.shop_url();
    let arguments = [&["--oltp", &url], arguments].concat();
    run(&mut platform.program(), &arguments)
}

/// The document, without what differs from one test to the next.
fn document(platform: &Platform, text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    let port = platform.postgres.port().to_string();
    let mut document: Value = serde_json::from_str(&text.replace(&port, "PORT")).unwrap();
    assert!(document["loaded_at"].is_string(), "{document}");
    document["loaded_at"] = json!("…");
    document
}

/// Orders of every kind, loaded as the shop's pages would send them.
async fn a_week() -> (Platform, Client) {
    let platform = Platform::start().await;
    let shop = platform.create_shop().await;
    let mut events = Vec::new();
    // Seen twice: the page was loaded again, and said something else then.
    order(&shop, 1, "new", 100, "2025-12-01T10:00:00").await;
    events.push(checkout(
        "1",
        "2025-12-01T10:00:01",
        &json!({"id": id(1), "total": 100}),
    ));
    events.push(checkout(
        "1-again",
        "2025-12-01T10:05:00",
        &json!({"id": id(1), "total": 999}),
    ));
    // Never seen.
    order(&shop, 2, "paid", 200, "2025-12-02T10:00:00").await;
    // Seen with another total.
    order(&shop, 3, "new", 300, "2025-12-03T10:00:00").await;
    events.push(checkout(
        "3",
        "2025-12-03T10:00:00",
        &json!({"id": id(3), "total": 299}),
    ));
    // Handed in days later, from a clock that is off.
    order(&shop, 4, "new", 400, "2025-12-07T23:59:59").await;
    events.push(checkout(
        "4",
        "2025-12-10T10:00:00",
        &json!({"id": id(4), "total": 400}),
    ));
    // Ordered all the same.
    order(&shop, 5, "cancelled", 500, "2025-12-04T10:00:00").await;
    events.push(checkout(
        "5",
        "2025-12-04T10:00:00",
        &json!({"id": id(5), "total": 500}),
    ));
    // Ordered before the range, seen in it.
    order(&shop, 6, "new", 600, "2025-11-30T23:59:59").await;
    events.push(checkout(
        "6",
        "2025-12-01T00:00:01",
        &json!({"id": id(6), "total": 600}),
    ));
    // Without a total and a price.
    order(&shop, 7, "new", 700, "2025-12-05T10:00:00").await;
    events.push(checkout("7", "2025-12-05T10:00:00", &json!({"id": id(7)})));
    // Without a total, but with prices.
    order(&shop, 8, "new", 800, "2025-12-05T11:00:00").await;
    events.push(checkout(
        "8",
        "2025-12-05T11:00:00",
        &json!({"id": id(8), "items": [{"productId": "p-1", "price": 400, "quantity": 2}]}),
    ));
    // As the site of today says it.
    order(&shop, 9, "new", 900, "2025-12-05T12:00:00").await;
    events.push(json!({"eventName": "checkout_complete", "eventId": "9", "eventTimestamp": "2025-12-05T12:00:00Z",
                       "element": {"dataset": {"orderId": id(9), "total": "900"}}}));
    // Of no order of the shop: one with an id, one without.
    events.push(checkout(
        "x",
        "2025-12-06T10:00:00",
        &json!({"id": "x-\u{202e}1", "total": 50}),
    ));
    events.push(checkout("y", "2025-12-06T11:00:00", &json!({"total": 60})));
    // Neither ordered nor seen in the range.
    order(&shop, 10, "new", 1_000, "2025-12-08T00:00:00").await;
    events.push(checkout(
        "z",
        "2025-12-08T00:00:00",
        &json!({"id": "z", "total": 70}),
    ));
    platform
        .put(&key(10, 1), Value::from(events).to_string())
        .await;
    let report = platform.load().await;
    assert_eq!((report.inserted, report.rejected), (12, 0));
    (platform, shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_difference_is_named() {
    let (platform, _) = a_week().await;
    let (code, out, err) = reconcile(&platform, &[&WEEK[..], &["--json"]].concat());
    assert_eq!(code, 1, "{out}{err}");
    let told = document(&platform, &out);
    // A character that turns the direction of text has no place in a source file.
    let pretty = serde_json::to_string_pretty(&told).unwrap();
    insta::assert_snapshot!(pretty.replace('\u{202e}', "\\u{202e}"), @r#"
    {
      "agree": false,
      "different_total": {
        "count": 2,
        "rows": [
          {
            "order_id": "00000000-0000-4000-8000-000000000007",
            "ordered_at": "2025-12-05T10:00:00Z",
            "seen_at": "2025-12-05T10:00:00Z",
            "shop_total_vnd": 700,
            "warehouse_total_vnd": null
          },
          {
            "order_id": "00000000-0000-4000-8000-000000000003",
            "ordered_at": "2025-12-03T10:00:00Z",
            "seen_at": "2025-12-03T10:00:00Z",
            "shop_total_vnd": 300,
            "warehouse_total_vnd": 299
          }
        ]
      },
      "extra": {
        "count": 1,
        "rows": [
          {
            "order_id": "x-\u{202e}1",
            "ordered_at": null,
            "seen_at": "2025-12-06T10:00:00Z",
            "shop_total_vnd": null,
            "warehouse_total_vnd": 50
          }
        ]
      },
      "from": "2025-12-01T00:00:00Z",
      "loaded_at": "…",
      "missing": {
        "count": 1,
        "rows": [
          {
            "order_id": "00000000-0000-4000-8000-000000000002",
            "ordered_at": "2025-12-02T10:00:00Z",
            "seen_at": null,
            "shop_total_vnd": 200,
            "warehouse_total_vnd": null
          }
        ]
      },
      "ordered_outside_range": 1,
      "same": 5,
      "shop": "clickstream_web@127.0.0.1:PORT",
      "shop_orders": 8,
      "to": "2025-12-08T00:00:00Z",
      "warehouse": "clickstream_dw@127.0.0.1:PORT",
      "warehouse_orders": 9,
      "without_id": 1
    }
    "#);
    let number = |name: &str| told[name].as_u64().unwrap();
    let count = |name: &str| told[name]["count"].as_u64().unwrap();
    assert_eq!(
        number("shop_orders"),
        number("same") + count("missing") + count("different_total")
    );
    // Exact whether the log is refreshed or not.
    let admin = platform.admin().await;
    admin
        .execute("update clickstream_events set event_name = event_name", &[])
        .await
        .unwrap();
    let pending = platform.number("select count(*) from rollups.stale").await;
    assert!(pending > 0);
    let (_, again, _) = reconcile(&platform, &[&WEEK[..], &["--json"]].concat());
    assert_eq!(document(&platform, &again), told);
    assert_eq!(
        platform.number("select count(*) from rollups.stale").await,
        pending,
        "nothing is written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_it_as_text() {
    let (platform, _) = a_week().await;
    let (code, out, err) = reconcile(&platform, &[&WEEK[..], &["--limit", "1"]].concat());
    assert_eq!(code, 1, "{out}{err}");
    let port = platform.postgres.port().to_string();
    let mut lines: Vec<String> = out
        .lines()
        .map(|line| line.replace(&port, "PORT"))
        .collect();
    let loaded = lines[1].find(", last loaded ").unwrap();
    lines[1].truncate(loaded);
    insta::assert_snapshot!(lines.join("\n"), @r"
    shop       clickstream_web@127.0.0.1:PORT
    warehouse  clickstream_dw@127.0.0.1:PORT
    range      2025-12-01 00:00:00 to 2025-12-08 00:00:00 (UTC)

    shop orders                          8
      same                               5
      missing                            1
      different total                    2
    warehouse orders                     9
      extra                              1
      without an id                      1
      ordered outside the range          1

    missing from the warehouse
    order_id                              ordered_at           seen_at  shop_total_vnd  warehouse_total_vnd
    00000000-0000-4000-8000-000000000002  2025-12-02 10:00:00           200

    with a different total
    order_id                              ordered_at           seen_at              shop_total_vnd  warehouse_total_vnd
    00000000-0000-4000-8000-000000000007  2025-12-05 10:00:00  2025-12-05 10:00:00  700
    and 1 more

    extra, unknown to the shop
    order_id  ordered_at  seen_at              shop_total_vnd  warehouse_total_vnd
    x-·1                  2025-12-06 10:00:00                  50

    shop and warehouse differ
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_shop_exports_says_the_same() {
    let (platform, _) = a_week().await;
    let (_, out, _) = reconcile(&platform, &[&WEEK[..], &["--json"]].concat());
    let mut expected = document(&platform, &out);
    let export = platform
        .postgres
        .psql("web_app", "clickstream_web")
        .arg("-c")
        .arg(
            "\\copy (select id as order_id, created_at as ordered_at, total_vnd as total from orders) to stdout with (format csv, header)",
        )
        .output()
        .unwrap();
    assert!(export.status.success());

    let mut program = platform.program();
    let mut child = program
        .arg("reconcile")
        .args(WEEK)
        .args(["--json", "--file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&export.stdout)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    expected["shop"] = json!("standard input");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(document(&platform, &text), expected);

    // A line that is no order may hide one: nothing is compared.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.csv");
    let broken = [&export.stdout[..], b"11,yesterday,5\n"].concat();
    std::fs::write(&file, broken).unwrap();
    let file = file.to_str().unwrap();
    let (code, out, err) = run(
        &mut platform.program(),
        &[&WEEK[..], &["--file", file]].concat(),
    );
    assert_eq!((code, &*out), (2, ""), "{err}");
    assert!(
        err.contains("line 12: \"yesterday\" is not a time"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_orders_are_compared_in_batches() {
    let platform = Platform::start().await;
    let shop = platform.create_shop().await;
    let orders = "
        select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id, n, n * 1000 as total,
               timestamptz '2025-12-01T00:00:00Z' + n * interval '20 seconds' as at
          from generate_series(1, 6000) n";
    let sql = format!(
        "insert into orders (id, total_vnd, created_at) select id, total, at from ({orders}) o"
    );
    shop.execute(&sql, &[]).await.unwrap();
    // Each 1,000th is missing, each 700th says something else, and 3 are nobody's.
    let admin = platform.admin().await;
    // The context first, as a load writes it.
    let sql = format!(
        "create temp table seen as
         select id, total + case when n % 700 = 0 then 1 else 0 end as total, at from ({orders}) o where n % 1000 <> 0
          union all
         select gen_random_uuid(), 1, at from ({orders}) o where n <= 3;
         insert into context.orders (event_id, order_id, total) select id, id::text, total from seen;
         insert into clickstream_events (event_id, event_timestamp, event_name) select id, at, 'checkout_complete' from seen"
    );
    admin.batch_execute(&sql).await.unwrap();
    platform.load().await;

    let (code, out, err) = reconcile(&platform, &[&WEEK[..], &["--json"]].concat());
    assert_eq!(code, 1, "{err}");
    let told = document(&platform, &out);
    let numbers = ["missing", "different_total", "extra"].map(|kind| told[kind]["count"].clone());
    assert_eq!(numbers, [json!(6), json!(8), json!(3)]);
    assert_eq!(
        [
            &told["shop_orders"],
            &told["same"],
            &told["warehouse_orders"]
        ],
        [&json!(6_000), &json!(6_000 - 6 - 8), &json!(6_000 - 6 + 3)]
    );
    let newest: Vec<&str> = told["missing"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["order_id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (1..=6).rev().map(|n| id(n * 1_000)).collect();
    assert_eq!(newest, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn agreement_is_exit_code_0() {
    let platform = Platform::start().await;
    let shop = platform.create_shop().await;
    // Nothing on either side is agreement, too.
    let (code, out, err) = reconcile(&platform, &[]);
    assert_eq!(code, 0, "{out}{err}");
    order(&shop, 1, "new", 100, "2025-12-01T10:00:00").await;
    let checkout = checkout(
        "1",
        "2025-12-01T10:00:01",
        &json!({"id": id(1), "total": 100}),
    );
    platform.put(&key(1, 601), checkout.to_string()).await;
    let (code, out, _) = reconcile(&platform, &WEEK);
    assert_eq!(code, 1);
    assert!(out.ends_with("until the next, `sbw-etl run`\n"), "{out}");
    platform.load().await;
    // The variable may hold the whole URL, with a password.
    let url = platform
        .shop_url()
        .replace("web_app@", "web_app:secret-word@");
    let (code, out, err) = run(platform.program().env("OLTP_DATABASE_URL", url), &WEEK);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.ends_with("shop and warehouse agree\n"), "{out}");
    assert!(!out.contains("secret-word") && !err.contains("secret-word"));
}

#[rstest]
#[case::no_server(
    "postgres://web_app@127.0.0.1:1/clickstream_web",
    3,
    "the shop's database cannot be reached"
)]
#[case::no_database("postgres://web_app@127.0.0.1:PORT/shop", 3, "no database \"shop\"")]
#[case::no_orders(
    "postgres://postgres@127.0.0.1:PORT/clickstream_dw",
    2,
    "name the shop's database"
)]
#[case::no_right(
    "postgres://sbw_reader@127.0.0.1:PORT/clickstream_web",
    2,
    "grant select on orders to sbw_reader"
)]
#[case::password_in_sight(
    "postgres://web_app:secret-word@127.0.0.1:PORT/clickstream_web",
    2,
    "set PGPASSWORD"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_is_no_difference(
    #[case] url: &str,
    #[case] code: i32,
    #[case] words: &str,
) {
    let platform = Platform::start().await;
    platform.create_shop().await;
    let url = url.replace("PORT", &platform.postgres.port().to_string());
    let (actual, out, err) = run(&mut platform.program(), &["--oltp", &url]);
    assert_eq!((actual, &*out), (code, ""), "{err}");
    assert!(err.contains(words) && !err.contains("secret-word"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_that_is_not_ready_is_no_difference() {
    let platform = Platform::unmigrated().await;
    platform.create_shop().await;
    let mut program = platform.program();
    program.env("DWH_USER", "postgres");
    let url = platform.shop_url();
    let (code, out, err) = run(&mut program, &["--oltp", &url]);
    assert_eq!((code, &*out), (2, ""), "{err}");
    assert!(err.contains("run `sbw-etl migrate` first"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_is_left_alone() {
    let platform = Platform::start().await;
    let mut shop = platform.create_shop().await;
    let migration = shop.transaction().await.unwrap();
    migration
        .batch_execute("lock table orders in access exclusive mode")
        .await
        .unwrap();
    let url = platform.shop_url();
    let mut program = platform.program();
    let waiting = tokio::task::spawn_blocking(move || run(&mut program, &["--oltp", &url]));
    let (code, _, err) = waiting.await.unwrap();
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("is busy"), "{err}");
    migration.rollback().await.unwrap();
}
