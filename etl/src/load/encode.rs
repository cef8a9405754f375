//! Columns become the bytes of a binary COPY.
//!
//! Buffers are large, because each is one message of the protocol, and a
//! message for every few rows costs more than the rows.

use bytes::{BufMut, Bytes, BytesMut};
use polars_core::prelude::{ChunkedArray, PolarsDataType, StaticArray};

use crate::{
    context::EventContext,
    transform::{ColumnValues, Columns},
};

const BUFFER_BYTES: usize = 256 * 1024;
/// Signature, no flags, no header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// 2000-01-01, from where PostgreSQL counts, in microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// What stands before the columns of the warehouse: the object, and the event's context.
pub(super) const OWN_COLUMNS: &str =
    "object_no integer not null, page integer, origin integer, agent integer, quantity integer";
const OWN_FIELDS: usize = 5;

/// The rows as `incoming` takes them: [`OWN_COLUMNS`], then the columns of the warehouse.
#[must_use]
pub(super) fn encode(columns: &Columns, context: &[EventContext]) -> Vec<Bytes> {
    let object_no = values(&columns.object_no);
    let fields: Vec<_> = columns.values.iter().map(writer).collect();
    let field_count = i16::try_from(OWN_FIELDS + fields.len()).unwrap_or(i16::MAX);

    let mut out = Buffers::new();
    out.current.put_slice(HEADER);
    for (row, context) in context.iter().enumerate() {
        let buffer = &mut out.current;
        buffer.put_i16(field_count);
        put_u32(buffer, Some(object_no(row).unwrap_or(0)));
        put_u32(buffer, context.page);
        put_u32(buffer, context.origin);
        put_u32(buffer, context.agent);
        put_u32(buffer, context.quantity.map(i32::unsigned_abs));
        for field in &fields {
            field(row, buffer);
        }
        out.cut();
    }
    out.current.put_i16(-1);
    out.finish()
}

/// Writes a column's field of a row.
type Writer<'a> = Box<dyn Fn(usize, &mut BytesMut) + 'a>;

fn writer(column: &ColumnValues) -> Writer<'_> {
    match column {
        ColumnValues::Id { high, low } => {
            let (high, low) = (values(high), values(low));
            Box::new(move |row, buffer| {
                buffer.put_i32(16);
                buffer.put_u64(high(row).unwrap_or(0));
                buffer.put_u64(low(row).unwrap_or(0));
            })
        }
        ColumnValues::Time(micros) => {
            let micros = values(micros);
            Box::new(move |row, buffer| {
                put_i64(
                    buffer,
                    micros(row).map(|micros| micros.saturating_sub(EPOCH_MICROS)),
                );
            })
        }
        ColumnValues::Text(texts) => {
            let text = values(texts);
            Box::new(move |row, buffer| put_text(buffer, text(row)))
        }
        ColumnValues::Flag(flags) => {
            let flag = values(flags);
            Box::new(move |row, buffer| match flag(row) {
                Some(flag) => {
                    buffer.put_i32(1);
                    buffer.put_u8(flag.into());
                }
                None => buffer.put_i32(-1),
            })
        }
        ColumnValues::Number(numbers) => {
            let number = values(numbers);
            Box::new(move |row, buffer| put_i64(buffer, number(row)))
        }
    }
}

fn put_u32(buffer: &mut BytesMut, value: Option<u32>) {
    match value {
        Some(value) => {
            buffer.put_i32(4);
            buffer.put_u32(value);
        }
        None => buffer.put_i32(-1),
    }
}

fn put_i64(buffer: &mut BytesMut, value: Option<i64>) {
    match value {
        Some(value) => {
            buffer.put_i32(8);
            buffer.put_i64(value);
        }
        None => buffer.put_i32(-1),
    }
}

fn put_text(buffer: &mut BytesMut, text: Option<&str>) {
    // Texts are cut far below what a 32-bit length holds.
    match text.and_then(|text| Some((text, i32::try_from(text.len()).ok()?))) {
        Some((text, len)) => {
            buffer.put_i32(len);
            buffer.put_slice(text.as_bytes());
        }
        None => buffer.put_i32(-1),
    }
}

/// A column as a function of the row; columns here have one chunk.
fn values<'a, T>(column: &'a ChunkedArray<T>) -> impl Fn(usize) -> Option<T::Physical<'a>> + 'a
where
    T: PolarsDataType,
{
    let chunk = column.downcast_iter().next();
    move |row| chunk.and_then(|chunk| chunk.get(row))
}

struct Buffers {
    full: Vec<Bytes>,
    current: BytesMut,
}

impl Buffers {
    fn new() -> Self {
        Self {
            full: Vec::new(),
            current: BytesMut::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 8),
        }
    }

    /// Begins a new buffer when this one is full.
    fn cut(&mut self) {
        if self.current.len() >= BUFFER_BYTES {
            let next = BytesMut::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 8);
            self.full
                .push(std::mem::replace(&mut self.current, next).freeze());
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.full.push(self.current.freeze());
        self.full
    }
}
