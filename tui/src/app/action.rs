//! What can happen, and what is to be done about it.

use chrono::{DateTime, Utc};
use ratatui::layout::Size;
use sbw_queries::range::TimeRange;
use sbw_queries::schema::SchemaState;
use secrecy::SecretString;

use super::clock::ClockOffset;
use super::export::{Export, ExportFormat};
use super::subject::{Answer, Subject};
use super::view::View;
use crate::theme::Tone;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// A key that means something here.
    Command(Command),
    /// Typing into the open line.
    Edit(TextEdit),
    /// The terminal has another size.
    Resize(Size),
    /// The terminal said which colour its background is: red, green, blue.
    Background([u8; 3]),
    /// Time passed.
    Tick,
    /// The connection changed.
    Link(LinkEvent),
    /// The mouse.
    Mouse(Mouse),
    /// What became of something that the world outside was to do.
    Done(String),
    /// A screen's answer came.
    Answered(Box<Answer>),
    /// A screen's answer did not come, in words.
    Failed(Subject, String),
}

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Leave the dashboard.
    Quit,
    /// Open or close the help.
    Help,
    /// Step back: close what is open, else undo the last drill.
    Back,
    /// Open a view.
    Go(View),
    /// Open the next view.
    NextView,
    /// Open the view before.
    PreviousView,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the left: a point, a cell, a choice.
    Left,
    /// To the right.
    Right,
    /// Open what is under the cursor.
    Enter,
    /// Open the session of the event under the cursor.
    OpenSession,
    /// Sort by the next column.
    Sort,
    /// The other way round.
    Reverse,
    /// Stand beside the period before, or alone.
    Compare,
    /// The next time zone.
    Zone,
    /// Choose a range of time.
    Ranges,
    /// The same length of time, before.
    Earlier,
    /// The same length of time, after.
    Later,
    /// Less time.
    ZoomIn,
    /// More time.
    ZoomOut,
    /// Next login state.
    Login,
    /// Compare the funnel by the next segment.
    Segment,
    /// Search in the list.
    Search,
    /// To the next row that was searched for.
    NextFound,
    /// To the one before.
    PreviousFound,
    /// Open the editor of filters.
    Filters,
    /// Forget all filters.
    ClearFilters,
    /// Complete what is being typed.
    Complete,
    /// Choose one of the ranges.
    Preset(usize),
    /// Choose the columns of events.
    Columns,
    /// Choose how to export.
    Export,
    /// Export.
    ExportAs(ExportFormat),
    /// Copy the row under the cursor.
    CopyRow,
    /// Copy its name.
    CopyName,
    /// Search all that can be done.
    Palette,
    /// Take or leave the mouse.
    Mouse,
    /// Look like this.
    Theme(Tone),
    /// Stop or go on refreshing.
    Pause,
    /// Ask again now; try to connect now.
    Refresh,
    /// Draw everything anew.
    Redraw,
    /// Hand the terminal back to the shell for a while.
    Suspend,
}

/// The mouse, in cells from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// A button went down there.
    Click(u16, u16),
    /// The wheel turned, by so many rows.
    Wheel(isize),
}

/// Typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextEdit {
    /// Typed or pasted text.
    Insert(String),
    /// Rub out before the cursor.
    Backspace,
    /// Rub out after the cursor.
    Delete,
    /// Rub out the word before the cursor.
    DeleteWord,
    /// Rub out the word after the cursor.
    DeleteWordAfter,
    /// Rub out all after the cursor.
    DeleteToEnd,
    /// Cursor to the left.
    Left,
    /// Cursor to the right.
    Right,
    /// Cursor to the start of the word.
    WordLeft,
    /// Cursor to the end of the word.
    WordRight,
    /// Cursor to the start.
    Home,
    /// Cursor to the end.
    End,
    /// Rub out all.
    Clear,
}

/// The life of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// A try begins.
    Connecting,
    /// It works.
    Connected,
    /// It is lost, or could not be made.
    Lost {
        /// What happened and what to do about it.
        why: String,
        /// When it will be tried again.
        retry_at: DateTime<Utc>,
    },
    /// The server wants a password, or refused the one it got; nothing is
    /// tried before there is another.
    PasswordWanted {
        /// What the server said.
        why: String,
    },
    /// The warehouse's schema is this one, and was another when it was told of last.
    Schema(SchemaState),
    /// The server's clock shows this, beside this machine's.
    Clock(ClockOffset),
    /// Whether loads are announced from now on.
    Announces(bool),
    /// The warehouse has new events.
    Loaded,
}

/// What the world outside is to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Something visible changed.
    Draw,
    /// Forget what the terminal shows, then draw.
    Clear,
    /// Ask the warehouse; takes the place of what was asked before.
    Ask(Box<Request>),
    /// Write a file.
    Export(Box<Export>),
    /// Put this on the clipboard of whoever looks at the terminal.
    Copy(String),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Look like this.
    Theme(Tone),
    /// Connect now instead of later.
    Reconnect,
    /// Connect with this password.
    Password(SecretString),
    /// Stop, until the shell says to go on.
    Suspend,
    /// Leave.
    Quit,
}

/// A question on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The question.
    pub subject: Subject,
    /// The range of its period, as of now.
    pub range: TimeRange,
}
