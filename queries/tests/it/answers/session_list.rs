//! The list of sessions: who, in which order, and how far.

use rstest::rstest;
use sbw_queries::answers::session_list::{
    AtStep, Outcome, SessionCursor, SessionList, SessionPage, session_list,
};
use sbw_queries::{Filter, Question};

use super::{text, with};
use crate::common::{Warehouse, at, between, step};
use crate::sent::{Agent, Page, Sent};

fn day() -> Question {
    between("2025-12-01", "2025-12-02")
}

fn ids(list: &SessionList) -> Vec<&str> {
    list.rows
        .iter()
        .map(|row| row.session_id.as_str())
        .collect()
}

#[tokio::test]
async fn a_session_is_whoever_it_was_last_known_to_be() {
    let warehouse = Warehouse::migrated().await;
    let known = |number, time, client: &str, user: Option<&str>, login: &str| {
        with(step(number, "s", time, "click"), |e| {
            e.client_id = text(client);
            e.user_id = user.map(str::to_owned);
            e.user_login_state = text(login);
        })
    };
    warehouse
        .hold(&[
            known(1, "2025-12-01T01:00", "c-1", Some("u-1"), "guest"),
            // A tie: the greater id is the later one.
            known(3, "2025-12-01T02:00", "c-3", Some(""), "guest"),
            known(2, "2025-12-01T02:00", "c-2", Some("u-2"), "guest"),
            known(4, "2025-12-01T03:00", "", None, "guest"),
            known(5, "2025-12-01T04:00", "c-5", Some("u-5"), "logged_in"),
        ])
        .await;
    let guests = Question {
        filter: Filter {
            login: text("guest"),
            ..Filter::default()
        },
        ..day()
    };
    for (question, who, events) in [(day(), ("c-5", "u-5"), 5), (guests, ("c-3", "u-2"), 4)] {
        let found = session_list(&warehouse.client, &question, &SessionPage::default())
            .await
            .unwrap();
        let row = &found.rows[0];
        assert_eq!(
            (row.client_id.as_deref(), row.user_id.as_deref(), row.events),
            (Some(who.0), Some(who.1), events)
        );
    }
}

#[tokio::test]
async fn sessions_start_with_their_first_kept_event() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            // Began before the range: here it starts where it is seen first.
            step(1, "early", "2025-11-30T23:00", "click"),
            step(2, "early", "2025-12-01T05:00", "click"),
            step(3, "b", "2025-12-01T04:00", "click"),
            step(4, "B", "2025-12-01T04:00", "click"),
            step(5, "ă", "2025-12-01T04:00", "click"),
            step(6, "late", "2025-12-02", "click"),
            step(7, "", "2025-12-01", "click"),
            step(8, "b", "2025-12-01T06:00", "click"),
        ])
        .await;
    let found = session_list(&warehouse.client, &day(), &SessionPage::default())
        .await
        .unwrap();
    assert_eq!(ids(&found), ["early", "B", "b", "ă"]);
    let times: Vec<_> = found
        .rows
        .iter()
        .map(|row| (row.started_at, row.last_at))
        .collect();
    assert_eq!(
        times[..3],
        [
            (at("2025-12-01T05:00"), at("2025-12-01T05:00")),
            (at("2025-12-01T04:00"), at("2025-12-01T04:00")),
            (at("2025-12-01T04:00"), at("2025-12-01T06:00")),
        ]
    );
}

/// By all of its events, filtered or not.
#[tokio::test]
async fn a_session_comes_from_its_first_page() {
    let warehouse = Warehouse::migrated().await;
    let page = |id, second: u8, path, referrer_host, utm_source| {
        let time = format!("2025-12-01T00:00:0{second}Z");
        let mut sent = Sent::from(step(id, "s", &time, "page_view"));
        sent.context.page = Some(Page {
            host: "shop.example",
            path,
            referrer_host,
            utm_source,
            ..Page::default()
        });
        sent
    };
    let mut order = page(3, 3, "/thank-you", None, Some("newsletter"));
    order.event.event_name = "checkout_complete".to_owned();
    order.context.agent = Some(Agent {
        device: "mobile",
        browser: None,
    });
    warehouse
        .hold(&[
            Sent::from(step(9, "s", "2025-12-01T00:00:00Z", "click")),
            page(1, 1, "/keyboards", Some("google.com.vn"), None),
            page(2, 2, "/", None, Some("zalo")),
            order,
            Sent::from(step(4, "nothing", "2025-11-01", "click")),
        ])
        .await;
    let orders = Question {
        filter: Filter {
            event: text("checkout_complete"),
            ..Filter::default()
        },
        ..between("2025-11-01", "2025-12-02")
    };
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        for (question, events) in [(&orders, 1), (&between("2025-11-01", "2025-12-02"), 4)] {
            let found = session_list(&warehouse.client, question, &SessionPage::default())
                .await
                .unwrap();
            let row = &found.rows[0];
            assert_eq!((row.events, row.orders, row.revenue_vnd), (events, 1, 0));
            assert_eq!(
                [&row.source, &row.entry_page, &row.device],
                [&text("google"), &text("/keyboards"), &text("mobile")]
            );
            if let Some(row) = found.rows.get(1) {
                assert_eq!([&row.source, &row.entry_page, &row.device], [&None; 3]);
            }
        }
    }
}

#[tokio::test]
async fn pages_of_sessions_join_without_a_gap_or_an_overlap() {
    let warehouse = Warehouse::migrated().await;
    let made: Vec<_> = (0..25)
        .map(|n| {
            let time = format!("2025-12-01T00:00:0{}Z", n % 3);
            step(n, &format!("s,{n}"), &time, "product_view")
        })
        .collect();
    warehouse.hold(&made).await;
    let whole = SessionPage {
        limit: 100,
        ..SessionPage::default()
    };
    let whole = session_list(&warehouse.client, &day(), &whole)
        .await
        .unwrap();
    assert_eq!(whole.rows.len(), 25);
    for at_step in [
        None,
        Some(AtStep {
            step: 1,
            outcome: Outcome::Dropped,
        }),
    ] {
        let mut page = SessionPage {
            at_step,
            limit: 4,
            ..SessionPage::default()
        };
        let mut rows = Vec::new();
        loop {
            let found = session_list(&warehouse.client, &day(), &page)
                .await
                .unwrap();
            // As people hand it on: in words.
            page.before = found.next().map(|next| next.to_string().parse().unwrap());
            if found.rows.is_empty() {
                break;
            }
            assert!(found.rows.len() <= 4);
            rows.extend(found.rows);
        }
        assert_eq!(rows, whole.rows);
    }
}

#[tokio::test]
async fn a_step_keeps_who_reached_it_or_went_no_further() {
    let warehouse = Warehouse::migrated().await;
    let mut made = Vec::new();
    for (number, (name, events)) in (0_u128..).zip([
        ("none", "x"),
        ("wrong", "ba"),
        ("one", "a"),
        ("two", "ab"),
        ("all", "abc"),
        ("gap", "ac"),
    ]) {
        for (second, event) in (0..).zip(events.chars()) {
            let time = format!("2025-12-01T00:0{}:0{second}Z", 9 - number);
            made.push(step(10 * number + second, name, &time, &event.to_string()));
        }
    }
    warehouse.hold(&made).await;
    let reached = |step| {
        Some(AtStep {
            step,
            outcome: Outcome::Reached,
        })
    };
    let dropped = |step| {
        Some(AtStep {
            step,
            outcome: Outcome::Dropped,
        })
    };
    for (at_step, expected) in [
        (None, vec!["none", "wrong", "one", "two", "all", "gap"]),
        (reached(1), vec!["wrong", "one", "two", "all", "gap"]),
        (reached(2), vec!["two", "all"]),
        (reached(3), vec!["all"]),
        (reached(4), vec![]),
        (dropped(1), vec!["wrong", "one", "gap"]),
        (dropped(2), vec!["two"]),
        // Nothing comes after the last step.
        (dropped(3), vec!["all"]),
    ] {
        let page = SessionPage {
            steps: "a,b,c".parse().unwrap(),
            at_step,
            ..SessionPage::default()
        };
        let found = session_list(&warehouse.client, &day(), &page)
            .await
            .unwrap();
        assert_eq!(ids(&found), expected, "{at_step:?}");
        let short = SessionPage { limit: 2, ..page };
        let found = session_list(&warehouse.client, &day(), &short)
            .await
            .unwrap();
        assert_eq!(
            ids(&found),
            expected[..expected.len().min(2)],
            "{at_step:?}"
        );
    }
    let page = SessionPage {
        steps: "a,b,c".parse().unwrap(),
        ..SessionPage::default()
    };
    let found = session_list(&warehouse.client, &day(), &page)
        .await
        .unwrap();
    let steps: Vec<_> = found.rows.iter().map(|row| row.furthest_step).collect();
    assert_eq!(steps, [0, 1, 1, 2, 3, 1]);
}

#[rstest]
#[case("2025-12-01T00:00:00Z,s-1", Some("s-1"))]
#[case("2025-12-01, s-1", Some(" s-1"))]
#[case("2025-12-01,a,b,,c", Some("a,b,,c"))]
#[case("2025-12-01,", None)]
#[case("2025-12-01", None)]
#[case("yesterday,s-1", None)]
fn a_cursor_is_a_time_and_any_id(#[case] words: &str, #[case] id: Option<&str>) {
    let cursor = words.parse::<SessionCursor>().ok();
    assert_eq!(cursor.as_ref().map(|c| c.session_id.as_str()), id);
    if let Some(cursor) = cursor {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}
