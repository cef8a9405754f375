//! The files of a cluster: made once, started many times.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};
use secrecy::{ExposeSecret, SecretString};

use super::account::Account;
use super::postmaster::Postmaster;
use super::{Error, KillSwitch, SUPERUSER};

/// Recovery after a crash comes before the first connection.
const START_LIMIT: Duration = Duration::from_mins(2);
/// How long what is left of a killed server may take to go.
const LEFTOVER_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);
/// Names a directory in which test runs keep an empty cluster of each installation: copying it takes a
/// tenth of the time of making one.
const EMPTY_CLUSTERS: &str = "SBW_EMPTY_CLUSTERS";
/// How much of the log an error repeats.
const SAID_BYTES: usize = 2_000;

/// Where a cluster is, who runs it and how.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) bin_dir: PathBuf,
    pub(super) data_dir: PathBuf,
    pub(super) account: Account,
    /// Whether commits must survive a power cut.
    pub(super) durable: bool,
    pub(super) settings: Vec<(String, String)>,
    /// Pulled, it ends the server and keeps it from starting.
    pub(super) kill_switch: KillSwitch,
}

/// The major version that made the files of a data directory; `None` when
/// there are none yet.
pub(super) fn version_of(data_dir: &Path) -> Result<Option<u32>, Error> {
    let path = data_dir.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(Error::NotACluster {
                path: data_dir.to_path_buf(),
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_empty = fs::read_dir(data_dir).map_or(true, |mut dir| dir.next().is_none());
            if is_empty {
                Ok(None)
            } else {
                Err(Error::NotACluster {
                    path: data_dir.to_path_buf(),
                })
            }
        }
        Err(error) => Err(Error::io("read", &path)(error)),
    }
}

impl Cluster {
    pub(super) fn log_file(&self) -> PathBuf {
        self.data_dir.join("sbw-server.log")
    }

    /// Runs `initdb` beside the final place and moves the result there, so that
    /// a cluster is whole or not there at all.
    pub(super) fn make_unless_made(&self, password: Option<&SecretString>) -> Result<(), Error> {
        if version_of(&self.data_dir)?.is_some() {
            return Ok(());
        }
        let parent = self.data_dir.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
        let mut half_made = self.data_dir.clone().into_os_string();
        half_made.push(".half-made");
        let half_made = PathBuf::from(half_made);
        remove_dir(&half_made)?;
        let made = self.initdb(&half_made, password);
        if made.is_err() {
            // The first failure is the one to report.
            let _ = remove_dir(&half_made);
        }
        made?;
        remove_dir(&self.data_dir)?;
        fs::rename(&half_made, &self.data_dir).map_err(Error::io("make", &self.data_dir))
    }

    /// Copies the server on this port, to follow it. The copy lies where a cluster
    /// would be made.
    pub(super) fn copy(&self, primary: u16) -> Result<(), Error> {
        let mut command = self.program("pg_basebackup");
        command.arg("--pgdata").arg(&self.data_dir);
        command.args(["--host", "127.0.0.1", "--port", &primary.to_string()]);
        command.args(["--username", SUPERUSER, "--no-password"]);
        command.args(["--write-recovery-conf", "--checkpoint", "fast", "--no-sync"]);
        let output = command.output();
        let output = output.map_err(Error::io("run", &self.bin_dir.join("pg_basebackup")))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::Copy {
            said: the_end_of(said.trim()),
        })
    }

    fn initdb(&self, dir: &Path, password: Option<&SecretString>) -> Result<(), Error> {
        match std::env::var_os(EMPTY_CLUSTERS) {
            // Nobody keeps what is in it.
            Some(kept) if !self.durable && password.is_none() => {
                self.copy_empty(Path::new(&kept), dir)
            }
            _ => self.initdb_anew(dir, password),
        }
    }

    /// Copies the empty cluster of this installation, which the first to ask for it makes.
    fn copy_empty(&self, kept: &Path, dir: &Path) -> Result<(), Error> {
        let installation = self.bin_dir.to_string_lossy().replace('/', "_");
        let empty = kept.join(&installation);
        if version_of(&empty)?.is_none() {
            let made = kept.join(format!("{installation}.{}", std::process::id()));
            remove_dir(&made)?;
            self.initdb_anew(&made, None)?;
            // Another test may have been faster.
            if fs::rename(&made, &empty).is_err() {
                remove_dir(&made)?;
            }
        }
        let copied = Command::new("cp").arg("-a").arg(&empty).arg(dir).status();
        let copied = copied.map_err(Error::io("copy", &empty))?;
        if copied.success() {
            Ok(())
        } else {
            Err(Error::io("copy", &empty)(io::Error::other("cp failed")))
        }
    }

    fn initdb_anew(&self, dir: &Path, password: Option<&SecretString>) -> Result<(), Error> {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(dir)
            .map_err(Error::io("make", dir))?;
        self.account.owns(dir)?;
        let mut secret = dir.to_path_buf().into_os_string();
        secret.push(".password");
        let secret = PathBuf::from(secret);
        let mut command = self.program("initdb");
        command
            .arg("--pgdata")
            .arg(dir)
            .args(["--username", SUPERUSER]);
        command.args([
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--auth",
            "trust",
        ]);
        if !self.durable {
            command.arg("--no-sync");
        }
        if let Some(password) = password {
            self.write_private(&secret, password.expose_secret().as_bytes())?;
            command.arg("--pwfile").arg(&secret);
        }
        let output = command.output();
        let removed = if password.is_some() {
            fs::remove_file(&secret)
        } else {
            Ok(())
        };
        let output = output.map_err(Error::io("run", &self.bin_dir.join("initdb")))?;
        removed.map_err(Error::io("remove", &secret))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if is_disk_full(&said) {
            return Err(Error::DiskFull {
                path: self.data_dir.clone(),
            });
        }
        Err(Error::Initdb {
            said: the_end_of(said.trim()),
        })
    }

    /// Replaces `pg_hba.conf`.
    pub(super) fn write_rules(&self, rules: &[String]) -> Result<(), Error> {
        let text = rules
            .iter()
            .fold(String::new(), |text, rule| text + rule + "\n");
        self.write_file("pg_hba.conf", text.as_bytes())
    }

    /// Writes a file into the data directory that the server alone may read.
    pub(super) fn write_file(&self, name: &str, contents: &[u8]) -> Result<(), Error> {
        self.write_private(&self.data_dir.join(name), contents)
    }

    fn write_private(&self, path: &Path, contents: &[u8]) -> Result<(), Error> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(path).map_err(Error::io("write", path))?;
        file.write_all(contents).map_err(Error::io("write", path))?;
        self.account.owns(path)
    }

    /// Starts the server; returns when it accepts connections.
    pub(super) fn start(&self, port: u16) -> Result<Postmaster, Error> {
        let deadline = Instant::now() + LEFTOVER_LIMIT;
        loop {
            self.wait_for_another_to_go(deadline)?;
            match self.start_once(port) {
                // The other processes of a killed server hold its shared memory
                // until they notice, which takes them a moment.
                Err(Error::Exited { said, .. })
                    if is_leftover(&said) && Instant::now() < deadline =>
                {
                    thread::sleep(POLL);
                }
                other => return other,
            }
        }
    }

    fn start_once(&self, port: u16) -> Result<Postmaster, Error> {
        let log = self.log_file();
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).mode(0o600).open(&log);
        let file = file.map_err(Error::io("write", &log))?;
        // The server reads all of its directory when it is copied.
        self.account.owns(&log)?;
        let said_before = file.metadata().map_err(Error::io("look at", &log))?.len();
        let command = self.server(port, file).map_err(Error::io("write", &log))?;
        let server =
            Postmaster::spawn(command).map_err(Error::io("run", &self.bin_dir.join("postgres")))?;
        self.kill_switch.holds(&server);

        let deadline = Instant::now() + START_LIMIT;
        while !self.is_ready(server.pid()) {
            if let Some(status) = server.ended_within(POLL) {
                let said = said_since(&log, said_before);
                return Err(
                    if said.contains("could not bind")
                        || said.contains("could not create any TCP/IP sockets")
                    {
                        Error::PortTaken { port }
                    } else if is_disk_full(&said) {
                        Error::DiskFull {
                            path: self.data_dir.clone(),
                        }
                    } else {
                        Error::Exited {
                            status,
                            said: the_end_of(&said),
                        }
                    },
                );
            }
            if Instant::now() > deadline {
                let said = the_end_of(&said_since(&log, said_before));
                server.halt(&[]);
                return Err(Error::TimedOut {
                    seconds: START_LIMIT.as_secs(),
                    said,
                });
            }
        }
        Ok(server)
    }

    fn server(&self, port: u16, log: File) -> io::Result<Command> {
        let mut command = self.dying_with_us("postgres");
        command
            .arg("-D")
            .arg(&self.data_dir)
            .args(["-p", &port.to_string()]);
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        set("listen_addresses", "127.0.0.1");
        set("unix_socket_directories", "");
        set("timezone", "UTC");
        set("log_timezone", "UTC");
        if !self.durable {
            // Commits still survive a killed server: the pages are the kernel's by then.
            set("fsync", "off");
            set("full_page_writes", "off");
        }
        for (name, value) in &self.settings {
            set(name, value);
        }
        command.stdout(log.try_clone()?).stderr(log);
        // Ctrl-C at the terminal is for the program, which then stops the server in its turn.
        command.process_group(0);
        Ok(command)
    }

    /// The server's own status file says `ready` once it accepts connections,
    /// which is what `pg_ctl -w` waits for.
    fn is_ready(&self, pid: u32) -> bool {
        let Ok(text) = fs::read_to_string(self.pid_file()) else {
            return false;
        };
        let mut lines = text.lines().map(str::trim);
        lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
    }

    /// A pid file may outlive its server, and its pid may be somebody else's by
    /// now: only a server on these files counts. One that lost its parent is on
    /// its way out.
    fn wait_for_another_to_go(&self, deadline: Instant) -> Result<(), Error> {
        let path = self.pid_file();
        loop {
            self.kill_switch.check()?;
            let Ok(text) = fs::read_to_string(&path) else {
                return Ok(());
            };
            let Some(pid) = text
                .lines()
                .next()
                .and_then(|line| line.trim().parse().ok())
            else {
                return Ok(());
            };
            match owner_of(pid, &self.data_dir) {
                Owner::Nobody => return Ok(()),
                Owner::Stranger => {
                    return fs::remove_file(&path).map_err(Error::io("remove", &path));
                }
                Owner::Server if Instant::now() > deadline => {
                    return Err(Error::InUse {
                        path: self.data_dir.clone(),
                        pid,
                    });
                }
                Owner::Server => thread::sleep(POLL),
            }
        }
    }

    fn pid_file(&self) -> PathBuf {
        self.data_dir.join("postmaster.pid")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin_dir.join(name));
        self.account.runs(&mut command);
        // Messages are matched below: they must not come translated.
        command
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }

    /// The program, signalled by the kernel when we are gone: `SIGINT`, on which
    /// PostgreSQL cuts its clients off and stops in order.
    fn dying_with_us(&self, name: &str) -> Command {
        let setpriv = ["/usr/bin/setpriv", "/bin/setpriv"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let Some(setpriv) = setpriv else {
            return self.program(name);
        };
        let mut command = Command::new(setpriv);
        self.account.runs(&mut command);
        command
            .args(["--pdeathsig", "INT", "--"])
            .arg(self.bin_dir.join(name));
        command
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }
}

fn remove_dir(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Who has the pid that a pid file names.
enum Owner {
    /// Nobody: the file is stale, and PostgreSQL sees that by itself.
    Nobody,
    /// An unrelated process, which PostgreSQL would take for a server.
    Stranger,
    /// A server on these files.
    Server,
}

fn owner_of(pid: u32, data_dir: &Path) -> Owner {
    if Path::new("/proc/self").exists() {
        return match fs::read(format!("/proc/{pid}/cmdline")) {
            Err(_) => Owner::Nobody,
            Ok(line) => {
                let dir = data_dir.as_os_str().as_bytes();
                let names_dir = line.split(|byte| *byte == 0).any(|word| word == dir);
                if names_dir {
                    Owner::Server
                } else {
                    Owner::Stranger
                }
            }
        };
    }
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if pid.is_some_and(|pid| test_kill_process(pid).is_ok()) {
        Owner::Server
    } else {
        Owner::Nobody
    }
}

fn is_disk_full(said: &str) -> bool {
    [
        "No space left on device",
        "Disk quota exceeded",
        // The hint of a write that came out short.
        "Check free disk space",
    ]
    .iter()
    .any(|sign| said.contains(sign))
}

fn is_leftover(said: &str) -> bool {
    said.contains("pre-existing shared memory block")
        || said.contains("postmaster.pid\" already exists")
}

fn said_since(log: &Path, start: u64) -> String {
    let mut said = Vec::new();
    if let Ok(mut file) = File::open(log)
        && file.seek(SeekFrom::Start(start)).is_ok()
    {
        // A log that cannot be read leaves the message shorter, no more.
        let _ = file.read_to_end(&mut said);
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn the_end_of(said: &str) -> String {
    let said = said.trim_end();
    let start = said.floor_char_boundary(said.len().saturating_sub(SAID_BYTES));
    said[start..].to_owned()
}
