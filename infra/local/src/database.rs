//! The running PostgreSQL, started again should it end.

use std::sync::Arc;
use std::time::Duration;

use sbw_servers::postgres::{KillSwitch, Postgres};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::backoff::Backoff;
use crate::console::Console;

const PART: &str = "PostgreSQL";
/// How often is looked whether it still runs: a flag in memory.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a server in mid-recovery may take before it is stopped.
const STARTING_TIME: Duration = Duration::from_secs(20);

/// A server with a keeper. Gone, it takes the server along.
#[derive(Debug)]
pub struct Database {
    close: oneshot::Sender<()>,
    closed: JoinHandle<()>,
}

impl Database {
    /// From now on it comes back by itself, on the port it has. The switch is the
    /// server's own.
    #[must_use]
    pub fn keep(postgres: Postgres, kill_switch: KillSwitch, console: &Arc<Console>) -> Self {
        let (close, closing) = oneshot::channel();
        let console = Arc::clone(console);
        let closed = tokio::spawn(keep(postgres, kill_switch, console, closing));
        Self { close, closed }
    }

    /// Stops it in order.
    pub async fn shutdown(self) {
        let _ = self.close.send(());
        let _ = self.closed.await;
    }
}

/// Stops a server in order, once and for all.
pub async fn stop(mut postgres: Postgres) {
    let stopping = spawn_blocking(move || {
        if !postgres.stop() {
            // Somebody killed it. What it left of shared memory only the next one on
            // its files removes; should that not start, no more can be done.
            let _ = postgres.start_again();
        }
        drop(postgres);
    });
    // If the runtime cannot do it any more, dropping does it here.
    let _ = stopping.await;
}

async fn keep(
    mut postgres: Postgres,
    kill_switch: KillSwitch,
    console: Arc<Console>,
    mut closing: oneshot::Receiver<()>,
) {
    let mut backoff = Backoff::default();
    loop {
        tokio::select! {
            () = ends(&postgres) => {}
            _ = &mut closing => return stop(postgres).await,
        }
        let wait = backoff.wait();
        console.trouble(
            PART,
            &format!(
                "PostgreSQL has ended and starts again in {} s; see {}",
                wait.as_secs(),
                postgres.log_file().display()
            ),
        );
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = &mut closing => return stop(postgres).await,
        }
        let mut starting = spawn_blocking(move || {
            let started = postgres.start_again();
            (postgres, started)
        });
        let (done, closes) = tokio::select! {
            done = &mut starting => (done, false),
            _ = &mut closing => {
                let patience = tokio::time::sleep(STARTING_TIME);
                let done = tokio::select! {
                    done = &mut starting => done,
                    () = patience => {
                        kill_switch.pull();
                        starting.await
                    }
                };
                (done, true)
            }
        };
        // The runtime is going down, and has taken the server along.
        let Ok((server, started)) = done else { return };
        postgres = server;
        if closes {
            return stop(postgres).await;
        }
        match started {
            Ok(()) => console.well(PART),
            Err(error) => console.trouble(PART, &format!("PostgreSQL does not start: {error}")),
        }
    }
}

async fn ends(postgres: &Postgres) {
    while postgres.pid().is_some() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
