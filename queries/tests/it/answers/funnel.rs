//! The funnel against sessions made by hand, where the definition has an edge.

use rstest::rstest;
use sbw_queries::answers::funnel::{Funnel, Segment, StepRow, Steps, funnel};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::{Filter, Question};

use crate::common::{Warehouse, between, step};

/// Sessions and medians of each step.
async fn run(warehouse: &Warehouse, steps: &str) -> Vec<(i64, Option<i64>)> {
    let question = between("2025-12-01", "2025-12-02");
    let answer = funnel(&warehouse.client, &question, &steps.parse().unwrap(), None)
        .await
        .unwrap();
    let Funnel::Rows(rows) = answer else {
        panic!("asked for one funnel")
    };
    rows.iter()
        .map(|row| (row.sessions, row.median_seconds_from_previous))
        .collect()
}

/// Events of one session: `second.id:name` in any order.
fn session(name: &str, events: &str) -> Vec<RawEvent> {
    events
        .split_whitespace()
        .map(|event| {
            let (time, event) = event.split_once(':').unwrap();
            let (second, id) = time.split_once('.').unwrap();
            let id = id.parse::<u128>().unwrap() + (u128::from(name.as_bytes()[0]) << 64);
            step(id, name, &format!("2025-12-01T00:00:{second:0>2}Z"), event)
        })
        .collect()
}

#[tokio::test]
async fn a_session_goes_as_far_as_its_events_allow() {
    let warehouse = Warehouse::migrated().await;
    for (case, events, steps, expected) in [
        ("in order", "1.1:a 2.2:b 3.3:c", "a,b,c", vec![1, 1, 1]),
        (
            "others between",
            "1.1:a 2.2:x 3.3:b 4.4:a 5.5:c",
            "a,b,c",
            vec![1, 1, 1],
        ),
        ("wrong order", "1.1:b 2.2:a", "a,b", vec![1, 0]),
        ("no first step", "1.1:b 2.2:c", "a,b,c", vec![0, 0, 0]),
        ("a gap ends it", "1.1:a 2.2:c", "a,b,c", vec![1, 0, 0]),
        (
            "same instant counts whatever the ids",
            "1.9:a 1.5:b 1.1:c",
            "a,b,c",
            vec![1, 1, 1],
        ),
        ("same name needs another event", "1.1:a", "a,a", vec![1, 0]),
        (
            "same name same instant later id",
            "1.1:a 1.2:a",
            "a,a",
            vec![1, 1],
        ),
        ("same name thrice", "1.1:a 1.2:a", "a,a,a", vec![1, 1, 0]),
        (
            "same name with another between",
            "1.1:a 1.2:b",
            "a,b,a",
            vec![1, 1, 0],
        ),
        (
            "same name with another between and a tie",
            "1.2:b 1.3:a 1.4:a",
            "a,b,a",
            vec![1, 1, 1],
        ),
        (
            "earliest wins",
            "1.1:a 2.2:b 3.3:a 9.4:b",
            "a,b",
            vec![1, 1],
        ),
        (
            "either of two",
            "1.1:a 2.2:c 3.3:d",
            "a,b|c,d",
            vec![1, 1, 1],
        ),
        ("the first of either", "1.1:c 2.2:b", "a|b|c,b", vec![1, 1]),
        (
            "either is another event",
            "1.1:a 1.2:b",
            "a|b,b|a",
            vec![1, 1],
        ),
        ("either is no event twice", "1.1:a", "a|b,b|a", vec![1, 0]),
        (
            "ten steps",
            "1.1:a 2.2:b 3.3:c 4.4:d 5.5:e 6.6:f 7.7:g 8.8:h 9.9:i 10.10:j",
            "a,b,c,d,e,f,g,h,i,j",
            vec![1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ),
    ] {
        warehouse.hold(&session("s", events)).await;
        let sessions: Vec<i64> = run(&warehouse, steps)
            .await
            .iter()
            .map(|(sessions, _)| *sessions)
            .collect();
        assert_eq!(sessions, expected, "{case}");
    }
}

#[tokio::test]
async fn times_are_floored_and_the_median_is_one_of_them() {
    let warehouse = Warehouse::migrated().await;
    let mut events = session("p", "0.1:a 10.2:b");
    events.extend(session("q", "0.1:a 20.2:b"));
    events.extend(session("r", "0.1:a 30.2:b 31.3:c"));
    events.extend(session("s", "0.1:a 40.2:b"));
    // 20.999 s is 20 s.
    events[3] = step(
        events[3].event_id.as_u128(),
        "q",
        "2025-12-01T00:00:20.999Z",
        "b",
    );
    warehouse.hold(&events).await;
    assert_eq!(
        run(&warehouse, "a,b,c,d").await,
        [(4, None), (4, Some(20)), (1, Some(1)), (0, None)]
    );
}

#[tokio::test]
async fn rates_and_losses_are_between_neighbours() {
    let warehouse = Warehouse::migrated().await;
    let mut events = Vec::new();
    for (name, steps) in [
        ("p", "1.1:a"),
        ("q", "1.1:a 2.2:b"),
        ("r", "1.1:a 2.2:b 3.3:c"),
    ] {
        events.extend(session(name, steps));
    }
    // Without a session there is no way to go.
    events.extend([step(77, "", "2025-12-01T00:00:01Z", "a")]);
    warehouse.hold(&events).await;
    let question = between("2025-12-01", "2025-12-02");
    let steps = Steps::new(["a", "b", "c", "d", "e"]).unwrap();
    let Funnel::Rows(rows) = funnel(&warehouse.client, &question, &steps, None)
        .await
        .unwrap()
    else {
        panic!("asked for one funnel")
    };
    let numbers: Vec<_> = rows
        .iter()
        .map(|r| (r.step, r.percent_of_first, r.percent_of_previous, r.dropped))
        .collect();
    assert_eq!(
        numbers,
        [
            (1, 100.0, 100.0, 0),
            (2, 66.7, 66.7, 1),
            (3, 33.3, 50.0, 1),
            (4, 0.0, 0.0, 1),
            (5, 0.0, 0.0, 0)
        ]
    );
}

#[tokio::test]
async fn a_funnel_that_nobody_enters_still_has_its_steps() {
    let warehouse = Warehouse::migrated().await;
    let question = between("2025-12-01", "2025-12-02");
    let empty = StepRow {
        step: 1,
        event_name: "a".to_owned(),
        sessions: 0,
        percent_of_first: 0.0,
        percent_of_previous: 0.0,
        dropped: 0,
        median_seconds_from_previous: None,
    };
    let second = StepRow {
        step: 2,
        event_name: "b".to_owned(),
        ..empty.clone()
    };
    let steps = Steps::new(["a", "b"]).unwrap();
    let all = funnel(&warehouse.client, &question, &steps, None)
        .await
        .unwrap();
    assert_eq!(all, Funnel::Rows(vec![empty, second]));
    let groups = funnel(&warehouse.client, &question, &steps, Some(Segment::Brand))
        .await
        .unwrap();
    assert_eq!(groups, Funnel::Groups(vec![]));
}

#[tokio::test]
async fn a_group_is_that_of_the_first_event_of_the_first_step() {
    let warehouse = Warehouse::migrated().await;
    let brand = |event: RawEvent, brand: Option<&str>| RawEvent {
        context_product_brand: brand.map(str::to_owned),
        ..event
    };
    let at = |id, session, second: u8, name| {
        step(id, session, &format!("2025-12-01T00:00:0{second}Z"), name)
    };
    warehouse
        .hold(&[
            // The tie goes to the smaller id: this session is LG's.
            brand(at(1, "p", 1, "a"), Some("LG")),
            brand(at(2, "p", 1, "a"), Some("Dell")),
            brand(at(3, "p", 2, "b"), Some("Dell")),
            brand(at(4, "q", 1, "a"), Some("")),
            brand(at(5, "r", 1, "a"), None),
            brand(at(6, "r", 0, "b"), Some("LG")),
            brand(at(7, "s", 1, "a"), Some("Dell")),
        ])
        .await;
    let question = between("2025-12-01", "2025-12-02");
    let steps = Steps::new(["a", "b"]).unwrap();
    let answer = funnel(&warehouse.client, &question, &steps, Some(Segment::Brand))
        .await
        .unwrap();
    let Funnel::Groups(groups) = answer else {
        panic!("asked for groups")
    };
    let sessions: Vec<_> = groups
        .iter()
        .map(|g| {
            (
                g.name.as_str(),
                g.rows.iter().map(|row| row.sessions).collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        sessions,
        [
            ("UNKNOWN", vec![2, 0]),
            ("Dell", vec![1, 0]),
            ("LG", vec![1, 1])
        ]
    );
}

/// The checkouts of a cart are about its products, though the events do not name them.
#[tokio::test]
async fn a_category_reaches_its_orders() {
    let warehouse = Warehouse::migrated().await;
    let of = |event: RawEvent, id: &str, category: &str| RawEvent {
        context_product_id: Some(id.to_owned()),
        context_product_category: Some(category.to_owned()),
        ..event
    };
    let at = |id, second: u8, name| step(id, "s", &format!("2025-12-01T00:00:0{second}Z"), name);
    warehouse
        .hold(&[
            of(at(1, 1, "product_view"), "k", "keyboard"),
            of(at(2, 2, "add_to_cart_click"), "k", "keyboard"),
            of(at(3, 3, "product_view"), "m", "mouse"),
            of(at(4, 4, "add_to_cart_click"), "m", "mouse"),
            of(at(5, 5, "remove_from_cart_click"), "m", "mouse"),
            at(6, 6, "checkout_start"),
            at(7, 7, "checkout_complete"),
        ])
        .await;
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        for (category, expected) in [
            ("keyboard", [1, 1, 1, 1]),
            ("mouse", [1, 1, 0, 0]),
            ("laptop", [0; 4]),
        ] {
            let question = Question {
                filter: Filter {
                    category: Some(category.to_owned()),
                    ..Filter::default()
                },
                ..between("2025-12-01", "2025-12-02")
            };
            let answer = funnel(&warehouse.client, &question, &Steps::default(), None)
                .await
                .unwrap();
            let Funnel::Rows(rows) = answer else {
                panic!("asked for one funnel")
            };
            let sessions: Vec<i64> = rows.iter().map(|row| row.sessions).collect();
            assert_eq!(sessions, expected, "{category}, refreshed: {refreshed}");
        }
    }
}

#[rstest]
#[case("a", "a funnel has 2 to 10 steps, not 1")]
#[case("a,b,c,d,e,f,g,h,i,j,k", "a funnel has 2 to 10 steps, not 11")]
#[case(
    "a,,c",
    "step 2 of the funnel has no event name, or an empty one beside |"
)]
#[case(
    "a,b|",
    "step 2 of the funnel has no event name, or an empty one beside |"
)]
fn steps_are_checked(#[case] steps: &str, #[case] expected: &str) {
    assert_eq!(steps.parse::<Steps>().unwrap_err().to_string(), expected);
}
