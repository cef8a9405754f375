//! Columns become the bytes of a binary COPY.
//!
//! Buffers are large, because each is one message of the protocol, and a
//! message for every few rows costs more than the rows.

use bytes::{BufMut, Bytes, BytesMut};
use polars_core::prelude::{ChunkedArray, PolarsDataType, StaticArray, StringChunked};

use crate::transform::Columns;

const BUFFER_BYTES: usize = 256 * 1024;
/// Signature, no flags, no header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// 2000-01-01, from where PostgreSQL counts, in microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// The number of the object, and the sixteen columns of the warehouse.
const FIELDS: i16 = 17;

/// The rows as `incoming` takes them (see `sql/create_incoming.sql`).
#[must_use]
pub(super) fn encode(columns: &Columns) -> Vec<Bytes> {
    let object_no = values(&columns.object_no);
    let id_high = values(&columns.id_high);
    let id_low = values(&columns.id_low);
    let time_micros = values(&columns.time_micros);
    let name = texts(&columns.name);
    let is_first_visit = values(&columns.is_first_visit);
    let price = values(&columns.price);
    let discount_price = values(&columns.discount_price);
    let all: Vec<_> = columns.texts.iter().map(texts).collect();
    // In the table the flag stands between the visitor's texts and the
    // product's, and the prices before the path.
    let (visitor, product) = all.split_at(5.min(all.len()));
    let (product, path) = product.split_at(4.min(product.len()));

    let mut out = Buffers::new();
    out.current.put_slice(HEADER);
    for row in 0..columns.len() {
        let buffer = &mut out.current;
        buffer.put_i16(FIELDS);
        buffer.put_i32(4);
        buffer.put_u32(object_no(row).unwrap_or(0));
        buffer.put_i32(16);
        buffer.put_u64(id_high(row).unwrap_or(0));
        buffer.put_u64(id_low(row).unwrap_or(0));
        put_i64(
            buffer,
            Some(
                time_micros(row)
                    .unwrap_or(EPOCH_MICROS)
                    .saturating_sub(EPOCH_MICROS),
            ),
        );
        put_text(buffer, Some(name(row).unwrap_or_default()));
        for text in visitor {
            put_text(buffer, text(row));
        }
        match is_first_visit(row) {
            Some(flag) => {
                buffer.put_i32(1);
                buffer.put_u8(flag.into());
            }
            None => buffer.put_i32(-1),
        }
        for text in product {
            put_text(buffer, text(row));
        }
        put_i64(buffer, price(row));
        put_i64(buffer, discount_price(row));
        for text in path {
            put_text(buffer, text(row));
        }
        out.cut();
    }
    out.current.put_i16(-1);
    out.finish()
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

fn texts<'a>(column: &'a StringChunked) -> impl Fn(usize) -> Option<&'a str> + 'a {
    values(column)
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
