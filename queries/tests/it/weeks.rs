//! Weeks of traffic: rollups of every length against the events, and wrong ones found.

use sbw_queries::answers::all::{All, Choices, all};

use crate::common::{Warehouse, at, between};

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
