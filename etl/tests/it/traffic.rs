//! Visits that fill every rollup.

use sbw_etl::Scope;
use serde_json::{Value, json};

use crate::support::{Platform, key};

/// How many events [`load`] loads.
pub(crate) const EVENTS: u64 = 240;

/// Loads [`EVENTS`] events of five days, in chunks of these many files.
pub(crate) async fn load(platform: &Platform, files: u64) {
    for file in 0..files {
        // Every so-manieth event: each file has some of every day and session.
        let events: Vec<Value> = (0..EVENTS)
            .filter(|n| n % files == file)
            .map(event)
            .collect();
        let body = serde_json::to_vec(&events).unwrap();
        let key = key(6, i64::try_from(file).unwrap());
        platform.put(&key, body).await;
        platform.load_scope(Scope::All).await.unwrap();
    }
    assert_eq!(platform.events().await.unsigned_abs(), EVENTS);
}

/// Sessions over midnight and over days, with and without several login states,
/// visitors and products.
fn event(n: u64) -> Value {
    const NAMES: [&str; 7] = [
        "product_view",
        "home_view",
        "add_to_cart_click",
        "product_view",
        "checkout_start",
        "checkout_complete",
        "search",
    ];
    const LOGINS: [Option<&str>; 3] = [None, Some("logged_in"), Some("guest")];
    let minutes = n / 6 * 181 + n % 6 * 7;
    let at = chrono::DateTime::from_timestamp_secs(1_764_547_200).unwrap()
        + chrono::TimeDelta::minutes(i64::try_from(minutes).unwrap())
        + chrono::TimeDelta::seconds(i64::try_from(n % 13).unwrap());
    let choose = |every: u64, value: String| (!n.is_multiple_of(every)).then_some(value);
    json!({
        "eventId": format!("e-{n}"),
        "eventName": NAMES[usize::try_from(n % 7).unwrap()],
        "eventTimestamp": at.to_rfc3339(),
        "userLoginState": LOGINS[usize::try_from(n / 9 % 3).unwrap()],
        "userId": choose(3, format!("u-{}", n % 10)),
        "clientId": choose(8, format!("c-{}", n % 17)),
        "sessionId": match n % 5 {
            0 => None,
            1 => Some(format!("long-{}", n % 4)),
            _ => Some(format!("s-{}", n / 6)),
        },
        "isFirstVisit": n.is_multiple_of(11),
        "product": (!n.is_multiple_of(4)).then(|| json!({
            "id": choose(6, format!("p-{}", n % 5)),
            "name": format!("Chuột {}", n % 5),
            "category": choose(5, "mouse".to_owned()),
            "brand": choose(7, format!("B{}", n % 2)),
            "price": 100_000 + n,
            "discountPrice": n.is_multiple_of(2).then_some(90_000 + n),
        })),
    })
}
