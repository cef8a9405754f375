//! The columns of an event, to choose from.

use sbw_queries::answers::raw::RawEvent;

/// A column of `clickstream_events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the column of that name")]
pub enum EventColumn {
    Time,
    Name,
    Id,
    User,
    Login,
    Identity,
    Client,
    Session,
    FirstVisit,
    ProductId,
    Product,
    Category,
    Brand,
    Price,
    DiscountPrice,
    UrlPath,
}

impl EventColumn {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 16] = [
        Self::Time,
        Self::Name,
        Self::Id,
        Self::User,
        Self::Login,
        Self::Identity,
        Self::Client,
        Self::Session,
        Self::FirstVisit,
        Self::ProductId,
        Self::Product,
        Self::Category,
        Self::Brand,
        Self::Price,
        Self::DiscountPrice,
        Self::UrlPath,
    ];

    /// Its head.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Time => "time, UTC",
            Self::Name => "event",
            Self::Id => "event id",
            Self::User => "user",
            Self::Login => "login",
            Self::Identity => "identity",
            Self::Client => "client",
            Self::Session => "session",
            Self::FirstVisit => "first visit",
            Self::ProductId => "product id",
            Self::Product => "product",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Price => "price",
            Self::DiscountPrice => "discounted",
            Self::UrlPath => "url path",
        }
    }

    /// Its text in an event; none for money, which is a number.
    #[must_use]
    pub fn text(self, event: &RawEvent) -> Option<String> {
        match self {
            Self::Time => Some(
                event
                    .event_timestamp
                    .format("%Y-%m-%d %H:%M:%S")
                    .to_string(),
            ),
            Self::Name => Some(event.event_name.clone()),
            Self::Id => Some(event.event_id.to_string()),
            Self::User => event.user_id.clone(),
            Self::Login => event.user_login_state.clone(),
            Self::Identity => event.identity_source.clone(),
            Self::Client => event.client_id.clone(),
            Self::Session => event.session_id.clone(),
            Self::FirstVisit => event
                .is_first_visit
                .map(|first| if first { "yes" } else { "no" }.to_owned()),
            Self::ProductId => event.context_product_id.clone(),
            Self::Product => event.context_product_name.clone(),
            Self::Category => event.context_product_category.clone(),
            Self::Brand => event.context_product_brand.clone(),
            Self::Price | Self::DiscountPrice => None,
            Self::UrlPath => event.context_product_url_path.clone(),
        }
        .filter(|text| !text.is_empty())
    }

    /// Its money in an event.
    #[must_use]
    pub const fn money(self, event: &RawEvent) -> Option<i64> {
        match self {
            Self::Price => event.context_product_price,
            Self::DiscountPrice => event.context_product_discount_price,
            _ => None,
        }
    }
}
