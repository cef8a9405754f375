//! Asking for a password, without showing anything of it.

use ratatui::Frame;

use super::{boxed, pen::Pen};
use crate::app::{Secret, State};
use crate::layout;
use crate::theme::Look;

/// Draws the box. Not even the length of what is typed is shown.
pub(super) fn render(frame: &mut Frame<'_>, Secret(line): &Secret, state: &State, look: &Look) {
    let inside = boxed::open(frame, layout::centred(state.size, 66, 7), "Password", look);
    let theme = look.theme;
    let mut pen = Pen::new(frame, inside, look);
    let wanted = format!("The server wants a password for {}.", state.source);
    pen.put(0, 0, inside.width, &wanted, theme.strong);
    pen.put(0, 2, 2, "> ", theme.key);
    let (words, style) = match line.problem() {
        Some(problem) => (problem, theme.bad),
        None => (
            "Nothing is shown while you type. Enter connects, Esc gives up.".to_owned(),
            theme.dim,
        ),
    };
    pen.put(0, 4, inside.width, &words, style);
    frame.set_cursor_position((inside.x + 2, inside.y + 2));
}
