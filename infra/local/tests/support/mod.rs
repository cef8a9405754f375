//! A running `sbw-local`, and what the tests want to know of it.

#![allow(dead_code)] // Not every test program needs all of it.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tempfile::TempDir;

/// Far beyond what anything takes: only a hang comes here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The program without a dashboard, in a temporary directory of its own.
pub(crate) struct Local {
    process: Child,
    lines: Lines,
    complaints: Lines,
    temp: TempDir,
}

impl Local {
    pub(crate) fn start(more: &[&str]) -> Self {
        Self::start_in(open_dir(), more)
    }

    pub(crate) fn start_in(temp: TempDir, more: &[&str]) -> Self {
        let command = command(temp.path(), more);
        Self::spawn(command, temp)
    }

    /// By a command that runs the one that is written after it.
    pub(crate) fn start_by(mut before: Command, temp: TempDir, more: &[&str]) -> Self {
        let program = command(temp.path(), more);
        before.arg(program.get_program()).args(program.get_args());
        before.envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        before.stdin(Stdio::null());
        Self::spawn(before, temp)
    }

    fn spawn(mut command: Command, temp: TempDir) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = Lines::of(process.stdout.take().unwrap());
        let complaints = Lines::of(process.stderr.take().unwrap());
        Self {
            process,
            lines,
            complaints,
            temp,
        }
    }

    /// Waits for a line that starts like this; what comes after.
    pub(crate) fn hears(&mut self, start: &str) -> String {
        self.lines.wait_for(start)
    }

    /// Waits for a line of trouble.
    pub(crate) fn complains(&mut self, start: &str) {
        self.complaints.wait_for(&format!("sbw-local: {start}"));
    }

    /// The lines of trouble until now.
    pub(crate) fn complaints(&mut self) -> &[String] {
        self.complaints.until_now()
    }

    /// All lines that were heard so far.
    pub(crate) fn heard(&self) -> String {
        self.lines.heard.join("\n")
    }

    /// `psql` on the warehouse, called the way the program says itself.
    pub(crate) fn psql(&mut self) -> Command {
        let said = self.hears("psql");
        let mut words = said.split_whitespace();
        let passfile = words.next().unwrap().strip_prefix("PGPASSFILE=").unwrap();
        assert_eq!(words.next(), Some("psql"));
        let mut psql = Command::new("psql");
        psql.args(words).args(["-X", "-A", "-t", "-w"]);
        // As the program sees it, which may have a disk of its own.
        psql.env("PGPASSFILE", format!("/proc/{}/root{passfile}", self.pid()));
        psql
    }

    /// The warehouse's answer.
    pub(crate) fn ask(&mut self, sql: &str) -> String {
        self.try_to_ask(sql).unwrap()
    }

    fn try_to_ask(&mut self, sql: &str) -> Result<String, String> {
        let output = self.psql().args(["-c", sql]).output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Asks until the answer is this.
    pub(crate) fn wait_for(&mut self, sql: &str, wanted: &str) {
        self.ask_until(|local| local.ask(sql), sql, wanted);
    }

    /// The same, and the server may be away meanwhile.
    pub(crate) fn wait_for_in_the_end(&mut self, sql: &str, wanted: &str) {
        let ask = |local: &mut Self| local.try_to_ask(sql).unwrap_or_else(|error| error);
        self.ask_until(ask, sql, wanted);
    }

    fn ask_until(&mut self, ask: impl Fn(&mut Self) -> String, sql: &str, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = ask(self);
            if answer == wanted {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{sql} is {answer:?}, never {wanted:?}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.process.id(), name);
    }

    pub(crate) fn ends(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where it keeps everything.
    pub(crate) fn home(&mut self) -> PathBuf {
        let log = PathBuf::from(self.hears("log"));
        log.parent().unwrap().to_path_buf()
    }

    pub(crate) fn postgres_pid(&mut self) -> u32 {
        let pid_file = self.home().join("postgres/postmaster.pid");
        let text = fs::read_to_string(pid_file).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }

    pub(crate) fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// Its temporary directory, for another one to start in.
    pub(crate) fn take_temp(&mut self) -> TempDir {
        std::mem::replace(&mut self.temp, open_dir())
    }
}

/// What a program says on one of its ways out.
struct Lines {
    coming: mpsc::Receiver<String>,
    heard: Vec<String>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (tell, coming) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let heard = Vec::new();
        Self { coming, heard }
    }

    fn wait_for(&mut self, start: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut found = self
                .heard
                .iter()
                .filter_map(|line| line.strip_prefix(start));
            if let Some(line) = found.next() {
                return line.trim().to_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.coming.recv_timeout(left) {
                Ok(line) => self.heard.push(line),
                Err(error) => panic!("never said {start:?} ({error}), but {:#?}", self.heard),
            }
        }
    }

    fn until_now(&mut self) -> &[String] {
        self.heard.extend(self.coming.try_iter());
        &self.heard
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn command(temp: &Path, more: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-local"));
    command.args(["--headless", "--etl-every=1s"]);
    let own_port = |flag: &_| {
        AsRef::<OsStr>::as_ref(flag)
            .to_string_lossy()
            .starts_with("--api-port")
    };
    if !more.iter().any(own_port) {
        command.arg("--api-port=0");
    }
    command
        .args(more)
        .env("TMPDIR", temp)
        .env_remove("RUST_LOG");
    command.stdin(Stdio::null());
    command
}

/// A directory that the account of root's PostgreSQL may pass.
pub(crate) fn open_dir() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

pub(crate) fn is_gone(pid: u32) -> bool {
    // A zombie that nobody has reaped yet has no command line.
    fs::read(format!("/proc/{pid}/cmdline")).map_or(true, |line| line.is_empty())
}

/// Waits for its end.
pub(crate) fn goes(pid: u32) {
    let deadline = Instant::now() + PATIENCE;
    while !is_gone(pid) {
        assert!(Instant::now() < deadline, "process {pid} stays");
        std::thread::yield_now();
    }
}

pub(crate) fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).unwrap().next().is_none()
}

pub(crate) async fn post(url: &str, body: &Value) -> (u16, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = hyper::Request::post(url)
        .header("content-type", "application/json")
        .body(Full::from(body.to_string()))
        .unwrap();
    let answer = client.request(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}
