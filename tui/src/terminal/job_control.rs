//! Stopping for the shell, as every program of a job must.

use std::io;
use std::process::{Child, Command, Stdio};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, getsid, kill_current_process_group, waitpid,
};
use signal_hook::consts::SIGSTOP;
use signal_hook::low_level::raise;

/// Who is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The key was pressed: `make`, `sudo` or the script that this was started by
    /// stop too, or the shell would wait for them.
    Group,
    /// Somebody told this process alone, or has told the others already.
    Process,
}

/// Is there a shell that can wake a stopped program?
///
/// The system knows: it does not stop a program by `SIGTSTP` if nobody is there to
/// continue it. A child that sends the signal to itself finds out, since this
/// process catches it.
pub(super) struct Shell(Child);

impl Shell {
    /// None if whatever stops here would stop for ever.
    pub(super) fn find() -> Option<Self> {
        // The shell waits for the leader of its session, which it is itself.
        if getsid(None).is_ok_and(|leader| leader == getpid()) {
            return None;
        }
        let probe = Command::new("/bin/sh")
            .args(["-c", "kill -s TSTP $$"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let probe = Self(probe.ok()?);
        let pid = Pid::from_raw(i32::try_from(probe.0.id()).ok()?);
        loop {
            match waitpid(pid, WaitOptions::UNTRACED) {
                Ok(Some((_, status))) => return status.stopped().then_some(probe),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return None,
            }
        }
    }
}

/// Stops here; comes back when told to go on.
pub(super) fn stop(who: Stop) -> io::Result<()> {
    match who {
        // At once: between two signals somebody could have been told to go on.
        Stop::Group => Ok(kill_current_process_group(Signal::STOP)?),
        Stop::Process => raise(SIGSTOP),
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Stopped or done: it has nothing left to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
