//! A visit while it goes on: where the visitor is, what is in the cart, and the
//! events so far.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::arrival::Arrival;
use super::crowd::Shopper;
use super::dice::{Dice, seconds};
use super::event::{Cart, Element, Event, Flaw, Line, Offer, Order, Sender, Subject, address};
use super::shop::Shop;

const FLAWED: f64 = 0.002;
/// Visits whose events have the shape of the site of today.
const OF_THE_SITE: f64 = 1.0 / 3.0;
/// Of these, visits with percentages as discount prices.
const ODD_PRICES: f64 = 0.1;

pub(super) struct Visit<'a> {
    pub(super) shop: &'a Shop,
    pub(super) dice: &'a mut Dice,
    pub(super) shopper: &'a mut Shopper,
    pub(super) at: DateTime<Utc>,
    pub(super) login: &'static str,
    /// The category that they look at.
    pub(super) category: usize,
    pub(super) cart: Vec<Line>,
    sender: Sender,
    session_id: Arc<str>,
    cart_id: String,
    is_first: bool,
    /// Path and query of the page they are on.
    page: Arc<str>,
    /// The address of the page before.
    referrer: Option<Arc<str>>,
    /// What the address of the first page has after its path.
    landing_query: String,
    events: Vec<Event>,
}

impl<'a> Visit<'a> {
    pub(super) fn begin(
        shop: &'a Shop,
        dice: &'a mut Dice,
        shopper: &'a mut Shopper,
        at: DateTime<Utc>,
    ) -> Self {
        // The SDK sends nothing of robots.
        let sender = if shopper.browser.is_robot || dice.chance(OF_THE_SITE) {
            Sender::Site {
                odd_prices: dice.chance(ODD_PRICES),
            }
        } else {
            Sender::Sdk
        };
        let arrival = Arrival::any(dice);
        let logged_in = shopper.logged_in && shopper.account.is_some();
        Self {
            session_id: dice.token("s").into(),
            cart_id: dice.token("cart"),
            category: dice.weighted(&shopper.tastes),
            is_first: !shopper.was_here,
            login: if logged_in { "logged_in" } else { "anonymous" },
            referrer: arrival.referrer.map(Arc::from),
            landing_query: arrival.query,
            page: "/".into(),
            cart: Vec::new(),
            events: Vec::new(),
            shop,
            dice,
            shopper,
            at,
            sender,
        }
    }

    /// Its events, in order.
    pub(super) fn end(mut self) -> Vec<Event> {
        if self.login == "logged_in" && self.dice.chance(0.12) {
            self.press("logout", Subject::Nothing, button("logout", "Đăng xuất"));
            self.login = "anonymous";
        }
        self.shopper.logged_in = self.login == "logged_in";
        self.events
    }

    pub(super) fn uses_sdk(&self) -> bool {
        self.sender == Sender::Sdk
    }

    /// A page opens, and says so by itself.
    pub(super) fn open(&mut self, path: &str) {
        if self.events.is_empty() {
            self.page = format!("{path}{}", self.landing_query).into();
        } else {
            self.referrer = Some(address(&self.page).into());
            self.page = path.into();
        }
        self.emit("page_view", Subject::Nothing);
        self.at += seconds(self.dice.between(0.02, 0.4));
    }

    pub(super) fn emit(&mut self, name: &'static str, subject: Subject) {
        self.record(name, subject, None);
    }

    /// Something that a button does.
    pub(super) fn press(&mut self, name: &'static str, subject: Subject, element: Element) {
        self.record(name, subject, Some(element));
    }

    pub(super) fn click(&mut self, element: Element) {
        self.press("click", Subject::Nothing, element);
    }

    fn record(&mut self, name: &'static str, subject: Subject, element: Option<Element>) {
        let account = self
            .shopper
            .account
            .as_ref()
            .filter(|_| self.login == "logged_in");
        let flaw = self
            .dice
            .chance(FLAWED)
            .then(|| Flaw::ALL[self.dice.below(Flaw::ALL.len())]);
        // The SDK gives the event of an order the order's id, so that it counts once
        // however often it is sent.
        let id = match &subject {
            Subject::Order(order) if self.sender == Sender::Sdk => order.id,
            _ => self.dice.uuid(),
        };
        self.events.push(Event {
            id,
            at: self.at,
            name,
            page: Arc::clone(&self.page),
            referrer: self.referrer.clone(),
            user_id: account.map(|account| Arc::clone(&account.user_id)),
            login: self.login,
            identity: account.map_or(self.login, |account| account.identity),
            client_id: Arc::clone(&self.shopper.client_id),
            session_id: Arc::clone(&self.session_id),
            // The site says so once, the SDK throughout the visit.
            first_visit: self.is_first && (self.uses_sdk() || self.events.is_empty()),
            subject,
            element,
            user_agent: self.shopper.browser.user_agent,
            sender: self.sender,
            flaw,
        });
        self.at += TimeDelta::milliseconds(1);
    }

    pub(super) fn pause(&mut self, median_seconds: f64) {
        self.at += self.dice.think(median_seconds);
    }

    pub(super) fn favourite(&mut self) -> usize {
        self.dice.weighted(&self.shopper.tastes)
    }

    pub(super) fn some_product(&mut self) -> Arc<Offer> {
        self.shop.product_of(self.dice, self.category)
    }

    pub(super) fn add_to_cart(&mut self, offer: &Arc<Offer>, quantity: u32) {
        match self.cart.iter_mut().find(|line| line.offer.id == offer.id) {
            Some(line) => line.quantity += quantity,
            None => self.cart.push(Line {
                offer: Arc::clone(offer),
                quantity,
            }),
        }
    }

    pub(super) fn cart(&self) -> Subject {
        Subject::Cart(Arc::new(Cart {
            id: self.cart_id.clone(),
            lines: self.cart.clone(),
        }))
    }

    /// Turns the cart into an order.
    pub(super) fn order(&mut self) -> Subject {
        Subject::Order(Arc::new(Order {
            id: self.dice.uuid(),
            number: format!("DH{:06}", self.dice.below(1_000_000)),
            lines: std::mem::take(&mut self.cart),
        }))
    }
}

pub(super) fn button(id: &'static str, text: &'static str) -> Element {
    Element { id, text }
}
