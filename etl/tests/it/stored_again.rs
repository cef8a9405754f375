//! Objects that are stored again under their keys after they were loaded.

use sbw_etl::{RunReport, Scope};
use serde_json::{Value, json};

use crate::support::{Platform, event, key};

/// Loads whatever is new; the keys are of a day that a run for what is new lists once only.
async fn load_all(platform: &Platform) -> RunReport {
    platform.load_scope(Scope::All).await.unwrap()
}

async fn ledger(platform: &Platform, key: &str) -> Value {
    let sql = "select jsonb_build_array(loads, events, inserted, duplicates, rejected) from etl.ledger where object_key = $1";
    let admin = platform.admin().await;
    admin.query_one(sql, &[&key]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_in_it_is_loaded_and_counted() {
    let platform = Platform::start().await;
    let key = key(1, 1);
    let [a, b, c] = ["a", "b", "c"].map(event);
    platform.put(&key, format!("[{a},{b},7]")).await;
    let report = load_all(&platform).await;
    assert_eq!((report.inserted, report.reloaded), (2, 0), "{report:?}");

    platform.put(&key, format!("[{a},{b},{c}]")).await;
    let report = load_all(&platform).await;
    assert_eq!(
        (
            report.new_objects,
            report.objects,
            report.reloaded,
            report.inserted,
            report.rejected,
            report.remaining
        ),
        (1, 1, 1, 1, 0, 0),
        "{report:?}"
    );
    assert_eq!(ledger(&platform, &key).await, json!([2, 3, 3, 0, 0]));
    assert!(platform.rejects().await.is_empty(), "its own old rejects");
    platform.verify().await;

    // Less than before takes nothing back.
    platform.put(&key, a.to_string()).await;
    let report = load_all(&platform).await;
    assert_eq!((report.reloaded, report.inserted), (1, 0), "{report:?}");
    assert_eq!(platform.events().await, 3);
    platform.verify().await;
    let report = load_all(&platform).await;
    assert_eq!((report.listed, report.new_objects), (1, 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_without_ids_do_not_double() {
    let platform = Platform::start().await;
    let key = key(1, 1);
    let event = |n: i64| json!({"eventName": "click", "userId": format!("u-{n}")});
    platform
        .put(&key, json!([event(1), event(2)]).to_string())
        .await;
    platform.load().await;
    platform
        .put(&key, json!([event(1), event(2), event(3)]).to_string())
        .await;
    let report = load_all(&platform).await;
    assert_eq!((report.reloaded, report.inserted), (1, 1), "{report:?}");
    let users: Vec<String> = platform.rows().await.into_keys().collect();
    assert_eq!(users, ["u-1", "u-2", "u-3"]);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_stored_again_is_not_read() {
    let platform = Platform::start().await;
    let key = key(1, 1);
    platform.put(&key, event("a").to_string()).await;
    platform.load().await;
    platform
        .admin()
        .await
        .batch_execute("update etl.ledger set last_modified = last_modified - interval '1 hour'")
        .await
        .unwrap();
    let report = load_all(&platform).await;
    assert_eq!((report.listed, report.new_objects), (1, 0), "{report:?}");

    // Loaded by an earlier version, it has no ETag: read once, and known from then on.
    platform
        .admin()
        .await
        .batch_execute("update etl.ledger set etag = null")
        .await
        .unwrap();
    let report = load_all(&platform).await;
    assert_eq!((report.reloaded, report.inserted), (1, 0), "{report:?}");
    let report = load_all(&platform).await;
    assert_eq!((report.listed, report.new_objects), (1, 0), "{report:?}");
    platform.verify().await;
}

/// Two runs that meet the same new version.
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_load_it_again_once() {
    let platform = Platform::start().await;
    let keys: Vec<String> = (0..200).map(|n| key(1, n)).collect();
    let first = keys.iter().zip(0..);
    let first = first.map(|(key, n)| (key.clone(), event(&format!("a-{n}")).to_string()));
    platform.put_all(first).await;
    platform.load().await;
    let both = keys.into_iter().zip(0..).map(|(key, n)| {
        let [a, b] = ["a", "b"].map(|name| event(&format!("{name}-{n}")));
        (key, format!("[{a},{b}]"))
    });
    platform.put_all(both).await;
    let (one, other) = tokio::join!(load_all(&platform), load_all(&platform));
    assert_eq!(one.inserted + other.inserted, 200, "{one:?} {other:?}");
    assert_eq!(one.reloaded + other.reloaded, 200, "{one:?} {other:?}");
    assert_eq!(platform.events().await, 400);
    assert_eq!(
        platform
            .number("select max(loads)::bigint from etl.ledger")
            .await,
        2
    );
    platform.verify().await;
}

/// A listing cannot spell every key as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_hold_any_character() {
    let platform = Platform::start().await;
    let names = [
        "a\u{1}b",
        "a\nb",
        "a b",
        "a+b",
        "a%2Bb",
        "a&b<c>",
        "bàn phím",
        "\u{fffe}",
        "a\u{7f}b",
    ];
    for (n, name) in names.iter().enumerate() {
        let key = format!("events/2025/12/01/{name}.json");
        platform
            .put(&key, event(&format!("e-{n}")).to_string())
            .await;
    }
    let report = load_all(&platform).await;
    assert_eq!(
        (report.inserted, report.remaining),
        (names.len() as u64, 0),
        "{report:?}"
    );
    let report = load_all(&platform).await;
    assert_eq!(report.new_objects, 0, "{report:?}");
    platform.verify().await;
}
