//! The first process of a server, watched from start to end.

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// A running server process.
///
/// A thread of its own starts it and waits for its end. Linux sends the
/// parent-death signal when the parent *thread* ends, so a server that a
/// short-lived worker thread had spawned would go with the worker.
#[derive(Debug, Clone)]
pub(super) struct Postmaster {
    pid: Pid,
    end: Arc<End>,
}

#[derive(Debug, Default)]
struct End {
    status: Mutex<Option<ExitStatus>>,
    came: Condvar,
}

impl End {
    fn lock(&self) -> MutexGuard<'_, Option<ExitStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Postmaster {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        let (tell, told) = mpsc::channel();
        let end = Arc::new(End::default());
        let ending = Arc::clone(&end);
        thread::Builder::new()
            .name("postgres-keeper".into())
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(error) => {
                        let _ = tell.send(Err(error));
                        return;
                    }
                };
                let pid = Pid::from_child(&child);
                let _ = tell.send(Ok(pid));
                // Wait without reaping first: as long as the zombie stands, nobody
                // else can have its pid, and `signal` holds the lock to be sure.
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
                let mut status = ending.lock();
                *status = child.wait().ok().or_else(|| Some(ExitStatus::default()));
                ending.came.notify_all();
            })?;
        let pid = told
            .recv()
            .map_err(|_| io::Error::other("the keeper thread ended"))??;
        Ok(Self { pid, end })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    pub(super) fn is_running(&self) -> bool {
        self.end.lock().is_none()
    }

    /// Waits for its end, at most so long.
    pub(super) fn ended_within(&self, limit: Duration) -> Option<ExitStatus> {
        let status = self.end.lock();
        let waited = self
            .end
            .came
            .wait_timeout_while(status, limit, |status| status.is_none());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Sends each signal in turn and gives it its time; `SIGKILL` comes last. How
    /// it ended, unless even that took too long.
    pub(super) fn halt(self, steps: &[(Signal, Duration)]) -> Option<ExitStatus> {
        for (signal, patience) in steps {
            self.signal(*signal);
            if let Some(status) = self.ended_within(*patience) {
                return Some(status);
            }
        }
        self.signal(Signal::KILL);
        self.ended_within(Duration::from_secs(10))
    }

    pub(super) fn signal(&self, signal: Signal) {
        let status = self.end.lock();
        if status.is_none() {
            // It can only fail for a process that has already gone.
            let _ = kill_process(self.pid, signal);
        }
    }
}
