//! The dashboard without a terminal and without a database.
//!
//! [`State`] is everything that can be on the screen, [`Action`] everything that
//! can happen, and [`update`] turns one into the next and says what is to be
//! done about it. None of them waits, draws or reads a clock.

mod action;
mod answers;
mod clock;
pub mod event_column;
mod export;
mod filter_field;
mod line_edit;
mod pages;
mod palette;
mod place;
mod rows;
mod state;
mod subject;
mod table;
mod update;
mod view;

pub use action::{Action, Command, Effect, LinkEvent, Mouse, Request, TextEdit};
pub use answers::{Answers, Shown};
pub use clock::ClockOffset;
pub use event_column::{ALL_EVENT_COLUMNS, EventColumn};
pub use export::{Export, ExportFormat};
pub use filter_field::FilterField;
pub use line_edit::LineEdit;
pub use pages::{Listed, PAGE as EVENT_PAGE, Pages};
pub use palette::{Entry, entries as palette_entries};
pub use place::{Cell, OpenSession, Place};
pub use rows::{Row, arranged};
pub use state::{Focus, Link, Live, Overlay, Secret, Settings, State, seconds_until};
pub use subject::{
    Answer, Body, OverviewScreen, Part, SESSION_EVENTS, SessionsScreen, StepSessionsScreen,
    Subject, TABLE_ROWS,
};
pub use table::{Column, Table, folded};
pub use update::{range_of_point, update};
pub use view::View;
