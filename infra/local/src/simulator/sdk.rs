//! The shape that the browser SDK sends: the user on every event, carts and
//! orders with their items.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::event::{Event, Line, Subject, total};

pub(super) fn json(event: &Event) -> Value {
    let mut json = json!({
        "eventName": event.name,
        "eventId": event.id,
        "eventTimestamp": event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "pageUrl": event.page_url(),
        "referrer": event.referrer,
        "userId": event.user_id,
        "userLoginState": event.login,
        "identitySource": event.identity,
        "clientId": event.client_id,
        "sessionId": event.session_id,
        "isFirstVisit": event.first_visit,
    });
    match &event.subject {
        Subject::Nothing => {}
        Subject::Category(category) => json["product"] = json!({"category": category}),
        Subject::Product(offer, quantity) => {
            json["product"] = json!(offer);
            if let Some(quantity) = quantity {
                json["quantity"] = json!(quantity);
            }
        }
        Subject::Cart(cart) => {
            json["cart"] = json!({
                "id": cart.id,
                "total": total(&cart.lines),
                "items": items(&cart.lines),
            });
        }
        Subject::Order(order) => {
            json["order"] = json!({
                "id": order.id,
                "number": order.number,
                "total": total(&order.lines),
                "items": items(&order.lines),
            });
        }
        Subject::Search(query, results) => {
            json["search"] = json!({"query": query, "results": results});
        }
    }
    if let Some(element) = event.element {
        json["element"] =
            json!({"tag": "button", "id": element.id, "text": element.text, "dataset": {}});
    }
    json
}

fn items(lines: &[Line]) -> Vec<Value> {
    let item = |Line { offer, quantity }: &Line| {
        json!({
            "productId": offer.id,
            "name": offer.name,
            "category": offer.category,
            "brand": offer.brand,
            "price": offer.price,
            "discountPrice": offer.discount_price,
            "quantity": quantity,
        })
    };
    lines.iter().map(item).collect()
}
