//! What events say besides their columns: page, origin, device, quantity, order, search.
//!
//! ```text
//! Values … ─ Context::push ─▶ numbers of pages, origins and agents, told once a chunk
//!     ─ Context::of_rows ─▶ ChunkContext: dictionaries, and rows for the events that stay
//! ```
//!
//! What is missing or of a wrong type is NULL; nothing here rejects an event. Most events repeat
//! the URL and user agent of the one before: both are read once a chunk.

mod agent;
mod order;
mod origin;
mod page;
mod url;

use std::{borrow::Cow, collections::HashMap, hash::Hash, net::IpAddr};

use uuid::Uuid;

use crate::parse::{ContextField, Values};

pub use agent::Agent;
pub use order::{Item, Order, Search};
pub use origin::Origin;
pub use page::Page;
use url::Url;

/// What every event may have: numbers, from 1, of values in [`ChunkContext`], and a quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventContext {
    /// Of `pages`.
    pub page: Option<u32>,
    /// Of `origins`.
    pub origin: Option<u32>,
    /// Of `agents`.
    pub agent: Option<u32>,
    /// How many of its product.
    pub quantity: Option<i32>,
}

/// The context of a chunk's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChunkContext {
    /// Distinct.
    pub pages: Vec<Page>,
    /// Distinct.
    pub origins: Vec<Origin>,
    /// Distinct.
    pub agents: Vec<Agent>,
    /// One for each event that says something of an order.
    pub orders: Vec<Order>,
    /// What orders name.
    pub items: Vec<Item>,
    /// One for each event that says something of a search.
    pub searches: Vec<Search>,
    /// Where events came from, as far as it is known.
    pub sources: Vec<Source>,
}

/// An address, or the network of it that was kept, and what came from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its first address, when it is a network.
    pub address: IpAddr,
    /// The events.
    pub event_ids: Vec<Uuid>,
}

impl ChunkContext {
    /// The same of events that go by other ids: the values of `ids`, by those that they have here.
    #[must_use]
    pub fn with_ids(&self, ids: &HashMap<Uuid, Uuid>) -> Cow<'_, Self> {
        if ids.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut context = self.clone();
        let orders = context.orders.iter_mut().map(|order| &mut order.event_id);
        let items = context.items.iter_mut().map(|item| &mut item.event_id);
        let searches = context
            .searches
            .iter_mut()
            .map(|search| &mut search.event_id);
        let sources = context
            .sources
            .iter_mut()
            .flat_map(|source| &mut source.event_ids);
        for event_id in orders.chain(items).chain(searches).chain(sources) {
            if let Some(&other) = ids.get(event_id) {
                *event_id = other;
            }
        }
        Cow::Owned(context)
    }
}

/// The context of a chunk in the making: events by their place, the first being 0.
#[derive(Debug, Default)]
pub struct Context {
    events: Vec<EventContext>,
    /// By URL and referrer as they were sent.
    urls: HashMap<String, (Option<u32>, Option<u32>)>,
    /// By user agent as it was sent.
    user_agents: HashMap<String, u32>,
    pages: Dictionary<Page>,
    origins: Dictionary<Origin>,
    agents: Dictionary<Agent>,
    orders: Vec<(u32, Order)>,
    items: Vec<(u32, Item)>,
    searches: Vec<(u32, Search)>,
    addresses: Dictionary<IpAddr>,
    /// The address of each event, 0 where it is not known.
    sources: Vec<u32>,
    /// The address as it was sent last, and its number: an object's events share it.
    last_source: (String, u32),
    url_key: String,
}

impl Context {
    /// Takes an event; about how many bytes are held because of it.
    pub fn push(&mut self, values: &Values<'_>) -> usize {
        let mut bytes = size_of::<EventContext>();
        let row = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        let (page, origin) = match values.get(ContextField::PageUrl) {
            Some(url) => self.page(url, values.get(ContextField::Referrer), &mut bytes),
            None => (None, None),
        };
        let agent = values.get(ContextField::UserAgent);
        let agent = agent.and_then(|text| self.agent(text, &mut bytes));
        self.events.push(EventContext {
            page,
            origin,
            agent,
            quantity: order::quantity(values),
        });
        self.source(values.get(ContextField::SourceIp));
        if let Some(order) = Order::of(values) {
            bytes += size_of::<Order>();
            self.orders.push((row, order));
        }
        let items = order::items_of(values);
        bytes += items.len() * size_of::<Item>()
            + values.get(ContextField::OrderItems).map_or(0, str::len);
        self.items.extend(items.into_iter().map(|item| (row, item)));
        if let Some(search) = Search::of(values) {
            bytes += size_of::<Search>();
            self.searches.push((row, search));
        }
        bytes
    }

    /// The numbers of page and origin.
    fn page(
        &mut self,
        text: &str,
        referrer: Option<&str>,
        bytes: &mut usize,
    ) -> (Option<u32>, Option<u32>) {
        self.url_key.clear();
        self.url_key.push_str(text);
        self.url_key.push('\n');
        self.url_key.push_str(referrer.unwrap_or_default());
        if let Some(&known) = self.urls.get(&self.url_key) {
            return known;
        }
        let numbers = Url::read(text).and_then(|url| {
            let page = self.pages.number(Page::of(&url)?);
            let origin = self.origins.number(Origin::of(&url, referrer));
            Some((page, origin))
        });
        // The key, and what it was read into.
        *bytes += 3 * self.url_key.len();
        let numbers = numbers.unzip();
        self.urls.insert(self.url_key.clone(), numbers);
        numbers
    }

    fn source(&mut self, text: Option<&str>) {
        let text = text.unwrap_or_default();
        if self.last_source.0 != text {
            let address = text.parse().ok();
            let number = address.map_or(0, |address| self.addresses.number(address));
            self.last_source = (text.to_owned(), number);
        }
        self.sources.push(self.last_source.1);
    }

    /// The number of a user agent.
    fn agent(&mut self, text: &str, bytes: &mut usize) -> Option<u32> {
        if text.trim().is_empty() {
            return None;
        }
        if let Some(&known) = self.user_agents.get(text) {
            return Some(known);
        }
        *bytes += text.len();
        let number = self.agents.number(Agent::of(text));
        self.user_agents.insert(text.to_owned(), number);
        Some(number)
    }

    /// The context of the events that stay, by their places, which ascend, and their ids.
    #[must_use]
    pub fn of_rows(self, rows: &[u32], event_ids: &[Uuid]) -> (Vec<EventContext>, ChunkContext) {
        let event_id = |row: u32| {
            let place = rows.binary_search(&row).ok()?;
            event_ids.get(place).copied()
        };
        let events = rows
            .iter()
            .map(|&row| self.events.get(row as usize).copied().unwrap_or_default());
        let orders = self.orders.into_iter().filter_map(|(row, order)| {
            let event_id = event_id(row)?;
            Some(Order { event_id, ..order })
        });
        let items = self.items.into_iter().filter_map(|(row, item)| {
            let event_id = event_id(row)?;
            Some(Item { event_id, ..item })
        });
        let searches = self.searches.into_iter().filter_map(|(row, search)| {
            let event_id = event_id(row)?;
            Some(Search { event_id, ..search })
        });
        let addresses = self.addresses.values().into_iter();
        let mut sources: Vec<Source> = addresses
            .map(|address| Source {
                address,
                event_ids: Vec::new(),
            })
            .collect();
        for (&row, &event_id) in rows.iter().zip(event_ids) {
            let number = self.sources.get(row as usize).copied().unwrap_or(0);
            if let Some(place) = number.checked_sub(1) {
                sources[place as usize].event_ids.push(event_id);
            }
        }
        let context = ChunkContext {
            sources,
            orders: orders.collect(),
            items: items.collect(),
            searches: searches.collect(),
            pages: self.pages.values(),
            origins: self.origins.values(),
            agents: self.agents.values(),
        };
        (events.collect(), context)
    }
}

/// Distinct values, numbered from 1 as they come.
#[derive(Debug)]
struct Dictionary<T>(HashMap<T, u32>);

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Dictionary<T> {
    fn number(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
        *self.0.entry(value).or_insert(next)
    }

    /// All values, in the order of their numbers.
    fn values(self) -> Vec<T> {
        let mut numbered: Vec<(T, u32)> = self.0.into_iter().collect();
        numbered.sort_unstable_by_key(|&(_, number)| number);
        numbered.into_iter().map(|(value, _)| value).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::parse::{Events, Item as Read};

    fn context_of(events: &[Value]) -> (Vec<EventContext>, ChunkContext) {
        let text = serde_json::to_string(events).unwrap();
        let mut context = Context::default();
        for (_, item) in Events::new(&text) {
            if let Read::Event(values, _) = item {
                context.push(&values);
            }
        }
        let rows: Vec<u32> = (0..).take(events.len()).collect();
        let ids: Vec<Uuid> = (1..).take(events.len()).map(Uuid::from_u128).collect();
        context.of_rows(&rows, &ids)
    }

    #[test]
    fn the_site_of_today_sends_its_order_as_text() {
        let (events, context) = context_of(&[
            json!({"eventName": "checkout_complete", "pageUrl": "https://shop.example/success",
                   "element": {"dataset": {"orderId": "o-1", "orderNumber": "N1", "total": "1790000", "itemCount": "1"}}}),
            json!({"eventName": "checkout_start", "pageUrl": "https://shop.example/cart",
                   "element": {"dataset": {"cartId": "", "total": "", "itemCount": "2"}}}),
        ]);
        assert_eq!(
            context.orders,
            [Order {
                event_id: Uuid::from_u128(1),
                order_id: Some("o-1".into()),
                order_number: Some("N1".into()),
                total: Some(1_790_000),
                cart_id: None,
            }]
        );
        assert_eq!((events[0].page, events[1].page), (Some(1), Some(2)));
        assert_eq!((events[0].origin, events[1].origin), (Some(1), Some(1)));
        assert_eq!((events[0].agent, events[0].quantity), (None, None));
    }

    #[test]
    fn an_order_names_its_items() {
        let items = json!([
            {"productId": "101", "name": "Bàn phím", "category": "keyboard", "brand": "AULA",
             "price": 1_990_000, "discountPrice": "1790000", "quantity": 2},
            {"id": "undefined", "brand": "nobody"}, "none",
            {"product_id": 303, "discount_price": -1, "quantity": 0},
        ]);
        let (_, context) = context_of(&[json!({
            "eventName": "checkout_complete",
            "order": {"id": "undefined", "total": 4_470_000, "items": items},
            "element": {"dataset": {"orderId": "o-6", "total": "1"}},
        })]);
        assert_eq!(context.orders[0].order_id.as_deref(), Some("o-6"));
        assert_eq!(context.orders[0].total, Some(4_470_000));
        let event_id = Uuid::from_u128(1);
        assert_eq!(
            context.items,
            [
                Item {
                    event_id,
                    item_no: 1,
                    product_id: Some("101".into()),
                    product_name: Some("Bàn phím".into()),
                    category: Some("keyboard".into()),
                    brand: Some("AULA".into()),
                    price: Some(1_990_000),
                    discount_price: Some(1_790_000),
                    quantity: Some(2),
                },
                Item {
                    event_id,
                    item_no: 2,
                    product_id: Some("303".into()),
                    ..Item::default()
                },
            ]
        );
    }

    #[test]
    fn an_order_has_at_most_two_hundred_items() {
        let items: Vec<Value> = (0..1_000)
            .map(|n| json!({"id": format!("p-{n}")}))
            .collect();
        let (_, context) = context_of(&[json!({"eventName": "x", "order": {"items": items}})]);
        assert_eq!(context.items.len(), 200);
        assert_eq!(context.items[199].item_no, 200);
    }

    #[test]
    fn what_repeats_is_told_once() {
        let event = |url: &str, agent: &str| json!({"eventName": "a", "pageUrl": url, "_ingest": {"userAgent": agent}, "quantity": "3"});
        let (events, context) = context_of(&[
            event("https://shop.example/a?x=1", "Mozilla/5.0 (iPhone) 1"),
            event("https://shop.example/a/?gclid=1", "Mozilla/5.0 (iPhone) 2"),
            event("https://shop.example/a?x=2", "curl/8"),
            event("nowhere", " "),
        ]);
        let numbers: Vec<_> = events.iter().map(|e| (e.page, e.origin, e.agent)).collect();
        assert_eq!(
            numbers,
            [
                (Some(1), Some(1), Some(1)),
                (Some(1), Some(2), Some(1)),
                (Some(1), Some(1), Some(2)),
                (None, None, None),
            ]
        );
        assert_eq!(context.pages.len(), 1);
        assert_eq!(context.origins[0], Origin::default());
        assert_eq!(context.origins[1].click_id, Some("gclid"));
        assert_eq!(context.agents.len(), 2);
        assert_eq!(events[3].quantity, Some(3));
    }

    #[test]
    fn only_events_that_stay_have_context() {
        let mut context = Context::default();
        let texts: Vec<String> = (0..3)
            .map(|n| {
                json!({"eventName": "search", "search": {"query": n, "results": 0}}).to_string()
            })
            .collect();
        for text in &texts {
            for (_, item) in Events::new(text) {
                if let Read::Event(values, _) = item {
                    context.push(&values);
                }
            }
        }
        let (events, context) = context.of_rows(&[1], &[Uuid::from_u128(7)]);
        assert_eq!(events.len(), 1);
        assert_eq!(
            context.searches,
            [Search {
                event_id: Uuid::from_u128(7),
                query: Some("1".into()),
                results: Some(0),
            }]
        );
    }

    proptest! {
        #[test]
        fn whatever_is_sent_can_be_stored(
            url in any::<String>(), query in "[a-z_%0-9&=]{0,40}", agent in any::<String>(), id in any::<String>(), n in any::<f64>(),
        ) {
            let (_, context) = context_of(&[json!({
                "eventName": "a", "pageUrl": format!("https://{url}"), "referrer": url, "_ingest": {"userAgent": agent}, "quantity": n,
                "order": {"id": id, "total": n, "items": [{"name": id, "quantity": id}, n]}, "search": {"query": id, "results": n},
            }), json!({"eventName": "a", "pageUrl": format!("https://shop.example/{url}?utm_source={query}&{query}"), "referrer": url})]);
            let sent = serde_json::to_string(&(&context.pages, &context.origins, &context.orders, &context.items, &context.searches)).unwrap();
            prop_assert!(!sent.contains("\\u0000"));
            for page in &context.pages {
                prop_assert!(page.path.chars().count() <= 512 && page.host.len() <= 255);
            }
        }
    }
}
