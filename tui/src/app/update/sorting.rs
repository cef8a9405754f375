//! The order of a table.

use super::moving::shown_names;
use crate::app::state::State;
use crate::app::table::{Column, Table};
use crate::app::view::View;
use crate::layout;

/// What a view's table can be sorted by, in order.
fn columns(view: View) -> &'static [Column] {
    match view {
        View::Products => &Column::OF_PRODUCTS,
        View::Categories | View::Brands => &Column::OF_GROUPS,
        _ => &[],
    }
}

/// Sorts by the next column, the largest first; names from A.
pub(super) fn sort(state: &mut State) {
    let columns = columns(state.place.view);
    rearrange(state, |table| {
        // As the warehouse has it is by the first of them.
        let here = table
            .sort
            .and_then(|sort| columns.iter().position(|column| *column == sort))
            .unwrap_or(0);
        table.sort = columns.get((here + 1) % columns.len().max(1)).copied();
        table.reversed = false;
    });
}

/// Turns the order round.
pub(super) fn reverse(state: &mut State) {
    let columns = columns(state.place.view);
    rearrange(state, |table| {
        table.sort = table.sort.or(columns.first().copied());
        table.reversed = !table.reversed;
    });
}

/// Changes how the open table shows its rows; the cursor goes to the first.
pub(super) fn rearrange(state: &mut State, change: impl FnOnce(&mut Table)) {
    let Some(table) = state.place.table_mut() else {
        return;
    };
    change(table);
    let names = shown_names(state);
    let height = layout::list_rows(state);
    if let Some(table) = state.place.table_mut() {
        table.select(0, names.len(), height);
        table.call(names.first().cloned());
    }
}
