//! One event, the way the shop's page sends it.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Where the shop is.
const SITE: &str = "https://shop.example";

/// What a visitor did.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, the same when it is sent again.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What.
    pub name: &'static str,
    /// The path of the page it happened on.
    pub page: Arc<str>,
    /// The path of the page before.
    pub referrer: Option<Arc<str>>,
    /// The account, once logged in.
    pub user_id: Option<Arc<str>>,
    /// `anonymous`, `guest` or `logged_in`.
    pub login: &'static str,
    /// How the account came about.
    pub identity: &'static str,
    /// The browser.
    pub client_id: Arc<str>,
    /// The visit.
    pub session_id: Arc<str>,
    /// Whether the browser was never there before.
    pub first_visit: bool,
    /// The product it is about.
    pub product: Option<Arc<Offer>>,
    /// The element that was clicked.
    pub element: Option<Element>,
    /// What is wrong with it.
    pub flaw: Option<Flaw>,
}

/// A product at the price of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// Its brand.
    pub brand: String,
    /// The list price, VND.
    pub price: i64,
    /// The price of the day, when it is lower.
    pub discount_price: Option<i64>,
    /// The path of its page.
    pub url_path: String,
}

impl Offer {
    /// What a buyer pays.
    pub(super) fn pays(&self) -> i64 {
        self.discount_price.unwrap_or(self.price)
    }
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Element {
    /// Such as `button`.
    pub tag: &'static str,
    /// Its id, if it has one.
    pub id: Option<&'static str>,
    /// Its role, if it has one.
    pub role: Option<&'static str>,
    /// Its text.
    pub text: &'static str,
    /// Its `data-` attributes.
    pub dataset: Value,
}

/// What a broken page or a joker sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// No name.
    NoName,
    /// A name that no event has.
    OddName,
    /// A time that is none.
    BadTime,
    /// Numbers, objects and text where something else belongs.
    WrongTypes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    event_name: &'a str,
    event_id: Uuid,
    event_timestamp: String,
    page_url: String,
    referrer: Option<String>,
    user_id: Option<&'a str>,
    user_login_state: &'a str,
    identity_source: &'a str,
    client_id: &'a str,
    session_id: &'a str,
    is_first_visit: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'a Offer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<&'a Element>,
}

impl Event {
    /// Its JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        let address = |path: &Arc<str>| format!("{SITE}{path}");
        let sent = Sent {
            event_name: self.name,
            event_id: self.id,
            event_timestamp: self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            page_url: address(&self.page),
            referrer: self.referrer.as_ref().map(address),
            user_id: self.user_id.as_deref(),
            user_login_state: self.login,
            identity_source: self.identity,
            client_id: &self.client_id,
            session_id: &self.session_id,
            is_first_visit: self.first_visit,
            product: self.product.as_deref(),
            element: self.element.as_ref(),
        };
        match self.flaw {
            None => serde_json::to_string(&sent),
            Some(flaw) => serde_json::to_string(&flaw.spoil(serde_json::to_value(sent)?)),
        }
    }
}

impl Flaw {
    fn spoil(self, mut event: Value) -> Value {
        match self {
            Self::NoName => event["eventName"] = Value::Null,
            Self::OddName => event["eventName"] = json!("mua hàng <script>"),
            Self::BadTime => event["eventTimestamp"] = json!("0000-00-00 25:61"),
            Self::WrongTypes => {
                event["isFirstVisit"] = json!("maybe");
                event["pageUrl"] = json!({"href": null});
                event["product"] = json!({"id": 17, "name": ["?"], "price": "liên hệ"});
            }
        }
        event
    }
}
