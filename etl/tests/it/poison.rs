//! One object of each kind of poison among good ones.

use crate::support::{Platform, event, gzip, key};

/// What an object holds, the visitors that load from it, and what is rejected
/// of it: index and a word of the reason.
struct Poison {
    body: Vec<u8>,
    loads: &'static [&'static str],
    rejects: &'static [(i32, &'static str)],
}

fn poisons() -> Vec<Poison> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let one = |body: Vec<u8>, name: &'static [&'static str]| Poison {
        body,
        loads: name,
        rejects: &[],
    };
    let bad = |body: Vec<u8>, rejects: &'static [(i32, &'static str)]| Poison {
        body,
        loads: &[],
        rejects,
    };
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    vec![
        one(
            bytes(r#"{"eventName":"click","userId":"nul","sessionId":"a\u0000b\u001f"}"#),
            &["nul"],
        ),
        one(
            bytes(r#"{"eventName":"click","userId":"surrogate","sessionId":"\ud800"}"#),
            &["surrogate"],
        ),
        one(
            format!(
                r#"{{"eventName":"click","userId":"long","sessionId":"{}"}}"#,
                "ộ".repeat(3_500_000)
            )
            .into_bytes(),
            &["long"],
        ),
        one(
            bytes(
                r#"{"eventName":"click","userId":"price","product":{"price":1e400,"discountPrice":"NaN"}}"#,
            ),
            &["price"],
        ),
        one(
            bytes(
                r#"{"eventName":"click","userId":"zero-date","eventTimestamp":"0000-00-00T00:00:00Z"}"#,
            ),
            &["zero-date"],
        ),
        one(
            bytes(
                r#"{"eventName":"click","userId":"far-date","eventTimestamp":"99999-01-01T00:00:00Z"}"#,
            ),
            &["far-date"],
        ),
        one(
            format!(r#"{{"eventName":"click","userId":"deep","x":{deep}}}"#).into_bytes(),
            &["deep"],
        ),
        one(
            bytes(
                r#"{"eventName":"click","userId":"types","eventId":{},"eventTimestamp":[],"userLoginState":7,"sessionId":{"a":1},"isFirstVisit":"maybe","product":"p","_ingest":[]}"#,
            ),
            &["types"],
        ),
        one(
            bytes(
                r#"{"eventName":"click","userId":"odd-id","eventId":"not-a-uuid'); drop table x;--"}"#,
            ),
            &["odd-id"],
        ),
        one(
            b"{\"eventName\":\"click\",\"userId\":\"byte\",\"sessionId\":\"a\xffb\"}".to_vec(),
            &["byte"],
        ),
        bad(Vec::new(), &[(-1, "empty")]),
        bad(bytes(" \n\t\r\n "), &[(-1, "empty")]),
        bad(
            bytes(r#"{"eventName":"click","userId":"cut"#),
            &[(-1, "not JSON")],
        ),
        Poison {
            body: bytes(r#"[{"eventName":"click","userId":"before-cut"},{"eventName":"cl"#),
            loads: &["before-cut"],
            rejects: &[(1, "not JSON")],
        },
        bad((0..=255).cycle().take(4_096).collect(), &[(-1, "not JSON")]),
        bad(
            gzip("{\"eventName\":\"click\"}")[..20].to_vec(),
            &[(-1, "gzip")],
        ),
        bad(bytes(r#"{"eventId":"x"}"#), &[(0, "eventName")]),
        bad(bytes(r#"{"eventName":"has space"}"#), &[(0, "eventName")]),
        bad(
            bytes(r#"[null,1,"x",[]]"#),
            &[(0, "null"), (1, "number"), (2, "string"), (3, "array")],
        ),
        Poison {
            body: bytes(
                "{\"eventName\":\"click\",\"userId\":\"line-1\"}\n{oops\n{\"eventName\":\"click\",\"userId\":\"line-3\"}\n",
            ),
            loads: &["line-1", "line-3"],
            rejects: &[(1, "not JSON")],
        },
        bad(deep.into_bytes(), &[(0, "array")]),
        bad(gzip(&" ".repeat(65 * 1024 * 1024)), &[(-1, "64 MiB")]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn good_events_load_and_bad_ones_are_explained() {
    let platform = Platform::start().await;
    let mut users = Vec::new();
    let mut explained = Vec::new();
    for (n, poison) in poisons().into_iter().enumerate() {
        let minute = i64::try_from(n).unwrap() * 2;
        let good = format!("good-{n}");
        platform
            .put(&key(1, minute), event(&good).to_string())
            .await;
        users.push(good);
        let key = key(1, minute + 1);
        platform.put(&key, &poison.body).await;
        users.extend(poison.loads.iter().map(|&name| name.to_owned()));
        explained.extend(
            poison
                .rejects
                .iter()
                .map(|&(index, word)| (key.clone(), index, word)),
        );
    }
    let report = platform.load().await;
    assert_eq!(report.remaining, 0, "{report:?}");
    assert_eq!(report.inserted, users.len() as u64, "{report:?}");
    users.sort();
    let rows = platform.rows().await;
    assert_eq!(rows.keys().cloned().collect::<Vec<_>>(), users);

    explained.sort();
    let rejects = platform.rejects().await;
    assert_eq!(rejects.len(), explained.len(), "{rejects:#?}");
    for ((key, index, reason), (expected_key, expected_index, word)) in
        rejects.iter().zip(&explained)
    {
        assert_eq!((key, index), (expected_key, expected_index), "{reason}");
        assert!(reason.contains(word), "{reason} lacks {word}");
    }
    assert_eq!(rows["surrogate"]["session_id"], "\u{fffd}");
    assert_eq!(rows["byte"]["session_id"], "a\u{fffd}b");
    assert_eq!(rows["nul"]["session_id"], "ab");
    assert_eq!(
        rows["long"]["session_id"].as_str().unwrap().chars().count(),
        256
    );
    assert_eq!(
        rows["price"]["context_product_price"],
        serde_json::Value::Null
    );
    platform.verify().await;

    let again = platform.load().await;
    assert_eq!(
        (again.new_objects, again.events),
        (0, 0),
        "poison is not eaten twice"
    );
}
