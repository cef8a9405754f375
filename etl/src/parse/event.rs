//! One event: its known values, as text.

use std::{borrow::Cow, fmt};

use sbw_ingest::field::{Field, ProductField};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::surrogate;
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

    const fn of(field: Field) -> Option<Self> {
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

    const fn of_product(field: ProductField) -> Self {
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
    /// Reads an event from the text of a JSON object.
    pub(super) fn read(object: &'a str) -> Result<Self, serde_json::Error> {
        match serde_json::from_str(object) {
            Ok(values) => Ok(values),
            Err(error) => match surrogate::mend(object) {
                Cow::Owned(mended) => serde_json::from_str::<Values<'_>>(&mended).map(Values::into_owned),
                Cow::Borrowed(_) => Err(error),
            },
        }
    }

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
    fn offer(&mut self, slot: Slot, json: &'a str) -> Result<(), serde_json::Error> {
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

    fn into_owned(self) -> Values<'static> {
        Values(self.0.map(|value| value.map(|text| Cow::Owned(text.into_owned()))))
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

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut values = Self::default();
        deserializer.deserialize_map(Keys(|key: &str, json: &'de str| match Field::named(key) {
            Some(Field::Product) => values.offer_parts(json, |key| ProductField::named(key).map(Slot::of_product)),
            Some(Field::Ingest) => values.offer_parts(json, |key| (key == "receivedAt").then_some(Slot::ReceivedAt)),
            field => match field.and_then(Slot::of) {
                Some(slot) => values.offer(slot, json),
                None => Ok(()),
            },
        }))?;
        Ok(values)
    }
}

impl<'a> Values<'a> {
    /// Takes the values of an object inside the event; anything else there is
    /// of a wrong type, so absent.
    fn offer_parts(
        &mut self,
        json: &'a str,
        slot_of: impl Fn(&str) -> Option<Slot>,
    ) -> Result<(), serde_json::Error> {
        if !json.starts_with('{') {
            return Ok(());
        }
        serde_json::Deserializer::from_str(json).deserialize_map(Keys(
            |key: &str, json| match slot_of(key) {
                Some(slot) => self.offer(slot, json),
                None => Ok(()),
            },
        ))
    }
}

/// Walks the keys of an object and hands each with the text of its value to a
/// function. Values are scanned, not built, so nesting costs no stack.
struct Keys<F>(F);

impl<'de, F> Visitor<'de> for Keys<F>
where
    F: FnMut(&str, &'de str) -> Result<(), serde_json::Error>,
{
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if Field::named(&key.0).is_none() && ProductField::named(&key.0).is_none() && key.0 != "receivedAt" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &'de RawValue = map.next_value()?;
            (self.0)(&key.0, value.get()).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// A key, borrowed when it needs no unescaping (serde's own `Cow` always copies).
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
