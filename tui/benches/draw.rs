//! What a frame and a key cost, next to their limits.
//!
//! Every view is drawn whole at 200 × 50, escape sequences included, into
//! nothing; keys go through the real state, whose questions are answered at once
//! and off the clock. A frame in which another program had the processor says
//! nothing about this one: it is left out, and counted in the last column. On a
//! machine at rest there are none.
//!
//! ```sh
//! cargo bench -p sbw-queries -p sbw-tui --bench draw
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/common/answers.rs"]
mod answers;
mod processor;

use std::io::{Sink, sink};
use std::time::{Duration, Instant};

use answers::{answer, any, asked, connected, now, press, settle, showing, size};
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;
use processor::preempted;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use sbw_tui::app::{Action, Effect, State, View, update};
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};
use sbw_tui::view;

const COLUMNS: u16 = 200;
const ROWS: u16 = 50;
const FRAMES: usize = 2_000;
const KEYS: usize = 20_000;
/// Rounds before the clock counts.
const WARM_UP: usize = 100;

const DRAW_LIMIT: Duration = Duration::from_millis(2);
const KEY_LIMIT: Duration = Duration::from_millis(16);

fn main() {
    heading(&format!(
        "whole frame at {COLUMNS}x{ROWS}, {FRAMES} of each"
    ));
    for (name, state) in screens() {
        print(name, frames(&state), FRAMES, DRAW_LIMIT);
    }
    heading(&format!("a key, {KEYS} in a row"));
    let (updates, both) = keys();
    print("update", updates, KEYS, KEY_LIMIT);
    print("update and frame", both, KEYS, KEY_LIMIT);
}

fn screens() -> Vec<(&'static str, State)> {
    let area = size(COLUMNS, ROWS);
    let with = |view, key| {
        let mut state = showing(view, area);
        press(&mut state, KeyCode::Char(key), now());
        settle(&mut state, now());
        state
    };
    let mut open = showing(View::Events, area);
    press(&mut open, KeyCode::Enter, now());
    let mut screens: Vec<_> = View::ALL
        .into_iter()
        .chain(View::DEEPER)
        .map(|view| (view.title(), any(view, area)))
        .collect();
    screens.extend([
        ("Funnel by login", with(View::Funnel, 'b')),
        ("Events, one open", open),
        ("Overview under the help", with(View::Overview, '?')),
        ("Overview, compared", with(View::Overview, 'c')),
        ("Products, compared", with(View::Products, 'c')),
    ]);
    screens
}

/// A terminal of a fixed size that shows nobody anything.
struct Screen {
    terminal: Terminal<CrosstermBackend<Sink>>,
    look: Look,
}

impl Screen {
    fn new() -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, COLUMNS, ROWS));
        let backend = CrosstermBackend::new(sink());
        Self {
            terminal: Terminal::with_options(backend, TerminalOptions { viewport }).unwrap(),
            look: Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false),
        }
    }

    fn draw(&mut self, state: &State) {
        let look = &self.look;
        self.terminal
            .draw(|frame| view::draw(frame, state, look))
            .unwrap();
    }
}

fn frames(state: &State) -> Vec<Duration> {
    let mut screen = Screen::new();
    let mut times = Vec::with_capacity(FRAMES);
    for round in 0..WARM_UP + FRAMES {
        // Forgets the last frame: every cell that shows something is written again.
        screen.terminal.swap_buffers();
        let before = preempted();
        let started = Instant::now();
        screen.draw(state);
        let took = started.elapsed();
        if round >= WARM_UP && preempted() == before {
            times.push(took);
        }
    }
    times
}

/// The cursor in every view, pages of events, one in full, a drill, filters,
/// ranges, and what lies over them. `.` is Enter, `,` Escape, `>` `PgDn`, `<` `PgUp`.
const PRESSED: &str = "1jjkj.jj.j,,k2bbbb4j.j.j.j.j.,,,,,3sssS>>c6>>>G.jj,7jjz.j.,,8>>>><<jj.jj.kGgG>G>g9jjkkGg1l[[]]+-?jj,tjjk,8l>ll>lg2l[]1";

fn keys() -> (Vec<Duration>, Vec<Duration>) {
    let mut state = connected(size(COLUMNS, ROWS));
    let mut screen = Screen::new();
    let (mut updates, mut both) = (Vec::with_capacity(KEYS), Vec::with_capacity(KEYS));
    let mut at = now();
    for (round, key) in PRESSED.chars().cycle().take(WARM_UP + KEYS).enumerate() {
        at += TimeDelta::milliseconds(40);
        let code = code(key);
        let before = preempted();
        let started = Instant::now();
        let effects = press(&mut state, code, at);
        let update_took = started.elapsed();
        screen.draw(&state);
        let both_took = started.elapsed();
        if round >= WARM_UP && preempted() == before {
            updates.push(update_took);
            both.push(both_took);
        }
        serve(&mut state, effects, at);
        let due = update(&mut state, Action::Tick, at);
        serve(&mut state, due, at);
    }
    (updates, both)
}

fn code(key: char) -> KeyCode {
    match key {
        '.' => KeyCode::Enter,
        ',' => KeyCode::Esc,
        '>' => KeyCode::PageDown,
        '<' => KeyCode::PageUp,
        _ => KeyCode::Char(key),
    }
}

/// Answers what is asked, and what is asked because of that.
fn serve(state: &mut State, mut effects: Vec<Effect>, at: DateTime<Utc>) {
    while let Some(request) = asked(&effects).pop() {
        let answered = Action::Answered(Box::new(answer(&request, at)));
        effects = update(state, answered, at);
    }
}

fn heading(what: &str) {
    println!(
        "{what:<36}{:>12}{:>12}{:>12}{:>12}",
        "median", "p99", "limit", "left out"
    );
}

fn print(name: &str, mut times: Vec<Duration>, of: usize, limit: Duration) {
    let left_out = of - times.len();
    if times.is_empty() {
        println!("{name:<36}{:>48}", "never had the processor to itself");
        return;
    }
    times.sort_unstable();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let verdict = if p99 <= limit { "" } else { "  over" };
    println!(
        "{name:<36}{:>12}{:>12}{:>12}{left_out:>12}{verdict}",
        shown(median),
        shown(p99),
        shown(limit)
    );
}

fn shown(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}
