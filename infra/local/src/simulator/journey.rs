//! What a visitor does, from the first page to the last.
//!
//! ```text
//!  home ──▶ category or search ──▶ product ──▶ cart ──▶ checkout ──▶ thanks
//!    └─────────┴────────◀────────────┴────◀──────┴── and from everywhere: gone
//! ```

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::crowd::Shopper;
use super::dice::Dice;
use super::event::{Event, Offer, Subject};
use super::shop::Shop;
use super::visit::{Visit, button};

/// Nobody clicks on for ever.
const MOST_PAGES: usize = 60;
/// How many pieces of a product are put into the cart.
const QUANTITIES: &[(f64, u32)] = &[(0.86, 1), (0.10, 2), (0.04, 3)];

enum Page {
    Home,
    Category(usize),
    Search,
    Product(Arc<Offer>),
    Cart,
    Checkout,
    /// The thank-you page of an order.
    Thanks(Subject),
}

/// Plays one visit; its events are in order.
pub(super) fn visit(
    shop: &Shop,
    dice: &mut Dice,
    shopper: &mut Shopper,
    at: DateTime<Utc>,
) -> Vec<Event> {
    let mut visit = Visit::begin(shop, dice, shopper, at);
    let mut page = visit.landing();
    for _ in 0..MOST_PAGES {
        match visit.look_at(page) {
            Some(next) => page = next,
            None => break,
        }
    }
    visit.end()
}

impl Visit<'_> {
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
            Page::Search => self.search_page(),
            Page::Product(offer) => self.product_page(&offer),
            Page::Cart => self.cart_page(),
            Page::Checkout => self.checkout_page(),
            Page::Thanks(order) => self.thank_you_page(&order),
        }
    }

    fn home(&mut self) -> Option<Page> {
        self.open("/");
        self.emit("home_view", Subject::Nothing);
        self.pause(7.0);
        match self.dice.weighted(&[0.44, 0.25, 0.09, 0.22]) {
            0 => Some(Page::Category(self.favourite())),
            1 => Some(Page::Product(self.shop.featured(self.dice))),
            2 => Some(Page::Search),
            _ => None,
        }
    }

    fn category_page(&mut self, category: usize) -> Option<Page> {
        self.category = category;
        let name = &self.shop.categories()[category];
        self.open(&format!("/category/{name}"));
        self.emit("category_view", Subject::Category(name.clone()));
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

    /// They look for a brand, and find what they have in mind.
    fn search_page(&mut self) -> Option<Page> {
        let offer = self.some_product();
        self.open("/search");
        if self.uses_sdk() {
            let results = self.shop.count(self.category, &offer.brand);
            self.emit(
                "search",
                Subject::Search(offer.brand.to_lowercase(), results),
            );
        }
        self.pause(9.0);
        self.dice.chance(0.75).then_some(Page::Product(offer))
    }

    fn product_page(&mut self, offer: &Arc<Offer>) -> Option<Page> {
        let product = Subject::Product(Arc::clone(offer), None);
        self.open(&offer.url_path);
        self.emit("product_view", product.clone());
        self.pause(24.0);
        if self.shopper.browser.is_robot {
            let on = self.dice.chance(0.85);
            return on.then(|| Page::Category(self.favourite()));
        }
        if self.dice.chance(0.3) {
            self.click(button("gallery-next", "›"));
            self.pause(5.0);
        }
        if self.dice.chance(0.06) {
            let wish = button("wishlist", "Yêu thích");
            self.press("wishlist_toggle", product.clone(), wish);
            self.pause(3.0);
        }
        if self.dice.chance(0.025) {
            let share = button("share", "Chia sẻ");
            self.press("share_click", product.clone(), share);
            self.pause(8.0);
        }
        if self.dice.chance(0.01) {
            // The shop's own event: any name may come.
            let specs = button("specs", "Thông số kỹ thuật");
            self.press("spec_sheet_open", product, specs);
            self.pause(20.0);
        }
        let reduced = offer.discount_price.is_some();
        if self.dice.chance(if reduced { 0.26 } else { 0.17 }) {
            return self.buy(offer);
        }
        match self.dice.weighted(&[0.36, 0.20, 0.04, 0.40]) {
            0 => Some(Page::Product(self.some_product())),
            1 => Some(Page::Category(self.category)),
            2 if !self.cart.is_empty() => Some(Page::Cart),
            _ => None,
        }
    }

    /// Into the cart it goes. The site of today adds one at a time and does not say so.
    fn buy(&mut self, offer: &Arc<Offer>) -> Option<Page> {
        let quantity = self.uses_sdk().then(|| self.dice.pick(QUANTITIES));
        self.press(
            "add_to_cart_click",
            Subject::Product(Arc::clone(offer), quantity),
            button("add-to-cart", "Thêm vào giỏ"),
        );
        self.add_to_cart(offer, quantity.unwrap_or(1));
        self.pause(4.0);
        match self.dice.weighted(&[0.60, 0.25, 0.15]) {
            0 => Some(Page::Cart),
            1 => Some(Page::Product(self.some_product())),
            _ => None,
        }
    }

    fn cart_page(&mut self) -> Option<Page> {
        self.open("/cart");
        self.pause(12.0);
        if self.dice.chance(0.16) && !self.cart.is_empty() {
            self.take_out();
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

    /// A piece of a product, or all of it, which the site of today does not say.
    fn take_out(&mut self) {
        let index = self.dice.below(self.cart.len());
        let one = self.uses_sdk() && self.dice.chance(0.5);
        let line = &mut self.cart[index];
        let offer = Arc::clone(&line.offer);
        let quantity = if one { 1 } else { line.quantity };
        line.quantity -= quantity;
        if line.quantity == 0 {
            self.cart.swap_remove(index);
        }
        let quantity = self.uses_sdk().then_some(quantity);
        self.press(
            "remove_from_cart_click",
            Subject::Product(offer, quantity),
            button("remove", "Xóa"),
        );
    }

    fn checkout_page(&mut self) -> Option<Page> {
        self.open("/checkout");
        if self.login == "anonymous" {
            self.log_in_or_stay_guest();
        }
        let cart = self.cart();
        self.press("checkout_start", cart, button("checkout", "Thanh toán"));
        self.pause(55.0);
        if self.dice.chance(0.36) {
            return self.dice.chance(0.2).then_some(Page::Cart);
        }
        Some(Page::Thanks(self.order()))
    }

    /// Some reload it, and it tells of the same order again.
    fn thank_you_page(&mut self, order: &Subject) -> Option<Page> {
        loop {
            self.open("/success");
            self.press("checkout_complete", order.clone(), button("buy", "Mua"));
            self.pause(10.0);
            if !self.dice.chance(0.08) {
                return self.dice.chance(0.12).then_some(Page::Home);
            }
        }
    }

    fn log_in_or_stay_guest(&mut self) {
        let has_account = self.shopper.account.is_some();
        if self.dice.chance(if has_account { 0.85 } else { 0.25 }) {
            self.press("login_open", Subject::Nothing, button("login", "Đăng nhập"));
            self.pause(18.0);
            if has_account && self.dice.chance(0.92) {
                self.login = "logged_in";
                self.emit("login_success", Subject::Nothing);
                self.pause(3.0);
                return;
            }
        }
        self.login = "guest";
    }
}
