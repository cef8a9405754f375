//! Files as shops export them, and as they should not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn december(from: &str, to: &str) -> TimeRange {
    TimeRange::new(parse_instant(from).unwrap(), parse_instant(to).unwrap()).unwrap()
}

/// All that is handed on, and how many orders the file has.
fn read(text: &str) -> Result<(Vec<String>, usize), FileError> {
    let export = Export::new("orders.csv", io::Cursor::new(text.to_owned()));
    let mut known = Known::new();
    let mut orders = Vec::new();
    let range = december("2025-12-01", "2026-01-01");
    hand_on(export, range, &mut known, |batch| {
        orders.extend(batch);
        true
    })?;
    let told = orders.iter().map(|order| {
        let at = order.ordered_at.format("%dT%H:%M:%S%.f");
        format!("{} {at} {}", order.order_id, order.total_vnd)
    });
    Ok((told.collect(), known.len()))
}

#[rstest]
#[case::as_psql_writes_it(
    "order_id,ordered_at,total\na-1,2025-12-01 07:30:00.25+07,1790000\nb-2,2025-12-31 23:59:59+00,0\n",
    &["a-1 01T00:30:00.250 1790000", "b-2 31T23:59:59 0"], 2
)]
#[case::other_columns_in_another_order(
    "total,status,order_id,ordered_at\n5,\"new, or not\",a,2025-12-01\n", &["a 01T00:00:00 5"], 1
)]
#[case::from_a_spreadsheet("\u{feff}order_id,ordered_at,total\r\n a , 2025-12-01T10:00 , 5.00\r\n", &["a 01T10:00:00 5"], 1)]
#[case::outside_the_range(
    "order_id,ordered_at,total\na,2025-11-30T23:59:59Z,1\nb,2025-12-01T00:00:00Z,2\nc,2026-01-01T00:00:00Z,3\n",
    &["b 01T00:00:00 2"], 3
)]
#[case::json_lines(
    "\n{\"order_id\":17,\"ordered_at\":\"2025-12-02T00:00:00Z\",\"total\":\"5\",\"status\":null}\n\n{\"total\":6,\"ordered_at\":\"2025-12-03\",\"order_id\":\"b\"}",
    &["17 02T00:00:00 5", "b 03T00:00:00 6"], 2
)]
#[case::only_a_head("order_id,ordered_at,total\n", &[], 0)]
fn a_file_is_orders(#[case] text: &str, #[case] expected: &[&str], #[case] known: usize) {
    let (orders, all) = read(text).unwrap();
    assert_eq!(
        (orders, all),
        (expected.iter().map(ToString::to_string).collect(), known)
    );
}

#[rstest]
#[case::empty("", 1, "no column order_id")]
#[case::no_head(
    "a,2025-12-01,5\n",
    1,
    "the head must name order_id, ordered_at, total"
)]
#[case::semicolons(
    "order_id;ordered_at;total\na;2025-12-01;5\n",
    1,
    "order_id;ordered_at;total"
)]
#[case::no_id(
    "order_id,ordered_at,total\n,2025-12-01,5\n",
    2,
    "\"\" is not an order id"
)]
#[case::an_id_that_is_none(
    "order_id,ordered_at,total\na,2025-12-01,5\nundefined,2025-12-01,5\n",
    3,
    "not an order id"
)]
#[case::no_time(
    "order_id,ordered_at,total\na,yesterday,5\n",
    2,
    "\"yesterday\" is not a time"
)]
#[case::no_total("order_id,ordered_at,total\na,2025-12-01,\n", 2, "\"\" is not a total")]
#[case::half_a_dong("order_id,ordered_at,total\na,2025-12-01,5.5\n", 2, "whole dong")]
#[case::less_than_nothing("order_id,ordered_at,total\na,2025-12-01,-5\n", 2, "\"-5\"")]
#[case::grouped(
    "order_id,ordered_at,total\na,2025-12-01,\"1,790,000\"\n",
    2,
    "1,790,000"
)]
#[case::twice(
    "order_id,ordered_at,total\na,2025-12-01,5\na,2024-12-01,5\n",
    3,
    "\"a\" is there twice"
)]
#[case::a_short_line("order_id,ordered_at,total\na,2025-12-01\n", 2, "2 fields")]
#[case::json_without_total("{\"order_id\":1,\"ordered_at\":\"2025-12-01\"}", 1, "total")]
#[case::broken_json(
    "{\"order_id\":1,\"ordered_at\":\"2025-12-01\",\"total\":1}\n{",
    2,
    "EOF"
)]
fn a_line_that_is_no_order_ends_it(#[case] text: &str, #[case] at: u64, #[case] words: &str) {
    let error = read(text).unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains(words) && told.starts_with("orders.csv, line "),
        "{told}"
    );
    assert!(
        matches!(error, FileError::Line { line, .. } if line == at),
        "{told}"
    );
}

#[test]
fn a_large_file_comes_in_batches() {
    let lines = (0..=2 * BATCH).map(|order| format!("o-{order},2025-12-01,1\n"));
    let text = format!("order_id,ordered_at,total\n{}", lines.collect::<String>());
    let export = Export::new("orders.csv", io::Cursor::new(text));
    let mut sizes = Vec::new();
    let range = december("2025-12-01", "2026-01-01");
    hand_on(export, range, &mut Known::new(), |batch| {
        sizes.push(batch.len());
        true
    })
    .unwrap();
    let batch = usize::from(BATCH);
    assert_eq!(sizes, [batch, batch, 1]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let Err(error) = Export::open(Path::new("no-such-file.csv")) else {
        panic!("opened");
    };
    assert!(
        error
            .to_string()
            .starts_with("cannot read no-such-file.csv: "),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_orders_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), json: bool) {
        let start: &[u8] = if json { b"{" } else { b"order_id,ordered_at,total\n" };
        let export = Export::new("x", io::Cursor::new([start, &bytes].concat()));
        let range = december("2025-12-01", "2026-01-01");
        let mut handed_on = 0;
        let mut known = Known::new();
        let end = hand_on(export, range, &mut known, |batch| { handed_on += batch.len(); true });
        prop_assert!(end.is_err() || handed_on <= known.len());
    }
}
