//! What the report says of orders of every kind.

use super::{WEEK, a_week, document, reconcile};

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
