//! Whatever a file holds, every event of it is accounted for.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sbw_etl::Scope;

use crate::support::{Platform, key};

fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?[1-9][0-9]{0,25}([.][0-9]{1,5})?([eE][-+]?[0-9]{1,4})?",
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        Just(r#""\ud800\u0000""#.to_owned()),
        Just(r#""2025-12-01T00:00:00Z""#.to_owned()),
        Just(r#""https://shop.example/%00%ff?utm_source=%00A""#.to_owned()),
    ];
    scalar.prop_recursive(3, 20, 5, |inner| {
        let field = prop_oneof![
            4 => Just("eventName"), 2 => Just("event_id"), 2 => Just("eventTimestamp"), 1 => Just("userId"),
            2 => Just("product"), 1 => Just("price"), 1 => Just("isFirstVisit"), 1 => Just("name"), 1 => Just("x"),
            1 => Just("pageUrl"), 1 => Just("order"), 1 => Just("items"), 1 => Just("total"), 1 => Just("quantity"),
        ];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            4 => prop::collection::vec((field, inner), 0..6).prop_map(|pairs| {
                let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let event = prop_oneof![
        2 => json(),
        1 => "[a-c]{1,2}".prop_map(|id| format!(r#"{{"eventName":"click","eventId":"{id}"}}"#)),
        1 => Just("{broken".to_owned()),
    ];
    prop_oneof![
        1 => any::<Vec<u8>>(),
        3 => prop::collection::vec(event.clone(), 0..6).prop_map(|events| events.join("\n").into_bytes()),
        3 => prop::collection::vec(event, 0..6).prop_map(|events| format!("[{}]", events.join(",")).into_bytes()),
    ]
}

#[test]
fn every_event_is_a_row_a_duplicate_or_a_reject() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let platform = runtime.block_on(Platform::start());
    let files = prop::collection::vec(file(), 1..12);
    let days = AtomicU32::new(0);
    TestRunner::new(Config::with_cases(25))
        .run(&files, |files| {
            runtime.block_on(async {
                let day = days.fetch_add(1, Ordering::Relaxed) % 28 + 1;
                let before = platform.events().await;
                for (minute, file) in files.iter().enumerate() {
                    platform
                        .put(&key(day, i64::try_from(minute).unwrap()), file)
                        .await;
                }
                let report = platform.load_scope(Scope::All).await.unwrap();
                let rows = u64::try_from(platform.events().await - before).unwrap();
                assert_eq!(report.objects, files.len() as u64);
                assert_eq!(report.inserted, rows);
                assert_eq!(
                    report.events,
                    report.inserted + report.duplicates + report.rejected
                );
                platform.verify().await;
            });
            Ok(())
        })
        .unwrap();
}
