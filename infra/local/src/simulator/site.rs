//! The shape that the site of today sends: no time, the user on `page_view` and
//! `click` only, a category's id as product id, cart and order as text in
//! `element.dataset` and without their products.

use serde_json::{Value, json};

use super::event::{Event, Line, Offer, Subject, total};

pub(super) fn json(event: &Event, odd_prices: bool) -> Value {
    let tells_user = matches!(event.name, "page_view" | "click");
    let (user_id, login) = if tells_user {
        (event.user_id.as_deref(), event.login)
    } else {
        (None, "anonymous")
    };
    let total_of = |lines: &[Line]| {
        if odd_prices {
            String::new()
        } else {
            total(lines).to_string()
        }
    };
    let mut json = json!({
        "eventName": event.name,
        "eventId": event.id,
        "pageUrl": event.page_url(),
        "referrer": event.referrer,
        "userId": user_id,
        "userLoginState": login,
        "clientId": event.client_id,
        "sessionId": event.session_id,
        "isFirstVisit": event.first_visit,
    });
    let mut dataset = json!({});
    match &event.subject {
        Subject::Nothing | Subject::Search(..) => {}
        Subject::Category(category) => {
            json["product"] = json!({"id": category, "category": category});
        }
        Subject::Product(offer, _) => json["product"] = product(offer, odd_prices),
        Subject::Cart(cart) => {
            let pieces: u32 = cart.lines.iter().map(|line| line.quantity).sum();
            dataset = json!({
                "cartId": cart.id,
                "total": total_of(&cart.lines),
                "itemCount": pieces.to_string(),
            });
        }
        Subject::Order(order) => {
            dataset = json!({
                "orderId": order.id,
                "orderNumber": order.number,
                "total": total_of(&order.lines),
            });
        }
    }
    if let Some(element) = event.element {
        json["element"] =
            json!({"tag": "button", "id": element.id, "text": element.text, "dataset": dataset});
    }
    json
}

fn product(offer: &Offer, odd_prices: bool) -> Value {
    let mut product = json!(offer);
    if odd_prices && let Some(percent) = offer.discount_percent {
        product["discountPrice"] = json!(percent);
    }
    product
}
