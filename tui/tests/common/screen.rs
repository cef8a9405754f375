//! A frame as text: what is written, and below it which styles are where.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};
use sbw_tui::app::State;
use sbw_tui::theme::Look;
use sbw_tui::view;

/// Draws a state.
pub fn draw(state: &State, look: &Look) -> Buffer {
    let backend = TestBackend::new(state.size.width, state.size.height);
    let mut terminal = Terminal::new(backend).unwrap();
    terminal
        .draw(|frame| view::draw(frame, state, look))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The lines of a frame.
pub fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(sbw_tui::text::width(symbol)).unwrap().max(1);
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

/// The lines and, under them, the runs of cells that are not plain.
pub fn dump(buffer: &Buffer) -> String {
    let mut dump = text(buffer);
    dump.push_str("~~~\n");
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let style = name(buffer[(x, y)].style());
            match runs.last_mut() {
                Some((_, end, last)) if *last == style => *end = x,
                _ => runs.push((x, x, style)),
            }
        }
        let runs: Vec<String> = runs
            .into_iter()
            .filter(|(_, _, style)| !style.is_empty())
            .map(|(start, end, style)| format!("{start}-{end} {style}"))
            .collect();
        if !runs.is_empty() {
            writeln!(dump, "{y}: {}", runs.join(", ")).unwrap();
        }
    }
    dump
}

fn name(style: Style) -> String {
    let colour = |colour: Option<Color>, ground: &str| match colour {
        None | Some(Color::Reset) => None,
        Some(colour) => Some(format!("{ground}{colour}")),
    };
    let mut parts: Vec<String> = Vec::new();
    parts.extend(colour(style.fg, ""));
    parts.extend(colour(style.bg, "on "));
    if !style.add_modifier.is_empty() {
        parts.push(format!("{:?}", style.add_modifier).to_lowercase());
    }
    parts.join(" ")
}
