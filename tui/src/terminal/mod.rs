//! The terminal, borrowed: whatever happens it is handed back as it was.

mod job_control;
mod signals;

use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend as _, ClearType, CrosstermBackend};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

pub(crate) use self::job_control::Stop;
use self::job_control::{Shell, stop};
pub(crate) use self::signals::{Signals, Told};

/// Is the terminal ours right now? The panic hook has no other way to know.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal in raw mode on its alternate screen, until this is dropped.
pub(crate) struct Screen {
    mouse: bool,
    size: Size,
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over.
    pub(crate) fn enter() -> io::Result<Self> {
        hand_back_on_panic();
        enter()?;
        // From here on dropping the guard hands the terminal back.
        let guard = Entered;
        let size = size()?;
        let terminal = Terminal::with_options(
            CrosstermBackend::new(io::stdout()),
            TerminalOptions {
                viewport: Viewport::Fixed(Rect::from((Position::ORIGIN, size))),
            },
        )?;
        std::mem::forget(guard);
        Ok(Self {
            mouse: false,
            size,
            terminal,
        })
    }

    /// Looks at the terminal's size: columns and rows, never zero. A new one is
    /// what the next frame is drawn in.
    pub(crate) fn measure(&mut self) -> io::Result<Size> {
        let size = size()?;
        if size != self.size {
            self.size = size;
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        }
        Ok(size)
    }

    /// Asks the terminal for the colour of its background. The answer comes among
    /// the keys, or never.
    pub(crate) fn ask_background() -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(b"\x1b]11;?\x1b\\")?;
        out.flush()
    }

    /// Draws a frame: the terminal shows all of it at once or not yet.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(io::stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        execute!(io::stdout(), EndSynchronizedUpdate)
    }

    /// Forgets what the terminal shows: the next frame is drawn whole.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        // Not the library's own `clear`: that asks the terminal where its cursor
        // is, and the answer is lost among the keys or never comes.
        self.terminal.backend_mut().clear_region(ClearType::All)?;
        self.terminal.swap_buffers();
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub(crate) fn take_mouse(&mut self, taken: bool) -> io::Result<()> {
        self.mouse = taken;
        if taken {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Puts text on the clipboard of whoever looks at the terminal, over any number
    /// of connections in between.
    pub(crate) fn copy(text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal to the shell and stops; comes back when told to go on.
    /// False if there is no shell that could tell it to.
    pub(crate) fn suspend(&mut self, who: Stop) -> io::Result<bool> {
        let Some(shell) = Shell::find() else {
            return Ok(false);
        };
        leave();
        stop(who)?;
        drop(shell);
        self.take_back()?;
        Ok(true)
    }

    /// Takes the terminal over another time: whoever had it in between left it in
    /// a state of his own.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        // First, since it waits until the terminal is this program's again.
        disable_raw_mode()?;
        enter()?;
        if self.mouse {
            self.take_mouse(true)?;
        }
        self.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        cursor::Hide
    )
}

/// Hands the terminal back, once. Nothing can be done where that fails: the
/// terminal is gone.
fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// Columns and rows where the terminal does not know its own, and most that are drawn.
const USUAL: Size = Size::new(80, 24);
const LARGEST: Size = Size::new(1_000, 500);

fn size() -> io::Result<Size> {
    let (width, height) = crossterm::terminal::size()?;
    let given = |name| std::env::var(name).ok()?.parse().ok();
    let known = |told: u16, name, usual| match told {
        // A serial line, or a terminal made by a program that gave it none.
        0 => given(name).filter(|given| *given > 0).unwrap_or(usual),
        told => told,
    };
    Ok(Size {
        width: known(width, "COLUMNS", USUAL.width).min(LARGEST.width),
        height: known(height, "LINES", USUAL.height).min(LARGEST.height),
    })
}

/// A panic's message belongs on a terminal that can show it.
fn hand_back_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            report(panic);
        }));
    });
}
