//! The known values of an event, as text.

use std::borrow::Cow;

use sbw_contract::Column;

use super::fields::{ContextField, FIELD_COUNT, Field};

/// The known values of an event: strings unescaped, numbers and booleans as
/// they are spelt, everything else absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values<'a>([Option<Cow<'a, str>>; FIELD_COUNT]);

impl Default for Values<'_> {
    fn default() -> Self {
        Self([const { None }; FIELD_COUNT])
    }
}

impl<'a> Values<'a> {
    /// The text of a field.
    #[must_use]
    pub fn get(&self, field: impl Into<Field>) -> Option<&str> {
        self.0[field.into().place()].as_deref()
    }

    /// Whether this stands in the place of an event that was erased. No event with a name does.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.get(ContextField::Erased) == Some("true") && self.get(Column::EventName).is_none()
    }

    pub(super) fn place(&mut self, field: ContextField) -> &mut Option<Cow<'a, str>> {
        &mut self.0[Field::Context(field).place()]
    }

    /// Where a value is given twice (two spellings, or a key repeated), the
    /// first in the file that can be used wins.
    pub(super) fn offer(&mut self, field: Field, json: &'a str) -> Result<(), serde_json::Error> {
        let text = match field {
            Field::Context(ContextField::OrderItems) => {
                json.starts_with('[').then_some(Cow::Borrowed(json))
            }
            _ => scalar(json)?,
        };
        let Some(text) = text else {
            return Ok(());
        };
        let place = &mut self.0[field.place()];
        let taken = place.as_ref().is_some_and(|held| field.can_use(held));
        if place.is_none() || (!taken && field.can_use(&text)) {
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
