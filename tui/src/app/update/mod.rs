//! How the state changes: `(state, action, now) -> effects`, and nothing else.

mod asking;
mod drilling;
mod filtering;
mod hearing;
mod moving;
mod opening;
mod pointing;
mod searching;
mod sorting;
mod taking;

use chrono::{DateTime, Utc};
use sbw_queries::filter::Filter;
use sbw_queries::zone::Zone;

use self::asking::{ask_what_is_due, question_changed, refresh, set_period, shift, zoom};
use self::drilling::open_session;
pub use self::drilling::range_of_point;
use self::filtering::{complete, open_filters, set_filter};
use self::hearing::{answered, failed, link_changed};
use self::moving::{End, Side, aside, page, step, to_end};
use self::opening::{back, enter, go};
use self::pointing::pointed;
use self::searching::{Way, find, narrow, open_search};
use self::sorting::{reverse, sort};
use self::taking::{copy, export_as};
use super::action::{Action, Command, Effect, TextEdit};
use super::export;
use super::line_edit::LineEdit;
use super::place::{next_login, next_segment};
use super::state::{Overlay, Secret, State};
use crate::period::{PRESETS, Shift, Zoom};
use crate::theme::Tone;

/// Applies an action to the state and says what is to be done about it.
#[must_use]
pub fn update(state: &mut State, action: Action, now: DateTime<Utc>) -> Vec<Effect> {
    let texts = state.clock_texts();
    state.turn_clock(now);
    let was_said = matches!(action, Action::Command(_)) && state.remark.take().is_some();
    let mut effects = match action {
        Action::Command(command) => commanded(state, command),
        Action::Edit(edit) => edited(state, edit),
        Action::Mouse(mouse) => pointed(state, mouse),
        Action::Done(words) => {
            state.say(words);
            vec![Effect::Draw]
        }
        Action::Resize(size) => {
            state.size = size;
            vec![Effect::Draw]
        }
        // An answer may come late, when somebody has chosen already.
        Action::Background(_) if state.tone_is_chosen => Vec::new(),
        Action::Background(colour) => recolour(state, Tone::on(colour)),
        Action::Tick => Vec::new(),
        Action::Link(event) => link_changed(state, event),
        Action::Answered(answer) => answered(state, *answer),
        Action::Failed(subject, why) => failed(state, subject, why),
    };
    effects.extend(ask_what_is_due(state));
    let drawn = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Draw | Effect::Clear));
    if !drawn && (was_said || state.clock_texts() != texts) {
        effects.push(Effect::Draw);
    }
    effects
}

/// Does what a key or the palette says.
fn commanded(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Quit => return vec![Effect::Quit],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Redraw => return vec![Effect::Clear],
        Command::Help => {
            state.overlay = match state.overlay {
                Some(Overlay::Help { .. }) => None,
                _ => Some(Overlay::Help { scroll: 0 }),
            };
        }
        Command::Back => return back(state),
        Command::Go(view) => go(state, view),
        Command::NextView => go(state, state.place.view.next()),
        Command::PreviousView => go(state, state.place.view.previous()),
        Command::Up => step(state, -1),
        Command::Down => step(state, 1),
        Command::PageUp => step(state, -page(state)),
        Command::PageDown => step(state, page(state)),
        Command::First => to_end(state, End::First),
        Command::Last => to_end(state, End::Last),
        Command::Left => aside(state, Side::Left),
        Command::Right => aside(state, Side::Right),
        Command::Enter => return enter(state),
        Command::OpenSession => return open_session(state),
        Command::Sort => sort(state),
        Command::Reverse => reverse(state),
        Command::Compare => {
            state.place.compare = !state.place.compare;
            question_changed(state);
        }
        Command::Zone => {
            state.place.zone = next_zone(&state.zones, &state.place.zone);
            question_changed(state);
        }
        Command::Ranges => {
            let row = PRESETS
                .iter()
                .position(|preset| *preset == state.place.period);
            state.overlay = Some(Overlay::Ranges {
                row: row.unwrap_or(0),
            });
        }
        Command::Earlier => shift(state, Shift::Earlier),
        Command::Later => shift(state, Shift::Later),
        Command::ZoomIn => zoom(state, Zoom::In),
        Command::ZoomOut => zoom(state, Zoom::Out),
        Command::Login => {
            state.place.filter.login = next_login(state.place.filter.login.as_deref());
            question_changed(state);
        }
        Command::Segment => {
            state.place.segment = next_segment(state.place.segment);
            question_changed(state);
        }
        Command::Search => open_search(state),
        Command::NextFound => find(state, Way::On),
        Command::PreviousFound => find(state, Way::Back),
        Command::Filters => open_filters(state),
        Command::ClearFilters => set_filter(state, Filter::default()),
        Command::Complete => complete(state),
        Command::Preset(index) => {
            if let Some(&period) = PRESETS.get(index) {
                set_period(state, period);
            }
        }
        Command::Columns => state.overlay = Some(Overlay::Columns { row: 0 }),
        Command::Export => state.overlay = Some(Overlay::Export { row: 0 }),
        Command::ExportAs(format) => return export_as(state, format),
        Command::CopyRow => return copy(state, export::row_text(state)),
        Command::CopyName => return copy(state, export::name_text(state)),
        Command::Palette => {
            state.overlay = Some(Overlay::Palette {
                line: LineEdit::default(),
                row: 0,
            });
        }
        Command::Mouse => {
            state.mouse = !state.mouse;
            state.say(if state.mouse {
                "The mouse is taken: click tabs and rows, turn the wheel. m gives it back."
            } else {
                "The mouse is the terminal's again."
            });
            return vec![Effect::Draw, Effect::Mouse(state.mouse)];
        }
        Command::Theme(tone) => {
            state.tone_is_chosen = true;
            return recolour(state, tone);
        }
        Command::Pause => state.live.paused = !state.live.paused,
        Command::Refresh => return refresh(state),
    }
    vec![Effect::Draw]
}

fn recolour(state: &mut State, tone: Tone) -> Vec<Effect> {
    state.tone = tone;
    vec![Effect::Draw, Effect::Theme(tone)]
}

/// The zone after this one, round and round.
fn next_zone(zones: &[Zone], now: &Zone) -> Zone {
    let here = zones.iter().position(|zone| zone == now);
    let next = here.map_or(0, |at| (at + 1) % zones.len());
    zones.get(next).cloned().unwrap_or_default()
}

fn edited(state: &mut State, edit: TextEdit) -> Vec<Effect> {
    let line = match &mut state.overlay {
        Some(Overlay::Range { line, problem }) => {
            *problem = None;
            line
        }
        Some(Overlay::Palette { line, row }) => {
            *row = 0;
            line
        }
        Some(Overlay::Filters { row, lines }) => match lines.get_mut(*row) {
            Some(line) => line,
            None => return Vec::new(),
        },
        Some(Overlay::Password { line: Secret(line) } | Overlay::Search { line, .. }) => line,
        _ => return Vec::new(),
    };
    line.apply(edit);
    let (text, cut) = (line.text().to_owned(), line.problem());
    match cut {
        Some(words) => state.say(words),
        None => state.remark = None,
    }
    if matches!(state.overlay, Some(Overlay::Search { .. })) {
        narrow(state, text);
    }
    vec![Effect::Draw]
}
