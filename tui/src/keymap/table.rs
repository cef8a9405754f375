//! The rows.

use crossterm::event::KeyCode;

use super::{Binding, Group, Scope, bind, ctrl, key, named};
use crate::app::{Command, View};

/// Where there is something beside the cursor.
const ASIDE: Scope = Scope::In(&[View::Overview, View::Funnel, View::Sessions, View::Activity]);

const SORTED: Scope = Scope::In(&[View::Products, View::Categories, View::Brands]);

/// Where a search narrows down a table or looks for the next row.
const SEARCHED: Scope = Scope::In(&[
    View::Products,
    View::Categories,
    View::Brands,
    View::Sessions,
    View::StepSessions,
    View::Session,
    View::Events,
    View::Pipeline,
]);

/// Where it looks for the next row.
const FOUND: Scope = Scope::In(&[
    View::Sessions,
    View::StepSessions,
    View::Session,
    View::Events,
    View::Pipeline,
]);

const COMPARED: Scope = Scope::In(&[
    View::Overview,
    View::Funnel,
    View::Products,
    View::Categories,
    View::Brands,
    View::Sessions,
    View::Activity,
]);

/// The keys. The footer keeps this order.
#[rustfmt::skip] // a row a line: it is read as a table
pub const BINDINGS: &[Binding] = &[
    bind(&[key('1')], Command::Go(View::Overview), Scope::Views, Group::Views, None, "Overview: the shop in numbers"),
    bind(&[key('2')], Command::Go(View::Funnel), Scope::Views, Group::Views, None, "Funnel: where shoppers drop out"),
    bind(&[key('3')], Command::Go(View::Products), Scope::Views, Group::Views, None, "Products: how each one did"),
    bind(&[key('4')], Command::Go(View::Categories), Scope::Views, Group::Views, None, "Categories: how each one did"),
    bind(&[key('5')], Command::Go(View::Brands), Scope::Views, Group::Views, None, "Brands: how each one did"),
    bind(&[key('6')], Command::Go(View::Sessions), Scope::Views, Group::Views, None, "Sessions: how long, who came back, the newest"),
    bind(&[key('7')], Command::Go(View::Activity), Scope::Views, Group::Views, None, "Activity: when in the week things happen"),
    bind(&[key('8')], Command::Go(View::Events), Scope::Views, Group::Views, None, "Events: the newest, live, and all before them"),
    bind(&[key('9')], Command::Go(View::Pipeline), Scope::Views, Group::Views, None, "Pipeline: how fresh the warehouse is"),
    bind(&[named(KeyCode::Tab)], Command::NextView, Scope::Views, Group::Views, None, "Next view"),
    bind(&[named(KeyCode::BackTab)], Command::PreviousView, Scope::Views, Group::Views, None, "View before"),
    bind(&[named(KeyCode::Up), key('k')], Command::Up, Scope::Lists, Group::Moving, None, "Up a row"),
    bind(&[named(KeyCode::Down), key('j')], Command::Down, Scope::Lists, Group::Moving, None, "Down a row"),
    bind(&[named(KeyCode::Left), key('h')], Command::Left, ASIDE, Group::Moving, None, "Back in time on a chart; across the heatmap; those who reached a step"),
    bind(&[named(KeyCode::Right)], Command::Right, ASIDE, Group::Moving, None, "On in time; across the heatmap; those who dropped out"),
    bind(&[named(KeyCode::PageUp), ctrl('b')], Command::PageUp, Scope::Lists, Group::Moving, None, "Up a screen"),
    bind(&[named(KeyCode::PageDown), ctrl('f')], Command::PageDown, Scope::Lists, Group::Moving, None, "Down a screen; lists go on to older rows"),
    bind(&[key('g'), named(KeyCode::Home)], Command::First, Scope::Lists, Group::Moving, None, "To the first row; lists follow the newest again"),
    bind(&[key('G'), named(KeyCode::End)], Command::Last, Scope::Lists, Group::Moving, None, "To the last row"),
    bind(&[named(KeyCode::Enter), named(KeyCode::Right), key('l')], Command::Enter, Scope::Menus, Group::Moving, None, ""),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Overview]), Group::Moving, Some("its events"), "Overview: the events of a bar; the time of a point"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Funnel]), Group::Moving, Some("who"), "Funnel: who reached the step, or dropped out"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Categories]), Group::Moving, Some("its brands"), "Categories: the brands of one"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Brands]), Group::Moving, Some("its products"), "Brands: the products of one"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Products]), Group::Moving, Some("its sessions"), "Products: the sessions of one"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Sessions, View::StepSessions]), Group::Moving, Some("timeline"), "Sessions: one of them, event by event; the time of a point"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Activity]), Group::Moving, Some("its hours"), "Activity: the hours that a cell adds up"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Hours]), Group::Moving, Some("overview"), "Hours of a cell: the overview of one"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::In(&[View::Events, View::Session]), Group::Moving, Some("in full"), "Events: show one in full, or close it"),
    bind(&[key('o')], Command::OpenSession, Scope::In(&[View::Events]), Group::Moving, Some("session"), "Events: the session of one"),
    bind(&[named(KeyCode::Enter)], Command::Enter, Scope::Boxes, Group::Moving, Some("ok"), ""),
    bind(&[named(KeyCode::Esc), named(KeyCode::Backspace)], Command::Back, Scope::Views, Group::Moving, None, "Step back: close what is open, or undo the last drill"),
    bind(&[named(KeyCode::Esc)], Command::Back, Scope::Boxes, Group::Moving, Some("back"), ""),
    bind(&[named(KeyCode::Backspace), named(KeyCode::Left), key('h'), key('q')], Command::Back, Scope::Menus, Group::Moving, None, ""),
    bind(&[named(KeyCode::Up)], Command::Up, Scope::Forms, Group::Moving, None, ""),
    bind(&[named(KeyCode::Down)], Command::Down, Scope::Forms, Group::Moving, None, ""),
    bind(&[named(KeyCode::BackTab)], Command::Up, Scope::Forms, Group::Moving, None, ""),
    bind(&[named(KeyCode::Tab)], Command::Complete, Scope::Forms, Group::Moving, Some("complete"), ""),
    bind(&[key(' ')], Command::Enter, Scope::Menus, Group::Moving, None, ""),
    bind(&[key('/')], Command::Search, SEARCHED, Group::Moving, Some("search"), "Search in the list"),
    bind(&[key('n')], Command::NextFound, FOUND, Group::Moving, None, "To the next row that was searched for"),
    bind(&[key('N')], Command::PreviousFound, FOUND, Group::Moving, None, "To the one before"),
    bind(&[key('s')], Command::Sort, SORTED, Group::Asking, Some("sort"), "Sort by the next column"),
    bind(&[key('S')], Command::Reverse, SORTED, Group::Asking, None, "Sort the other way round"),
    bind(&[key('b')], Command::Segment, Scope::In(&[View::Funnel]), Group::Asking, Some("by"), "Funnel: by login, category, brand"),
    bind(&[key('C')], Command::Columns, Scope::In(&[View::Events]), Group::Asking, Some("columns"), "Events: choose the columns"),
    bind(&[key('f')], Command::Filters, Scope::Views, Group::Asking, Some("filter"), "Filters: login, category, brand, product, event"),
    bind(&[key('t')], Command::Ranges, Scope::Views, Group::Asking, Some("range"), "Choose a range of time, or type one"),
    bind(&[key('[')], Command::Earlier, Scope::Views, Group::Asking, Some("shift"), "The time before: as many months, days or hours"),
    bind(&[key(']')], Command::Later, Scope::Views, Group::Asking, Some("shift"), "The time after: as many months, days or hours"),
    bind(&[key('+'), key('=')], Command::ZoomIn, Scope::Views, Group::Asking, Some("zoom"), "A shorter range"),
    bind(&[key('-')], Command::ZoomOut, Scope::Views, Group::Asking, Some("zoom"), "A longer range"),
    bind(&[key('l')], Command::Login, Scope::Views, Group::Asking, Some("login"), "Logins: logged_in, anonymous, guest, unknown, other"),
    bind(&[key('c')], Command::Compare, COMPARED, Group::Asking, Some("compare"), "Compare with the period before, or not"),
    bind(&[key('z')], Command::Zone, Scope::Views, Group::Asking, Some("zone"), "Times, days and hours by the clocks of the next time zone"),
    bind(&[key('e')], Command::Export, Scope::Views, Group::Taking, Some("export"), "Export this view to a file: CSV or JSON"),
    bind(&[key('y')], Command::CopyRow, Scope::Views, Group::Taking, Some("copy"), "Copy the row under the cursor, for a spreadsheet"),
    bind(&[key('Y')], Command::CopyName, Scope::Views, Group::Taking, None, "Copy its name: of a product, a session, an event"),
    bind(&[key(':'), ctrl('p')], Command::Palette, Scope::Views, Group::Program, Some("commands"), "Search all that can be done here"),
    bind(&[key('m')], Command::Mouse, Scope::Views, Group::Program, None, "Take the mouse, or leave it to the terminal"),
    bind(&[key(' ')], Command::Pause, Scope::Views, Group::Program, Some("pause"), "Pause refreshing, or go on"),
    bind(&[key('r')], Command::Refresh, Scope::Views, Group::Program, Some("refresh"), "Refresh now; connect now; enter a password"),
    bind(&[key('?'), named(KeyCode::F(1))], Command::Help, Scope::Lists, Group::Program, Some("help"), "These keys"),
    bind(&[key('q')], Command::Quit, Scope::Views, Group::Program, Some("quit"), "Quit"),
    bind(&[ctrl('c')], Command::Quit, Scope::Always, Group::Program, None, "Quit, whatever is open"),
    bind(&[ctrl('l')], Command::Redraw, Scope::Always, Group::Program, None, "Draw the screen anew"),
    bind(&[ctrl('z')], Command::Suspend, Scope::Always, Group::Program, None, "Back to the shell until `fg`"),
];
