//! Waits for something to happen, lets the state change, draws if that shows.

use std::io::{self, Write as _};
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use futures::future::poll_immediate;
use tokio::sync::mpsc;

use super::link::Link;
use crate::app::{Action, Effect, Export, Focus, Mouse, State, TextEdit, update};
use crate::input::{Input, Inputs};
use crate::terminal::{Screen, Signals, Stop, Told};
use crate::theme::Look;
use crate::view;

/// Inputs taken between two frames. Held keys and pastes come faster than a
/// terminal can show; the frame in between keeps the screen alive.
const BATCH: usize = 128;

/// Draws, then serves keys, signals, the link and the clock until it is time to go;
/// hands out what the reader left.
pub(super) async fn run(
    screen: &mut Screen,
    signals: Signals,
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
        stops: None,
        stale: true,
    };
    app.draw(screen)?;
    if app.state.mouse {
        screen.take_mouse(true)?;
    }
    app.link.begin();
    let mut inputs = Inputs::begin()?;
    while !app.stop {
        let wakes_at = app.state.wakes_at();
        tokio::select! {
            biased;
            told = signals.next() => app.obey(screen, told?)?,
            input = inputs.next() => app.take_input(screen, input)?,
            action = heard.recv() => app.take_heard(screen, action)?,
            () = sleep_until(wakes_at) => app.apply(screen, Action::Tick)?,
        }
        for _ in 0..BATCH {
            if app.stop {
                return Ok(app.state);
            }
            let Some(input) = poll_immediate(inputs.next()).await else {
                break;
            };
            app.take_input(screen, input)?;
        }
        while !app.stop
            && let Ok(action) = heard.try_recv()
        {
            app.apply(screen, action)?;
        }
        if let Some(who) = app.stops.take() {
            app.suspend(screen, who)?;
            signals.forget_stops();
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
    /// It is to stop for the shell.
    stops: Option<Stop>,
    /// Something changed that the last frame does not show.
    stale: bool,
}

impl App {
    fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        let size = screen.measure()?;
        if size != self.state.size {
            self.apply(screen, Action::Resize(size))?;
        }
        self.stale = false;
        screen.draw(|frame| view::draw(frame, &self.state, &self.look))
    }

    fn take_input(&mut self, screen: &mut Screen, input: Option<Input>) -> io::Result<()> {
        let Some(input) = input else {
            // The terminal is gone; there is nobody to draw for.
            self.stop = true;
            return Ok(());
        };
        match action(&self.state, input) {
            Some(action) => self.apply(screen, action),
            None => Ok(()),
        }
    }

    fn obey(&mut self, screen: &mut Screen, told: Told) -> io::Result<()> {
        match told {
            Told::End => self.stop = true,
            Told::Stop => self.stops = Some(Stop::Process),
            Told::Continue => screen.take_back()?,
            Told::Resize => {}
        }
        self.stale = true;
        Ok(())
    }

    fn suspend(&mut self, screen: &mut Screen, who: Stop) -> io::Result<()> {
        self.stale = true;
        if screen.suspend(who)? {
            return Ok(());
        }
        let words = "There is no shell behind this to go back to; q quits.";
        self.apply(screen, Action::Done(words.to_owned()))
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
                Effect::Suspend => self.stops = Some(Stop::Group),
                Effect::Quit => self.stop = true,
            }
        }
        Ok(())
    }
}

fn action(state: &State, input: Input) -> Option<Action> {
    let focus = state.focus();
    match input {
        Input::Key(key) => state.keymap.action(focus, key),
        Input::Paste(text) if matches!(focus, Focus::Line | Focus::Form) => {
            Some(Action::Edit(TextEdit::Insert(text)))
        }
        Input::Mouse(mouse) if state.mouse => clicked(mouse).map(Action::Mouse),
        Input::Background(colour) => Some(Action::Background(colour)),
        Input::Paste(_) | Input::Mouse(_) => None,
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
