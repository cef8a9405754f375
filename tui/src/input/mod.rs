//! What the terminal sends, as keys, pastes, clicks and answers.
//!
//! Bytes come in by a thread that only reads; [`Decoder`] turns them into
//! [`Input`], whatever way a slow link cut them into pieces.

mod decoder;
mod mouse;
mod sequence;

use std::collections::VecDeque;
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;

use crossterm::event::{KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use self::decoder::Decoder;

/// One thing that the terminal sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The background's colour: red, green and blue, 0 to 255.
    Background([u8; 3]),
}

/// The terminal's input, one thing after the other.
pub(crate) struct Inputs {
    bytes: mpsc::Receiver<Vec<u8>>,
    decoder: Decoder,
    ready: VecDeque<Input>,
    /// When the last bytes came.
    last: Instant,
}

impl Inputs {
    /// Begins to read standard input, which is a terminal.
    pub(crate) fn begin() -> io::Result<Self> {
        let terminal = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let (sender, bytes) = mpsc::channel(16);
        // Nothing waits for this thread: it ends with the program, or the terminal.
        std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || read(terminal, &sender))?;
        Ok(Self {
            bytes,
            decoder: Decoder::default(),
            ready: VecDeque::new(),
            last: Instant::now(),
        })
    }

    /// The next thing; none once the terminal is gone. Nothing is lost where
    /// this is dropped before it is done.
    pub(crate) async fn next(&mut self) -> Option<Input> {
        loop {
            if let Some(input) = self.ready.pop_front() {
                return Some(input);
            }
            let bytes = match self.decoder.patience() {
                None => self.bytes.recv().await,
                Some(patience) => {
                    let until = self.last + patience;
                    let Ok(bytes) = tokio::time::timeout_at(until, self.bytes.recv()).await else {
                        self.decoder.expire(&mut self.ready);
                        continue;
                    };
                    bytes
                }
            };
            self.last = Instant::now();
            self.decoder.feed(&bytes?, &mut self.ready);
        }
    }
}

/// Reads until the terminal or the program is gone.
fn read(mut terminal: std::fs::File, bytes: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 4_096];
    loop {
        // Not a read that waits: while this program is being stopped, such a one
        // still takes what is typed for the shell.
        let read = poll(&mut [PollFd::new(&terminal, PollFlags::IN)], None)
            .map_err(io::Error::from)
            .and_then(|_| terminal.read(&mut buffer));
        let read = match read {
            Ok(0) => return,
            Ok(read) => buffer.get(..read).unwrap_or_default().to_vec(),
            // Somebody who shares the terminal may have read first.
            Err(error) if matches!(error.kind(), Interrupted | WouldBlock) => continue,
            Err(_) => return,
        };
        if bytes.blocking_send(read).is_err() {
            return;
        }
    }
}
