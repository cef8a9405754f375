//! The known values of an event, as text.

use std::borrow::Cow;

use sbw_ingest::field::{Field, ProductField};

use crate::rules;

/// A value that the loader looks for in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// `eventId`
    EventId,
    /// `eventTimestamp`
    EventTimestamp,
    /// `_ingest.receivedAt`
    ReceivedAt,
    /// `eventName`
    EventName,
    /// `isFirstVisit`
    IsFirstVisit,
    /// `product.price`
    Price,
    /// `product.discountPrice`
    DiscountPrice,
    /// `userId`
    UserId,
    /// `userLoginState`
    UserLoginState,
    /// `identitySource`
    IdentitySource,
    /// `clientId`
    ClientId,
    /// `sessionId`
    SessionId,
    /// `product.id`
    ProductId,
    /// `product.name`
    ProductName,
    /// `product.category`
    ProductCategory,
    /// `product.brand`
    ProductBrand,
    /// `product.urlPath`
    ProductUrlPath,
}

impl Slot {
    /// How many there are.
    pub const COUNT: usize = Self::ProductUrlPath as usize + 1;

    pub(super) const fn of(field: Field) -> Option<Self> {
        Some(match field {
            Field::EventName => Self::EventName,
            Field::EventId => Self::EventId,
            Field::EventTimestamp => Self::EventTimestamp,
            Field::UserId => Self::UserId,
            Field::UserLoginState => Self::UserLoginState,
            Field::IdentitySource => Self::IdentitySource,
            Field::ClientId => Self::ClientId,
            Field::SessionId => Self::SessionId,
            Field::IsFirstVisit => Self::IsFirstVisit,
            Field::Product | Field::Ingest => return None,
        })
    }

    pub(super) const fn of_product(field: ProductField) -> Self {
        match field {
            ProductField::Id => Self::ProductId,
            ProductField::Name => Self::ProductName,
            ProductField::Category => Self::ProductCategory,
            ProductField::Brand => Self::ProductBrand,
            ProductField::Price => Self::Price,
            ProductField::DiscountPrice => Self::DiscountPrice,
            ProductField::UrlPath => Self::ProductUrlPath,
        }
    }

    /// Whether a text would become anything but NULL in this place.
    fn can_use(self, text: &str) -> bool {
        match self {
            Self::EventName => rules::event_name(text).is_some(),
            Self::EventTimestamp | Self::ReceivedAt => rules::instant(text).is_some(),
            Self::IsFirstVisit => rules::flag(text).is_some(),
            Self::Price | Self::DiscountPrice => rules::price(text).is_some(),
            _ => rules::clean(text, usize::MAX).is_some(),
        }
    }
}

/// The known values of an event: strings unescaped, numbers and booleans as
/// they are spelt, everything else absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values<'a>([Option<Cow<'a, str>>; Slot::COUNT]);

impl<'a> Values<'a> {
    /// The text in a place.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&str> {
        self.0[slot as usize].as_deref()
    }

    /// All places, in the order of [`Slot`].
    #[must_use]
    pub const fn all(&self) -> &[Option<Cow<'a, str>>; Slot::COUNT] {
        &self.0
    }

    /// Where a value is given twice (two spellings, or a key repeated), the
    /// first in the file that can be used wins.
    pub(super) fn offer(&mut self, slot: Slot, json: &'a str) -> Result<(), serde_json::Error> {
        let Some(text) = scalar(json)? else {
            return Ok(());
        };
        let place = &mut self.0[slot as usize];
        let taken = place.as_ref().is_some_and(|held| slot.can_use(held));
        if place.is_none() || (!taken && slot.can_use(&text)) {
            *place = Some(text);
        }
        Ok(())
    }

    pub(super) fn into_owned(self) -> Values<'static> {
        Values(
            self.0
                .map(|value| value.map(|text| Cow::Owned(text.into_owned()))),
        )
    }
}

/// The text of a JSON string, number or boolean; `None` for any other value.
fn scalar(json: &str) -> Result<Option<Cow<'_, str>>, serde_json::Error> {
    Ok(match json.as_bytes().first() {
        Some(b'"') => Some(match json.get(1..json.len() - 1) {
            Some(text) if !text.contains('\\') => Cow::Borrowed(text),
            _ => Cow::Owned(serde_json::from_str(json)?),
        }),
        Some(b'-' | b'0'..=b'9' | b't' | b'f') => Some(Cow::Borrowed(json)),
        _ => None,
    })
}
