//! The dashboard without a terminal and without a database.
//!
//! [`State`] is everything that can be on the screen, [`Action`] everything that
//! can happen, and [`update`] turns one into the next and says what is to be
//! done about it. None of them waits, draws or reads a clock.

mod action;
mod answers;
mod event_list;
mod line_edit;
mod place;
mod state;
mod subject;
mod update;

pub use action::{Action, Command, Effect, LinkEvent, Request, TextEdit};
pub use answers::{Answers, Shown};
pub use event_list::{EventList, PAGE as EVENT_PAGE};
pub use line_edit::LineEdit;
pub use place::{Place, View};
pub use state::{Focus, Link, Live, Overlay, Secret, Settings, State, seconds_until};
pub use subject::{Answer, Body, OverviewScreen, Part, Subject};
pub use update::update;
