//! What the system and other programs tell this one.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream as Pipe;
use std::time::Duration;

use crossterm::terminal::disable_raw_mode;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level::pipe;
use tokio::net::UnixStream;

/// Those that ask a program to end.
const ENDS: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// A terminal that takes nothing more holds up who writes to it; longer than
/// this nobody waits for an end that was asked for.
const LONGEST_GOODBYE: Duration = Duration::from_secs(2);

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Leave.
    End,
    /// Stop for the shell.
    Stop,
    /// Go on after a stop.
    Continue,
    /// The terminal has another size.
    Resize,
}

/// The signals that came, each at most once until it is asked for.
pub(crate) struct Signals {
    ends: UnixStream,
    stops: UnixStream,
    continues: UnixStream,
    sizes: UnixStream,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn begin() -> io::Result<Self> {
        see_to_the_end()?;
        Ok(Self {
            ends: listen(&ENDS)?,
            stops: listen(&[SIGTSTP])?,
            continues: listen(&[SIGCONT])?,
            sizes: listen(&[SIGWINCH])?,
        })
    }

    /// The next one. Nothing is lost where this is dropped before it is done.
    pub(crate) async fn next(&self) -> io::Result<Told> {
        tokio::select! {
            biased;
            came = came(&self.ends) => came.map(|()| Told::End),
            came = came(&self.stops) => came.map(|()| Told::Stop),
            came = came(&self.continues) => came.map(|()| Told::Continue),
            came = came(&self.sizes) => came.map(|()| Told::Resize),
        }
    }

    /// Forgets what was told of stopping and going on: both have been done.
    pub(crate) fn forget_stops(&self) {
        drain(&self.stops);
        drain(&self.continues);
    }
}

fn listen(signals: &[i32]) -> io::Result<UnixStream> {
    let (receiver, sender) = Pipe::pair()?;
    receiver.set_nonblocking(true)?;
    for signal in signals {
        pipe::register(*signal, sender.try_clone()?)?;
    }
    UnixStream::from_std(receiver)
}

async fn came(pipe: &UnixStream) -> io::Result<()> {
    while !drain(pipe) {
        pipe.readable().await?;
    }
    Ok(())
}

/// Empties a pipe; was there something in it?
fn drain(pipe: &UnixStream) -> bool {
    let mut was_told = false;
    while let Ok(1..) = pipe.try_read(&mut [0; 64]) {
        was_told = true;
    }
    was_told
}

/// Ends the program some time after it was told to, if it did not by itself.
fn see_to_the_end() -> io::Result<()> {
    let (mut receiver, sender) = Pipe::pair()?;
    for signal in ENDS {
        pipe::register(signal, sender.try_clone()?)?;
    }
    std::thread::Builder::new()
        .name("end".to_owned())
        .spawn(move || {
            if receiver.read(&mut [0]).is_ok() {
                std::thread::sleep(LONGEST_GOODBYE);
                let _ = disable_raw_mode();
                std::process::exit(1);
            }
        })?;
    Ok(())
}
