//! The dashboard without a terminal and without a database.
//!
//! [`State`] is everything that can be on the screen, [`Action`] everything that
//! can happen, and [`update`] turns one into the next and says what is to be
//! done about it. None of them waits, draws or reads a clock.

mod action;
mod answers;
mod line_edit;
mod pages;
mod place;
mod rows;
mod state;
mod subject;
mod table;
mod update;
mod view;

pub use action::{Action, Command, Effect, LinkEvent, Request, TextEdit};
pub use answers::{Answers, Shown};
pub use line_edit::LineEdit;
pub use pages::{Listed, PAGE as EVENT_PAGE, Pages};
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
