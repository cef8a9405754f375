//! Waits for something to happen, lets the state change, draws if that shows.

use std::io::{self, Write as _};
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::{Event, EventStream, MouseButton, MouseEvent, MouseEventKind};
use futures::StreamExt;
use futures::future::poll_immediate;
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::link::Link;
use crate::app::{Action, Effect, Export, Focus, Mouse, State, TextEdit, update};
use crate::terminal::Screen;
use crate::theme::Look;
use crate::view;

/// Events taken between two frames. Held keys and pastes come faster than a
/// terminal can show; the frame in between keeps the screen alive.
const BATCH: usize = 128;

/// Draws, then serves keys, signals, the link and the clock until it is time to go;
/// hands out what the reader left.
pub(super) async fn run(
    screen: &mut Screen,
    state: State,
    look: &Look,
    link: Link,
    mut heard: mpsc::Receiver<Action>,
) -> io::Result<State> {
    let mut app = App {
        state,
        link,
        look: *look,
        stop: false,
        stale: true,
    };
    app.draw(screen)?;
    if app.state.mouse {
        screen.take_mouse(true)?;
    }
    app.link.begin();
    let mut terminal = EventStream::new();
    let mut signals = Signals::new()?;
    while !app.stop {
        let wakes_at = app.state.wakes_at();
        tokio::select! {
            biased;
            event = terminal.next() => app.take_input(screen, event)?,
            () = signals.recv() => app.stop = true,
            action = heard.recv() => app.take_heard(screen, action)?,
            () = sleep_until(wakes_at) => app.apply(screen, Action::Tick)?,
        }
        for _ in 0..BATCH {
            // Not `now_or_never`: its waker is deaf, and the stream remembers the
            // waker it was first polled with.
            let Some(event) = poll_immediate(terminal.next()).await else {
                break;
            };
            app.take_input(screen, event)?;
            if app.stop {
                return Ok(app.state);
            }
        }
        while !app.stop
            && let Ok(action) = heard.try_recv()
        {
            app.apply(screen, action)?;
        }
        if app.stale && !app.stop {
            app.draw(screen)?;
        }
    }
    Ok(app.state)
}

struct App {
    state: State,
    link: Link,
    look: Look,
    stop: bool,
    /// Something changed that the last frame does not show.
    stale: bool,
}

impl App {
    fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        let size = screen.size()?;
        if size != self.state.size {
            self.apply(screen, Action::Resize(size))?;
        }
        self.stale = false;
        screen.draw(|frame| view::draw(frame, &self.state, &self.look))
    }

    fn take_input(
        &mut self,
        screen: &mut Screen,
        event: Option<io::Result<Event>>,
    ) -> io::Result<()> {
        let Some(Ok(event)) = event else {
            // The terminal is gone; there is nobody to draw for.
            self.stop = true;
            return Ok(());
        };
        match action(&self.state, event) {
            Some(action) => self.apply(screen, action),
            None => Ok(()),
        }
    }

    fn take_heard(&mut self, screen: &mut Screen, action: Option<Action>) -> io::Result<()> {
        match action {
            Some(action) => self.apply(screen, action),
            // The link's task ended, which it does only by a bug: say so by name.
            None => Err(io::Error::other("the connection's task ended")),
        }
    }

    fn apply(&mut self, screen: &mut Screen, action: Action) -> io::Result<()> {
        for effect in update(&mut self.state, action, Utc::now()) {
            match effect {
                Effect::Draw => self.stale = true,
                Effect::Clear => {
                    screen.clear()?;
                    self.stale = true;
                }
                Effect::Ask(request) => self.link.ask(*request),
                Effect::Export(export) => {
                    let done = write(&export).unwrap_or_else(|why| why);
                    self.apply(screen, Action::Done(done))?;
                }
                Effect::Copy(text) => Screen::copy(&text)?,
                Effect::Mouse(taken) => screen.take_mouse(taken)?,
                Effect::Theme(tone) => {
                    self.look = self.look.on(tone);
                    self.stale = true;
                }
                Effect::Reconnect => self.link.reconnect(),
                Effect::Password(password) => self.link.password(password),
                Effect::Suspend => {
                    screen.suspend()?;
                    self.stale = true;
                }
                Effect::Quit => self.stop = true,
            }
        }
        Ok(())
    }
}

fn action(state: &State, event: Event) -> Option<Action> {
    let focus = state.focus();
    match event {
        Event::Key(key) => state.keymap.action(focus, key),
        Event::Paste(text) if matches!(focus, Focus::Line | Focus::Form) => {
            Some(Action::Edit(TextEdit::Insert(text)))
        }
        Event::Mouse(mouse) if state.mouse => clicked(mouse).map(Action::Mouse),
        Event::Resize(width, height) => Some(Action::Resize(Size { width, height })),
        _ => None,
    }
}

fn clicked(event: MouseEvent) -> Option<Mouse> {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click(event.column, event.row)),
        MouseEventKind::ScrollUp => Some(Mouse::Wheel(-3)),
        MouseEventKind::ScrollDown => Some(Mouse::Wheel(3)),
        _ => None,
    }
}

/// Writes an exported file next to where the program was started; never over another.
fn write(export: &Export) -> Result<String, String> {
    let write = || -> io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // It may name people: it is for whoever asked for it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&export.name)?
            .write_all(export.text.as_bytes())
    };
    match write() {
        Ok(()) => Ok(format!("Written to {}.", export.name)),
        Err(error) => Err(format!(
            "Cannot write {} here ({error}); start the program in a folder that you may write to.",
            export.name
        )),
    }
}

/// Sleeps until a wall-clock time; for ever when there is none.
async fn sleep_until(time: Option<DateTime<Utc>>) {
    match time {
        Some(time) => {
            // The clock may have jumped; a look once an hour costs nothing.
            let wait = (time - Utc::now()).to_std().unwrap_or_default();
            tokio::time::sleep(wait.min(Duration::from_hours(1))).await;
        }
        None => std::future::pending().await,
    }
}

/// Those signals that ask a program to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn recv(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
