//! A tunnel through AWS Systems Manager to a server that nothing else reaches.
//!
//! `aws ssm start-session` forwards a free local port; this waits until it
//! listens, and ends it with everything that it started.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use sbw_queries::connect::Target;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a session may take to be there: it is a few calls and a helper's start.
const OPEN_WITHIN: Duration = Duration::from_secs(30);

/// How often the port is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// An EC2 or a managed instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceId(String);

/// Text that names no instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no instance; write its id, such as i-0abc123def4567890 or mi-0abc123def4567890")]
pub struct NotAnInstance(String);

impl FromStr for InstanceId {
    type Err = NotAnInstance;

    fn from_str(text: &str) -> Result<Self, NotAnInstance> {
        let digits = text.strip_prefix("mi-").or_else(|| text.strip_prefix("i-"));
        let fine = digits.is_some_and(|digits| {
            (8..=17).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnInstance(text.to_owned()))
        }
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why there is no tunnel.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
    /// The AWS command line is not there.
    #[error("cannot run `aws` ({0}); install the AWS CLI and its Session Manager plugin")]
    NoAws(std::io::Error),
    /// No port is free here.
    #[error("no local port is free for the tunnel: {0}")]
    NoPort(std::io::Error),
    /// It ended before it listened.
    #[error(
        "the tunnel to {instance} ended: {said}; check `aws sts get-caller-identity`, and that the instance is in `aws ssm describe-instance-information`"
    )]
    Ended {
        /// Where it was to lead.
        instance: InstanceId,
        /// The last that was heard of it.
        said: String,
    },
    /// It never listened.
    #[error("the tunnel to {instance} did not listen within {} s; is the Session Manager plugin installed?", OPEN_WITHIN.as_secs())]
    Late {
        /// Where it was to lead.
        instance: InstanceId,
    },
}

/// Everything that a tunnel started, to be ended from wherever the program ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Group(Arc<Mutex<Option<Pid>>>);

impl Group {
    fn set(&self, pid: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    }

    /// Ends it, and what it started; does not wait for that.
    pub(super) fn end(&self) {
        let pid = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::TERM);
        }
    }
}

/// A tunnel that is opened when it is needed.
pub(crate) struct Tunnel {
    instance: InstanceId,
    /// Of the server, at the other end.
    port: u16,
    open: Option<(Child, u16)>,
    group: Group,
}

impl Tunnel {
    /// To the port of a target's server, on an instance.
    pub(crate) fn new(instance: InstanceId, target: &Target) -> Self {
        Self {
            instance,
            port: target.port,
            open: None,
            group: Group::default(),
        }
    }

    /// What it started, to end it from elsewhere.
    pub(super) fn group(&self) -> Group {
        self.group.clone()
    }

    /// The target through the tunnel, which is opened unless it is. The certificate
    /// is still checked for the server's own name.
    pub(crate) async fn through(&mut self, target: &Target) -> Result<Target, TunnelError> {
        let alive = match &mut self.open {
            Some((child, port)) => matches!(child.try_wait(), Ok(None)).then_some(*port),
            None => None,
        };
        let port = match alive {
            Some(port) => port,
            None => self.open().await?,
        };
        let mut through = target.clone();
        through.hostaddr = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        through.port = port;
        Ok(through)
    }

    /// Ends it; the next use opens another.
    pub(crate) fn close(&mut self) {
        self.group.end();
        self.open = None;
    }

    async fn open(&mut self) -> Result<u16, TunnelError> {
        self.close();
        let port = free_port().map_err(TunnelError::NoPort)?;
        let parameters = format!(
            "{{\"portNumber\":[\"{}\"],\"localPortNumber\":[\"{port}\"]}}",
            self.port
        );
        let mut child = Command::new("aws")
            .args(["ssm", "start-session", "--target", &self.instance.0])
            .args(["--document-name", "AWS-StartPortForwardingSession"])
            .args(["--parameters", &parameters])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own: the plugin that it starts is ended with it, and a
            // Ctrl-C in the dashboard is not its business.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(TunnelError::NoAws)?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        self.group.set(pid.and_then(Pid::from_raw));
        let said = Said::default();
        said.listen(child.stdout.take());
        said.listen(child.stderr.take());
        tracing::info!(instance = %self.instance, port, "opening a tunnel");
        let listens = tokio::time::timeout(OPEN_WITHIN, listens(&mut child, port)).await;
        match listens {
            Ok(true) => {
                self.open = Some((child, port));
                Ok(port)
            }
            Ok(false) => {
                // What it said last is still on its way through the pipe.
                tokio::time::sleep(LOOK_EVERY).await;
                self.close();
                Err(TunnelError::Ended {
                    instance: self.instance.clone(),
                    said: said.last(),
                })
            }
            Err(_) => {
                self.close();
                Err(TunnelError::Late {
                    instance: self.instance.clone(),
                })
            }
        }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.group.end();
    }
}

/// Waits until the port listens; false if the process ends before.
async fn listens(child: &mut Child, port: u16) -> bool {
    loop {
        if !matches!(child.try_wait(), Ok(None)) {
            return false;
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_ok()
        {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Free at this moment; nobody can promise more.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// The last line that a process wrote; the others go to the log.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<String>>);

impl Said {
    fn listen(&self, pipe: Option<impl AsyncRead + Unpin + Send + 'static>) {
        let Some(pipe) = pipe else {
            return;
        };
        let last = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(line, "the tunnel says");
                if !line.trim().is_empty() {
                    line.trim()
                        .clone_into(&mut last.lock().unwrap_or_else(PoisonError::into_inner));
                }
            }
        });
    }

    fn last(&self) -> String {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_empty() {
            "it said nothing".to_owned()
        } else {
            last.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("i-0abc123def4567890", true)]
    #[case("mi-0abc123def4567890", true)]
    #[case("i-12345678", true)]
    #[case("--target", false)]
    #[case("i-", false)]
    #[case("i-0abc123def456789 --x", false)]
    #[case("web-1", false)]
    fn instances_have_ids(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(text.parse::<InstanceId>().is_ok(), fine);
    }
}
