//! The rows.

use crossterm::event::KeyCode;

use super::{Binding, Group, Scope, bind, ctrl, key, named};
use crate::app::{Command, View};

const LISTS: Scope = Scope::In(&[View::Overview, View::Events, View::Pipeline]);

/// The keys. The footer keeps this order.
#[rustfmt::skip] // a row a line: it is read as a table
pub const BINDINGS: &[Binding] = &[
    bind(&[key('1')], Command::Go(View::Overview), Scope::Views, Group::Views, None, "Overview: the shop in numbers"),
    bind(&[key('2')], Command::Go(View::Funnel), Scope::Views, Group::Views, None, "Funnel: where shoppers drop out"),
    bind(&[key('8')], Command::Go(View::Events), Scope::Views, Group::Views, None, "Events: the newest, live, and all before them"),
    bind(&[key('9')], Command::Go(View::Pipeline), Scope::Views, Group::Views, None, "Pipeline: how fresh the warehouse is"),
    bind(&[named(KeyCode::Tab)], Command::NextView, Scope::Views, Group::Views, None, "Next view"),
    bind(&[named(KeyCode::BackTab)], Command::PreviousView, Scope::Views, Group::Views, None, "View before"),
    bind(&[named(KeyCode::Up), key('k')], Command::Up, Scope::Menus, Group::Moving, None, ""),
    bind(&[named(KeyCode::Down), key('j')], Command::Down, Scope::Menus, Group::Moving, None, ""),
    bind(&[named(KeyCode::Up), key('k')], Command::Up, LISTS, Group::Moving, None, "Up a row"),
    bind(&[named(KeyCode::Down), key('j')], Command::Down, LISTS, Group::Moving, None, "Down a row"),
    bind(&[named(KeyCode::PageUp), ctrl('b')], Command::PageUp, Scope::Lists, Group::Moving, None, "Up a screen"),
    bind(&[named(KeyCode::PageDown), ctrl('f')], Command::PageDown, Scope::Lists, Group::Moving, None, "Down a screen; events go on to older ones"),
    bind(&[key('g'), named(KeyCode::Home)], Command::First, Scope::Lists, Group::Moving, None, "To the first row; events follow the newest again"),
    bind(&[key('G'), named(KeyCode::End)], Command::Last, Scope::Lists, Group::Moving, None, "To the last row"),
    bind(&[named(KeyCode::Enter), named(KeyCode::Right), key('l')], Command::Enter, Scope::Menus, Group::Moving, None, ""),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Events]), Group::Moving, Some("in full"), "Events: show one in full, or close it"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Overview]), Group::Moving, Some("its events"), "Overview: the events of a bar"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::Boxes, Group::Moving, Some("ok"), ""),
    bind(&[named(KeyCode::Esc), named(KeyCode::Backspace)], Command::Back, Scope::Views, Group::Moving, None, "Step back: close what is open, or undo the last drill"),
    bind(&[named(KeyCode::Esc)], Command::Back, Scope::Boxes, Group::Moving, Some("back"), ""),
    bind(&[named(KeyCode::Backspace), named(KeyCode::Left), key('h'), key('q')], Command::Back, Scope::Menus, Group::Moving, None, ""),
    bind(&[key('t')], Command::Ranges, Scope::Views, Group::Asking, Some("range"), "Choose a range of time, or type one"),
    bind(&[key('[')], Command::Earlier, Scope::Views, Group::Asking, Some("shift"), "The same length of time, before"),
    bind(&[key(']')], Command::Later, Scope::Views, Group::Asking, Some("shift"), "The same length of time, after"),
    bind(&[key('+'), key('=')], Command::ZoomIn, Scope::Views, Group::Asking, Some("zoom"), "A shorter range"),
    bind(&[key('-')], Command::ZoomOut, Scope::Views, Group::Asking, Some("zoom"), "A longer range"),
    bind(&[key('l')], Command::Login, Scope::Views, Group::Asking, Some("login"), "Login state: all, logged_in, anonymous, guest, unknown"),
    bind(&[key('b')], Command::Segment, Scope::In(&[View::Funnel]), Group::Asking, Some("compare"), "Funnel: compare by login, category, brand"),
    bind(&[key(' ')], Command::Pause, Scope::Views, Group::Program, Some("pause"), "Pause refreshing, or go on"),
    bind(&[key('r')], Command::Refresh, Scope::Views, Group::Program, Some("refresh"), "Refresh now; connect now; enter a password"),
    bind(&[key('?'), named(KeyCode::F(1))], Command::Help, Scope::Lists, Group::Program, Some("help"), "These keys"),
    bind(&[key('q')], Command::Quit, Scope::Views, Group::Program, Some("quit"), "Quit"),
    bind(&[ctrl('c')], Command::Quit, Scope::Always, Group::Program, None, "Quit, whatever is open"),
    bind(&[ctrl('l')], Command::Redraw, Scope::Always, Group::Program, None, "Draw the screen anew"),
    bind(&[ctrl('z')], Command::Suspend, Scope::Always, Group::Program, None, "Back to the shell until `fg`"),
];
