//! What the flags of a report change.

use rstest::rstest;
use serde_json::Value;

use super::{json, printed, report, rows, shop, text};
use crate::common::warehouse::Warehouse;

#[tokio::test(flavor = "multi_thread")]
async fn filters_limits_and_pages_are_passed_on() {
    let shop = shop().await;
    let json = |words: &[&str]| json(shop.port(), words);
    let guests = json(&["overview", "--login", "guest", "--brand", "AULA"]);
    assert_eq!(
        guests["filter"],
        serde_json::json!({"login": "guest", "brand": "AULA"})
    );
    for view in ["events", "categories", "brands", "products", "session_list"] {
        let found = json(&[view, "--limit", "3"]);
        assert_eq!(rows(&found).len(), 3, "{view}");
    }
    let hours = json(&["timeseries", "--bucket", "week"]);
    assert_eq!(hours["bucket"], "week");
    let steps = json(&["funnel", "--steps", "page_view,click"]);
    assert_eq!(rows(&steps).len(), 2);
    let groups = json(&["funnel", "--by", "login"]);
    assert!(groups["groups"].as_array().unwrap().len() > 1);
    let here = json(&["heatmap"]);
    let there = json(&["heatmap", "--tz", "Asia/Ho_Chi_Minh"]);
    assert_ne!(here["cells"], there["cells"]);
    let products = json(&["raw", "--products-only"]);
    assert!(
        rows(&products)
            .iter()
            .all(|row| row["context_product_id"].is_string())
    );
}

/// Each time that is printed: `2025-12-03T00:00:00Z`, or `00:00:00Z` after its date.
fn times(printed: &str) -> Vec<&str> {
    let words = printed.split([' ', ',', '\n', '|', '*']);
    let is_time = |word: &&str| {
        let bytes = word.as_bytes();
        let has_colon = [2, 13].iter().any(|at| bytes.get(*at) == Some(&b':'));
        // An hour of the week is no time.
        has_colon && bytes.len() > 8 && bytes[0].is_ascii_digit()
    };
    words.filter(is_time).collect()
}

/// Whatever is printed for a person says by whose clocks it is; JSON is UTC.
#[tokio::test(flavor = "multi_thread")]
async fn times_are_printed_by_the_clocks_of_the_zone() {
    let shop = shop().await;
    // The last one has every view's times.
    for view in [&["timeseries"][..], &["session", "s-14"], &["all"]] {
        for format in ["table", "md", "csv"] {
            for (zone, mark) in [("Asia/Ho_Chi_Minh", "+07:00"), ("UTC", "Z")] {
                let words = [view, &["--format", format, "--tz", zone]].concat();
                let printed = printed(shop.port(), &words);
                let times = times(&printed);
                assert!(times.len() > 1, "{words:?}: {printed}");
                for time in times {
                    assert!(time.ends_with(mark), "{words:?}: {time:?}");
                }
                let named = printed.lines().next().unwrap().contains(zone);
                assert_eq!(named, format != "csv" && zone != "UTC", "{printed}");
            }
        }
    }
    let there = ["--tz", "Asia/Ho_Chi_Minh"];
    let session = json(shop.port(), &["session", "s-14"]);
    let words = [&["session", "s-14"][..], &there].concat();
    assert_eq!(json(shop.port(), &words), session);
    let days = json(
        shop.port(),
        &[&["timeseries", "--bucket", "day"][..], &there].concat(),
    );
    assert_eq!(days["points"][1]["t"], "2025-12-01T17:00:00Z");
}

/// Days begin at midnight of their zone, the 23 and 25 hours long included.
#[rstest]
#[case("Asia/Ho_Chi_Minh", "2025-11-30T17:00:00Z", "2025-12-02T17:00:00Z", &["2025-12-01T00:00:00+07:00", "2025-12-02T00:00:00+07:00"])]
#[case("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z", &["2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"])]
#[case("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", &["2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"])]
#[tokio::test(flavor = "multi_thread")]
async fn days_are_printed_as_they_are_cut(
    #[case] zone: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] days: &[&str],
) {
    let empty = Warehouse::empty().await;
    let words = [
        "timeseries",
        "--bucket",
        "day",
        "--tz",
        zone,
        "--from",
        from,
        "--to",
        to,
    ];
    let csv = report(empty.port(), &[&words[..], &["--format", "csv"]].concat());
    let csv = String::from_utf8(csv.stdout).unwrap();
    let points: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(points, days, "{csv}");
    let table = report(empty.port(), &words);
    let table = String::from_utf8(table.stdout).unwrap();
    for day in days {
        assert!(table.contains(&day.replace('T', " ")), "{table}");
    }
}

/// The last row's place, as it is handed on to the next page.
fn place(document: &Value, time: &str, id: &str) -> String {
    let last = rows(document).last().unwrap();
    format!("{},{}", text(&last[time]), text(&last[id]))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_join() {
    let shop = shop().await;
    let json = |words: &[&str]| json(shop.port(), words);
    for (words, flag, time, id) in [
        (&["raw"][..], "--before", "event_timestamp", "event_id"),
        (&["session_list"], "--before", "started_at", "session_id"),
        (
            &["session_list", "--step", "2"],
            "--before",
            "started_at",
            "session_id",
        ),
        (
            &["session", "s-14"],
            "--after",
            "event_timestamp",
            "event_id",
        ),
    ] {
        let page = |more: &[&str]| json(&[words, more].concat());
        let first = page(&["--limit", "2"]);
        let next = page(&["--limit", "1", flag, &place(&first, time, id)]);
        let both = page(&["--limit", "3"]);
        assert_eq!(rows(&both).len(), 3, "{words:?}");
        assert_eq!(
            [&rows(&first)[..], &rows(&next)[..]].concat(),
            *rows(&both),
            "{words:?}"
        );
    }
}

/// Who is listed for a step of the funnel is who was counted there.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_the_funnel_lists_as_many_sessions_as_it_counts() {
    let shop = shop().await;
    for steps in [
        "product_view,add_to_cart_click,checkout_start,checkout_complete",
        "product_view,product_view,click",
    ] {
        let funnel = json(shop.port(), &["funnel", "--steps", steps]);
        let counted: Vec<i64> = rows(&funnel)
            .iter()
            .map(|row| row["sessions"].as_i64().unwrap())
            .collect();
        assert!(counted[1] > 0, "{counted:?}");
        for (step, sessions) in (1..).zip(&counted) {
            let step: String = i32::to_string(&step);
            let listed = |outcome: &str| {
                let words = [
                    "session_list",
                    "--steps",
                    steps,
                    "--step",
                    &step,
                    "--outcome",
                    outcome,
                    "--limit",
                    "1000",
                ];
                i64::try_from(rows(&json(shop.port(), &words)).len()).unwrap()
            };
            assert_eq!(listed("reached"), *sessions, "{step}");
            let after = step
                .parse::<usize>()
                .ok()
                .and_then(|next| counted.get(next));
            assert_eq!(listed("dropped"), sessions - after.unwrap_or(&0), "{step}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_shown_whole_whatever_the_range() {
    let shop = shop().await;
    let inside = json(shop.port(), &["session", "s-14"]);
    assert_eq!(inside["session_id"], "s-14");
    let rows = rows(&inside);
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[0]["seconds_since_previous"], Value::Null);
    assert!(
        rows[1..]
            .iter()
            .all(|row| row["seconds_since_previous"].is_i64())
    );
    let years_before = ["--from", "2020-01-01", "--to", "2020-01-02"];
    let words = [&["session", "s-14", "--format", "json"], &years_before[..]].concat();
    let outside: Value = serde_json::from_slice(&report(shop.port(), &words).stdout).unwrap();
    assert_eq!(outside["rows"], inside["rows"]);
}
