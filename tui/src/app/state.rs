//! Everything that can be on the screen.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Size;
use sbw_queries::schema::SchemaState;
use sbw_queries::zone::Zone;

use super::answers::{Answers, Shown};
use super::clock::ClockOffset;
use super::event_column::EventColumn;
use super::line_edit::LineEdit;
use super::place::Place;
use super::subject::Subject;
use super::view::View;
use crate::keymap::Keymap;
use crate::number;
use crate::period::Period;
use crate::theme::Tone;

/// What the dashboard starts with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `dbname@host`, for the header.
    pub source: String,
    /// The first range.
    pub period: Period,
    /// Time between refreshes.
    pub every: TimeDelta,
    /// The zones to switch between, the first one first.
    pub zones: Vec<Zone>,
    /// The background that the colours are for.
    pub tone: Tone,
    /// Did somebody choose it? Else the terminal may say what it has.
    pub tone_is_chosen: bool,
    /// Is the mouse taken from the start?
    pub mouse: bool,
    /// What keys mean.
    pub keymap: Arc<Keymap>,
    /// The columns of events that were chosen; none: those that fit.
    pub event_columns: Vec<EventColumn>,
    /// The view to begin with.
    pub view: View,
}

/// The dashboard at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// `dbname@host`.
    pub source: String,
    /// The clock, as of the last action.
    pub now: DateTime<Utc>,
    /// Of the terminal.
    pub size: Size,
    /// The connection.
    pub link: Link,
    /// The server's clock against this machine's; taken for equal until it is told of.
    pub clock: ClockOffset,
    /// The warehouse's schema against the one that this program knows; presumed
    /// right until it is told of.
    pub schema: SchemaState,
    /// Where the reader is.
    pub place: Place,
    /// The places that were drilled down from, the last one last.
    pub trail: Vec<Place>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// How the screen stays fresh.
    pub live: Live,
    /// What is known.
    pub answers: Answers,
    /// The question that is on its way.
    pub asking: Option<Subject>,
    /// The last question without an answer, and why.
    pub failure: Option<(Subject, String)>,
    /// What the last key came to, until when it is said.
    pub remark: Option<(String, DateTime<Utc>)>,
    /// The zones to switch between.
    pub zones: Vec<Zone>,
    /// What was searched for last in a list that a search does not narrow down.
    pub sought: String,
    /// The columns of events that were chosen; none: those that fit.
    pub event_columns: Vec<EventColumn>,
    /// What keys mean.
    pub keymap: Arc<Keymap>,
    /// Is the mouse taken?
    pub mouse: bool,
    /// The background that the colours are for.
    pub tone: Tone,
    /// Did somebody choose it? Else the terminal may say what it has.
    pub tone_is_chosen: bool,
    /// The names of products that were drilled into, by id.
    pub product_names: Vec<(String, String)>,
}

/// How long a remark is said.
const REMARK: TimeDelta = TimeDelta::seconds(6);

/// The connection, as far as a reader cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The first try, or the first after a password.
    Connecting,
    /// All is well.
    Connected,
    /// Not now.
    Lost {
        /// Since when.
        since: DateTime<Utc>,
        /// How often it was tried since.
        tries: u32,
        /// When it is tried again; none while it is being tried.
        retry_at: Option<DateTime<Utc>>,
        /// What happened and what to do about it.
        why: String,
    },
    /// Waits for a password.
    Locked {
        /// What the server said.
        why: String,
    },
}

/// What lies over the screen and has the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The keys, scrolled down by some lines.
    Help {
        /// Lines above the top.
        scroll: u16,
    },
    /// The ranges to choose from.
    Ranges {
        /// The row under the cursor; the last one is to type a range.
        row: usize,
    },
    /// A range is being typed.
    Range {
        /// The text.
        line: LineEdit,
        /// Why the last try was none.
        problem: Option<String>,
    },
    /// Something is being searched in the list.
    Search {
        /// The text.
        line: LineEdit,
        /// What was searched for before.
        before: String,
    },
    /// The filters are being edited.
    Filters {
        /// The line under the cursor.
        row: usize,
        /// Their texts, in the order of [`FilterField::ALL`].
        lines: [LineEdit; 5],
    },
    /// How to export.
    Export {
        /// The row under the cursor.
        row: usize,
    },
    /// Which columns of events to show.
    Columns {
        /// The row under the cursor.
        row: usize,
    },
    /// All that can be done.
    Palette {
        /// What it is narrowed down by.
        line: LineEdit,
        /// The row under the cursor.
        row: usize,
    },
    /// A password is being typed; it is never drawn.
    Password {
        /// The text.
        line: Secret,
    },
}

/// A typed secret: equal to any other, and silent in debug output.
#[derive(Clone)]
pub struct Secret(pub(crate) LineEdit);

impl Default for Secret {
    fn default() -> Self {
        Self(LineEdit::secret())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

impl PartialEq for Secret {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Refreshing, and asking what changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// Time between refreshes.
    pub every: TimeDelta,
    /// Stopped by the reader.
    pub paused: bool,
    /// Loads are announced; else the screen follows the clock alone.
    pub announced: bool,
    /// When the same question is asked again.
    pub(super) refresh_at: Option<DateTime<Utc>>,
    /// When the question that was changed to is asked.
    pub(super) ask_at: Option<DateTime<Utc>>,
    /// When a changed question was asked last.
    pub(super) changed_at: Option<DateTime<Utc>>,
}

/// What the keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Focus {
    /// A view.
    View(View),
    /// The help.
    Help,
    /// The menu of ranges.
    Ranges,
    /// A menu of few rows.
    Menu,
    /// A line of text.
    Line,
    /// Lines of text, or one above a list.
    Form,
}

impl State {
    /// The dashboard before its first frame.
    #[must_use]
    pub fn new(settings: Settings, size: Size, now: DateTime<Utc>) -> Self {
        Self {
            source: settings.source,
            now,
            size,
            link: Link::Connecting,
            clock: ClockOffset::default(),
            schema: SchemaState::Current,
            place: Place {
                zone: settings.zones.first().cloned().unwrap_or_default(),
                view: settings.view,
                ..Place::new(settings.period)
            },
            trail: Vec::new(),
            overlay: None,
            live: Live {
                every: settings.every,
                paused: false,
                announced: true,
                refresh_at: None,
                ask_at: None,
                changed_at: None,
            },
            answers: Answers::default(),
            asking: None,
            failure: None,
            remark: None,
            zones: settings.zones,
            sought: String::new(),
            event_columns: settings.event_columns,
            keymap: settings.keymap,
            mouse: settings.mouse,
            tone: settings.tone,
            tone_is_chosen: settings.tone_is_chosen,
            product_names: Vec::new(),
        }
    }

    /// What the keys go to.
    #[must_use]
    pub fn focus(&self) -> Focus {
        match self.overlay {
            None => Focus::View(self.place.view),
            Some(Overlay::Help { .. }) => Focus::Help,
            Some(Overlay::Ranges { .. }) => Focus::Ranges,
            Some(Overlay::Export { .. } | Overlay::Columns { .. }) => Focus::Menu,
            Some(Overlay::Filters { .. } | Overlay::Palette { .. }) => Focus::Form,
            Some(Overlay::Range { .. } | Overlay::Search { .. } | Overlay::Password { .. }) => {
                Focus::Line
            }
        }
    }

    /// What the open screen asks.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::of(&self.place)
    }

    /// What there is to show for it.
    #[must_use]
    pub fn shown(&self) -> Shown<'_> {
        self.answers.shown(&self.subject())
    }

    /// The question whose answer is on the screen: its heading goes above it.
    #[must_use]
    pub fn shown_subject(&self) -> Subject {
        let asked = self.subject();
        let shown = match asked.view {
            View::Events => self.place.events.subject(),
            View::Sessions | View::StepSessions => self.place.sessions.subject(),
            _ => self.shown().answer().map(|answer| &answer.subject),
        };
        shown.cloned().unwrap_or(asked)
    }

    /// Is the screen still showing the answer to an older question?
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.shown_subject() != self.subject()
    }

    /// The newest event that the warehouse is known to hold.
    #[must_use]
    pub fn newest_event(&self) -> Option<DateTime<Utc>> {
        self.answers
            .newest()
            .and_then(|answer| answer.pipeline.newest_event)
    }

    /// When the last answer of all came.
    #[must_use]
    pub fn heard_at(&self) -> Option<DateTime<Utc>> {
        self.answers.newest().map(|answer| answer.at)
    }

    /// The times whose age is on the screen, by this machine's clock.
    fn aging(&self) -> [Option<DateTime<Utc>>; 2] {
        let newest = self.newest_event().map(|time| self.clock.here(time));
        [newest, self.heard_at()]
    }

    /// Every text on the screen that changes because time goes by.
    pub(super) fn clock_texts(&self) -> String {
        let mut texts = String::new();
        for time in self.aging().into_iter().flatten() {
            texts.push_str(&number::age(self.now - time));
        }
        if let Link::Lost {
            since, retry_at, ..
        } = &self.link
        {
            texts.push_str(&number::duration((self.now - since).num_seconds()));
            if let Some(retry_at) = retry_at {
                texts.push_str(&number::duration(seconds_until(*retry_at, self.now)));
            }
        }
        if let Some((_, until)) = &self.remark {
            texts.push(if *until > self.now { '1' } else { '0' });
        }
        texts
    }

    /// What the last key came to, as long as it is news.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        let (words, until) = self.remark.as_ref()?;
        (*until > self.now).then_some(words)
    }

    /// Says something about the last key for a few seconds.
    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.remark = Some((words.into(), self.now + REMARK));
    }

    /// The name of a product that was drilled into.
    #[must_use]
    pub fn product_name(&self, id: &str) -> Option<&str> {
        let known = self.product_names.iter().find(|(known, _)| known == id);
        known.map(|(_, name)| name.as_str())
    }

    /// When something is due by itself.
    #[must_use]
    pub fn wakes_at(&self) -> Option<DateTime<Utc>> {
        let ages = self.aging().into_iter().flatten().map(|time| {
            let age = (self.now - time).num_seconds().max(0);
            // Where the age turns the next minute. The second more makes sure.
            time + TimeDelta::seconds((age / 60 + 1) * 60 + 1)
        });
        let link = match &self.link {
            Link::Connected => self.refresh_due(),
            Link::Lost { .. } => Some(self.now + TimeDelta::seconds(1)),
            Link::Connecting | Link::Locked { .. } => None,
        };
        let asks = self.live.ask_at.filter(|_| self.link == Link::Connected);
        let remark = self.remark.iter().map(|(_, until)| *until);
        let remark = remark.filter(|until| *until > self.now);
        ages.chain(link).chain(asks).chain(remark).min()
    }

    /// When the question on the screen is asked again.
    pub(super) fn refresh_due(&self) -> Option<DateTime<Utc>> {
        let waits = self.live.paused || self.asking.is_some() || self.live.ask_at.is_some();
        self.live.refresh_at.filter(|_| !waits)
    }
}

/// Whole seconds that are left, rounded up.
#[must_use]
pub fn seconds_until(time: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    ((time - now).num_milliseconds().max(0) + 999) / 1_000
}
