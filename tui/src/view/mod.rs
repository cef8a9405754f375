//! Drawing: reads the state, writes cells, decides nothing.
//!
//! ```text
//!  clickstream_dw@localhost:5432  ● connected      data to 13:02, 4 min ago   header
//!  1 Overview  2 Funnel  8 Events  9 Pipeline                                 tabs
//!  last 24 h · 2 Dec 13:06 to 3 Dec 13:06 UTC › login logged_in     live 10 s  crumbs
//!  what went wrong and what to do, if anything did                            notice
//!  the view                                                                   body
//!  t range  [] shift  +- zoom  l login                       ? help  q quit   footer
//! ```

mod bar;
mod boxed;
mod chart;
mod events;
mod frame;
mod funnel;
mod help;
mod nothing;
mod overview;
mod password;
mod pen;
mod pipeline;
mod range_menu;
mod tile;

use ratatui::Frame;

use crate::app::{Overlay, State, View};
use crate::layout;
use crate::theme::Look;

/// Draws the dashboard.
pub fn draw(frame: &mut Frame<'_>, state: &State, look: &Look) {
    // The terminal changed between the last action and this frame; word of its
    // new size is on the way, and the frame after that has it.
    if frame.area().as_size() != state.size {
        return;
    }
    if layout::is_too_small(state.size) {
        frame::too_small(frame, state, look);
        return;
    }
    let areas = layout::areas(state);
    frame::render(frame, &areas, state, look);
    match state.place.view {
        View::Overview => overview::render(frame, areas.body, state, look),
        View::Funnel => funnel::render(frame, areas.body, state, look),
        View::Events => events::render(frame, areas.body, state, look),
        View::Pipeline => pipeline::render(frame, areas.body, state, look),
    }
    match &state.overlay {
        None => {}
        Some(Overlay::Help { scroll }) => help::render(frame, *scroll, state, look),
        Some(Overlay::Ranges { row }) => range_menu::render(frame, *row, state, look),
        Some(Overlay::Range { line, problem }) => {
            range_menu::render_line(frame, line, problem.as_deref(), state, look);
        }
        Some(Overlay::Password { .. }) => password::render(frame, state, look),
    }
}
