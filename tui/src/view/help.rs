//! The keys, from the table of keys.

use ratatui::Frame;

use super::{boxed, pen::Pen};
use crate::app::State;
use crate::keymap::HelpLine;
use crate::layout;
use crate::theme::Look;

/// Columns of the keys; what they do stands after them.
const KEY_COLUMNS: u16 = 18;

/// Draws the help, scrolled down by `scroll` lines.
pub(super) fn render(frame: &mut Frame<'_>, scroll: u16, state: &State, look: &Look) {
    let scroll = scroll.min(layout::help_scroll(state));
    let title = if layout::help_scroll(state) == 0 {
        "Keys"
    } else {
        "Keys: j and k scroll"
    };
    let inside = boxed::open(frame, layout::help_area(state), title, look);
    let mut pen = Pen::new(frame, inside, look);
    let theme = look.theme;
    let lines = state.keymap.help_lines();
    for (line, y) in lines.iter().skip(usize::from(scroll)).zip(0..inside.height) {
        match line {
            HelpLine::Blank => {}
            HelpLine::Heading(title) => {
                pen.put(0, y, inside.width, title, theme.title);
            }
            HelpLine::Keys(keys, does) => {
                pen.put(1, y, KEY_COLUMNS - 2, keys, theme.key);
                pen.put(
                    KEY_COLUMNS,
                    y,
                    inside.width.saturating_sub(KEY_COLUMNS),
                    does,
                    ratatui::style::Style::new(),
                );
            }
        }
    }
}
