//! What events say besides their columns arrives with them, once, or later from their raw files.

use std::process::Stdio;

use sbw_etl::{ContextReport, Scope, fill_context};
use serde_json::{Value, json};

use crate::support::{Platform, event, key, load_with};

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36";

/// All that is kept of the events' context, by event, with dictionary values in place of numbers.
const CONTEXT: &str = "
    select jsonb_object_agg(e.event_name, jsonb_strip_nulls(jsonb_build_object(
               'page', p.host || p.path, 'quantity', c.quantity,
               'referrer', o.referrer_host, 'source', o.utm_source, 'medium', o.utm_medium,
               'campaign', o.utm_campaign, 'click', o.click_id,
               'agent', nullif(concat_ws(' ', a.device, a.browser, a.os), ''),
               'order', (select to_jsonb(r) - 'event_id' from context.orders r where r.event_id = e.event_id),
               'items', (select jsonb_agg(to_jsonb(i) - 'event_id' order by i.item_no)
                           from context.items i where i.event_id = e.event_id),
               'search', (select to_jsonb(s) - 'event_id' from context.searches s where s.event_id = e.event_id))))
      from public.clickstream_events e
      left join context.events c using (event_id)
      left join context.pages p using (page_no)
      left join context.origins o using (origin_no)
      left join context.agents a using (agent_no)";

async fn context(platform: &Platform) -> Value {
    let row = platform.admin().await.query_one(CONTEXT, &[]).await;
    row.unwrap().get(0)
}

/// How many rows each table of context has.
async fn sizes(platform: &Platform) -> Vec<i64> {
    let mut sizes = Vec::new();
    for table in [
        "pages", "origins", "agents", "events", "orders", "items", "searches",
    ] {
        let count = format!("select count(*) from context.{table}");
        sizes.push(platform.number(&count).await);
    }
    sizes
}

/// One request: the first event carries what was seen of it.
fn visit() -> Value {
    json!([
        {"eventName": "home_view", "eventId": "1", "pageUrl": "https://www.Shop.example/?utm_source=Zalo&utm_campaign=T%E1%BA%BFt&gclid=x",
         "referrer": "https://www.google.com/", "_ingest": {"receivedAt": "2025-12-01T10:00:00Z", "userAgent": PHONE}},
        {"eventName": "search", "eventId": "2", "pageUrl": "https://www.shop.example/search/", "referrer": "https://shop.example/",
         "search": {"query": " chuột\u{0} ", "results": "3"}, "_ingest": {"requestId": "r"}},
        {"eventName": "add_to_cart_click", "eventId": "3", "quantity": "2", "product": {"id": "p-1"}},
        {"eventName": "checkout_complete", "eventId": "4", "page_url": "https://www.shop.example/success",
         "order": {"id": "o-1", "number": 17, "total": "3580000",
                   "items": [{"productId": "p-1", "name": "Bàn phím", "category": "keyboard", "brand": "AULA",
                              "price": 1_990_000, "discountPrice": 1_790_000, "quantity": 2}, {"id": "undefined"}]},
         "cart": {"id": "c-1"}},
        {"eventName": "checkout_start", "eventId": "5",
         "element": {"dataset": {"orderId": "null", "total": "", "cartId": "c-2"}}},
        {"eventName": "click", "eventId": "6", "pageUrl": 7, "quantity": 0, "order": [], "search": "x"},
    ])
}

fn expected() -> Value {
    json!({
        "home_view": {"page": "www.shop.example/", "referrer": "google.com", "source": "zalo", "campaign": "tết",
                      "click": "gclid", "agent": "mobile Chrome Android"},
        "search": {"page": "www.shop.example/search", "agent": "mobile Chrome Android",
                   "search": {"query": "chuột", "results": 3}},
        "add_to_cart_click": {"quantity": 2, "agent": "mobile Chrome Android"},
        "checkout_complete": {
            "page": "www.shop.example/success", "agent": "mobile Chrome Android",
            "order": {"order_id": "o-1", "order_number": "17", "total": 3_580_000, "cart_id": "c-1"},
            "items": [{"item_no": 1, "product_id": "p-1", "product_name": "Bàn phím", "category": "keyboard",
                       "brand": "AULA", "price": 1_990_000, "discount_price": 1_790_000, "quantity": 2}]},
        "checkout_start": {"agent": "mobile Chrome Android", "order": {"cart_id": "c-2"}},
        "click": {"agent": "mobile Chrome Android"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_with_its_context() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), visit().to_string()).await;
    assert_eq!(platform.load().await.inserted, 6);
    assert_eq!(context(&platform).await, expected());
    assert_eq!(sizes(&platform).await, [3, 2, 1, 6, 2, 1, 1]);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_load_of_an_event_keeps_its_context() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), visit().to_string()).await;
    platform.load().await;
    let mut again = visit();
    for event in again.as_array_mut().unwrap() {
        event["pageUrl"] = json!("https://other.example/");
        event["order"] = json!({"id": "o-2", "items": [{"id": "p-2"}, {"id": "p-3"}]});
        event["search"] = json!({"query": "other"});
    }
    again.as_array_mut().unwrap().push(
        json!({"eventName": "page_view", "eventId": "7", "pageUrl": "https://other.example/x"}),
    );
    platform.put(&key(1, 2), again.to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((report.inserted, report.duplicates), (1, 6), "{report:?}");
    let mut expected = expected();
    expected["page_view"] = json!({"page": "other.example/x", "agent": "mobile Chrome Android"});
    assert_eq!(context(&platform).await, expected);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_brings_context_in_parts() {
    let platform = Platform::start().await;
    let page = |n: i32| {
        json!({"eventName": "page_view", "eventId": format!("e-{n}"), "pageUrl": format!("https://shop.example/{}", n % 7),
               "order": {"id": format!("o-{n}")}, "_ingest": if n == 0 { json!({"userAgent": PHONE}) } else { Value::Null }})
    };
    let lines: Vec<String> = (0..1_000).map(|n| page(n).to_string()).collect();
    platform.put(&key(1, 1), lines.join("\n")).await;
    let mut etl = platform.etl();
    etl.limits.large_object_bytes = 10_000;
    etl.limits.chunk_rows = 150;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(report.inserted, 1_000, "{report:?}");
    assert_eq!(sizes(&platform).await, [7, 1, 1, 1_000, 1_000, 0, 0]);
    let told = "select count(*) from context.events where page_no is not null and origin_no is not null and agent_no is not null";
    assert_eq!(platform.number(told).await, 1_000);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loaders_share_a_dictionary() {
    let platform = Platform::start().await;
    let page = |object: i64, n: i64| {
        json!({"eventName": "page_view", "eventId": format!("e-{object}-{n}"),
               "pageUrl": format!("https://shop.example/{}?utm_source=s-{n}", (n * 7 + object) % 50)})
    };
    for object in 0..40 {
        let events: Vec<Value> = (0..50).map(|n| page(object, n)).collect();
        platform
            .put(&key(1, object), json!(events).to_string())
            .await;
    }
    let mut one = platform.etl();
    one.limits.chunk_objects = 3;
    let two = one.clone();
    let (one, two) = tokio::join!(load_with(&one, Scope::All), load_with(&two, Scope::All));
    assert_eq!(one.unwrap().inserted + two.unwrap().inserted, 2_000);
    assert_eq!(sizes(&platform).await, [50, 50, 0, 2_000, 0, 0, 0]);
    let right = "select count(*) from context.events join context.pages using (page_no) join context.origins using (origin_no)
                  where path ~ '^/[0-9]+$' and utm_source is not null";
    assert_eq!(platform.number(right).await, 2_000);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictionary_that_grows_is_looked_up_by_key() {
    let platform = Platform::start().await;
    // The server knows now that there is nothing, and plans are kept from chunk to chunk.
    let admin = platform.admin().await;
    admin.batch_execute("analyze").await.unwrap();
    let page = |n: i64| {
        json!({"eventName": "page_view", "eventId": format!("e-{n}"), "order": {"items": [{"id": format!("p-{n}")}]},
               "pageUrl": format!("https://shop.example/{n}?utm_campaign=c-{n}")})
    };
    let file = |n: i64| (key(1, n % 1_440), page(n).to_string());
    platform.put_all((0..2_000).map(file)).await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 100;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(report.inserted, 2_000);
    assert_eq!(
        sizes(&platform).await,
        [2_000, 2_000, 0, 2_000, 0, 2_000, 0]
    );
    // Half of all rows would be read for each.
    for table in ["pages", "origins", "events", "items"] {
        let read = format!(
            "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_all_tables
              where relid = 'context.{table}'::regclass"
        );
        let read = platform.number(&read).await;
        assert!(read < 20_000, "{read} rows of {table}");
    }
}

/// As a warehouse whose events were loaded before there was any context.
async fn forget(platform: &Platform) {
    platform
        .admin()
        .await
        .batch_execute(
            "truncate context.pages, context.origins, context.agents, context.events, context.orders, context.items, context.searches",
        )
        .await
        .unwrap();
}

async fn fill(platform: &Platform, scope: Scope) -> ContextReport {
    Box::pin(fill_context(&platform.etl(), scope, &()))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn context_comes_from_the_raw_files_of_events_that_are_loaded() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), visit().to_string()).await;
    platform
        .put(&key(2, 1), format!("{}\nnot json", event("day-2")))
        .await;
    platform.load().await;
    let before = context(&platform).await;
    forget(&platform).await;
    platform
        .put(&key(1, 2), event("never-loaded").to_string())
        .await;

    let prefix = Scope::prefix("events/2025/12/01/").unwrap();
    let report = fill(&platform, prefix).await;
    assert_eq!(
        (
            report.listed,
            report.objects,
            report.events,
            report.filled,
            report.remaining
        ),
        (2, 2, 7, 6, 0),
        "{report:?}"
    );
    assert_eq!(report.refresh_pending, Some(0), "{report:?}");
    let mut of_day_1 = before.clone();
    of_day_1["product_view"] = json!({});
    assert_eq!(context(&platform).await, of_day_1);
    assert_eq!(platform.events().await, 7);

    // What is missing is added, and nothing else.
    let admin = platform.admin().await;
    admin
        .batch_execute("delete from context.orders where order_id = 'o-1'; update context.events set quantity = 9 where quantity = 2")
        .await
        .unwrap();
    let report = fill(&platform, Scope::All).await;
    assert_eq!((report.objects, report.filled), (3, 2), "{report:?}");
    let after = context(&platform).await;
    assert_eq!(after["checkout_complete"], before["checkout_complete"]);
    assert_eq!(after["product_view"], before["product_view"]);
    assert_eq!(after["add_to_cart_click"]["quantity"], 9);
    assert_eq!(fill(&platform, Scope::All).await.filled, 0);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_can_be_killed_and_repeated() {
    let platform = Platform::start().await;
    let page = |n: i64| json!({"eventName": "page_view", "eventId": format!("e-{n}"), "pageUrl": format!("https://shop.example/{n}")});
    let object = |n: i64| {
        let events: Vec<Value> = (0..20).map(|e| page(n * 20 + e)).collect();
        (key(1, n), json!(events).to_string())
    };
    platform.put_all((0..200).map(object)).await;
    assert_eq!(platform.load().await.inserted, 4_000);
    forget(&platform).await;

    let mut child = platform
        .program()
        .args(["context", "--from", "2025-12-01"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let output = platform.program().arg("context").output().unwrap();
    let report: ContextReport = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{report:?}");
    assert_eq!((report.objects, report.events), (200, 4_000), "{report:?}");
    assert_eq!(sizes(&platform).await, [4_000, 1, 0, 4_000, 0, 0, 0]);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_back_has_the_context_it_comes_back_with() {
    let platform = Platform::start().await;
    let page = |path: &str| json!({"eventName": "page_view", "eventId": "e", "pageUrl": format!("https://shop.example{path}")});
    platform.put(&key(1, 1), page("/a").to_string()).await;
    platform.load().await;
    let admin = platform.admin().await;
    admin
        .batch_execute("delete from public.clickstream_events")
        .await
        .unwrap();
    platform.put(&key(1, 2), page("/b").to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!(report.inserted, 1, "{report:?}");
    assert_eq!(
        context(&platform).await["page_view"]["page"],
        "shop.example/b"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn context_that_was_left_behind_stops_no_load() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), visit().to_string()).await;
    platform.load().await;
    let before = context(&platform).await;
    platform
        .admin()
        .await
        .batch_execute(
            "alter table public.clickstream_events disable trigger user;
             delete from public.clickstream_events;
             alter table public.clickstream_events enable trigger user",
        )
        .await
        .unwrap();
    platform.put(&key(1, 2), visit().to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((report.inserted, report.rejected), (6, 0), "{report:?}");
    assert_eq!(context(&platform).await, before);
}
