//! The mouse, in the three ways that terminals tell of it.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// `ESC [ <` button `;` column `;` row, and `M`, or `m` for a button let go.
pub(super) fn new(parameters: &str, end: u8) -> Option<MouseEvent> {
    let mut numbers = parameters.split(';').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let (button, column, row) = (next()?, next()?, next()?);
    match end {
        b'M' => event(button, column, row),
        _ => None,
    }
}

/// `ESC [ M` and three bytes, each 32 more than what it says.
pub(super) fn old(bytes: &[u8]) -> Option<MouseEvent> {
    let number = |at: usize| bytes.get(at).map(|byte| u32::from(byte.saturating_sub(32)));
    event(number(0)?, number(1)?, number(2)?)
}

/// `ESC [` button plus 32 `;` column `;` row `M`.
pub(super) fn numbered(&[button, column, row]: &[u32; 3]) -> Option<MouseEvent> {
    event(button.checked_sub(32)?, column, row)
}

fn event(button: u32, column: u32, row: u32) -> Option<MouseEvent> {
    // Bit 5 is of moves, bits 2 to 4 are of keys that are held.
    let kind = match button & !0b1_1100 {
        0 => MouseEventKind::Down(MouseButton::Left),
        64 => MouseEventKind::ScrollUp,
        65 => MouseEventKind::ScrollDown,
        _ => return None,
    };
    Some(MouseEvent {
        kind,
        column: u16::try_from(column.checked_sub(1)?).ok()?,
        row: u16::try_from(row.checked_sub(1)?).ok()?,
        modifiers: KeyModifiers::NONE,
    })
}
