//! Log, refresh and readers where the oracle's traffic does not reach: long sessions, long
//! times, weeks of traffic, writers beside a refresh, and what is found wrong.

use rstest::rstest;
use sbw_queries::answers::all::{All, Choices, all};
use sbw_queries::answers::overview::{Totals, overview};
use sbw_queries::answers::pipeline::pipeline;
use sbw_queries::answers::raw::{Page, RawEvent, raw};
use sbw_queries::{Question, sql};

use crate::common::{Warehouse, at, between, event, session, step};
use crate::sent::{Item, Sent, load_context, load_events};

async fn totals(warehouse: &Warehouse, question: &Question) -> Totals {
    let answer = overview(&warehouse.client, question).await;
    answer.unwrap().current
}

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

/// The order `o-1` for as many VND as its event has number.
fn order_of(id: u128, session: &str, time: &str) -> Sent {
    let mut sent = Sent::from(step(id, session, time, "checkout_complete"));
    sent.context.order = Some(crate::sent::OrderFields {
        order_id: Some("o-1".to_owned()),
        total: Some(i64::try_from(id).unwrap()),
    });
    sent
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

/// A restore in replica role is logged as it happens; one without triggers is found out.
#[rstest]
#[case::replica("set session_replication_role = replica", 0)]
#[case::no_triggers("alter table public.clickstream_events disable trigger all", 2)]
#[tokio::test]
async fn restored_rows_are_noticed(#[case] restore: &str, #[case] days: i64) {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[step(1, "s", "2025-12-01T10:00:00Z", "page_view")])
        .await;
    warehouse.refresh().await;
    warehouse.client.batch_execute(restore).await.unwrap();
    warehouse
        .load(&[
            step(2, "s", "2025-12-01T11:00:00Z", "page_view"),
            step(3, "t", "2025-12-04T11:00:00Z", "page_view"),
        ])
        .await;
    warehouse
        .client
        .batch_execute("reset session_replication_role")
        .await
        .unwrap();
    assert_eq!(warehouse.find_unlogged().await, days);
    let question = between("2025-12-01", "2025-12-08");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.total_events, now.sessions), (3, 2), "{refreshed}");
    }
    // The triggers are back.
    let off = "select count(*) from pg_trigger
                where tgrelid = 'public.clickstream_events'::regclass and tgenabled <> 'A' and not tgisinternal";
    assert_eq!(warehouse.number(off).await, 0);
    assert_eq!(warehouse.find_unlogged().await, 0);
}

/// What came past the triggers changes days whose own events are all there: an order turns out to be a
/// repeat, and an id to be no session.
#[tokio::test]
async fn restored_rows_change_other_days() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    client
        .batch_execute("update rollups.settings set session_events = 2")
        .await
        .unwrap();
    let view = |id, time| Sent::from(step(id, "long", time, "page_view"));
    warehouse
        .hold(&[
            view(1, "2025-12-05T10:00:00Z"),
            order_of(9, "t", "2025-12-05T11:00:00Z"),
        ])
        .await;
    warehouse.refresh().await;
    let question = between("2025-12-05", "2025-12-06");
    let before = totals(&warehouse, &question).await;
    assert_eq!((before.sessions, before.revenue_vnd), (2, 9));
    client
        .batch_execute("alter table public.clickstream_events disable trigger all")
        .await
        .unwrap();
    warehouse
        .load(&[
            order_of(7, "u", "2025-12-01T10:00:00Z"),
            view(2, "2025-12-09T10:00:00Z"),
            view(3, "2025-12-09T10:00:00Z"),
        ])
        .await;
    assert_eq!(warehouse.find_unlogged().await, 2);
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.sessions, now.revenue_vnd), (1, 0), "{refreshed}");
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

/// Five weeks without a gap, a session every half an hour, some of them long, many
/// clients who come back.
const FIVE_WEEKS: &str = "
    insert into public.clickstream_events
           (event_id, event_timestamp, event_name, session_id, client_id, user_id, user_login_state,
            context_product_id, context_product_category, context_product_price)
    select gen_random_uuid(),
           '2025-12-01T00:00:00Z'::timestamptz + n * interval '7 minutes 13 seconds',
           (array['product_view', 'add_to_cart_click', 'page_view', 'checkout_start', 'checkout_complete'])[1 + n * 7 % 5],
           's-' || case when n % 41 = 0 then n % 3 else n / 4 end,
           'c-' || n * 7919 % 97,
           case when n % 3 = 0 then 'u-' || n * 31 % 23 end,
           (array['anonymous', 'logged_in', null])[1 + n / 6 % 3],
           'p-' || n % 5, 'laptop', 1000 + n
      from generate_series(0, 7000) as n";

/// The whole document for ranges of all kinds.
async fn documents(warehouse: &Warehouse) -> Vec<All> {
    let mut documents = Vec::new();
    for (from, to) in [
        ("2025-12-01", "2026-01-05"),
        ("2025-12-02T05:17:30Z", "2026-01-03T22:58:01Z"),
        ("2025-12-06T07:00:00Z", "2025-12-29T17:00:00Z"),
        ("2025-12-10", "2025-12-26"),
        ("2025-12-12T23:57:00Z", "2025-12-13T23:57:00Z"),
        ("2025-12-13T22:00:00Z", "2025-12-14T02:00:00Z"),
        ("2025-12-13T21:30:00Z", "2025-12-14T02:00:00Z"),
        ("2025-12-13T22:00:00Z", "2025-12-14T05:19:00Z"),
        ("2025-12-14T00:03:00Z", "2025-12-14T00:56:30Z"),
        // Until after the last event, in its hour.
        ("2026-01-04T09:20:00Z", "2026-01-05T01:57:30Z"),
    ] {
        for (login, category) in [
            (None, None),
            (Some("logged_in"), None),
            (Some("unknown"), Some("laptop")),
        ] {
            let mut question = between(from, to);
            question.filter.login = login.map(str::to_owned);
            question.filter.category = category.map(str::to_owned);
            let answer = all(&warehouse.client, &question, &Choices::default(), at(to)).await;
            documents.push(answer.unwrap());
        }
    }
    documents
}

/// As it is, refreshed, and from the events alone.
async fn all_say_the_same(warehouse: &Warehouse) {
    let pending = documents(warehouse).await;
    warehouse.refresh().await;
    let refreshed = documents(warehouse).await;
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
    warehouse.begin_rebuild().await;
    let from_events = documents(warehouse).await;
    for (number, expected) in from_events.iter().enumerate() {
        assert_eq!(&pending[number], expected, "pending, range {number}");
        assert_eq!(&refreshed[number], expected, "refreshed, range {number}");
    }
    warehouse.refresh().await;
}

#[tokio::test]
async fn weeks_of_rollups_say_what_their_events_do() {
    let warehouse = Warehouse::migrated().await;
    warehouse.without_jit().await;
    warehouse
        .client
        .batch_execute("update rollups.settings set busy_events = 1")
        .await
        .unwrap();
    warehouse.client.batch_execute(FIVE_WEEKS).await.unwrap();
    all_say_the_same(&warehouse).await;
    for (hours, least) in [(1, 800), (24, 34), (168, 4)] {
        let filled = format!("select count(*) from rollups.filled where hours = {hours}");
        let filled = warehouse.number(&filled).await;
        assert!(filled >= least, "{filled} of {hours} hours");
    }

    // Late events, events that go, and events that change, in the middle of weeks.
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id, client_id)
             values (gen_random_uuid(), '2025-12-14T00:04:00Z', 'checkout_complete', 's-1', 'late'),
                    (gen_random_uuid(), '2025-12-14T23:59:59Z', 'checkout_complete', 's-1', 'late');
             delete from public.clickstream_events
              where event_timestamp >= '2025-12-20T07:00:00Z' and event_timestamp < '2025-12-20T19:00:00Z';
             update public.clickstream_events set session_id = 's-2', context_product_price = 5
              where event_timestamp >= '2025-12-25' and client_id = 'c-5'",
        )
        .await
        .unwrap();
    all_say_the_same(&warehouse).await;
}

/// Ways to have a rollup wrong.
const DAMAGES: [&str; 15] = [
    "update rollups.event_counts set events = events + 1 where hours = 24",
    "update rollups.event_counts set revenue = revenue + 1 where hours = 1 and revenue > 0",
    "delete from rollups.event_counts where hours = 168",
    "update rollups.subject_counts set units = units + 1 where hours = 1",
    "update rollups.subject_counts set last_at = last_at - interval '1 us' where hours = 24",
    "update rollups.presence set clients = clients[2:] where cardinality(clients) > 1",
    "update rollups.presence set client_bits = client_bits << 1 where hours = 24",
    "update rollups.visits set engaged = engaged + 1 where hours = 1",
    "update rollups.visits set counts[1] = counts[1] + 1 where hours = 24",
    "delete from rollups.visits where hours = 168",
    "update rollups.sessions set last_at = last_at + interval '1 us'",
    "update rollups.sessions set converted = not converted",
    "delete from rollups.sessions where session_id = 's-100'",
    "update rollups.checkouts set amount = amount + 1",
    "delete from rollups.checkout_items",
];

#[tokio::test]
async fn a_wrong_rollup_is_found() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    client.batch_execute(FIVE_WEEKS).await.unwrap();
    client
        .batch_execute("delete from public.clickstream_events where event_timestamp > '2025-12-10'")
        .await
        .unwrap();
    warehouse.refresh().await;
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
    for damage in DAMAGES {
        let (_, rest) = damage.split_once("rollups.").unwrap();
        let table = rest.split(' ').next().unwrap();
        let copy = format!("create table public.undamaged as select * from rollups.{table}");
        client.batch_execute(&copy).await.unwrap();
        let changed = client.execute(damage, &[]).await.unwrap();
        assert!(changed > 0, "no damage done: {damage}");
        let found = warehouse.verify_days().await;
        assert!(
            found.iter().any(|row| row.contains(table)),
            "{damage}: {found:#?}"
        );
        let restore = format!(
            "delete from rollups.{table};
             insert into rollups.{table} select * from public.undamaged;
             drop table public.undamaged"
        );
        client.batch_execute(&restore).await.unwrap();
    }
    assert_eq!(warehouse.verify_days().await, Vec::<String>::new());
}

/// Values whose dictionaries were empty when the server planned how to look them up.
#[tokio::test]
async fn dictionaries_that_grow_are_looked_up_by_their_index() {
    let warehouse = Warehouse::migrated().await;
    warehouse.client.batch_execute("analyze").await.unwrap();
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events
                    (event_id, event_timestamp, event_name, session_id, client_id, context_product_name)
             select gen_random_uuid(), '2025-12-01T10:00:00Z'::timestamptz + n * interval '1 second',
                    'name ' || n, 's-' || n, 'c-' || n, 'product ' || n
               from generate_series(1, 10000) n",
        )
        .await
        .unwrap();
    warehouse.refresh().await;
    for table in ["names", "people", "subjects", "sessions"] {
        let counted = format!(
            "select n_tup_ins from pg_stat_all_tables where relid = 'rollups.{table}'::regclass"
        );
        while warehouse.number(&counted).await < 10_000 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let read = format!(
            "select seq_tup_read from pg_stat_all_tables where relid = 'rollups.{table}'::regclass"
        );
        // Once or twice as a whole, and not for each value.
        let read = warehouse.number(&read).await;
        assert!(read <= 100_000, "{read} rows of {table}");
    }
}

/// Events every five seconds, from one number to another.
const STEADY: &str = "
    insert into public.clickstream_events
           (event_id, event_timestamp, event_name, session_id, client_id, context_product_id, context_product_category)
    select gen_random_uuid(), '2025-12-01T00:00:00Z'::timestamptz + n * interval '5 seconds',
           (array['product_view', 'add_to_cart_click', 'page_view', 'checkout_start', 'checkout_complete'])[1 + n % 5],
           's-' || n / 10, 'c-' || n % 977, 'p-' || n % 61, 'category ' || n % 7
      from generate_series(";

/// A short range costs what it holds, wherever it is cut and whatever else the table holds.
#[tokio::test]
async fn a_short_range_does_not_read_all_events() {
    let warehouse = Warehouse::migrated().await;
    let mut blocks_before = Vec::new();
    for (from, to) in [(1, 20_000), (20_001, 120_000)] {
        let events = format!("{STEADY}{from}, {to}) n; analyze");
        warehouse.client.batch_execute(&events).await.unwrap();
        warehouse.refresh().await;
        // Without what the refresh left behind, as autovacuum leaves a table: planning looks at the ends of
        // indexes, and would count every row that is gone.
        let vacuum = "vacuum (analyze)";
        warehouse.client.batch_execute(vacuum).await.unwrap();
        let blocks = blocks_of_half_an_hour(&warehouse).await;
        if blocks_before.is_empty() {
            blocks_before = blocks;
            continue;
        }
        for ((what, before), (_, now)) in blocks_before.iter().zip(&blocks) {
            assert!(
                *now < before * 3 / 2 + 300,
                "{what}: {before} blocks, and {now} of six times as many events"
            );
        }
    }
}

/// The blocks that views read, by a plan for any range and by one for this range.
async fn blocks_of_half_an_hour(warehouse: &Warehouse) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for category in ["null", "'category 3'"] {
        for (name, sql, own_types, own) in [
            ("overview", sql::OVERVIEW, "", ""),
            ("events", sql::EVENTS, ", int8", ", 10"),
            ("products", sql::PRODUCTS, ", int8", ", 20"),
            ("sessions", sql::SESSIONS, "", ""),
            (
                "timeseries",
                sql::TIMESERIES,
                ", text, text",
                ", 'minute', 'UTC'",
            ),
        ] {
            for mode in ["force_generic_plan", "force_custom_plan"] {
                let explained = format!(
                    "set plan_cache_mode = {mode};
                     prepare asked (timestamptz, timestamptz, text, text, text, text, text{own_types}) as {sql};
                     explain (analyze, buffers, format json)
                     execute asked ('2025-12-01T10:20:00Z', '2025-12-01T10:50:00Z', null, {category}, null, null, null{own});
                     deallocate asked"
                );
                let told = warehouse.client.simple_query(&explained).await.unwrap();
                let what = format!("{name}, category {category}, {mode}");
                found.push((what, blocks_read(&told)));
            }
        }
    }
    found
}

/// Shared blocks that the plan of `explain (analyze, buffers, format json)` touched.
fn blocks_read(told: &[tokio_postgres::SimpleQueryMessage]) -> i64 {
    let text: String = told
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let top = &plan[0]["Plan"];
    let of = |key: &str| top[key].as_i64().unwrap();
    of("Shared Hit Blocks") + of("Shared Read Blocks")
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
