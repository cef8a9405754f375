//! One event: from JSON text to its known values.

use std::{borrow::Cow, fmt};

use sbw_ingest::field::{Field, ProductField};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::value::RawValue;

use super::{
    surrogate,
    values::{Slot, Values},
};

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
}

/// An event read in a single pass. Fails not only where there is no object, but
/// also where a closer look is needed: then [`Values::read`] takes it.
pub(super) struct Quick<'a>(pub(super) Values<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Quick<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut values = Values::default();
        deserializer.deserialize_map(Event {
            values: &mut values,
            parts: Look::Quick,
        })?;
        Ok(Self(values))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut values = Self::default();
        deserializer.deserialize_map(Event {
            values: &mut values,
            parts: Look::Closer,
        })?;
        Ok(values)
    }
}

/// How an object inside the event is read.
#[derive(Clone, Copy)]
enum Look {
    /// As it comes. A number there that no float can hold is an error.
    Quick,
    /// After its extent is known, so that it may be anything.
    Closer,
}

/// Takes the values of an event. Unknown values are scanned, not built, so
/// nesting costs no stack.
struct Event<'v, 'a> {
    values: &'v mut Values<'a>,
    parts: Look,
}

impl<'de: 'a, 'a> Visitor<'de> for Event<'_, 'a> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { values, parts } = self;
        while let Some(field) = map.next_key_seed(Named(Field::named))? {
            let slot_of: fn(&str) -> Option<Slot> = match field {
                None => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                Some(Field::Product) => |key| ProductField::named(key).map(Slot::of_product),
                Some(Field::Ingest) => |key| (key == "receivedAt").then_some(Slot::ReceivedAt),
                Some(field) => {
                    let value: &'de RawValue = map.next_value()?;
                    if let Some(slot) = Slot::of(field) {
                        values.offer(slot, value.get()).map_err(A::Error::custom)?;
                    }
                    continue;
                }
            };
            let part = Part {
                values: &mut *values,
                slot_of,
            };
            match parts {
                Look::Quick => map.next_value_seed(part)?,
                Look::Closer => {
                    let value: &'de RawValue = map.next_value()?;
                    if value.get().starts_with('{') {
                        serde_json::Deserializer::from_str(value.get())
                            .deserialize_map(part)
                            .map_err(A::Error::custom)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Takes the values of an object inside the event; anything else there is of a
/// wrong type, so absent.
struct Part<'v, 'a> {
    values: &'v mut Values<'a>,
    slot_of: fn(&str) -> Option<Slot>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Part<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Part<'_, 'a> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(slot) = map.next_key_seed(Named(self.slot_of))? {
            if let Some(slot) = slot {
                let value: &'de RawValue = map.next_value()?;
                self.values
                    .offer(slot, value.get())
                    .map_err(A::Error::custom)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Looks a key up without copying it.
struct Named<T>(fn(&str) -> Option<T>);

impl<'de, T> DeserializeSeed<'de> for Named<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T> Visitor<'_> for Named<T> {
    type Value = Option<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<T>, E> {
        Ok((self.0)(key))
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

        #[test]
        fn the_quick_look_sees_what_the_closer_one_sees(
            event in r#"\{("(eventName|user_id|userId|product|context_product|_ingest|x)":([1-9]|1e400|"\\ud800"|"a\\n"|null|true|\[1e400\]|\{("(id|name|receivedAt|x)":(7|"b"|null|\{\}),){0,2}"price":5\}),){0,4}"eventName":"e"\}"#,
        ) {
            if let Ok(Quick(quick)) = serde_json::from_str(&event) {
                prop_assert_eq!(quick, Values::read(&event).unwrap());
            } else {
                // What it will not take is what is rare, and is taken all the same.
                prop_assert!(event.contains("1e400") || event.contains("ud800"));
                prop_assert!(Values::read(&event).is_ok());
            }
        }
    }
}
