//! One event: from JSON text to its known values.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::value::RawValue;

use super::{
    fields::{Key, Keys, in_event, in_item},
    surrogate,
    values::Values,
};

impl<'a> Values<'a> {
    /// Reads an event from the text of a JSON object.
    pub(super) fn read(object: &'a str) -> Result<Self, serde_json::Error> {
        Self::read_object(object, in_event)
    }

    fn read_object(object: &'a str, keys: Keys) -> Result<Self, serde_json::Error> {
        match read_once(object, keys) {
            Ok(values) => Ok(values),
            Err(error) => match surrogate::mend(object) {
                Cow::Owned(mended) => read_once(&mended, keys).map(Values::into_owned),
                Cow::Borrowed(_) => Err(error),
            },
        }
    }
}

fn read_once(object: &str, keys: Keys) -> Result<Values<'_>, serde_json::Error> {
    let mut values = Values::default();
    serde_json::Deserializer::from_str(object).deserialize_map(Object {
        values: &mut values,
        keys,
        look: Look::Closer,
    })?;
    Ok(values)
}

/// The items in the text of `order.items`: each is a product's fields and a quantity. What is
/// no object is left out.
pub fn items(array: &str) -> impl Iterator<Item = Values<'_>> {
    let items: Vec<&RawValue> = serde_json::from_str(array).unwrap_or_default();
    items
        .into_iter()
        .map(RawValue::get)
        .filter(|item| item.starts_with('{'))
        .filter_map(|item| Values::read_object(item, in_item).ok())
}

/// An event read in a single pass. Fails not only where there is no object, but
/// also where a closer look is needed: then [`Values::read`] takes it.
pub(super) struct Quick<'a>(pub(super) Values<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Quick<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut values = Values::default();
        deserializer.deserialize_map(Object {
            values: &mut values,
            keys: in_event,
            look: Look::Quick,
        })?;
        Ok(Self(values))
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

/// Takes the values of an object that somebody looks for, and of the objects in it; anything
/// that is no object is of a wrong type, so absent. Unknown values are scanned, not built, so
/// nesting costs no stack.
struct Object<'v, 'a> {
    values: &'v mut Values<'a>,
    keys: Keys,
    look: Look,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { values, keys, look } = self;
        while let Some(key) = map.next_key_seed(Named(keys))? {
            let keys = match key {
                None => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                Some(Key::Field(field)) => {
                    let value: &'de RawValue = map.next_value()?;
                    values.offer(field, value.get()).map_err(A::Error::custom)?;
                    continue;
                }
                Some(Key::Object(keys)) => keys,
            };
            let object = Object {
                values: &mut *values,
                keys,
                look,
            };
            match look {
                Look::Quick => map.next_value_seed(object)?,
                Look::Closer => {
                    let value: &'de RawValue = map.next_value()?;
                    if value.get().starts_with('{') {
                        serde_json::Deserializer::from_str(value.get())
                            .deserialize_map(object)
                            .map_err(A::Error::custom)?;
                    }
                }
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

    use sbw_contract::Column;

    use super::*;
    use crate::parse::{ContextField, Field};

    fn value(object: &str, field: impl Into<Field>) -> Option<String> {
        Values::read(object).unwrap().get(field).map(str::to_owned)
    }

    #[rstest]
    #[case("eventName", Column::EventName)]
    #[case("event_name", Column::EventName)]
    #[case("eventId", Column::EventId)]
    #[case("event_id", Column::EventId)]
    #[case("eventTimestamp", Column::EventTimestamp)]
    #[case("event_timestamp", Column::EventTimestamp)]
    #[case("userId", Column::UserId)]
    #[case("user_id", Column::UserId)]
    #[case("userLoginState", Column::UserLoginState)]
    #[case("user_login_state", Column::UserLoginState)]
    #[case("identitySource", Column::IdentitySource)]
    #[case("identity_source", Column::IdentitySource)]
    #[case("clientId", Column::ClientId)]
    #[case("client_id", Column::ClientId)]
    #[case("sessionId", Column::SessionId)]
    #[case("session_id", Column::SessionId)]
    #[case("isFirstVisit", Column::IsFirstVisit)]
    #[case("is_first_visit", Column::IsFirstVisit)]
    fn a_field_goes_by_two_names(#[case] name: &str, #[case] column: Column) {
        assert_eq!(
            value(&json!({ name: "v" }).to_string(), column).as_deref(),
            Some("v")
        );
    }

    #[rstest]
    #[case("id", Column::ProductId)]
    #[case("product_id", Column::ProductId)]
    #[case("name", Column::ProductName)]
    #[case("product_name", Column::ProductName)]
    #[case("category", Column::ProductCategory)]
    #[case("product_category", Column::ProductCategory)]
    #[case("brand", Column::ProductBrand)]
    #[case("brandName", Column::ProductBrand)]
    #[case("product_brand", Column::ProductBrand)]
    #[case("price", Column::Price)]
    #[case("product_price", Column::Price)]
    #[case("discountPrice", Column::DiscountPrice)]
    #[case("product_discount_price", Column::DiscountPrice)]
    #[case("urlPath", Column::ProductUrlPath)]
    #[case("product_url_path", Column::ProductUrlPath)]
    fn a_product_field_goes_by_its_names(
        #[case] name: &str,
        #[case] column: Column,
        #[values("product", "context_product")] product: &str,
    ) {
        let event = json!({ product: { name: "v" } }).to_string();
        assert_eq!(value(&event, column).as_deref(), Some("v"));
        // Outside a product the name means nothing.
        assert_eq!(value(&json!({ name: "v" }).to_string(), column), None);
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
        assert_eq!(value(event, Column::UserId).as_deref(), expected);
    }

    #[rstest]
    #[case::price(
        r#"{"product":{"price":"soon","product_price":5}}"#,
        Column::Price,
        "5"
    )]
    #[case::name(
        r#"{"eventName":"not a name","event_name":"click"}"#,
        Column::EventName,
        "click"
    )]
    #[case::time(
        r#"{"eventTimestamp":"now","event_timestamp":1764598991250}"#,
        Column::EventTimestamp,
        "1764598991250"
    )]
    #[case::flag(
        r#"{"isFirstVisit":"yes","is_first_visit":false}"#,
        Column::IsFirstVisit,
        "false"
    )]
    #[case::product(
        r#"{"product":"p","context_product":{"id":"p-1"}}"#,
        Column::ProductId,
        "p-1"
    )]
    #[case::two_products(
        r#"{"product":{"id":null},"context_product":{"id":"p-1"}}"#,
        Column::ProductId,
        "p-1"
    )]
    #[case::known_user(r#"{"userId":"undefined","user_id":"us-1"}"#, Column::UserId, "us-1")]
    fn the_first_that_can_be_used_wins(
        #[case] event: &str,
        #[case] column: Column,
        #[case] expected: &str,
    ) {
        assert_eq!(value(event, column).as_deref(), Some(expected));
    }

    #[rstest]
    #[case::received(
        r#"{"_ingest":{"receivedAt":"2025-12-01T15:00:00Z"}}"#,
        ContextField::ReceivedAt,
        "2025-12-01T15:00:00Z"
    )]
    #[case::source_ip(
        r#"{"_ingest":{"sourceIp":"203.0.113.0"}}"#,
        ContextField::SourceIp,
        "203.0.113.0"
    )]
    #[case::user_agent(
        r#"{"_ingest":{"userAgent":"Mozilla/5.0"}}"#,
        ContextField::UserAgent,
        "Mozilla/5.0"
    )]
    #[case::page(r#"{"pageUrl":"https://a/"}"#, ContextField::PageUrl, "https://a/")]
    #[case::page_snake_case(r#"{"page_url":"https://a/"}"#, ContextField::PageUrl, "https://a/")]
    #[case::referrer(r#"{"referrer":"https://b/"}"#, ContextField::Referrer, "https://b/")]
    #[case::quantity(r#"{"quantity":"0","quantity":2}"#, ContextField::Quantity, "2")]
    #[case::order(r#"{"order":{"id":7}}"#, ContextField::OrderId, "7")]
    #[case::order_snake_case(r#"{"order":{"order_id":"o"}}"#, ContextField::OrderId, "o")]
    #[case::order_number(r#"{"order":{"number":"N1"}}"#, ContextField::OrderNumber, "N1")]
    #[case::order_total(r#"{"order":{"total":"5"}}"#, ContextField::OrderTotal, "5")]
    #[case::order_items(
        r#"{"order":{"items":"none","items":[ {} ]}}"#,
        ContextField::OrderItems,
        "[ {} ]"
    )]
    #[case::cart(r#"{"cart":{"items":[{}],"id":"c"}}"#, ContextField::CartId, "c")]
    #[case::search(r#"{"search":{"query":"chuột"}}"#, ContextField::SearchQuery, "chuột")]
    #[case::results(r#"{"search":{"results":0}}"#, ContextField::SearchResults, "0")]
    #[case::data_order(
        r#"{"element":{"tag":"a","dataset":{"orderId":"o"}}}"#,
        ContextField::DataOrderId,
        "o"
    )]
    #[case::data_total(
        r#"{"element":{"dataset":{"total":""}},"element":{"dataset":{"total":"9"}}}"#,
        ContextField::DataTotal,
        "9"
    )]
    #[case::data_quantity(
        r#"{"element":{"dataset":{"quantity":"3"}}}"#,
        ContextField::DataQuantity,
        "3"
    )]
    fn context_is_found(#[case] event: &str, #[case] field: ContextField, #[case] expected: &str) {
        assert_eq!(value(event, field).as_deref(), Some(expected));
    }

    #[rstest]
    #[case(r#"{"order":"o-1","cart":[{"id":"c"}],"search":true,"element":{"dataset":[1e400]}}"#)]
    #[case(r#"{"id":"o-1","total":5,"dataset":{"orderId":"o-1"},"receivedAt":"x"}"#)]
    #[case(r#"{"order":{"items":{"0":{}}},"element":null,"_ingest":1e400}"#)]
    fn context_of_a_wrong_type_is_absent(#[case] event: &str) {
        assert_eq!(Values::read(event).unwrap(), Values::default());
    }

    #[test]
    fn items_are_products_with_a_quantity() {
        let array = r#"[{"productId":"a","discount_price":5,"quantity":2},7,null,[{"id":"x"}],{"id":"\ud800b"},{"brandName":"AULA"}]"#;
        let read: Vec<_> = items(array).collect();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].get(Column::ProductId), Some("a"));
        assert_eq!(read[0].get(Column::DiscountPrice), Some("5"));
        assert_eq!(read[0].get(ContextField::Quantity), Some("2"));
        assert_eq!(read[1].get(Column::ProductId), Some("\u{fffd}b"));
        assert_eq!(read[2].get(Column::ProductBrand), Some("AULA"));
        assert_eq!(items("[1,").count(), 0);
    }

    proptest! {
        #[test]
        fn any_string_comes_out_as_it_went_in(text in any::<String>()) {
            let event = json!({"userId": text, "x": {"y": [text]}}).to_string();
            prop_assert_eq!(value(&event, Column::UserId), Some(text));
        }

        #[test]
        fn the_quick_look_sees_what_the_closer_one_sees(
            event in r#"\{("(eventName|user_id|userId|pageUrl|quantity|product|context_product|order|element|search|_ingest|x)":([1-9]|1e400|"\\ud800"|"a\\n"|null|true|\[1e400\]|\{("(id|name|receivedAt|items|dataset|query|x)":(7|"b"|null|\[1e400\]|\{\}|\{"total":"5","orderId":(1e400|"o")\}),){0,2}"price":5\}),){0,4}"eventName":"e"\}"#,
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
