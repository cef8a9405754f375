//! How it is asked: by file or database, in batches, and what its exit code says.

use std::{io::Write, process::Stdio};

use rstest::rstest;
use serde_json::json;

use super::{WEEK, a_week, checkout, document, id, order, reconcile, run};
use crate::support::{Platform, key};

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
    // Every 1,000th order is missing, every 700th has another total, and the shop has never heard of three.
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
