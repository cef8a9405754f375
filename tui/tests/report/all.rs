//! Every view at once.

use std::time::Duration;

use serde_json::Value;

use super::{json, printed, shop};

const VIEWS: [&str; 13] = [
    "overview",
    "timeseries",
    "events",
    "logins",
    "categories",
    "brands",
    "products",
    "funnel",
    "sessions",
    "heatmap",
    "session_list",
    "raw",
    "pipeline",
];

#[tokio::test(flavor = "multi_thread")]
async fn all_is_the_views_in_one_document() {
    let shop = shop().await;
    let options = ["--login", "guest"];
    let all = json(shop.port(), &[&["all"], &options[..]].concat());
    assert_eq!(
        (&all["view"], &all["filter"]["login"]),
        (&"all".into(), &"guest".into())
    );
    for view in &VIEWS[..VIEWS.len() - 1] {
        let alone = json(shop.port(), &[&[*view], &options[..]].concat());
        for (field, value) in all[view].as_object().unwrap() {
            assert_eq!(value, &alone[field], "{view}.{field}");
        }
        // Its own head is that of the document.
        let own = alone.as_object().unwrap().len() - 4;
        assert_eq!(all[view].as_object().unwrap().len(), own, "{view}");
    }
    // Only the lag has grown since.
    let alone = json(shop.port(), &["pipeline"]);
    assert_eq!(all["pipeline"]["runs"], alone["runs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_in_words_is_a_section_a_view() {
    let shop = shop().await;
    let csv = printed(shop.port(), &["all", "--format", "csv"]);
    let blocks: Vec<&str> = csv.split("\n\n").collect();
    let titles: Vec<&str> = blocks
        .iter()
        .map(|block| block.lines().next().unwrap())
        .collect();
    assert_eq!(titles, VIEWS);
    for (view, block) in VIEWS.iter().zip(&blocks) {
        let (_, table) = block.split_once('\n').unwrap();
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let columns = reader.headers().unwrap().len();
        assert!(
            reader.records().all(|row| row.unwrap().len() == columns),
            "{view}"
        );
        if *view != "pipeline" {
            let alone = printed(shop.port(), &[view, "--format", "csv"]);
            assert_eq!(table.trim_end(), alone.trim_end(), "{view}");
        }
    }

    let table = printed(shop.port(), &["all"]);
    assert!(table.starts_with("all, 2025-12-01T00:00:00Z to 2025-12-03T00:00:00Z\n\noverview\n\n"));
    let md = printed(shop.port(), &["all", "--format", "md"]);
    for view in VIEWS {
        assert!(table.contains(&format!("\n\n{view}\n\n")), "{view}");
        assert!(md.contains(&format!("\n\n**{view}**\n\n")), "{view}");
    }
}

/// While events come in, the numbers of one document agree with each other.
#[tokio::test(flavor = "multi_thread")]
async fn all_is_one_state_of_the_warehouse() {
    let shop = shop().await;
    let client = shop.client("clickstream_dw").await;
    let writer = tokio::spawn(async move {
        let insert = "insert into public.clickstream_events
                 (event_id, event_timestamp, event_name, session_id)
             select gen_random_uuid(), '2025-12-01T10:00:00Z', 'click', gen_random_uuid()::text
               from generate_series(1, 5)";
        loop {
            client.execute(insert, &[]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    });
    let mut seen = Vec::new();
    for _ in 0..10 {
        let all = json(shop.port(), &["all", "--limit", "50"]);
        let events = all["overview"]["total_events"].as_i64().unwrap();
        let sum = |list: &Value, field: &str| -> i64 {
            let rows = list.as_array().unwrap().iter();
            rows.map(|row| row[field].as_i64().unwrap()).sum()
        };
        assert_eq!(sum(&all["timeseries"]["points"], "events"), events);
        assert_eq!(sum(&all["events"]["rows"], "events"), events);
        assert_eq!(sum(&all["logins"]["rows"], "events"), events);
        let cells: Vec<Vec<i64>> = serde_json::from_value(all["heatmap"]["cells"].clone()).unwrap();
        assert_eq!(cells.concat().iter().sum::<i64>(), events);
        assert_eq!(all["sessions"]["sessions"], all["overview"]["sessions"]);
        seen.push(events);
    }
    writer.abort();
    assert!(seen.first() < seen.last(), "nothing came in: {seen:?}");
}
