//! Something that a visitor does, and the JSON that their browser sends of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{sdk, site};

/// The shop's address.
const SITE: &str = "https://shop.example";

/// Something that a visitor did.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, the same when it is sent again.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its name.
    pub name: &'static str,
    /// Path and query of the page it happened on.
    pub page: Arc<str>,
    /// The address of the page before.
    pub referrer: Option<Arc<str>>,
    /// The account, once logged in.
    pub user_id: Option<Arc<str>>,
    /// `anonymous`, `guest` or `logged_in`.
    pub login: &'static str,
    /// How the account came about.
    pub identity: &'static str,
    /// The browser's id.
    pub client_id: Arc<str>,
    /// The visit.
    pub session_id: Arc<str>,
    /// Whether the browser was never there before.
    pub first_visit: bool,
    /// What it is about.
    pub subject: Subject,
    /// The element that was clicked.
    pub element: Option<Element>,
    /// The browser's user agent, which goes in a header.
    pub user_agent: &'static str,
    /// What sends it.
    pub sender: Sender,
    /// What is wrong with it.
    pub flaw: Option<Flaw>,
}

/// What sends an event, and so its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The browser SDK.
    Sdk,
    /// The site's own script, older than the SDK.
    Site {
        /// Whether it sends a percentage as discount price, and no total.
        odd_prices: bool,
    },
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// Nothing that is sold.
    Nothing,
    /// A category.
    Category(String),
    /// A product, and how many of it go into the cart or out.
    Product(Arc<Offer>, Option<u32>),
    /// What is in the cart.
    Cart(Arc<Cart>),
    /// What was bought.
    Order(Arc<Order>),
    /// A search: its words, and how many products have them.
    Search(String, usize),
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
    /// By how many percent it is lower.
    #[serde(skip)]
    pub discount_percent: Option<i64>,
    /// The path of its page.
    pub url_path: String,
}

impl Offer {
    /// What a buyer pays.
    pub(super) fn pays(&self) -> i64 {
        self.discount_price.unwrap_or(self.price)
    }
}

/// So many pieces of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub offer: Arc<Offer>,
    /// How many; 1 at least.
    pub quantity: u32,
}

/// A cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// Its id.
    pub id: String,
    /// What is in it, a line a product.
    pub lines: Vec<Line>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: Uuid,
    /// The number that the customer is told.
    pub number: String,
    /// What was bought, a line a product.
    pub lines: Vec<Line>,
}

/// What so many pieces cost together.
pub(super) fn total(lines: &[Line]) -> i64 {
    let cost = |line: &Line| line.offer.pays() * i64::from(line.quantity);
    lines.iter().map(cost).sum()
}

/// What was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its id.
    pub id: &'static str,
    /// Its text.
    pub text: &'static str,
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
    /// Ids that a script failed to fill in.
    NoIds,
    /// Numbers, objects and text where something else belongs.
    WrongTypes,
}

impl Event {
    /// Its JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = match self.sender {
            Sender::Sdk => sdk::json(self),
            Sender::Site { odd_prices } => site::json(self, odd_prices),
        };
        if let Some(flaw) = self.flaw {
            flaw.spoil(&mut json);
        }
        json
    }

    /// The address of its page.
    pub(super) fn page_url(&self) -> String {
        address(&self.page)
    }
}

/// The address of a page of the shop.
pub(super) fn address(path: &str) -> String {
    format!("{SITE}{path}")
}

impl Flaw {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::NoName,
        Self::OddName,
        Self::BadTime,
        Self::NoIds,
        Self::WrongTypes,
    ];

    fn spoil(self, event: &mut Value) {
        match self {
            Self::NoName => event["eventName"] = Value::Null,
            Self::OddName => event["eventName"] = json!("mua hàng <script>"),
            Self::BadTime => event["eventTimestamp"] = json!("0000-00-00 25:61"),
            Self::NoIds => {
                event["sessionId"] = json!("undefined");
                event["userId"] = json!("null");
            }
            Self::WrongTypes => {
                event["isFirstVisit"] = json!("maybe");
                event["pageUrl"] = json!({"href": null});
                event["product"] = json!({"id": 17, "name": ["?"], "price": "liên hệ"});
            }
        }
    }
}
