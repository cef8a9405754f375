//! What a visitor does, from the first page to the last.
//!
//! ```text
//!  home ──▶ category ──▶ product ──▶ cart ──▶ checkout ──▶ bought
//!    └─────────┴───◀───────┴───◀──────┴── and from everywhere: gone
//! ```

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::crowd::Shopper;
use super::dice::{Dice, seconds};
use super::event::{Element, Event, Flaw, Offer};

/// Nobody clicks on for ever.
const MOST_PAGES: usize = 60;
const FLAWED: f64 = 0.002;

/// The shop as a visitor finds it.
pub(super) trait Shelves {
    /// The categories.
    fn categories(&self) -> &[String];
    /// A product of a category, the popular ones more often.
    fn product_of(&self, dice: &mut Dice, category: usize, at: DateTime<Utc>) -> Arc<Offer>;
    /// A product of the home page.
    fn featured(&self, dice: &mut Dice, at: DateTime<Utc>) -> Arc<Offer>;
}

enum Page {
    Home,
    Category(usize),
    Product(Arc<Offer>),
    Cart,
    Checkout,
}

/// Plays one visit; its events are in order.
pub(super) fn visit(
    shelves: &impl Shelves,
    dice: &mut Dice,
    shopper: &mut Shopper,
    at: DateTime<Utc>,
) -> Vec<Event> {
    let logged_in = shopper.logged_in && shopper.account.is_some();
    let mut visit = Visit {
        session_id: dice.token("s").into(),
        is_first: !shopper.was_here,
        login: if logged_in { "logged_in" } else { "anonymous" },
        shelves,
        dice,
        shopper,
        at,
        path: "/".into(),
        came_from: None,
        category: 0,
        cart: Vec::new(),
        events: Vec::new(),
    };
    visit.category = visit.favourite();
    let mut page = visit.landing();
    for _ in 0..MOST_PAGES {
        match visit.look_at(page) {
            Some(next) => page = next,
            None => break,
        }
    }
    visit.finish()
}

struct Visit<'a, S> {
    shelves: &'a S,
    dice: &'a mut Dice,
    shopper: &'a mut Shopper,
    session_id: Arc<str>,
    is_first: bool,
    login: &'static str,
    at: DateTime<Utc>,
    path: Arc<str>,
    came_from: Option<Arc<str>>,
    category: usize,
    cart: Vec<Arc<Offer>>,
    events: Vec<Event>,
}

impl<S: Shelves> Visit<'_, S> {
    fn landing(&mut self) -> Page {
        match self.dice.weighted(&[0.50, 0.20, 0.30]) {
            0 => Page::Home,
            1 => Page::Category(self.category),
            // From a search engine or a friend, straight to a product.
            _ => Page::Product(self.some_product()),
        }
    }

    /// One page, what is done there, and where it leads; `None`: away.
    fn look_at(&mut self, page: Page) -> Option<Page> {
        match page {
            Page::Home => self.home(),
            Page::Category(category) => self.category_page(category),
            Page::Product(offer) => self.product_page(&offer),
            Page::Cart => self.cart_page(),
            Page::Checkout => self.checkout_page(),
        }
    }

    fn home(&mut self) -> Option<Page> {
        self.open("/");
        self.emit("home_view", None, None);
        self.pause(7.0);
        match self.dice.weighted(&[0.52, 0.25, 0.23]) {
            0 => Some(Page::Category(self.favourite())),
            1 => Some(Page::Product(self.shelves.featured(self.dice, self.at))),
            _ => None,
        }
    }

    fn category_page(&mut self, category: usize) -> Option<Page> {
        self.category = category;
        let path = format!("/category/{}", self.shelves.categories()[category]);
        self.open(&path);
        self.emit("category_view", None, None);
        self.pause(11.0);
        if self.dice.chance(0.25) {
            self.click(button("filter", "Lọc theo giá"));
            self.pause(6.0);
        }
        match self.dice.weighted(&[0.62, 0.14, 0.05, 0.19]) {
            0 => Some(Page::Product(self.some_product())),
            1 => Some(Page::Category(self.favourite())),
            2 => Some(Page::Home),
            _ => None,
        }
    }

    fn product_page(&mut self, offer: &Arc<Offer>) -> Option<Page> {
        self.open(&offer.url_path);
        self.emit("product_view", Some(offer), None);
        self.pause(24.0);
        if self.dice.chance(0.3) {
            self.click(button("gallery-next", "›"));
            self.pause(5.0);
        }
        if self.dice.chance(0.06) {
            self.emit(
                "wishlist_toggle",
                Some(offer),
                Some(button("wishlist", "Yêu thích")),
            );
            self.pause(3.0);
        }
        if self.dice.chance(0.025) {
            self.emit("share_click", Some(offer), Some(button("share", "Chia sẻ")));
            self.pause(8.0);
        }
        if self.dice.chance(0.01) {
            // The shop's own event: any name may come.
            self.emit(
                "spec_sheet_open",
                Some(offer),
                Some(button("specs", "Thông số kỹ thuật")),
            );
            self.pause(20.0);
        }
        let tempting = if offer.discount_price.is_some() {
            0.26
        } else {
            0.17
        };
        if self.dice.chance(tempting) {
            self.emit(
                "add_to_cart_click",
                Some(offer),
                Some(button("add-to-cart", "Thêm vào giỏ")),
            );
            self.cart.push(Arc::clone(offer));
            self.pause(4.0);
            return match self.dice.weighted(&[0.60, 0.25, 0.15]) {
                0 => Some(Page::Cart),
                1 => Some(Page::Product(self.some_product())),
                _ => None,
            };
        }
        match self.dice.weighted(&[0.36, 0.20, 0.04, 0.40]) {
            0 => Some(Page::Product(self.some_product())),
            1 => Some(Page::Category(self.category)),
            2 if !self.cart.is_empty() => Some(Page::Cart),
            _ => None,
        }
    }

    fn cart_page(&mut self) -> Option<Page> {
        self.open("/cart");
        self.pause(12.0);
        if self.dice.chance(0.16) {
            let index = self.dice.below(self.cart.len());
            let offer = self.cart.swap_remove(index);
            self.emit(
                "remove_from_cart_click",
                Some(&offer),
                Some(button("remove", "Xóa")),
            );
            self.pause(5.0);
        }
        if self.cart.is_empty() {
            return self
                .dice
                .chance(0.4)
                .then_some(Page::Category(self.category));
        }
        match self.dice.weighted(&[0.58, 0.14, 0.28]) {
            0 => Some(Page::Checkout),
            1 => Some(Page::Product(self.some_product())),
            _ => None,
        }
    }

    fn checkout_page(&mut self) -> Option<Page> {
        self.open("/checkout");
        if self.login == "anonymous" {
            self.log_in_or_stay_guest();
        }
        let dearest = self.cart.iter().max_by_key(|offer| offer.pays()).cloned()?;
        self.emit(
            "checkout_start",
            Some(&dearest),
            Some(button("checkout", "Thanh toán")),
        );
        self.pause(55.0);
        if self.dice.chance(0.36) {
            return self.dice.chance(0.2).then_some(Page::Cart);
        }
        let total: i64 = self.cart.iter().map(|offer| offer.pays()).sum();
        let order = json!({"orderId": self.dice.token("o"), "total": total.to_string()});
        let bought = Element {
            dataset: order,
            ..button("buy", "Mua")
        };
        self.emit("checkout_complete", Some(&dearest), Some(bought));
        self.cart.clear();
        self.pause(10.0);
        self.dice.chance(0.12).then_some(Page::Home)
    }

    fn log_in_or_stay_guest(&mut self) {
        let has_account = self.shopper.account.is_some();
        if self.dice.chance(if has_account { 0.85 } else { 0.25 }) {
            self.emit("login_open", None, Some(button("login", "Đăng nhập")));
            self.pause(18.0);
            if has_account && self.dice.chance(0.92) {
                self.login = "logged_in";
                self.emit("login_success", None, None);
                self.pause(3.0);
                return;
            }
        }
        self.login = "guest";
    }

    fn finish(mut self) -> Vec<Event> {
        if self.login == "logged_in" && self.dice.chance(0.12) {
            self.emit("logout", None, Some(button("logout", "Đăng xuất")));
            self.login = "anonymous";
        }
        self.shopper.logged_in = self.login == "logged_in";
        self.events
    }

    /// The page opens, and says so by itself.
    fn open(&mut self, path: &str) {
        let before = std::mem::replace(&mut self.path, path.into());
        if !self.events.is_empty() {
            self.came_from = Some(before);
        }
        self.emit("page_view", None, None);
        self.at += seconds(self.dice.between(0.02, 0.4));
    }

    fn click(&mut self, element: Element) {
        self.emit("click", None, Some(element));
    }

    fn emit(&mut self, name: &'static str, product: Option<&Arc<Offer>>, element: Option<Element>) {
        let account = self
            .shopper
            .account
            .as_ref()
            .filter(|_| self.login == "logged_in");
        let flaw = self.dice.chance(FLAWED).then(|| {
            let flaws = [Flaw::NoName, Flaw::OddName, Flaw::BadTime, Flaw::WrongTypes];
            flaws[self.dice.below(flaws.len())]
        });
        self.events.push(Event {
            id: self.dice.uuid(),
            at: self.at,
            name,
            page: Arc::clone(&self.path),
            referrer: self.came_from.clone(),
            user_id: account.map(|account| Arc::clone(&account.user_id)),
            login: self.login,
            identity: match (account, self.login) {
                (Some(account), _) => account.identity,
                (None, login) => login,
            },
            client_id: Arc::clone(&self.shopper.client_id),
            session_id: Arc::clone(&self.session_id),
            first_visit: self.is_first,
            product: product.cloned(),
            element,
            flaw,
        });
        self.at += TimeDelta::milliseconds(1);
    }

    fn pause(&mut self, median_seconds: f64) {
        self.at += self.dice.think(median_seconds);
    }

    fn favourite(&mut self) -> usize {
        self.dice.weighted(&self.shopper.tastes)
    }

    fn some_product(&mut self) -> Arc<Offer> {
        self.shelves.product_of(self.dice, self.category, self.at)
    }
}

fn button(id: &'static str, text: &'static str) -> Element {
    Element {
        tag: "button",
        id: Some(id),
        role: None,
        text,
        dataset: json!({}),
    }
}
