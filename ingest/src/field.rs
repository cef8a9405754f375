//! The fields of an event that the platform knows, under every name they go by.

/// A known field of a raw event. Unknown fields are kept in the raw file and not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `eventName`: the one field an event must have.
    EventName,
    /// `eventId`.
    EventId,
    /// `eventTimestamp`.
    EventTimestamp,
    /// `userId`.
    UserId,
    /// `userLoginState`.
    UserLoginState,
    /// `identitySource`.
    IdentitySource,
    /// `clientId`.
    ClientId,
    /// `sessionId`.
    SessionId,
    /// `isFirstVisit`.
    IsFirstVisit,
    /// `product`: an object of [`ProductField`]s.
    Product,
    /// `_ingest`: what the platform added at receipt.
    Ingest,
}

impl Field {
    /// The key that the platform itself writes, as JSON, quotes included.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::EventName => r#""eventName""#,
            Self::EventId => r#""eventId""#,
            Self::EventTimestamp => r#""eventTimestamp""#,
            Self::UserId => r#""userId""#,
            Self::UserLoginState => r#""userLoginState""#,
            Self::IdentitySource => r#""identitySource""#,
            Self::ClientId => r#""clientId""#,
            Self::SessionId => r#""sessionId""#,
            Self::IsFirstVisit => r#""isFirstVisit""#,
            Self::Product => r#""product""#,
            Self::Ingest => r#""_ingest""#,
        }
    }

    /// The field that a JSON key names, in either spelling: `eventName`, `event_name`.
    #[must_use]
    pub fn named(key: &str) -> Option<Self> {
        Some(match key {
            "eventName" | "event_name" => Self::EventName,
            "eventId" | "event_id" => Self::EventId,
            "eventTimestamp" | "event_timestamp" => Self::EventTimestamp,
            "userId" | "user_id" => Self::UserId,
            "userLoginState" | "user_login_state" => Self::UserLoginState,
            "identitySource" | "identity_source" => Self::IdentitySource,
            "clientId" | "client_id" => Self::ClientId,
            "sessionId" | "session_id" => Self::SessionId,
            "isFirstVisit" | "is_first_visit" => Self::IsFirstVisit,
            "product" | "context_product" => Self::Product,
            "_ingest" => Self::Ingest,
            _ => return None,
        })
    }
}

/// A known field of an event's product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductField {
    /// `id`.
    Id,
    /// `name`.
    Name,
    /// `category`.
    Category,
    /// `brand`.
    Brand,
    /// `price`, VND.
    Price,
    /// `discountPrice`, VND.
    DiscountPrice,
    /// `urlPath`.
    UrlPath,
}

impl ProductField {
    /// The field that a JSON key names inside `product`.
    #[must_use]
    pub fn named(key: &str) -> Option<Self> {
        Some(match key {
            "id" | "product_id" => Self::Id,
            "name" | "product_name" => Self::Name,
            "category" | "product_category" => Self::Category,
            "brand" | "brandName" | "product_brand" => Self::Brand,
            "price" | "product_price" => Self::Price,
            "discountPrice" | "product_discount_price" => Self::DiscountPrice,
            "urlPath" | "product_url_path" => Self::UrlPath,
            _ => return None,
        })
    }
}

/// Longest event name, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// Whether a string can name an event: 1–100 characters of `[A-Za-z0-9_.:-]`.
#[must_use]
pub fn is_event_name(name: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
}
