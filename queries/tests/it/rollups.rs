//! Log, refresh and readers where the oracle's traffic does not reach: long sessions, long
//! times, writers beside a refresh, orders that change places.

use sbw_queries::answers::overview::Totals;
use sbw_queries::answers::pipeline::pipeline;
use sbw_queries::answers::raw::{Page, RawEvent, raw};

use crate::common::{Warehouse, at, between, event, session, step, totals};
use crate::sent::{Item, Sent, load_context, load_events, order_of};

#[tokio::test]
async fn refresh_is_done_in_turn_and_in_one_snapshot() {
    let warehouse = Warehouse::migrated().await;
    for begin in [
        "begin",
        "begin isolation level repeatable read",
        "begin; lock table rollups.turn in exclusive mode",
    ] {
        warehouse.client.batch_execute(begin).await.unwrap();
        let refused = warehouse
            .client
            .batch_execute("select rollups.refresh_next()");
        let error = refused.await.unwrap_err();
        let message = error.as_db_error().unwrap().message();
        assert!(message.contains("lock table rollups.turn"), "{message}");
        warehouse.client.batch_execute("rollback").await.unwrap();
    }
}

/// A session id with more than 5,000 events is no session, and is one again with fewer.
#[tokio::test]
async fn a_session_ends_to_be_one_at_its_5001st_event() {
    let warehouse = Warehouse::migrated().await;
    let at_second = |second: usize, name| {
        let time = format!(
            "2025-12-01T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        step(second as u128 + 1, "robot", &time, name)
    };
    let of_keyboard = |event: RawEvent| RawEvent {
        context_product_id: Some("k".to_owned()),
        context_product_category: Some("keyboard".to_owned()),
        context_product_price: Some(100),
        ..event
    };
    let mut events: Vec<RawEvent> = (0..4_998).map(|n| at_second(n, "page_view")).collect();
    // Its order is that of its cart, as long as it is a session.
    events.push(of_keyboard(at_second(6_000, "add_to_cart_click")));
    events.push(at_second(6_001, "checkout_complete"));
    warehouse.hold(&events).await;
    let day = between("2025-12-01", "2025-12-02");
    let counted = async || {
        let now = totals(&warehouse, &day).await;
        (now.sessions, now.orders, now.units, now.revenue_vnd)
    };
    let long_sessions = async || {
        let answer = pipeline(&warehouse.client, at("2025-12-02")).await;
        answer.unwrap().long_sessions
    };
    assert_eq!(counted().await, (1, 1, 1, 100));
    warehouse.refresh().await;
    assert_eq!(counted().await, (1, 1, 1, 100));
    assert_eq!(long_sessions().await, 0);

    warehouse.load(&[at_second(7_000, "click")]).await;
    assert_eq!(counted().await, (0, 1, 0, 0));
    warehouse.refresh().await;
    assert_eq!(counted().await, (0, 1, 0, 0));
    assert_eq!(long_sessions().await, 1);
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());

    warehouse
        .client
        .batch_execute("delete from public.clickstream_events where event_name = 'click'")
        .await
        .unwrap();
    assert_eq!(counted().await, (1, 1, 1, 100));
    warehouse.refresh().await;
    assert_eq!(counted().await, (1, 1, 1, 100));
    assert_eq!(long_sessions().await, 0);
}

/// What is loaded while a refresh runs stays in the log for the next one.
#[tokio::test]
async fn writers_do_not_wait_for_a_refresh_and_are_not_lost() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "s", "2025-12-01T10:00:00Z", "page_view"),
            step(2, "s", "2025-12-01T11:00:00Z", "page_view"),
        ])
        .await;
    let refreshing = session(&warehouse.postgres, "postgres").await.client;
    refreshing
        .batch_execute(
            "begin isolation level repeatable read;
             lock table rollups.turn in exclusive mode;
             select rollups.refresh_next()",
        )
        .await
        .unwrap();
    warehouse
        .client
        .batch_execute(
            "set lock_timeout = '10s';
             delete from public.clickstream_events where event_timestamp < '2025-12-01T10:30:00Z'",
        )
        .await
        .unwrap();
    warehouse
        .load(&[
            step(3, "s", "2025-12-01T11:30:00Z", "page_view"),
            step(4, "t", "2025-12-01T10:30:00Z", "page_view"),
        ])
        .await;
    refreshing.batch_execute("commit").await.unwrap();
    let question = between("2025-12-01", "2025-12-02");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
            assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.total_events, now.sessions), (3, 2), "{refreshed}");
    }
}

#[tokio::test]
async fn a_truncated_table_has_nothing_to_count() {
    let warehouse = Warehouse::migrated().await;
    let mut order = Sent::from(step(1, "s", "2025-12-01T10:00:00Z", "checkout_complete"));
    order.context.items = vec![Item {
        product_id: Some("p".to_owned()),
        price: Some(5),
        ..Item::default()
    }];
    let question = between("2025-12-01", "2025-12-02");
    for _ in 0..2 {
        warehouse.load(std::slice::from_ref(&order)).await;
        warehouse.refresh().await;
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.sessions, now.revenue_vnd), (1, 5));
        warehouse
            .client
            .batch_execute("truncate public.clickstream_events")
            .await
            .unwrap();
        assert_eq!(totals(&warehouse, &question).await, Totals::default());
        warehouse.refresh().await;
        assert_eq!(totals(&warehouse, &question).await, Totals::default());
        // The context goes with the events, or the next load would meet it.
        assert_eq!(
            warehouse.number("select count(*) from context.items").await,
            0
        );
    }
}

/// Deleted events take their context along: their order ids are free again.
#[tokio::test]
async fn a_deleted_order_leaves_its_place_to_the_repeat() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            order_of(7, "s", "2025-12-01T10:00:00Z"),
            order_of(9, "t", "2025-12-08T10:00:00Z"),
        ])
        .await;
    warehouse.refresh().await;
    let both = between("2025-12-01", "2025-12-09");
    assert_eq!(totals(&warehouse, &both).await.revenue_vnd, 7);
    warehouse
        .client
        .batch_execute("delete from public.clickstream_events where session_id = 's'")
        .await
        .unwrap();
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &both).await;
        assert_eq!((now.orders, now.revenue_vnd), (1, 9), "{refreshed}");
    }
    assert_eq!(
        warehouse
            .number("select count(*) from context.orders")
            .await,
        1
    );
}

/// A checkout that only names an order is no order, and does not hide the one that is.
#[tokio::test]
async fn an_earlier_order_is_found_past_a_checkout_of_the_same_id() {
    let warehouse = Warehouse::migrated().await;
    let mut start = order_of(1, "start", "2025-12-01T09:00:00Z");
    start.event.event_name = "checkout_start".to_owned();
    warehouse
        .hold(&[start, order_of(9, "later", "2025-12-02T10:00:00Z")])
        .await;
    warehouse.refresh().await;
    warehouse
        .load(&[order_of(7, "late", "2025-12-01T09:30:00Z")])
        .await;
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &between("2025-12-01", "2025-12-03")).await;
        assert_eq!((now.orders, now.revenue_vnd), (1, 7), "{refreshed}");
    }
}

/// A category becomes busy while an hour is counted in which no session begins.
#[tokio::test]
async fn a_segment_that_is_new_is_in_all_rollups_of_an_hour() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    client
        .batch_execute("update rollups.settings set busy_events = 48")
        .await
        .unwrap();
    let view = |id, session, time| RawEvent {
        context_product_id: Some("p".to_owned()),
        context_product_category: Some("laptop".to_owned()),
        ..step(id, session, time, "product_view")
    };
    warehouse
        .hold(&[view(1, "s", "2025-12-01T10:10:00Z")])
        .await;
    warehouse.refresh().await;
    // Two an hour are as many as 48 a day.
    warehouse.load(&[view(2, "", "2025-12-01T10:20:00Z")]).await;
    warehouse.refresh().await;
    let segments = "select count(*) from rollups.segments where value = 'laptop'";
    assert_eq!(warehouse.number(segments).await, 1);
    let mut question = between("2025-12-01", "2025-12-02");
    question.filter.category = Some("laptop".to_owned());
    let now = totals(&warehouse, &question).await;
    assert_eq!((now.total_events, now.sessions), (2, 1));
}

/// While days wait to be counted, a session of one of them is not taken for one that is over.
#[tokio::test]
async fn a_session_that_goes_on_in_a_day_to_be_counted_is_one() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    let view = |id, session, time| step(id, session, time, "page_view");
    warehouse
        .hold(&[
            view(1, "t", "2025-12-01T10:00:00Z"),
            view(2, "s", "2025-12-05T10:00:00Z"),
        ])
        .await;
    warehouse.begin_rebuild().await;
    assert!(warehouse.refresh_once().await, "the first day is counted");
    let waiting = "select count(*) from rollups.todo";
    assert_eq!(warehouse.number(waiting).await, 1);
    client
        .batch_execute("insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
                        values (gen_random_uuid(), '2025-12-01T11:00:00Z', 'page_view', 's')")
        .await
        .unwrap();
    assert!(warehouse.refresh_once().await, "the late event is counted");
    assert_eq!(warehouse.number(waiting).await, 1);
    let now = totals(&warehouse, &between("2025-12-01", "2025-12-06")).await;
    assert_eq!((now.total_events, now.sessions), (3, 2));
}

/// Old events that are read for other reasons do not fill a page before newer ones.
#[tokio::test]
async fn a_page_of_product_events_is_the_newest_one() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, context_product_id)
             select gen_random_uuid(), '2025-12-01T10:30:00Z'::timestamptz + case when n <= 100 then '0 h' else n * interval '20 seconds' end,
                    'x', case when n <= 100 or n % 1500 = 0 then 'p' end
               from generate_series(1, 20000) n",
        )
        .await
        .unwrap();
    warehouse.refresh().await;
    let page = Page {
        limit: 20,
        products_only: true,
        before: None,
    };
    let question = between("2025-12-01T10:20:00Z", "2025-12-06T04:00:00Z");
    let rows = raw(&warehouse.client, &question, page).await.unwrap().rows;
    let at_start = rows
        .iter()
        .filter(|row| row.event_timestamp == at("2025-12-01T10:30:00Z"))
        .count();
    assert_eq!((rows.len(), at_start), (20, 20 - 13));
}

/// Old raw files are read again for their context, long after their events were loaded.
#[tokio::test]
async fn context_that_comes_later_is_counted() {
    let warehouse = Warehouse::migrated().await;
    let mut order = Sent::from(step(1, "s", "2025-12-01T10:00:00Z", "checkout_complete"));
    order.context.items = vec![Item {
        product_id: Some("p".to_owned()),
        price: Some(5),
        quantity: Some(2),
        ..Item::default()
    }];
    load_events(&warehouse.client, std::slice::from_ref(&order)).await;
    warehouse.refresh().await;
    let question = between("2025-12-01", "2025-12-02");
    assert_eq!(totals(&warehouse, &question).await.units, 0);
    load_context(&warehouse.client, std::slice::from_ref(&order)).await;
    let ids = [order.event.event_id];
    warehouse
        .client
        .execute("select rollups.log_events($1)", &[&&ids[..]])
        .await
        .unwrap();
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.units, now.revenue_vnd), (2, 10), "{refreshed}");
    }
}

#[tokio::test]
async fn a_session_of_ages_is_still_open_in_between() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "old", "1900-01-01", "page_view"),
            step(2, "old", "2025-12-01T10:00:00Z", "page_view"),
            step(3, "old", "2999-01-01", "page_view"),
        ])
        .await;
    // An age that only a table that was taken over can hold.
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
             values (gen_random_uuid(), '0002-01-01T00:00:00Z', 'page_view', 'older'),
                    (gen_random_uuid(), '2025-12-01T11:00:00Z', 'page_view', 'older'),
                    (gen_random_uuid(), '9999-01-01T00:00:00Z', 'page_view', 'older')",
        )
        .await
        .unwrap();
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        for question in [
            between("2025-12-01", "2025-12-02"),
            between("2025-12-01T09:30:00Z", "2025-12-03T11:30:00Z"),
        ] {
            let now = totals(&warehouse, &question).await;
            assert_eq!((now.sessions, now.total_events), (2, 2), "{refreshed}");
        }
    }
}

/// Times that no calendar shows, and statements that insert nothing.
#[tokio::test]
async fn strange_times_do_not_stop_a_refresh() {
    let warehouse = Warehouse::migrated().await;
    for insert in [
        "set statement_timeout = '10s'",
        "insert into public.clickstream_events select * from public.clickstream_events",
        "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
         select gen_random_uuid(), t, 'checkout_complete', 's'
           from unnest('{infinity,-infinity,20000-01-01,4713-01-01 BC,2025-12-01}'::timestamptz[]) t",
    ] {
        warehouse.client.batch_execute(insert).await.unwrap();
    }
    warehouse.refresh().await;
    let question = between("2025-12-01", "2025-12-02");
    let now = totals(&warehouse, &question).await;
    assert_eq!((now.total_events, now.sessions, now.orders), (1, 1, 1));
    assert_eq!(warehouse.find_unlogged().await, 0);
}

/// The reader sees the rollups and changes none of them; the loader may refresh.
#[tokio::test]
async fn only_the_loader_refreshes() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[event(1, "2025-12-01T10:00:00Z", "page_view")])
        .await;
    let turn = "begin isolation level repeatable read; lock table rollups.turn in exclusive mode";
    let reader = warehouse.of("sbw_reader").await;
    for statement in [
        "lock table rollups.turn in exclusive mode",
        "select rollups.refresh_next()",
        "select rollups.begin_rebuild()",
        "insert into rollups.stale values (now(), 's')",
        "select rollups.log_events('{}')",
    ] {
        let tried = format!("begin read write; {statement}");
        let error = reader.batch_execute(&tried).await.expect_err(statement);
        assert_eq!(
            error.code(),
            Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE),
            "{statement}: {error:?}"
        );
        reader.batch_execute("rollback").await.unwrap();
    }
    let loader = warehouse.of("sbw_loader").await;
    loader
        .batch_execute(&format!(
            "{turn}; select rollups.find_unlogged(); select rollups.refresh_next(); commit"
        ))
        .await
        .unwrap();
    for statement in [
        "delete from rollups.event_counts",
        "update rollups.sessions set events = 0",
        "delete from rollups.stale",
        "truncate rollups.filled",
    ] {
        let error = loader.batch_execute(statement).await.expect_err(statement);
        assert_eq!(
            error.code(),
            Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE),
            "{statement}: {error:?}"
        );
    }
    let filled = "select count(*) from rollups.filled";
    assert_eq!(warehouse.number(filled).await, 24);
}
