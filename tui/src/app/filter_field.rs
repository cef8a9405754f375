//! The filters, one by one, and what is known to stand in them.

use sbw_queries::Filter;

use super::answers::Answers;
use super::place::LOGIN_STATES;
use super::subject::Body;
use super::table::folded;
use super::view::View;

/// A filter of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterField {
    /// `user_login_state`.
    Login,
    /// `context_product_category`.
    Category,
    /// `context_product_brand`.
    Brand,
    /// `context_product_id`.
    Product,
    /// `event_name`.
    Event,
}

/// How many words are offered.
const OFFERED: usize = 6;

impl FilterField {
    /// All of them, in the order of the breadcrumb.
    pub const ALL: [Self; 5] = [
        Self::Login,
        Self::Category,
        Self::Brand,
        Self::Product,
        Self::Event,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Product => "product",
            Self::Event => "event",
        }
    }

    /// What it is set to.
    #[must_use]
    pub fn of(self, filter: &Filter) -> Option<&String> {
        match self {
            Self::Login => filter.login.as_ref(),
            Self::Category => filter.category.as_ref(),
            Self::Brand => filter.brand.as_ref(),
            Self::Product => filter.product.as_ref(),
            Self::Event => filter.event.as_ref(),
        }
    }

    /// Sets it; nothing typed is no filter.
    pub fn set(self, filter: &mut Filter, text: &str) {
        let value = (!text.trim().is_empty()).then(|| text.to_owned());
        *match self {
            Self::Login => &mut filter.login,
            Self::Category => &mut filter.category,
            Self::Brand => &mut filter.brand,
            Self::Product => &mut filter.product,
            Self::Event => &mut filter.event,
        } = value;
    }

    /// Words that answers have shown for it and that contain what is typed, each
    /// with what else is known of it.
    #[must_use]
    pub fn offers(self, answers: &Answers, typed: &str) -> Vec<(String, String)> {
        let wanted = folded(typed.trim());
        let mut offers: Vec<(String, String)> = Vec::new();
        let mut offer = |word: &str, more: &str| {
            let fits = folded(word).contains(&wanted) || folded(more).contains(&wanted);
            if fits && offers.len() < OFFERED && !offers.iter().any(|(known, _)| known == word) {
                offers.push((word.to_owned(), more.to_owned()));
            }
        };
        if self == Self::Login {
            for state in LOGIN_STATES {
                offer(state, "");
            }
        }
        for answer in answers.iter() {
            match (&answer.body, self) {
                (Body::Overview(screen), Self::Event) => {
                    for row in &screen.events.rows {
                        offer(&row.event_name, "");
                    }
                }
                (Body::Overview(screen), Self::Login) => {
                    let known = screen.logins.rows.iter();
                    for row in known.filter(|row| row.user_login_state != "UNKNOWN") {
                        offer(&row.user_login_state, "");
                    }
                }
                (Body::Groups(rows), Self::Category | Self::Brand) => {
                    let of = match answer.subject.view {
                        View::Categories => Self::Category,
                        _ => Self::Brand,
                    };
                    for row in rows.iter().filter(|_| of == self) {
                        offer(&row.name, "");
                    }
                }
                (Body::Products(rows), Self::Product) => {
                    for row in rows {
                        offer(row.product_id.as_deref().unwrap_or_default(), &row.name);
                    }
                }
                (Body::Products(rows), Self::Category) => {
                    for row in rows {
                        offer(&row.category, "");
                    }
                }
                (Body::Products(rows), Self::Brand) => {
                    for row in rows {
                        offer(&row.brand, "");
                    }
                }
                _ => {}
            }
        }
        offers.retain(|(word, _)| !word.is_empty());
        offers
    }
}
