//! What the flags of a report change.

use serde_json::Value;

use super::{json, report, rows, shop, text};

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
