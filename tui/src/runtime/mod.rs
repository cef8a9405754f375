//! The edge: keys and signals in, frames out, a connection that comes and goes.

mod backoff;
mod clock;
mod event_loop;
mod fetch;
mod link;
mod tunnel;

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use sbw_queries::connect::{SessionOptions, Target};
use sbw_queries::zone::Zone;
use tokio::sync::mpsc;

pub(crate) use self::tunnel::Tunnel;
pub use self::tunnel::{InstanceId, NotAnInstance, TunnelError};

use crate::app::{EventColumn, Settings, State, View};
use crate::keymap::Keymap;
use crate::period::Period;
use crate::terminal::{Screen, Signals};
use crate::theme::{self, ChartMarker, Depth, Look, Tone};

/// What the server lists the dashboard's sessions as.
pub const APPLICATION_NAME: &str = "sbw-tui";

/// What a dashboard is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The warehouse, its reader, and the password if one is known.
    pub target: Target,
    /// Colours, symbols, dots.
    pub look: Look,
    /// The first range.
    pub period: Period,
    /// Time between refreshes.
    pub refresh: Duration,
    /// The longest that the server may take for an answer.
    pub query_timeout: Duration,
    /// The instance that a tunnel leads to the server through, if one does.
    pub ssm: Option<InstanceId>,
    /// The time zones to switch between; times are shown in the first one.
    pub zones: Vec<Zone>,
    /// The background that the look is for.
    pub tone: Tone,
    /// Did somebody choose it? Else the terminal is asked what it has.
    pub tone_is_chosen: bool,
    /// Is the mouse taken from the start?
    pub mouse: bool,
    /// What keys mean.
    pub keymap: Keymap,
    /// The columns of events to show; none: those that fit.
    pub event_columns: Vec<EventColumn>,
    /// The view to begin with.
    pub view: View,
}

/// What the reader left, to begin with another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// The view, or the tab that the last screen belongs to.
    pub(crate) view: View,
    /// The range.
    pub(crate) period: Period,
    /// The background that the colours were for, if somebody chose it.
    pub(crate) tone: Option<Tone>,
    /// The columns of events.
    pub(crate) event_columns: Vec<EventColumn>,
}

impl Options {
    /// The last 7 days, refreshed every 10 s, in the colours that the
    /// environment says the terminal has.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let (tone, depth) = (Tone::detect(variable), Depth::detect(variable));
        let ascii = theme::is_ascii_only(variable);
        Self {
            target,
            look: Look::new(tone, depth, ChartMarker::Braille, ascii),
            period: Period::last(chrono::TimeDelta::days(7)),
            refresh: Duration::from_secs(10),
            query_timeout: Duration::from_secs(5),
            zones: ["UTC", "Asia/Ho_Chi_Minh"]
                .iter()
                .filter_map(|zone| zone.parse().ok())
                .collect(),
            ssm: None,
            tone,
            tone_is_chosen: false,
            mouse: false,
            keymap: Keymap::default(),
            event_columns: Vec::new(),
            view: View::Overview,
        }
    }
}

/// The terminal could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the terminal cannot be used: {0}")]
pub struct RunError(#[from] std::io::Error);

/// Runs the dashboard on this process's terminal until the reader leaves, or a
/// signal says to. A connection that fails is shown, tried again, and never an
/// error.
pub async fn run(options: Options) -> Result<(), RunError> {
    Box::pin(show(options)).await.map(drop)
}

/// The same, and what the reader left.
pub(crate) async fn show(options: Options) -> Result<Left, RunError> {
    // First: a signal in between must find the terminal handed back, too.
    let signals = Signals::begin()?;
    let mut screen = Screen::enter()?;
    if !options.tone_is_chosen && theme::takes_questions(|name| std::env::var(name).ok()) {
        Screen::ask_background()?;
    }
    let settings = Settings {
        source: match &options.ssm {
            Some(instance) => format!("{} on {instance}", options.target.dbname),
            None => options.target.to_string(),
        },
        period: options.period,
        zones: options.zones,
        tone: options.tone,
        tone_is_chosen: options.tone_is_chosen,
        mouse: options.mouse,
        keymap: Arc::new(options.keymap),
        event_columns: options.event_columns,
        view: options.view,
        every: chrono::TimeDelta::from_std(options.refresh).unwrap_or(chrono::TimeDelta::MAX),
    };
    let state = State::new(settings, screen.measure()?, Utc::now());
    let session = SessionOptions::reader(APPLICATION_NAME, options.query_timeout);
    let (actions, heard) = mpsc::channel(64);
    let tunnel = options
        .ssm
        .map(|instance| Tunnel::new(instance, &options.target));
    let limit = options.query_timeout;
    let link = link::Link::new(options.target, session, limit, tunnel, actions);
    let state = event_loop::run(&mut screen, signals, state, &options.look, link, heard).await?;
    // What was drilled into is of one moment; the way there began at a place of its own.
    let start = state.trail.first().unwrap_or(&state.place);
    Ok(Left {
        view: start.view.tab(),
        period: start.period,
        tone: state.tone_is_chosen.then_some(state.tone),
        event_columns: state.event_columns,
    })
}
