//! Which events are the same one, and which ids are none.

use sbw_contract::is_known_id;
use sbw_etl::{Scope, fill_context, rules};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Platform, key};

const AT: &str = "2025-12-01T14:23:11.250Z";

fn sent(id: &str, client: Option<&str>) -> Value {
    json!({"eventName": "page_view", "eventId": id, "eventTimestamp": AT, "clientId": client,
           "pageUrl": "https://shop.example/", "order": {"id": format!("o-{id}")}})
}

/// The id that versions gave which did not look at the sender.
fn earlier(id: &str) -> Uuid {
    let id = rules::event_id(Some(id), Some("c"), "", 0);
    id.earlier.unwrap().id
}

/// A row as such a version loaded it, without context.
async fn load_as_before(platform: &Platform, id: &str, client: Option<&str>) {
    let insert = "
        with counted as (update etl.baseline set events = events + 1)
        insert into public.clickstream_events (event_id, event_timestamp, event_name, client_id)
        values ($1, $2::text::timestamptz, 'page_view', $3)";
    let admin = platform.admin().await;
    admin
        .execute(insert, &[&earlier(id), &AT, &client])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_guessed_does_not_hide_the_true_event() {
    let platform = Platform::start().await;
    let forged = [
        sent("order-17", Some("evil")),
        sent("order-17", None),
        sent("order-17", Some("undefined")),
    ];
    platform.put(&key(1, 1), json!(forged).to_string()).await;
    // The second and the third are of nobody.
    assert_eq!(platform.load().await.inserted, 2);
    let true_one = sent("order-17", Some("c-1"));
    platform.put(&key(1, 2), true_one.to_string()).await;
    platform.put(&key(1, 3), true_one.to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((report.inserted, report.duplicates), (1, 1));
    let kept = "select count(*) from public.clickstream_events where client_id = 'c-1'";
    assert_eq!(platform.number(kept).await, 1);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_loaded_before_stays_the_same_event() {
    let platform = Platform::start().await;
    let before = [
        ("order-17", Some("c-1")),
        ("order-18", Some("c-1")),
        ("undefined", Some("c-3")),
        ("00000000-0000-0000-0000-000000000000", Some("c-4")),
    ];
    for (id, client) in before {
        load_as_before(&platform, id, client).await;
    }
    let again: Vec<Value> = before
        .iter()
        .map(|(id, client)| sent(id, *client))
        .collect();
    platform.put(&key(1, 1), json!(again).to_string()).await;
    let report = platform.load().await;
    assert_eq!((report.inserted, report.duplicates), (0, 4), "{report:?}");

    // Other events are others, whatever they share.
    let mut others = vec![
        sent("order-17", Some("c-2")),
        sent("order-18", Some("c-2")),
        sent("undefined", Some("c-2")),
    ];
    let mut later = sent("undefined", Some("c-3"));
    later["eventTimestamp"] = json!("2025-12-01T14:23:12Z");
    others.push(later);
    let mut other = sent("undefined", Some("c-3"));
    other["eventName"] = json!("click");
    others.push(other);
    platform.put(&key(1, 2), json!(others).to_string()).await;
    let report = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((report.inserted, report.duplicates), (5, 0), "{report:?}");
    platform.verify().await;

    // The context that was not known then is that of these events, under the ids that they have.
    let filled = Box::pin(fill_context(&platform.etl(), Scope::All, &()))
        .await
        .unwrap();
    assert_eq!(filled.filled, 4, "{filled:?}");
    let orders = "select count(*) from context.orders o join public.clickstream_events e using (event_id)
                   where o.order_id in ('o-order-17', 'o-order-18', 'o-undefined') and e.client_id is distinct from 'c-2'";
    assert_eq!(platform.number(orders).await, 5);
    let filled = Box::pin(fill_context(&platform.etl(), Scope::All, &()))
        .await
        .unwrap();
    assert_eq!(filled.filled, 0, "{filled:?}");
    platform.verify().await;
}

/// Two lists of what is no id, in Rust and in SQL, are one.
#[tokio::test(flavor = "multi_thread")]
async fn loader_and_queries_agree_on_what_is_no_id() {
    let platform = Platform::start().await;
    let words = [
        "undefined",
        "null",
        "NaN",
        "[object Object]",
        "0",
        "-",
        "nil",
        "none",
        "us-1",
        "false",
        "N/A",
    ];
    let around = [
        "",
        "0",
        "-",
        "x",
        "00000000-0000-0000-0000-000000000000",
        "\u{130}",
        "\u{212a}",
    ];
    let mut texts: Vec<String> = Vec::new();
    for word in words {
        texts.extend([word.to_owned(), word.to_lowercase(), word.to_uppercase()]);
        texts.extend(around.iter().map(|around| format!("{word}{around}")));
        texts.extend(around.iter().map(|around| format!("{around}{word}")));
    }
    texts.extend(around.map(str::to_owned));
    let admin = platform.admin().await;
    let ask = "select id, metrics.known_id(id) is not null from unnest($1::text[]) id";
    let rows = admin.query(ask, &[&texts]).await.unwrap();
    assert_eq!(rows.len(), texts.len());
    for row in rows {
        let (id, known): (String, bool) = (row.get(0), row.get(1));
        assert_eq!(is_known_id(&id), known, "{id:?}");
    }
}
