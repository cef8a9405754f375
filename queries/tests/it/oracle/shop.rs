//! What every event is about, what is an order, and what was in a cart: by the events alone.

use std::collections::{BTreeMap, HashMap};

use sbw_queries::answers::raw::RawEvent;

use super::filter::sum;
use super::ids::{known_id, present};
use crate::sent::{Item, Sent};

/// All events, understood.
pub(crate) struct Shop<'a> {
    /// By time, then id.
    pub(crate) facts: Vec<Fact<'a>>,
}

/// An event and what it means.
pub(crate) struct Fact<'a> {
    pub(crate) sent: &'a Sent,
    pub(crate) event: &'a RawEvent,
    pub(crate) session: Option<&'a str>,
    pub(crate) about: Vec<Thing<'a>>,
    /// None for repeats of an order, and for all other events.
    pub(crate) order: Option<Order>,
}

/// A product, known by its id, else by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Product<'a> {
    Id(&'a str),
    Name(&'a str),
}

/// A product that an event is about, or a category that was viewed.
#[derive(Debug, Clone)]
pub(crate) struct Thing<'a> {
    /// None: it is the category.
    pub(crate) product: Option<Product<'a>>,
    pub(crate) name: Option<&'a str>,
    pub(crate) category: Option<&'a str>,
    pub(crate) brand: Option<&'a str>,
    /// How many, in an order or a cart.
    pub(crate) quantity: i64,
    /// Quantity × unit price, where both are known.
    pub(crate) revenue: Option<i128>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) total: Option<i128>,
    /// Its items are those of the cart.
    pub(crate) inferred: bool,
}

impl<'a> Thing<'a> {
    pub(crate) fn id(&self) -> Option<&'a str> {
        match self.product {
            Some(Product::Id(id)) => Some(id),
            _ => None,
        }
    }
}

impl<'a> Shop<'a> {
    /// Of a session id with more than `longest_session` events there is no session.
    pub(crate) fn of(all: &'a [Sent], longest_session: usize) -> Self {
        let mut ordered: Vec<&Sent> = all.iter().collect();
        ordered.sort_by_key(|sent| (sent.event.event_timestamp, sent.event.event_id));
        let sessions = sessions(&ordered, longest_session);
        let orders = orders(&ordered);
        let facts = ordered.iter().map(|sent| {
            let session = known_id(sent.event.session_id.as_ref());
            let visit = session.and_then(|session| sessions.get(session));
            let visit = Visit {
                events: visit.map_or(std::slice::from_ref(sent), Vec::as_slice),
                orders: &orders,
            };
            let is_order = is_order(sent, &orders);
            let (about, inferred) = visit.about(sent, is_order);
            let total = sent.context.order.as_ref().and_then(|order| order.total);
            Fact {
                sent,
                event: &sent.event,
                session: session.filter(|session| sessions.contains_key(session)),
                order: is_order.then(|| Order {
                    total: total
                        .map(i128::from)
                        .or_else(|| sum(about.iter().map(|item| item.revenue))),
                    inferred,
                }),
                about,
            }
        });
        Self {
            facts: facts.collect(),
        }
    }
}

/// Each session's events, oldest first.
fn sessions<'a>(ordered: &[&'a Sent], longest: usize) -> HashMap<&'a str, Vec<&'a Sent>> {
    let mut sessions: HashMap<&str, Vec<&Sent>> = HashMap::new();
    for sent in ordered {
        if let Some(session) = known_id(sent.event.session_id.as_ref()) {
            sessions.entry(session).or_default().push(sent);
        }
    }
    sessions.retain(|_, events| events.len() <= longest);
    sessions
}

/// The event that each order id stands for: the first to have it.
fn orders<'a>(ordered: &[&'a Sent]) -> HashMap<String, &'a Sent> {
    let mut orders = HashMap::new();
    for sent in ordered {
        if sent.event.event_name == "checkout_complete" {
            orders.entry(order_key(sent)).or_insert(*sent);
        }
    }
    orders
}

fn order_key(sent: &Sent) -> String {
    let fields = sent.context.order.as_ref();
    known_id(fields.and_then(|order| order.order_id.as_ref()))
        .map_or_else(|| sent.event.event_id.to_string(), str::to_owned)
}

fn is_order(sent: &Sent, orders: &HashMap<String, &Sent>) -> bool {
    sent.event.event_name == "checkout_complete"
        && orders[&order_key(sent)].event.event_id == sent.event.event_id
}

/// The product in an event's own columns. A viewed category is not a product, whatever id
/// the event gives it.
pub(crate) fn own_product(event: &RawEvent) -> Option<Product<'_>> {
    if event.event_name == "category_view" {
        return None;
    }
    product(
        event.context_product_id.as_ref(),
        event.context_product_name.as_ref(),
    )
}

fn product<'a>(id: Option<&'a String>, name: Option<&'a String>) -> Option<Product<'a>> {
    let by_name = || present(name).map(Product::Name);
    known_id(id).map(Product::Id).or_else(by_name)
}

/// What one piece costs: the discount price where it is one.
fn effective_price(price: Option<i64>, discount: Option<i64>) -> Option<i64> {
    let fits = |discount: &i64| {
        *discount > 0
            && price.is_none_or(|price| {
                *discount <= price && i128::from(*discount) * 100 >= i128::from(price)
            })
    };
    discount.filter(fits).or(price)
}

fn own_price(event: &RawEvent) -> Option<i64> {
    effective_price(
        event.context_product_price,
        event.context_product_discount_price,
    )
}

/// The session of an event; an event without one is on its own.
struct Visit<'s, 'a> {
    /// By time, then id.
    events: &'s [&'a Sent],
    orders: &'s HashMap<String, &'a Sent>,
}

impl<'a> Visit<'_, 'a> {
    /// What the event is about, and whether that is the cart.
    fn about(&self, sent: &'a Sent, is_order: bool) -> (Vec<Thing<'a>>, bool) {
        let event = &sent.event;
        let own = || self.own(sent).into_iter().collect::<Vec<_>>();
        let or_cart = |things: Vec<Thing<'a>>| {
            if things.is_empty() {
                let cart = self.cart(sent);
                let inferred = !cart.is_empty();
                (cart, inferred)
            } else {
                (things, false)
            }
        };
        match event.event_name.as_str() {
            "checkout_complete" if !is_order => (Vec::new(), false),
            "checkout_complete" => {
                let named = self.named(&sent.context.items);
                or_cart(if named.is_empty() { own() } else { named })
            }
            "checkout_start" => or_cart(own()),
            "category_view" => (viewed_category(event).into_iter().collect(), false),
            _ => (own(), false),
        }
    }

    fn own(&self, sent: &'a Sent) -> Option<Thing<'a>> {
        let event = &sent.event;
        let product = own_product(event)?;
        let quantity = i64::from(sent.context.quantity.unwrap_or(1));
        let unit = own_price(event).or_else(|| self.price(product));
        Some(Thing {
            product: Some(product),
            name: present(event.context_product_name.as_ref()),
            category: present(event.context_product_category.as_ref()),
            brand: present(event.context_product_brand.as_ref()),
            quantity,
            revenue: unit.map(|unit| i128::from(unit) * i128::from(quantity)),
        })
    }

    /// The items that an order names, each product once, with what it was called first.
    fn named(&self, items: &'a [Item]) -> Vec<Thing<'a>> {
        let mut things: Vec<Thing<'_>> = Vec::new();
        for item in items {
            let Some(product) = product(item.product_id.as_ref(), item.product_name.as_ref())
            else {
                continue;
            };
            let quantity = i64::from(item.quantity.unwrap_or(1));
            let own = effective_price(item.price, item.discount_price);
            let unit = own.or_else(|| self.price(product));
            let revenue = unit.map(|unit| i128::from(unit) * i128::from(quantity));
            let same = things
                .iter_mut()
                .find(|thing| thing.product == Some(product));
            if let Some(same) = same {
                same.quantity += quantity;
                same.revenue = sum([same.revenue, revenue].into_iter());
            } else {
                things.push(Thing {
                    product: Some(product),
                    name: present(item.product_name.as_ref()),
                    category: present(item.category.as_ref()),
                    brand: present(item.brand.as_ref()),
                    quantity,
                    revenue,
                });
            }
        }
        things
    }

    /// What was put into the cart since the session's order before, and not taken out.
    fn cart(&self, checkout: &Sent) -> Vec<Thing<'a>> {
        let place = |sent: &Sent| (sent.event.event_timestamp, sent.event.event_id);
        let before = self
            .events
            .iter()
            .filter(|sent| place(sent) < place(checkout));
        let mut span: Vec<&'a Sent> = Vec::new();
        for sent in before {
            if is_order(sent, self.orders) {
                span.clear();
            } else {
                span.push(sent);
            }
        }
        let mut cart: BTreeMap<Product<'_>, Line<'_>> = BTreeMap::new();
        for sent in span {
            let Some(product) = own_product(&sent.event) else {
                continue;
            };
            let quantity = sent.context.quantity.map(i64::from);
            match sent.event.event_name.as_str() {
                "add_to_cart_click" => {
                    let line = cart.entry(product).or_insert(Line {
                        quantity: 0,
                        price: None,
                        added: sent,
                    });
                    line.quantity += quantity.unwrap_or(1);
                    line.price = own_price(&sent.event).or(line.price);
                    line.added = sent;
                }
                "remove_from_cart_click" => {
                    if let Some(line) = cart.get_mut(&product) {
                        line.quantity = quantity.map_or(0, |out| (line.quantity - out).max(0));
                    }
                }
                _ => {}
            }
        }
        cart.into_iter()
            .filter(|(_, line)| line.quantity > 0)
            .map(|(product, line)| self.line(product, &line))
            .collect()
    }

    fn line(&self, product: Product<'a>, line: &Line<'a>) -> Thing<'a> {
        let event = &line.added.event;
        let unit = line.price.or_else(|| self.price(product));
        Thing {
            product: Some(product),
            name: present(event.context_product_name.as_ref()),
            category: present(event.context_product_category.as_ref()),
            brand: present(event.context_product_brand.as_ref()),
            quantity: line.quantity,
            revenue: unit.map(|unit| i128::from(unit) * i128::from(line.quantity)),
        }
    }

    /// What the session's latest event of the product that has a price says.
    fn price(&self, product: Product<'_>) -> Option<i64> {
        let of_it = |sent: &&&Sent| own_product(&sent.event) == Some(product);
        self.events
            .iter()
            .rev()
            .filter(of_it)
            .find_map(|sent| own_price(&sent.event))
    }
}

/// A product in a cart.
struct Line<'a> {
    quantity: i64,
    /// Of its latest `add_to_cart_click` that has one.
    price: Option<i64>,
    /// Its latest `add_to_cart_click`.
    added: &'a Sent,
}

fn viewed_category(event: &RawEvent) -> Option<Thing<'_>> {
    Some(Thing {
        product: None,
        name: None,
        category: Some(present(event.context_product_category.as_ref())?),
        brand: None,
        quantity: 0,
        revenue: None,
    })
}
