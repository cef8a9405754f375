//! What commands are called in the settings.

use crate::app::{Command, View};

/// The names, in the order of the table of keys.
const NAMES: [(&str, Command); 45] = [
    ("overview", Command::Go(View::Overview)),
    ("funnel", Command::Go(View::Funnel)),
    ("products", Command::Go(View::Products)),
    ("categories", Command::Go(View::Categories)),
    ("brands", Command::Go(View::Brands)),
    ("sessions", Command::Go(View::Sessions)),
    ("activity", Command::Go(View::Activity)),
    ("events", Command::Go(View::Events)),
    ("pipeline", Command::Go(View::Pipeline)),
    ("next_view", Command::NextView),
    ("previous_view", Command::PreviousView),
    ("up", Command::Up),
    ("down", Command::Down),
    ("left", Command::Left),
    ("right", Command::Right),
    ("page_up", Command::PageUp),
    ("page_down", Command::PageDown),
    ("first", Command::First),
    ("last", Command::Last),
    ("enter", Command::Enter),
    ("open_session", Command::OpenSession),
    ("back", Command::Back),
    ("search", Command::Search),
    ("next_found", Command::NextFound),
    ("previous_found", Command::PreviousFound),
    ("sort", Command::Sort),
    ("reverse", Command::Reverse),
    ("segment", Command::Segment),
    ("zone", Command::Zone),
    ("columns", Command::Columns),
    ("filters", Command::Filters),
    ("login", Command::Login),
    ("range", Command::Ranges),
    ("earlier", Command::Earlier),
    ("later", Command::Later),
    ("zoom_in", Command::ZoomIn),
    ("zoom_out", Command::ZoomOut),
    ("compare", Command::Compare),
    ("export", Command::Export),
    ("copy_row", Command::CopyRow),
    ("copy_name", Command::CopyName),
    ("palette", Command::Palette),
    ("mouse", Command::Mouse),
    ("pause", Command::Pause),
    ("refresh", Command::Refresh),
];

/// Those of the program itself.
const MORE: [(&str, Command); 4] = [
    ("help", Command::Help),
    ("quit", Command::Quit),
    ("redraw", Command::Redraw),
    ("suspend", Command::Suspend),
];

/// Every name with its command.
pub fn names() -> impl Iterator<Item = (&'static str, Command)> {
    NAMES.into_iter().chain(MORE)
}

/// What a command is called.
#[must_use]
pub fn command_name(command: Command) -> Option<&'static str> {
    names()
        .find(|(_, named)| *named == command)
        .map(|(name, _)| name)
}
