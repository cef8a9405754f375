//! The editor of filters.

use sbw_queries::filter::Filter;

use super::asking::question_changed;
use crate::app::filter_field::FilterField;
use crate::app::line_edit::LineEdit;
use crate::app::place::Place;
use crate::app::state::{Overlay, State};

pub(super) fn open_filters(state: &mut State) {
    let filter = &state.place.filter;
    let lines = FilterField::ALL.map(|field| {
        let value = field.of(filter).map_or("", String::as_str);
        LineEdit::new(value)
    });
    state.overlay = Some(Overlay::Filters { row: 0, lines });
}

/// Asks for these events; a cursor on another list says nothing.
pub(super) fn set_filter(state: &mut State, filter: Filter) {
    if state.place.filter != filter {
        let place = Place {
            filter,
            ..state.place.elsewhere()
        };
        state.place = place;
        question_changed(state);
    }
}

/// What the editor says.
pub(super) fn edited_filter(lines: &[LineEdit; 5]) -> Filter {
    let mut filter = Filter::default();
    for (field, line) in FilterField::ALL.into_iter().zip(lines) {
        field.set(&mut filter, line.text());
    }
    filter
}

/// Completes the line with the first word that is offered; a line that is complete
/// gives way to the next.
pub(super) fn complete(state: &mut State) {
    let Some(Overlay::Filters { row, lines }) = &mut state.overlay else {
        return;
    };
    let Some((field, line)) = FilterField::ALL.get(*row).zip(lines.get_mut(*row)) else {
        return;
    };
    let offer = field.offers(&state.answers, line.text()).into_iter().next();
    match offer {
        Some((word, _)) if !line.text().is_empty() && line.text() != word => {
            *line = LineEdit::new(&word);
        }
        _ => *row = (*row + 1) % FilterField::ALL.len(),
    }
}
