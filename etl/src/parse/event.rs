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
                Cow::Owned(mended) => {
                    serde_json::from_str::<Values<'_>>(&mended).map(Values::into_owned)
                }
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

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut values = Self::default();
        deserializer.deserialize_map(Keys(|key: &str, json: &'de str| {
            match Field::named(key) {
                Some(Field::Product) => {
                    values.offer_parts(json, |key| ProductField::named(key).map(Slot::of_product))
                }
                Some(Field::Ingest) => values.offer_parts(json, |key| {
                    (key == "receivedAt").then_some(Slot::ReceivedAt)
                }),
                field => match field.and_then(Slot::of) {
                    Some(slot) => values.offer(slot, json),
                    None => Ok(()),
                },
            }
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
        serde_json::Deserializer::from_str(json).deserialize_map(Keys(|key: &str, json| {
            match slot_of(key) {
                Some(slot) => self.offer(slot, json),
                None => Ok(()),
            }
        }))
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
            if Field::named(&key.0).is_none()
                && ProductField::named(&key.0).is_none()
                && key.0 != "receivedAt"
            {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn value(object: &str, slot: Slot) -> Option<String> {
        Values::read(object).unwrap().get(slot).map(str::to_owned)
    }

    #[rstest]
    #[case("eventName", Slot::EventName)]
    #[case("event_name", Slot::EventName)]
    #[case("eventId", Slot::EventId)]
    #[case("event_id", Slot::EventId)]
    #[case("eventTimestamp", Slot::EventTimestamp)]
    #[case("event_timestamp", Slot::EventTimestamp)]
    #[case("userId", Slot::UserId)]
    #[case("user_id", Slot::UserId)]
    #[case("userLoginState", Slot::UserLoginState)]
    #[case("user_login_state", Slot::UserLoginState)]
    #[case("identitySource", Slot::IdentitySource)]
    #[case("identity_source", Slot::IdentitySource)]
    #[case("clientId", Slot::ClientId)]
    #[case("client_id", Slot::ClientId)]
    #[case("sessionId", Slot::SessionId)]
    #[case("session_id", Slot::SessionId)]
    #[case("isFirstVisit", Slot::IsFirstVisit)]
    #[case("is_first_visit", Slot::IsFirstVisit)]
    fn a_field_goes_by_two_names(#[case] name: &str, #[case] slot: Slot) {
        assert_eq!(
            value(&json!({ name: "v" }).to_string(), slot).as_deref(),
            Some("v")
        );
    }

    #[rstest]
    #[case("id", Slot::ProductId)]
    #[case("product_id", Slot::ProductId)]
    #[case("name", Slot::ProductName)]
    #[case("product_name", Slot::ProductName)]
    #[case("category", Slot::ProductCategory)]
    #[case("product_category", Slot::ProductCategory)]
    #[case("brand", Slot::ProductBrand)]
    #[case("brandName", Slot::ProductBrand)]
    #[case("product_brand", Slot::ProductBrand)]
    #[case("price", Slot::Price)]
    #[case("product_price", Slot::Price)]
    #[case("discountPrice", Slot::DiscountPrice)]
    #[case("product_discount_price", Slot::DiscountPrice)]
    #[case("urlPath", Slot::ProductUrlPath)]
    #[case("product_url_path", Slot::ProductUrlPath)]
    fn a_product_field_goes_by_its_names(
        #[case] name: &str,
        #[case] slot: Slot,
        #[values("product", "context_product")] product: &str,
    ) {
        let event = json!({ product: { name: "v" } }).to_string();
        assert_eq!(value(&event, slot).as_deref(), Some("v"));
        // Outside a product the name means nothing.
        assert_eq!(value(&json!({ name: "v" }).to_string(), slot), None);
    }

    #[rstest]
    #[case::text(r#"{"userId":"us-1"}"#, Some("us-1"))]
    #[case::escapes(r#"{"userId":"a\"\\\/\u0041\n"}"#, Some("a\"\\/A\n"))]
    #[case::pair(r#"{"userId":"\ud83d\ude00"}"#, Some("😀"))]
    #[case::lone_surrogate(r#"{"userId":"a\ud800b"}"#, Some("a\u{fffd}b"))]
    #[case::lone_surrogate_elsewhere(r#"{"page":"\udfff","userId":"u"}"#, Some("u"))]
    #[case::lone_surrogate_in_a_key(r#"{"\ud800":1,"userId":"u"}"#, Some("u"))]
    #[case::escaped_key(r#"{"user\u0049d":"u"}"#, Some("u"))]
    #[case::number(r#"{"userId":17}"#, Some("17"))]
    #[case::number_as_spelt(r#"{"userId":1.50e400}"#, Some("1.50e400"))]
    #[case::boolean(r#"{"userId":true}"#, Some("true"))]
    #[case::null(r#"{"userId":null}"#, None)]
    #[case::object(r#"{"userId":{"a":1}}"#, None)]
    #[case::array(r#"{"userId":["a"]}"#, None)]
    #[case::spaces("{ \"userId\" : \t\"u\" }", Some("u"))]
    #[case::both_spellings(r#"{"user_id":"a","userId":"b"}"#, Some("a"))]
    #[case::first_is_null(r#"{"user_id":null,"userId":"b"}"#, Some("b"))]
    #[case::first_is_blank(r#"{"user_id":" ","userId":"b"}"#, Some("b"))]
    #[case::first_is_an_object(r#"{"user_id":{},"userId":"b"}"#, Some("b"))]
    #[case::key_repeated(r#"{"userId":"a","userId":"b"}"#, Some("a"))]
    #[case::both_blank(r#"{"user_id":"\u0000","userId":"  "}"#, Some("\0"))]
    fn a_value_is_text(#[case] event: &str, #[case] expected: Option<&str>) {
        assert_eq!(value(event, Slot::UserId).as_deref(), expected);
    }

    #[rstest]
    #[case::price(r#"{"product":{"price":"soon","product_price":5}}"#, Slot::Price, "5")]
    #[case::name(
        r#"{"eventName":"not a name","event_name":"click"}"#,
        Slot::EventName,
        "click"
    )]
    #[case::time(
        r#"{"eventTimestamp":"now","event_timestamp":1764598991250}"#,
        Slot::EventTimestamp,
        "1764598991250"
    )]
    #[case::flag(
        r#"{"isFirstVisit":"yes","is_first_visit":false}"#,
        Slot::IsFirstVisit,
        "false"
    )]
    #[case::product(
        r#"{"product":"p","context_product":{"id":"p-1"}}"#,
        Slot::ProductId,
        "p-1"
    )]
    #[case::two_products(
        r#"{"product":{"id":null},"context_product":{"id":"p-1"}}"#,
        Slot::ProductId,
        "p-1"
    )]
    #[case::received(
        r#"{"_ingest":{"receivedAt":"2025-12-01T15:00:00Z"}}"#,
        Slot::ReceivedAt,
        "2025-12-01T15:00:00Z"
    )]
    fn the_first_that_can_be_used_wins(
        #[case] event: &str,
        #[case] slot: Slot,
        #[case] expected: &str,
    ) {
        assert_eq!(value(event, slot).as_deref(), Some(expected));
    }

    proptest! {
        #[test]
        fn any_string_comes_out_as_it_went_in(text in any::<String>()) {
            let event = json!({"userId": text, "x": {"y": [text]}}).to_string();
            prop_assert_eq!(value(&event, Slot::UserId), Some(text));
        }
    }
}
