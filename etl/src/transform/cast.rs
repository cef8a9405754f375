//! Whole columns at a time: text becomes what the warehouse keeps.

use polars_core::prelude::{
    BooleanChunked, BooleanChunkedBuilder, ChunkFilter, ChunkedBuilder, Int64Chunked, Int64Type,
    NamedFrom, PlSmallStr, PrimitiveChunkedBuilder, StringChunked, StringChunkedBuilder,
    UInt64Type,
};

use super::{Columns, Reject, Rows, Tally, Transformed, dedupe};
use crate::{
    parse::{Reason, Slot},
    rules,
};

/// The text columns and how long their values may be.
const TEXTS: [(Slot, usize); 10] = [
    (Slot::UserId, rules::ID_CHARS),
    (Slot::UserLoginState, rules::TEXT_CHARS),
    (Slot::IdentitySource, rules::TEXT_CHARS),
    (Slot::ClientId, rules::ID_CHARS),
    (Slot::SessionId, rules::ID_CHARS),
    (Slot::ProductId, rules::ID_CHARS),
    (Slot::ProductName, rules::TEXT_CHARS),
    (Slot::ProductCategory, rules::TEXT_CHARS),
    (Slot::ProductBrand, rules::TEXT_CHARS),
    (Slot::ProductUrlPath, rules::TEXT_CHARS),
];

pub(super) fn transform(rows: Rows) -> Transformed {
    let Rows {
        mut tallies,
        mut rejects,
        object_no,
        index,
        values,
        excerpt,
        ..
    } = rows;
    let object_no = object_no.finish();
    let index = index.finish();
    let values: Vec<StringChunked> = values
        .into_iter()
        .map(StringChunkedBuilder::finish)
        .collect();
    let column = |slot: Slot| &values[slot as usize];

    let name = texts(column(Slot::EventName), usize::MAX);
    let good = name_is_usable(&name);
    let excerpt = excerpt.finish();
    for ((object_no, index), excerpt) in object_no
        .filter_by(&!&good)
        .into_no_null_iter()
        .zip(index.filter_by(&!&good).into_no_null_iter())
        .zip(excerpt.filter_by(&!&good).iter())
    {
        rejects.push(Reject {
            object_no,
            index,
            reason: Reason::NoEventName.to_string(),
            excerpt: excerpt.unwrap_or_default().to_owned(),
        });
    }

    let places: Vec<(u32, i32)> = object_no
        .into_no_null_iter()
        .zip(index.into_no_null_iter())
        .collect();
    let (id_high, id_low) = ids(column(Slot::EventId), &places, &tallies);
    let columns = Columns {
        object_no: object_no.clone(),
        id_high,
        id_low,
        time_micros: times(
            column(Slot::EventTimestamp),
            column(Slot::ReceivedAt),
            &places,
            &tallies,
        ),
        is_first_visit: flags(column(Slot::IsFirstVisit)),
        price: prices(column(Slot::Price)),
        discount_price: prices(column(Slot::DiscountPrice)),
        texts: TEXTS
            .iter()
            .map(|&(slot, limit)| texts(column(slot), limit))
            .collect(),
        name,
    }
    .filter_by(&good);

    let first = dedupe::first_in_key_order(&columns, &tallies);
    for (object_no, &first) in columns.object_no.into_no_null_iter().zip(&first) {
        let tally = &mut tallies[object_no as usize];
        if first {
            tally.rows += 1;
        } else {
            tally.duplicates += 1;
        }
    }
    for reject in &rejects {
        tallies[reject.object_no as usize].rejected += 1;
    }
    let first = BooleanChunked::new(PlSmallStr::EMPTY, &first);
    Transformed {
        columns: columns.filter_by(&first),
        tallies,
        rejects,
    }
}

impl Columns {
    fn filter_by(self, keep: &BooleanChunked) -> Self {
        if keep.all() {
            return self;
        }
        Self {
            object_no: self.object_no.filter_by(keep),
            id_high: self.id_high.filter_by(keep),
            id_low: self.id_low.filter_by(keep),
            time_micros: self.time_micros.filter_by(keep),
            name: self.name.filter_by(keep),
            is_first_visit: self.is_first_visit.filter_by(keep),
            price: self.price.filter_by(keep),
            discount_price: self.discount_price.filter_by(keep),
            texts: self.texts.iter().map(|text| text.filter_by(keep)).collect(),
        }
    }
}

/// A filter by a mask of the same length, which is the only way it could fail.
trait FilterBy: Sized {
    fn filter_by(&self, keep: &BooleanChunked) -> Self;
}

impl<T: polars_core::prelude::PolarsDataType> FilterBy for polars_core::prelude::ChunkedArray<T>
where
    Self: ChunkFilter<T>,
{
    #[expect(
        clippy::expect_used,
        reason = "all columns and masks here are made row by row, together"
    )]
    fn filter_by(&self, keep: &BooleanChunked) -> Self {
        self.filter(keep).expect("a mask as long as the column")
    }
}

/// Cleans a column; gives it back untouched in the usual case.
fn texts(raw: &StringChunked, limit: usize) -> StringChunked {
    if raw
        .iter()
        .flatten()
        .all(|text| rules::is_clean(text, limit))
    {
        return raw.clone();
    }
    let mut cleaned = StringChunkedBuilder::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        cleaned.append_option(text.and_then(|text| rules::clean(text, limit)));
    }
    cleaned.finish()
}

fn name_is_usable(names: &StringChunked) -> BooleanChunked {
    let mut usable = BooleanChunkedBuilder::new(PlSmallStr::EMPTY, names.len());
    for name in names.iter() {
        usable.append_value(name.is_some_and(sbw_ingest::field::is_event_name));
    }
    usable.finish()
}

fn flags(raw: &StringChunked) -> BooleanChunked {
    let mut flags = BooleanChunkedBuilder::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        flags.append_option(text.and_then(rules::flag));
    }
    flags.finish()
}

fn prices(raw: &StringChunked) -> Int64Chunked {
    let mut prices = PrimitiveChunkedBuilder::<Int64Type>::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        prices.append_option(text.and_then(rules::price));
    }
    prices.finish()
}

fn times(
    sent: &StringChunked,
    received: &StringChunked,
    places: &[(u32, i32)],
    tallies: &[Tally],
) -> Int64Chunked {
    let mut times = PrimitiveChunkedBuilder::<Int64Type>::new(PlSmallStr::EMPTY, sent.len());
    for ((sent, received), (object_no, _)) in sent.iter().zip(received.iter()).zip(places) {
        let stored = tallies[*object_no as usize].object.last_modified;
        times.append_value(rules::event_time(sent, received, stored).timestamp_micros());
    }
    times.finish()
}

fn ids(
    sent: &StringChunked,
    places: &[(u32, i32)],
    tallies: &[Tally],
) -> (
    polars_core::prelude::UInt64Chunked,
    polars_core::prelude::UInt64Chunked,
) {
    let mut high = PrimitiveChunkedBuilder::<UInt64Type>::new(PlSmallStr::EMPTY, sent.len());
    let mut low = PrimitiveChunkedBuilder::<UInt64Type>::new(PlSmallStr::EMPTY, sent.len());
    for (sent, &(object_no, index)) in sent.iter().zip(places) {
        let key = &tallies[object_no as usize].object.key;
        let (h, l) = rules::event_id(sent, key, index).as_u64_pair();
        high.append_value(h);
        low.append_value(l);
    }
    (high.finish(), low.finish())
}
