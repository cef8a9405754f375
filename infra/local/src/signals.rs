//! The ways to ask a program to stop, and to insist on it.

use std::io;

use futures::future::poll_immediate;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears signals from its making on, so that none is lost between two waits.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// From now on signals do not end the program by themselves.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for Ctrl-C, `SIGTERM` or the end of the terminal.
    pub async fn asked_to_stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Waits for Ctrl-C or `SIGTERM`. A terminal that ends tells more than once
    /// of it, which is no insisting.
    pub async fn insisted(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// What came until now is dealt with.
    pub async fn forget(&mut self) {
        while poll_immediate(self.asked_to_stop()).await.is_some() {}
    }
}
