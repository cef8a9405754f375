//! Gathers events into columns of text.

use std::sync::Arc;

use polars_core::prelude::{
    ChunkedBuilder, Int32Type, PlSmallStr, PrimitiveChunkedBuilder, StringChunkedBuilder,
    UInt32Type,
};
use sbw_contract::{COLUMN_COUNT, Column};

use super::{RawObject, Reject, Tally, Transformed, cast};
use crate::{
    context::Context,
    parse::{ContextField, Events, Item, Reason, Values, WHOLE_OBJECT, excerpt},
    rules,
};

/// A chunk in the making: objects, and the texts of their events by column.
pub struct Rows {
    pub(super) tallies: Vec<Tally>,
    pub(super) rejects: Vec<Reject>,
    pub(super) object_no: PrimitiveChunkedBuilder<UInt32Type>,
    pub(super) index: PrimitiveChunkedBuilder<Int32Type>,
    /// One for each [`Column`].
    pub(super) values: Vec<StringChunkedBuilder>,
    /// When the event was received.
    pub(super) received_at: StringChunkedBuilder,
    pub(super) context: Context,
    /// How the event begins; only where its name cannot be used.
    pub(super) excerpt: StringChunkedBuilder,
    len: usize,
    bytes: usize,
}

impl Rows {
    /// Room for about `capacity` events; more fit.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let text = |_| StringChunkedBuilder::new(PlSmallStr::EMPTY, capacity);
        Self {
            tallies: Vec::new(),
            rejects: Vec::new(),
            object_no: PrimitiveChunkedBuilder::new(PlSmallStr::EMPTY, capacity),
            index: PrimitiveChunkedBuilder::new(PlSmallStr::EMPTY, capacity),
            values: (0..COLUMN_COUNT).map(text).collect(),
            received_at: text(0),
            context: Context::default(),
            excerpt: text(0),
            len: 0,
            bytes: 0,
        }
    }

    /// Events and rejects so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was gathered: no event, no reject.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Objects so far.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.tallies.len()
    }

    /// Bytes of text so far, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Begins an object; the number it goes by in this chunk.
    pub fn begin(&mut self, object: Arc<RawObject>) -> u32 {
        self.bytes += object.key.len();
        self.tallies.push(Tally {
            object,
            rows: 0,
            duplicates: 0,
            rejected: 0,
        });
        u32::try_from(self.tallies.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes the items of an object until there are no more, or until so many rows or bytes were
    /// gathered: then it may be called again on a new chunk. Whether the object is finished.
    pub fn take(
        &mut self,
        object_no: u32,
        events: &mut Events<'_>,
        max_rows: usize,
        max_bytes: usize,
    ) -> bool {
        while self.len < max_rows && self.bytes < max_bytes {
            match events.next() {
                // It keeps the places of those after it, by which they may be known.
                Some((_, Item::Event(values, _))) if values.is_erased() => {}
                Some((index, Item::Event(values, text))) => {
                    self.push(object_no, index, &values, text);
                }
                Some((index, Item::Bad(reason, text))) => {
                    self.reject(object_no, index, &reason, text);
                }
                None => return true,
            }
        }
        false
    }

    /// Refuses an object as a whole.
    pub fn refuse(&mut self, object_no: u32, reason: &Reason) {
        self.reject(object_no, WHOLE_OBJECT, reason, "");
    }

    fn push(&mut self, object_no: u32, index: i32, values: &Values<'_>, text: &str) {
        self.object_no.append_value(object_no);
        self.index.append_value(index);
        for (column, builder) in Column::ALL.into_iter().zip(&mut self.values) {
            let value = values.get(column);
            self.bytes += value.map_or(0, str::len);
            builder.append_option(value);
        }
        self.received_at
            .append_option(values.get(ContextField::ReceivedAt));
        self.bytes += self.context.push(values);
        let named = values
            .get(Column::EventName)
            .is_some_and(|name| rules::event_name(name).is_some());
        if named {
            self.excerpt.append_null();
        } else {
            self.excerpt.append_value(excerpt(text));
        }
        self.len += 1;
    }

    fn reject(&mut self, object_no: u32, index: i32, reason: &Reason, text: &str) {
        let reject = Reject {
            object_no,
            index,
            reason: reason.to_string(),
            excerpt: excerpt(text),
        };
        self.bytes += reject.reason.len() + reject.excerpt.len();
        self.rejects.push(reject);
        self.len += 1;
    }

    /// Ends the chunk.
    #[must_use]
    pub fn transform(self) -> Transformed {
        cast::transform(self)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn an_object_of_many_items_is_taken_in_parts() {
        let items = r#"{"id":1},"#.repeat(199) + r#"{"id":1}"#;
        let event = format!(r#"{{"eventName":"checkout_complete","order":{{"items":[{items}]}}}}"#);
        let text = vec![event; 100].join("\n");
        let object = Arc::new(RawObject {
            key: "events/x.json".to_owned(),
            size_bytes: text.len() as u64,
            last_modified: DateTime::UNIX_EPOCH,
            etag: None,
        });
        let mut events = Events::new(&text);
        let mut parts = Vec::new();
        loop {
            let mut rows = Rows::with_capacity(10);
            let object_no = rows.begin(Arc::clone(&object));
            let ended = rows.take(object_no, &mut events, usize::MAX, 1_000_000);
            parts.push(rows.transform().context.items.len());
            if ended {
                break;
            }
        }
        assert!(parts.len() > 2, "{parts:?}");
        assert_eq!(parts.iter().sum::<usize>(), 20_000);
    }
}
