//! The same event twice in a chunk: the first in the order of keys stays.

use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use super::{Columns, Tally};

/// Which rows come first among those of the same id. Objects arrive in no
/// order, so it is their keys that decide, and within an object its own order.
pub(super) fn first_in_key_order(columns: &Columns, tallies: &[Tally]) -> Vec<bool> {
    let mut first = vec![true; columns.len()];
    let mut holders: HashMap<(u64, u64), (usize, u32)> = HashMap::with_capacity(columns.len());
    let ids = columns
        .id_high
        .into_no_null_iter()
        .zip(columns.id_low.into_no_null_iter());
    for (row, (id, object_no)) in ids.zip(columns.object_no.into_no_null_iter()).enumerate() {
        match holders.entry(id) {
            Entry::Vacant(place) => {
                place.insert((row, object_no));
            }
            Entry::Occupied(mut place) => {
                let (held_row, held_by) = *place.get();
                let key = |object_no: u32| &tallies[object_no as usize].object.key;
                let loser = if key(object_no).cmp(key(held_by)) == Ordering::Less {
                    place.insert((row, object_no));
                    held_row
                } else {
                    row
                };
                first[loser] = false;
            }
        }
    }
    first
}
