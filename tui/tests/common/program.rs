//! The real program on a terminal of its own.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take on a busy machine before it counts as never.
const PATIENCE: Duration = Duration::from_mins(1);

/// `sbw-tui` running on a pseudo-terminal.
pub struct Program {
    child: Box<dyn Child + Send + Sync>,
    /// The terminal's own side; none after it hung up.
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    reader: JoinHandle<()>,
    terminal: Arc<Mutex<Terminal>>,
    /// The terminal takes no more bytes.
    is_stuck: Arc<AtomicBool>,
}

struct Terminal {
    parser: vt100::Parser,
    written: Vec<u8>,
}

/// A command without this machine's own habits of connecting.
pub fn command(arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.cwd("/");
    // A home in which nothing can be found and nothing left.
    command.env("HOME", "/dev/null");
    for folder in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env_remove(folder);
    }
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    for habit in ["NO_COLOR", "COLORTERM", "COLORFGBG", "STY", "TMUX"] {
        command.env_remove(habit);
    }
    command
}

/// The command with the flags that lead to a local server, and more of them.
pub fn to_server(port: u16, more: &[&str]) -> CommandBuilder {
    let flags = flags(port);
    let arguments: Vec<&str> = flags
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    command(&arguments)
}

/// The flags that lead to a local server.
pub fn flags(port: u16) -> Vec<String> {
    ["--host", "127.0.0.1", "--port", &port.to_string()]
        .map(str::to_owned)
        .to_vec()
}

impl Program {
    /// Starts the dashboard of a local server, on 100 × 30.
    pub fn dashboard(port: u16, more: &[&str]) -> Self {
        Self::start(to_server(port, more), 100, 30)
    }

    /// Starts it in a folder, on 120 × 40.
    pub fn dashboard_in(folder: &Path, port: u16) -> Self {
        let mut command = to_server(port, &[]);
        command.cwd(folder);
        Self::start(command, 120, 40)
    }

    /// Starts a command on a terminal of a size.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (seen_columns, seen_rows) = match (columns, rows) {
            (0, 0) => (80, 24),
            size => size,
        };
        let parser = vt100::Parser::new(at_least_one(seen_rows), at_least_one(seen_columns), 0);
        let terminal = Arc::new(Mutex::new(Terminal {
            parser,
            written: Vec::new(),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let seen = Arc::clone(&terminal);
        let is_stuck = Arc::new(AtomicBool::new(false));
        let stuck = Arc::clone(&is_stuck);
        let reader = std::thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if stuck.load(Ordering::SeqCst) {
                    return;
                }
                let mut terminal = seen.lock().unwrap();
                terminal.parser.process(&bytes[..count]);
                terminal.written.extend_from_slice(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            master: Some(pair.master),
            keys: Some(keys),
            reader,
            terminal,
            is_stuck,
        }
    }

    /// Reads nothing more of what the program writes.
    pub fn get_stuck(&self) {
        self.is_stuck.store(true, Ordering::SeqCst);
    }

    /// Takes the terminal away, as a closed window or a lost connection does.
    pub fn hang_up(&mut self) {
        self.get_stuck();
        // The reader ends with the next frame.
        self.send("\u{c}");
        while !self.reader.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
        (self.master, self.keys) = (None, None);
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let terminal = self.keys.as_mut().unwrap();
        terminal.write_all(keys.as_bytes()).unwrap();
        terminal.flush().unwrap();
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.terminal.lock().unwrap().parser.screen().contents()
    }

    /// Is the program's own screen on?
    pub fn is_on_its_screen(&self) -> bool {
        self.terminal
            .lock()
            .unwrap()
            .parser
            .screen()
            .alternate_screen()
    }

    /// Is the cursor there, as a shell needs it?
    pub fn shows_the_cursor(&self) -> bool {
        !self.terminal.lock().unwrap().parser.screen().hide_cursor()
    }

    /// Every byte that reached the terminal.
    pub fn written(&self) -> Vec<u8> {
        self.terminal.lock().unwrap().written.clone()
    }

    /// Waits until the screen shows all of these.
    #[track_caller]
    pub fn wait_for(&self, texts: &[&str]) -> String {
        self.wait_until(&format!("{texts:?}"), |screen| {
            texts.iter().all(|text| screen.contains(text))
        })
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub fn wait_until(&self, what: &str, fine: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let screen = self.screen();
            if fine(&screen) {
                return screen;
            }
            assert!(started.elapsed() < PATIENCE, "never came: {what}\n{screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.terminal
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let kill = std::process::Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
    }

    /// Waits until it is stopped, as a shell would see it.
    #[track_caller]
    pub fn wait_for_stop(&self) {
        let stat = format!("/proc/{}/stat", self.pid());
        self.wait_until("stopped", |_| {
            let stat = std::fs::read_to_string(&stat).unwrap();
            stat.contains(") T ")
        });
    }

    /// Waits until it ends; says how, and how long that took.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> (ExitStatus, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let took = started.elapsed();
                // What it wrote last is still on its way through the terminal.
                std::thread::sleep(Duration::from_millis(100));
                return (status, took);
            }
            assert!(
                started.elapsed() < PATIENCE,
                "does not end\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn at_least_one(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
