//! Ranked lists, and the document around an answer.

use sbw_queries::answers::events::{Events, events};
use sbw_queries::answers::logins::logins;
use sbw_queries::{Document, Filter, Question, TimeRange};

use super::{text, with};
use crate::common::{Warehouse, at, between, event};

#[tokio::test]
async fn names_sort_by_count_then_by_bytes() {
    let warehouse = Warehouse::migrated().await;
    let names = ["b", "b", "a", "Z", "ă", "_", "", "UNKNOWN"];
    let made: Vec<_> = (1..)
        .zip(names)
        .map(|(id, name)| event(id, "2025-12-01", name))
        .collect();
    warehouse.hold(&made).await;
    let question = between("2025-12-01", "2025-12-02");
    let answer = events(&warehouse.client, &question, 10).await.unwrap();
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|r| (r.event_name.as_str(), r.events))
        .collect();
    assert_eq!(
        rows,
        [
            ("UNKNOWN", 2),
            ("b", 2),
            ("Z", 1),
            ("_", 1),
            ("a", 1),
            ("ă", 1)
        ]
    );
    // A limit cuts the list and leaves the shares alone.
    let answer = events(&warehouse.client, &question, 1).await.unwrap();
    assert_eq!((answer.rows.len(), answer.rows[0].percent), (1, 25.0));
    let nothing = events(&warehouse.client, &between("2020-01-01", "2020-01-02"), 10)
        .await
        .unwrap();
    assert_eq!(nothing, Events { rows: vec![] });
}

#[tokio::test]
async fn login_states_are_five_groups_at_most() {
    let warehouse = Warehouse::migrated().await;
    let states = [
        None,
        text(""),
        text("anonymous"),
        text("logged_in"),
        text("logged_in"),
        text("unknown"),
    ];
    let made: Vec<_> = (1..)
        .zip(states)
        .map(|(id, state)| {
            with(event(id, "2025-12-01", "click"), |e| {
                e.user_login_state = state;
            })
        })
        .collect();
    warehouse.hold(&made).await;
    let answer = logins(&warehouse.client, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap();
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|r| (r.user_login_state.as_str(), r.events, r.percent))
        .collect();
    assert_eq!(
        rows,
        [
            ("UNKNOWN", 2, 33.3),
            ("logged_in", 2, 33.3),
            ("anonymous", 1, 16.7),
            ("other", 1, 16.7)
        ]
    );
}

#[tokio::test]
async fn a_document_has_its_fields_in_order() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[event(1, "2025-12-01T11:58:00.400Z", "click")])
        .await;
    let question = Question {
        filter: Filter {
            event: text("click"),
            ..Filter::default()
        },
        range: TimeRange::new(at("2025-12-01"), at("2025-12-02T00:00:00.250Z")).unwrap(),
    };
    let answer = events(&warehouse.client, &question, 10).await.unwrap();
    assert_eq!(
        serde_json::to_string(&Document::new(&question, answer)).unwrap(),
        r#"{"view":"events","from":"2025-12-01T00:00:00Z","to":"2025-12-02T00:00:00.250Z","filter":{"event":"click"},"rows":[{"event_name":"click","events":1,"percent":100.0}]}"#
    );
}
