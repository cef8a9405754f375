//! Whole columns at a time: text becomes what the warehouse keeps.

use std::borrow::Cow;

use polars_core::prelude::{
    BooleanChunked, BooleanChunkedBuilder, ChunkFilter, ChunkFull, ChunkedBuilder, Int64Type,
    NamedFrom, NewChunkedArray, PlSmallStr, PrimitiveChunkedBuilder, StringChunked,
    StringChunkedBuilder, UInt32Chunked, UInt64Type,
};
use sbw_contract::{Column, Kind};

use super::{ColumnValues, Columns, EarlierId, Reject, Rows, Tally, Transformed, dedupe};
use crate::{
    parse::Reason,
    rules::{self, EventId},
};

pub(super) fn transform(rows: Rows) -> Transformed {
    let Rows {
        mut tallies,
        mut rejects,
        object_no,
        index,
        values,
        received_at,
        excerpt,
        context,
        ..
    } = rows;
    let object_no = object_no.finish();
    let index = index.finish();
    let raw: Vec<StringChunked> = values
        .into_iter()
        .map(StringChunkedBuilder::finish)
        .collect();
    let places = Places {
        rows: object_no
            .iter()
            .flatten()
            .zip(index.iter().flatten())
            .collect(),
        tallies: &tallies,
        received_at: received_at.finish(),
    };
    let ids = event_ids(&raw, &places);
    let all = Columns {
        row: UInt32Chunked::from_iter_values(PlSmallStr::EMPTY, 0..count(object_no.len())),
        values: Column::ALL
            .map(|column| cast(column, &raw[column as usize], &ids, &places))
            .into(),
        object_no: object_no.clone(),
    };
    drop(raw);

    let good = all.has_name();
    let excerpt = excerpt.finish();
    for ((object_no, index), excerpt) in object_no
        .filter_by(&!&good)
        .iter()
        .flatten()
        .zip(index.filter_by(&!&good).iter().flatten())
        .zip(excerpt.filter_by(&!&good).iter())
    {
        rejects.push(Reject {
            object_no,
            index,
            reason: Reason::NoEventName.to_string(),
            excerpt: excerpt.unwrap_or_default().to_owned(),
        });
    }

    let columns = all.filter_by(&good);
    let first = dedupe::first_in_key_order(&columns, &tallies);
    for (object_no, &first) in columns.object_no.iter().flatten().zip(&first) {
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
    let columns = columns.filter_by(&BooleanChunked::new(PlSmallStr::EMPTY, &first));
    let kept: Vec<u32> = columns.row.iter().flatten().collect();
    let earlier = earlier_ids(&ids, &kept);
    let (event_context, context) = context.of_rows(&kept, &columns.event_ids());
    Transformed {
        tallies,
        columns,
        earlier,
        event_context,
        context,
        rejects,
    }
}

/// Where rows come from.
struct Places<'a> {
    /// Object and index of each row.
    rows: Vec<(u32, i32)>,
    tallies: &'a [Tally],
    received_at: StringChunked,
}

/// What a column's texts stand for.
fn cast(column: Column, raw: &StringChunked, ids: &[EventId], places: &Places<'_>) -> ColumnValues {
    match column.kind() {
        Kind::Key => keys(ids),
        Kind::Time => times(raw, places),
        Kind::Name => ColumnValues::Text(texts(raw, rules::event_name)),
        Kind::Id => ColumnValues::Text(texts(raw, rules::id)),
        Kind::Text => ColumnValues::Text(texts(raw, rules::text)),
        Kind::Flag => flags(raw),
        Kind::Price => prices(raw),
    }
}

impl Columns {
    fn has_name(&self) -> BooleanChunked {
        match &self.values[Column::EventName as usize] {
            ColumnValues::Text(names) => names.is_not_null(),
            _ => BooleanChunked::full(PlSmallStr::EMPTY, true, self.len()),
        }
    }

    fn filter_by(self, keep: &BooleanChunked) -> Self {
        if keep.all() {
            return self;
        }
        Self {
            object_no: self.object_no.filter_by(keep),
            row: self.row.filter_by(keep),
            values: self
                .values
                .iter()
                .map(|values| values.filter_by(keep))
                .collect(),
        }
    }
}

impl ColumnValues {
    fn filter_by(&self, keep: &BooleanChunked) -> Self {
        match self {
            Self::Id { high, low } => Self::Id {
                high: high.filter_by(keep),
                low: low.filter_by(keep),
            },
            Self::Time(micros) => Self::Time(micros.filter_by(keep)),
            Self::Text(texts) => Self::Text(texts.filter_by(keep)),
            Self::Flag(flags) => Self::Flag(flags.filter_by(keep)),
            Self::Number(numbers) => Self::Number(numbers.filter_by(keep)),
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
fn texts(raw: &StringChunked, rule: fn(&str) -> Option<Cow<'_, str>>) -> StringChunked {
    let untouched = |text| matches!(rule(text), Some(Cow::Borrowed(_)));
    if raw.iter().flatten().all(untouched) {
        return raw.clone();
    }
    let mut cleaned = StringChunkedBuilder::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        cleaned.append_option(text.and_then(rule));
    }
    cleaned.finish()
}

fn flags(raw: &StringChunked) -> ColumnValues {
    let mut flags = BooleanChunkedBuilder::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        flags.append_option(text.and_then(rules::flag));
    }
    ColumnValues::Flag(flags.finish())
}

fn prices(raw: &StringChunked) -> ColumnValues {
    let mut prices = PrimitiveChunkedBuilder::<Int64Type>::new(PlSmallStr::EMPTY, raw.len());
    for text in raw.iter() {
        prices.append_option(text.and_then(rules::price));
    }
    ColumnValues::Number(prices.finish())
}

fn times(sent: &StringChunked, places: &Places<'_>) -> ColumnValues {
    let mut times = PrimitiveChunkedBuilder::<Int64Type>::new(PlSmallStr::EMPTY, sent.len());
    for ((sent, received), &(object_no, _)) in
        sent.iter().zip(places.received_at.iter()).zip(&places.rows)
    {
        let stored = places.tallies[object_no as usize].object.last_modified;
        times.append_value(rules::event_time(sent, received, stored).timestamp_micros());
    }
    ColumnValues::Time(times.finish())
}

/// The id of each event.
fn event_ids(raw: &[StringChunked], places: &Places<'_>) -> Vec<EventId> {
    let sent = |column: Column| raw[column as usize].iter();
    sent(Column::EventId)
        .zip(sent(Column::ClientId))
        .zip(&places.rows)
        .map(|((event, client), &(object_no, index))| {
            let key = &places.tallies[object_no as usize].object.key;
            rules::event_id(event, client, key, index)
        })
        .collect()
}

fn keys(ids: &[EventId]) -> ColumnValues {
    let mut high = PrimitiveChunkedBuilder::<UInt64Type>::new(PlSmallStr::EMPTY, ids.len());
    let mut low = PrimitiveChunkedBuilder::<UInt64Type>::new(PlSmallStr::EMPTY, ids.len());
    for event in ids {
        let (h, l) = event.id.as_u64_pair();
        high.append_value(h);
        low.append_value(l);
    }
    ColumnValues::Id {
        high: high.finish(),
        low: low.finish(),
    }
}

/// The ids by which earlier versions knew the rows that stay.
fn earlier_ids(ids: &[EventId], kept: &[u32]) -> Vec<EarlierId> {
    let of_row = |&row: &u32| {
        let EventId { id, earlier } = ids[row as usize];
        earlier.map(|earlier| EarlierId {
            event_id: id,
            earlier,
        })
    };
    kept.iter().filter_map(of_row).collect()
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
