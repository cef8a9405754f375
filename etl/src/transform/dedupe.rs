//! The same event twice in a chunk: the first in the order of keys stays.

use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use uuid::Uuid;

use super::{Columns, Tally};

/// Which rows come first among those of the same id. Objects arrive in no
/// order, so it is their keys that decide, and within an object its own order.
pub(super) fn first_in_key_order(columns: &Columns, tallies: &[Tally]) -> Vec<bool> {
    let mut first = vec![true; columns.len()];
    let mut holders: HashMap<Uuid, (usize, u32)> = HashMap::with_capacity(columns.len());
    let rows = columns
        .event_ids()
        .into_iter()
        .zip(columns.object_no.iter().flatten());
    for (row, (id, object_no)) in rows.enumerate() {
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
