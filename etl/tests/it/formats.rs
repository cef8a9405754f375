//! Every layout and format that raw files come in.

use sbw_etl::{RunReport, Scope};
use serde_json::{Value, json};

use crate::support::{Platform, event, gzip, key};

fn figures(report: &RunReport) -> [u64; 6] {
    [
        report.listed,
        report.new_objects,
        report.inserted,
        report.duplicates,
        report.rejected,
        report.remaining,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_arrays_lines_and_gzip_load_from_both_layouts() {
    let platform = Platform::start().await;
    let names: Vec<String> = (0..500).map(|n| format!("array-{n}")).collect();
    let array: Vec<Value> = names.iter().map(|name| event(name)).collect();
    let lines = format!(
        "{}\n\n{}\r\n[{}]\n",
        event("line-1"),
        event("line-2"),
        event("line-3")
    );
    platform.put(&key(1, 10), event("object").to_string()).await;
    platform
        .put(&key(1, 20), serde_json::to_vec(&array).unwrap())
        .await;
    platform.put(&key(1, 30), &lines).await;
    platform
        .put(&key(1, 40), gzip(&event("gzip").to_string()))
        .await;
    platform
        .put(&key(1, 50), format!("\u{feff}{:#}", event("pretty")))
        .await;
    let hour = "events/2025/06/01/05/event-0a3c1a52-5b1e-4f0e-9f39-0c1f8f0f2a11.json";
    platform.put(hour, event("hour").to_string()).await;
    platform
        .put("events/odd name ộ.json.gz", gzip(&event("odd").to_string()))
        .await;
    platform.put("events/2025/12/01/", "").await;
    platform
        .put("other/2025/12/01/x.json", event("elsewhere").to_string())
        .await;

    let report = platform.load().await;
    assert_eq!(figures(&report), [7, 7, 508, 0, 0, 0], "{report:?}");
    let rows = platform.rows().await;
    let mut expected: Vec<&str> = names.iter().map(String::as_str).collect();
    expected.extend([
        "gzip", "hour", "line-1", "line-2", "line-3", "object", "odd", "pretty",
    ]);
    expected.sort_unstable();
    assert_eq!(
        rows.keys().map(String::as_str).collect::<Vec<_>>(),
        expected
    );

    let again = platform.load().await;
    assert_eq!(
        figures(&again),
        [2, 0, 0, 0, 0, 0].map(|n| if n == 2 { again.listed } else { n }),
        "{again:?}"
    );
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_what_the_event_says() {
    let platform = Platform::start().await;
    let camel = json!({
        "eventName": "product_view", "eventId": "550e8400-e29b-41d4-a716-446655440000",
        "eventTimestamp": "2025-12-01T21:23:11.250+07:00", "userId": "camel", "userLoginState": "logged_in",
        "identitySource": "cognito_email", "clientId": "c-1", "sessionId": "s-1", "isFirstVisit": "TRUE",
        "product": {"id": 17, "name": " Bàn phím\u{0} ", "category": "keyboard", "brandName": "AULA",
                    "price": "1990000.5", "discountPrice": -1, "urlPath": "/p"},
    });
    let snake = json!({
        "event_name": "product_view", "event_id": "550e8400-e29b-41d4-a716-446655440001",
        "event_timestamp": 1_764_598_991_250_i64, "user_id": "snake", "user_login_state": "", "identity_source": null,
        "client_id": ["c-1"], "session_id": true, "is_first_visit": false,
        "context_product": {"product_id": "p", "product_name": "n", "product_category": "c", "product_brand": "b",
                            "product_price": 5, "product_discount_price": "4", "product_url_path": "/q"},
    });
    platform
        .put(&key(1, 1), json!([camel, snake]).to_string())
        .await;
    assert_eq!(platform.load().await.inserted, 2);
    let rows = platform.rows().await;
    assert_eq!(
        rows["camel"],
        json!({
            "event_id": "550e8400-e29b-41d4-a716-446655440000", "event_timestamp": "2025-12-01T14:23:11.25+00:00",
            "event_name": "product_view", "user_id": "camel", "user_login_state": "logged_in",
            "identity_source": "cognito_email", "client_id": "c-1", "session_id": "s-1", "is_first_visit": true,
            "context_product_id": "17", "context_product_name": "Bàn phím", "context_product_category": "keyboard",
            "context_product_brand": "AULA", "context_product_price": 1_990_001,
            "context_product_discount_price": null, "context_product_url_path": "/p",
        })
    );
    assert_eq!(
        rows["snake"],
        json!({
            "event_id": "550e8400-e29b-41d4-a716-446655440001", "event_timestamp": "2025-12-01T14:23:11.25+00:00",
            "event_name": "product_view", "user_id": "snake", "user_login_state": null,
            "identity_source": null, "client_id": null, "session_id": "true", "is_first_visit": false,
            "context_product_id": "p", "context_product_name": "n", "context_product_category": "c",
            "context_product_brand": "b", "context_product_price": 5,
            "context_product_discount_price": 4, "context_product_url_path": "/q",
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_objects_under_one_day_and_older_keys_after_newer() {
    let platform = Platform::start().await;
    let file = |n: i64| (key(2, n % 1_440), event(&format!("e-{n}")).to_string());
    platform.put_all((0..5_200).map(file)).await;
    let report = platform.load().await;
    assert_eq!(
        figures(&report),
        [5_200, 5_200, 5_200, 0, 0, 0],
        "{report:?}"
    );

    // Keys older than all that was loaded, and a copy of a file under a new key.
    let older = (0..3).map(|n| (key(1, n), event(&format!("older-{n}")).to_string()));
    platform.put_all(older).await;
    platform.put(&key(2, 0), event("e-7").to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!(figures(&report), [5_204, 4, 3, 1, 0, 0], "{report:?}");
    assert_eq!(platform.events().await, 5_203);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_load_what_they_name() {
    let platform = Platform::start().await;
    let day = |day: u32| chrono::NaiveDate::from_ymd_opt(2025, 12, day).unwrap();
    for n in 1..=5 {
        platform
            .put(&key(n, 5 * 60 + 30), event(&format!("day-{n}")).to_string())
            .await;
    }
    platform
        .put(
            "events/2025/12/04/05/event-x.json",
            event("folder").to_string(),
        )
        .await;
    let run = |scope| platform.load_scope(scope);
    let days = Scope::days(day(1), day(2)).unwrap();
    assert_eq!(figures(&run(days).await.unwrap()), [2, 2, 2, 0, 0, 0]);
    let prefix = Scope::prefix("events/2025/12/03/").unwrap();
    assert_eq!(figures(&run(prefix).await.unwrap()), [1, 1, 1, 0, 0, 0]);
    let hour = Scope::Hour {
        day: day(4),
        hour: 5,
    };
    assert_eq!(figures(&run(hour).await.unwrap()), [2, 2, 2, 0, 0, 0]);
    let other_hour = Scope::Hour {
        day: day(5),
        hour: 6,
    };
    assert_eq!(figures(&run(other_hour).await.unwrap()), [0, 0, 0, 0, 0, 0]);
    // None of these was a complete run: everything is looked at.
    assert_eq!(figures(&run(Scope::New).await.unwrap()), [6, 1, 1, 0, 0, 0]);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_in_key_order_wins() {
    let platform = Platform::start().await;
    let with_session = |session: &str| {
        let mut event = event("same");
        event["sessionId"] = json!(session);
        event.to_string()
    };
    platform.put(&key(1, 2), with_session("second")).await;
    platform
        .put(
            &key(1, 1),
            format!("[{},{}]", with_session("first"), with_session("again")),
        )
        .await;
    platform.put(&key(1, 3), with_session("third")).await;
    let report = platform.load().await;
    assert_eq!(figures(&report), [3, 3, 1, 3, 0, 0], "{report:?}");
    assert_eq!(platform.rows().await["same"]["session_id"], "first");
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_is_loaded_in_parts_and_as_a_whole() {
    let platform = Platform::start().await;
    let lines: Vec<String> = (0..3_000)
        .map(|n| match n % 100 {
            7 => format!("not json {n}"),
            8 => event("same-in-all-parts").to_string(),
            _ => event(&format!("e-{n}")).to_string(),
        })
        .collect();
    platform.put(&key(1, 1), event("e-5").to_string()).await;
    platform.put(&key(1, 2), gzip(&lines.join("\n"))).await;
    let mut etl = platform.etl();
    etl.limits.large_object_bytes = 100_000;
    etl.limits.chunk_rows = 250;
    let first = crate::support::load_with(&etl, Scope::Prefix(key(1, 1)[..37].to_owned()))
        .await
        .unwrap();
    assert_eq!(figures(&first), [1, 1, 1, 0, 0, 0], "{first:?}");
    let report = crate::support::load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(figures(&report), [2, 1, 2_940, 30, 30, 0], "{report:?}");
    assert_eq!(platform.events().await, 2_941);
    platform.verify().await;
}
