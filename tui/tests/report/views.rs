//! Every view in every format.

use serde_json::Value;

use super::{RANGE, json, printed, rows, shop};

const VIEWS: [&[&str]; 14] = [
    &["overview"],
    &["timeseries"],
    &["events"],
    &["logins"],
    &["categories"],
    &["brands"],
    &["products"],
    &["funnel"],
    &["sessions"],
    &["heatmap"],
    &["session_list"],
    &["session", "s-14"],
    &["raw"],
    &["pipeline"],
];

#[tokio::test(flavor = "multi_thread")]
async fn every_view_in_every_format() {
    let shop = shop().await;
    for words in VIEWS {
        let view = words[0];
        for format in ["table", "json", "csv", "md"] {
            let text = printed(shop.port(), &[words, &["--format", format]].concat());
            match format {
                "json" => {
                    let document: Value = serde_json::from_str(&text).unwrap();
                    assert_eq!(document["view"], view);
                    assert_eq!(document["from"], "2025-12-01T00:00:00Z");
                    assert_eq!(document["to"], RANGE[3]);
                    assert_eq!(document["filter"], serde_json::json!({}));
                }
                "csv" => {
                    let mut table = csv::Reader::from_reader(text.as_bytes());
                    let columns = table.headers().unwrap().len();
                    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
                    assert!(rows.iter().all(|row| row.len() == columns), "{text}");
                    assert!(!rows.is_empty(), "{view}");
                }
                "md" => {
                    let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
                    let table: Vec<&str> =
                        text.lines().filter(|line| line.starts_with('|')).collect();
                    assert!(
                        table.len() > 2 && table.iter().all(|line| pipes(line) == pipes(table[0])),
                        "{text}"
                    );
                }
                _ => {
                    let heading = match view {
                        "session" => "session, all of its time".to_owned(),
                        _ => format!("{view}, 2025-12-01T00:00:00Z to"),
                    };
                    assert!(text.starts_with(&heading), "{text}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_look_like_this() {
    let shop = shop().await;
    for view in [
        "overview",
        "events",
        "logins",
        "categories",
        "brands",
        "products",
        "funnel",
        "sessions",
        "heatmap",
        "session_list",
    ] {
        insta::assert_snapshot!(view, printed(shop.port(), &[view]));
    }
}

/// Names and order are what other programs rely on.
#[tokio::test(flavor = "multi_thread")]
async fn rows_have_these_fields() {
    let shop = shop().await;
    for (words, fields) in [
        (
            &["categories"][..],
            "name,events,product_views,add_to_carts,checkout_completes,orders,units,revenue_vnd",
        ),
        (
            &["products"],
            "product_id,name,category,brand,events,product_views,add_to_carts,checkout_completes,\
             orders,units,view_to_cart_percent,cart_to_checkout_percent,revenue_vnd",
        ),
        (
            &["session_list"],
            "session_id,client_id,user_id,started_at,last_at,source,device,entry_page,events,\
             product_views,add_to_carts,checkout_completes,orders,revenue_vnd,furthest_step",
        ),
        (
            &["timeseries"],
            "t,events,sessions,checkout_completes,orders,revenue_vnd",
        ),
        (
            &["session", "s-14"],
            "event_id,event_timestamp,event_name,user_id,user_login_state,identity_source,\
             client_id,session_id,is_first_visit,context_product_id,context_product_name,\
             context_product_category,context_product_brand,context_product_price,\
             context_product_discount_price,context_product_url_path,seconds_since_previous",
        ),
    ] {
        let csv = printed(shop.port(), &[words, &["--format", "csv"]].concat());
        assert_eq!(csv.lines().next(), Some(fields));
        let document = json(shop.port(), words);
        let row = match words[0] {
            "timeseries" => document["points"][0].clone(),
            _ => rows(&document)[0].clone(),
        };
        let names: Vec<_> = row.as_object().unwrap().keys().cloned().collect();
        let mut expected: Vec<_> = fields.split(',').collect();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
    let overview = json(shop.port(), &["overview"]);
    for field in ["orders", "orders_inferred", "units"] {
        assert!(overview[field].is_i64() && overview["previous"][field].is_i64());
    }
    assert!(json(shop.port(), &["pipeline"])["long_sessions"].is_i64());
    let sessions = json(shop.port(), &["sessions"]);
    assert!(sessions["engaged"].is_i64());
    assert_eq!(sessions["duration_histogram"].as_array().unwrap().len(), 7);
    let heatmap = json(shop.port(), &["heatmap"]);
    let cells: Vec<Vec<i64>> = serde_json::from_value(heatmap["cells"].clone()).unwrap();
    assert_eq!(cells.iter().map(Vec::len).collect::<Vec<_>>(), [24; 7]);
    let busiest = &heatmap["busiest"];
    let place = |field: &str| usize::try_from(busiest[field].as_u64().unwrap()).unwrap();
    assert_eq!(
        cells[place("weekday") - 1][place("hour")],
        busiest["events"]
    );
}
