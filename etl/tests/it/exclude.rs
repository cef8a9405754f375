//! Events that are kept out, whenever they come, and put back whole.

use rstest::rstest;
use sbw_etl::{
    Limits, Scope,
    removal::{
        exclude::{ExcludeReport, exclude, include, list_exclusions},
        exclusion::{Exclusion, Kind},
    },
};
use serde_json::{Value, json};

use crate::support::{Platform, key, load_with};

/// Of visitor `n`, who comes from a network of their own; with everything that an event may say.
fn visit(n: u32, day: u32) -> Value {
    let event = |name: &str, minute: u32| {
        json!({
            "eventName": name,
            "eventId": format!("00000000-0000-4000-8000-{:012}", n * 10_000 + day * 100 + minute),
            "eventTimestamp": format!("2025-12-{day:02}T10:{minute:02}:00.123456Z"),
            "userId": format!("u-{n}"), "clientId": format!("c-{n}"), "sessionId": format!("s-{n}-{day}"),
            "pageUrl": format!("https://shop.example/{name}?utm_source=mail"), "referrer": "https://other.example/",
            "isFirstVisit": n == 1, "quantity": 2,
            "product": {"id": "p-1", "name": "Chuột", "category": "mouse", "brand": "AULA", "price": 500_000},
            "_ingest": {"receivedAt": format!("2025-12-{day:02}T10:30:00Z"), "sourceIp": format!("203.0.{n}.0"), "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"},
        })
    };
    let mut order = event("checkout_complete", 3);
    order["order"] = json!({"id": format!("o-{n}-{day}"), "total": 1_000_000, "items": [
        {"id": "p-1", "price": 500_000, "quantity": 1}, {"id": "p-2", "price": 500_000, "quantity": 1}]});
    let mut search = event("page_view", 1);
    search["search"] = json!({"query": "chuột", "results": 3});
    json!([search, event("product_view", 2), order])
}

async fn store(platform: &Platform, n: u32, day: u32) {
    let minute = i64::from(n);
    platform
        .put(&key(day, minute), visit(n, day).to_string())
        .await;
}

/// Every row of the warehouse that loads write, and what the numbers say.
async fn contents(platform: &Platform) -> Value {
    let sql = "select jsonb_build_object(
            'events', (select jsonb_agg(to_jsonb(e) order by event_id) from public.clickstream_events e),
            'context', (select jsonb_agg(to_jsonb(e) order by event_id) from context.events e),
            'orders', (select jsonb_agg(to_jsonb(o) order by event_id) from context.orders o),
            'items', (select jsonb_agg(to_jsonb(i) order by event_id, item_no) from context.items i),
            'searches', (select jsonb_agg(to_jsonb(s) order by event_id) from context.searches s),
            'overview', (select to_jsonb(v) from (select sum(events) filter (where login_no = -1) as events, sum(orders) as orders, sum(revenue) as revenue
                from rollups.event_counts where segment_no = 0 and hours = 1) v))";
    platform.value(sql).await
}

async fn excluded(platform: &Platform, kind: Kind, value: &str) -> ExcludeReport {
    let (etl, exclusions) = (platform.operator(), [Exclusion::new(kind, value).unwrap()]);
    let report = Box::pin(exclude(&etl, &exclusions, Some("a robot"), Scope::All, &()))
        .await
        .unwrap();
    assert_eq!((report.remaining, report.refresh_pending), (0, Some(0)));
    report
}

async fn undo(platform: &Platform, kind: Kind, value: &str) -> ExcludeReport {
    let exclusion = Exclusion::new(kind, value).unwrap();
    let etl = platform.operator();
    Box::pin(include(&etl, &[exclusion], &())).await.unwrap()
}

const ONE: &str = "00000000-0000-4000-8000-000000020103";

#[rstest]
#[case::client(Kind::Client, "c-2", 6)]
#[case::user(Kind::User, "u-2", 6)]
#[case::session(Kind::Session, "s-2-1", 3)]
#[case::network(Kind::Network, "203.0.2.9", 6)]
#[case::event(Kind::Event, ONE, 1)]
#[tokio::test]
async fn excluded_events_are_gone_before_and_after(
    #[case] kind: Kind,
    #[case] value: &str,
    #[case] of_three_days: i64,
) {
    let platform = Platform::start().await;
    for (n, day) in [(1, 1), (2, 1), (3, 2)] {
        store(&platform, n, day).await;
    }
    platform.load().await;
    let report = excluded(&platform, kind, value).await;
    assert_eq!(report.taken_out, if kind == Kind::Event { 1 } else { 3 });
    assert_eq!(excluded(&platform, kind, value).await.taken_out, 0, "again");
    platform.verify().await;

    // What comes later, and what comes again under another key.
    store(&platform, 2, 3).await;
    store(&platform, 1, 3).await;
    platform.put(&key(1, 700), visit(2, 1).to_string()).await;
    let loaded = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((loaded.inserted, loaded.duplicates), (6, 3));
    platform.verify().await;
    let kept = "select count(*) from etl.excluded_events";
    assert_eq!(platform.number(kept).await, of_three_days);
    assert_eq!(platform.events().await, 15 - of_three_days);

    // A rebuild takes out what somebody brought back; of a network, only raw files say it.
    let bring_back = "with back as (delete from etl.excluded_events returning event)
        insert into public.clickstream_events select r.* from back, jsonb_populate_record(null::public.clickstream_events, event) r";
    platform
        .admin()
        .await
        .batch_execute(bring_back)
        .await
        .unwrap();
    sbw_etl::refresh::rebuild(&platform.warehouse(), &())
        .await
        .unwrap();
    if kind == Kind::Network {
        excluded(&platform, kind, value).await;
    }
    assert_eq!(platform.number(kept).await, of_three_days);
    platform.verify().await;
}

#[rstest]
#[case::client(Kind::Client, "c-2")]
#[case::user(Kind::User, "u-2")]
#[case::session(Kind::Session, "s-2-1")]
#[case::network(Kind::Network, "203.0.2.0/24")]
#[case::event(Kind::Event, ONE)]
#[tokio::test]
async fn an_exclusion_that_is_taken_back_leaves_nothing(#[case] kind: Kind, #[case] value: &str) {
    let never = Platform::start().await;
    let platform = Platform::start().await;
    for platform in [&never, &platform] {
        for (n, day) in [(1, 1), (2, 1), (3, 2)] {
            store(platform, n, day).await;
        }
        platform.load().await;
    }
    excluded(&platform, kind, value).await;
    // Another one names some of the same events, and goes on.
    excluded(&platform, Kind::Session, "s-2-3").await;
    for platform in [&never, &platform] {
        for (n, day) in [(2, 3), (1, 3)] {
            store(platform, n, day).await;
        }
        platform.load_scope(Scope::All).await.unwrap();
    }
    let listed = list_exclusions(&platform.operator().warehouse)
        .await
        .unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (listed[0].events, listed[0].reason.as_deref()),
        (3, Some("a robot"))
    );
    undo(&platform, kind, value).await;
    let left = "select count(*) from etl.excluded_events where event ->> 'session_id' <> 's-2-3'";
    assert_eq!(platform.number(left).await, 0);
    platform.verify().await;
    assert_eq!(undo(&platform, Kind::Session, "s-2-3").await.put_back, 3);
    platform.verify().await;
    assert_eq!(contents(&platform).await, contents(&never).await);
}

/// One object in several parts of a transaction, and a first attempt that failed.
#[tokio::test]
async fn parts_of_a_large_object_lose_what_is_excluded() {
    let platform = Platform::start().await;
    excluded(&platform, Kind::Client, "c-2").await;
    let events: Vec<Value> = (1..=3)
        .flat_map(|n| (1..=5).map(move |day| (n, day)))
        .flat_map(|(n, day)| visit(n, day).as_array().unwrap().clone())
        .collect();
    platform
        .put(&key(5, 1), serde_json::to_string(&events).unwrap())
        .await;
    let mut etl = platform.etl();
    etl.limits = Limits {
        large_object_bytes: 1_000,
        chunk_rows: 7,
        ..etl.limits
    };
    let report = load_with(&etl, Scope::All).await.unwrap();
    assert_eq!((report.inserted, report.duplicates), (45, 0));
    assert_eq!(platform.events().await, 30);
    platform.verify().await;
}

/// Only the hours and sessions of what goes are counted again.
#[tokio::test]
async fn only_what_is_touched_is_counted_again() {
    let platform = Platform::start().await;
    for day in 1..=5 {
        store(&platform, 1, day).await;
    }
    store(&platform, 2, 3).await;
    platform.load().await;
    let admin = platform.admin().await;
    admin
        .batch_execute("insert into etl.exclusions (kind, value) values ('client', 'c-2'); select etl.take_out('client', 'c-2')")
        .await
        .unwrap();
    let stale = "select string_agg(distinct to_char(hour at time zone 'UTC', 'DD HH24') || ' ' || session_id, ',') from rollups.stale";
    let stale: String = admin.query_one(stale, &[]).await.unwrap().get(0);
    assert_eq!(stale, "03 10 s-2-3");
}

/// Loads go on while an operator excludes: no event of theirs slips through.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_slips_through_between_two_chunks() {
    let platform = Platform::start().await;
    let objects = (0..200).map(|n| {
        (
            key(1, n),
            visit(2, 1)
                .to_string()
                .replace("00000000-0000-4000", &format!("{n:08}-0000-4000")),
        )
    });
    platform.put_all(objects).await;
    let mut etl = platform.etl();
    etl.limits = Limits {
        chunk_objects: 4,
        ..etl.limits
    };
    let (loaded, _) = tokio::join!(load_with(&etl, Scope::All), async {
        crate::support::wait_until(&platform, "select exists (select from etl.ledger)").await;
        excluded(&platform, Kind::Client, "c-2").await
    });
    assert_eq!(loaded.unwrap().inserted, 600);
    assert_eq!(platform.events().await, 0);
    platform.verify().await;
}

#[tokio::test]
async fn who_loads_excludes_nobody() {
    let platform = Platform::start().await;
    let exclusion = Exclusion::new(Kind::Client, "c-1").unwrap();
    let error = Box::pin(exclude(
        &platform.etl(),
        &[exclusion],
        None,
        Scope::All,
        &(),
    ))
    .await
    .unwrap_err();
    assert!(error.to_string().contains("DWH_USER"), "{error}");
}
