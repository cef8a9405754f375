//! `psql` and this program side by side: what one connects to the other does, or it
//! says why not.

mod logins;
mod servers;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sbw_servers::postgres::{Postgres, SUPERUSER};
use tempfile::TempDir;

use self::logins::LOGINS;
use self::servers::SERVERS;
use super::certificates::Certificates;
use super::{program, without_habits};

/// What comes of a try.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// Both connect.
    Both,
    /// Neither does, and this program says this.
    Neither(&'static str),
    /// `psql` does, and this program says why not.
    OnlyPsql(&'static str),
}

/// The certificate that the server shows, what the environment says (`~` is the home
/// directory, `$` that of the certificates), the files in the home directory, and what
/// comes of it.
#[derive(Clone, Copy)]
struct Try {
    shown: &'static str,
    variables: &'static [(&'static str, &'static str)],
    home: &'static [(&'static str, &'static str)],
    outcome: Outcome,
}

const fn shows(
    shown: &'static str,
    variables: &'static [(&'static str, &'static str)],
    outcome: Outcome,
) -> Try {
    Try {
        shown,
        variables,
        home: &[],
        outcome,
    }
}

const fn with(home: &'static [(&'static str, &'static str)], of: Try) -> Try {
    Try { home, ..of }
}

const REQUIRE: (&str, &str) = ("PGSSLMODE", "require");
/// Letters that have two spellings, and those that URLs must write otherwise.
const PASSWORD: &str = "M\u{1ead}t @/:?#%";

struct Side {
    postgres: Postgres,
    certificates: Certificates,
    home: TempDir,
    shown: &'static str,
}

impl Side {
    fn start() -> Self {
        let certificates = Certificates::make();
        let home = TempDir::new().unwrap();
        let sockets = home.path().join("socket");
        fs::create_dir(&sockets).unwrap();
        for folder in [home.path(), &sockets] {
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
            fs::set_permissions(folder, open).unwrap();
        }
        let postgres = Postgres::builder()
            .setting("ssl", "on")
            .setting("ssl_cert_file", "server.crt")
            .setting("ssl_key_file", "server.key")
            .setting("ssl_ca_file", "root.crt")
            .setting("unix_socket_directories", sockets.to_str().unwrap())
            .file("server.crt", certificates.read("signed.crt"))
            .file("server.key", certificates.read("server.key"))
            .file("root.crt", certificates.read("root.crt"))
            .hba("local all all trust")
            .hba("host all postgres 127.0.0.1/32 trust")
            .hba("hostssl all reader 127.0.0.1/32 trust")
            .hba("hostssl all keyed,other 127.0.0.1/32 cert")
            .hba("host all scram 127.0.0.1/32 scram-sha-256")
            .hba("host all md5 127.0.0.1/32 md5")
            .hba("hostnossl all clear 127.0.0.1/32 password")
            .hba("hostnossl all plain 127.0.0.1/32 trust")
            .hba("host all kerberos 127.0.0.1/32 gss")
            .start()
            .unwrap();
        let roles = format!(
            "create role reader login; create role keyed login; create role other login;
             create role plain login; create role kerberos login;
             create role scram login password '{PASSWORD}';
             create role clear login password '{PASSWORD}';
             set password_encryption = md5; create role md5 login password '{PASSWORD}'"
        );
        let made = postgres
            .psql(SUPERUSER, "postgres")
            .args(["-c", &roles])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let folder = certificates.folder();
        let port = postgres.port();
        let escaped = PASSWORD.replace(':', "\\:");
        fs::write(
            folder.join("pgpass"),
            format!("dw.internal:{port}:*:scram:{escaped}\n"),
        )
        .unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(folder.join("pgpass"), private).unwrap();
        let service = format!("[dw]\nhost=127.0.0.1\nport={port}\nuser=reader\nsslmode=require\n");
        fs::write(folder.join("services"), service).unwrap();
        Self {
            postgres,
            certificates,
            home,
            shown: "signed",
        }
    }

    /// The server shows another certificate from here on.
    fn show(&mut self, name: &'static str) {
        if self.shown == name {
            return;
        }
        let loaded = || self.ask("select extract(epoch from pg_conf_load_time())");
        let before = loaded();
        let key = if name == "self" {
            "self.key"
        } else {
            "server.key"
        };
        for (file, from) in [("server.crt", &*format!("{name}.crt")), ("server.key", key)] {
            let to = self.postgres.data_dir().join(file);
            fs::write(to, self.certificates.read(from)).unwrap();
        }
        self.ask("select pg_reload_conf()");
        let started = Instant::now();
        while loaded() == before {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{name} is not loaded"
            );
        }
        self.shown = name;
    }

    fn ask(&self, sql: &str) -> String {
        let output = self
            .postgres
            .psql(SUPERUSER, "postgres")
            .args(["-c", sql])
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }

    /// Whether `psql` connects, and what it says.
    fn psql(&self, tried: &Try) -> (bool, String) {
        let beside = self.postgres.bin_dir().join("psql");
        let program = if beside.exists() {
            beside
        } else {
            PathBuf::from("psql")
        };
        let mut command = Command::new(program);
        without_habits(&mut command);
        command.args(["-X", "-w", "-c", "select 1"]);
        if let Some(url) = self.surround(&mut command, tried) {
            command.args(["-d", &url]);
        }
        let output = command.output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Whether this program does.
    fn ours(&self, tried: &Try) -> (bool, String) {
        let mut command = program(&["report", "pipeline"]);
        if let Some(url) = self.surround(&mut command, tried) {
            command.args(["--url", &url]);
        }
        let output = command.output().unwrap();
        // There is no warehouse: whoever gets in is told so.
        let connected = !matches!(output.status.code(), Some(2 | 3));
        (
            connected,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Sets the environment of a try; its URL, when it has one.
    fn surround(&self, command: &mut Command, tried: &Try) -> Option<String> {
        let port = self.postgres.port().to_string();
        command.env("HOME", self.home.path());
        for (name, value) in [
            ("PGHOST", "dw.internal"),
            ("PGHOSTADDR", "127.0.0.1"),
            ("PGPORT", &*port),
            ("PGUSER", "reader"),
            ("PGDATABASE", "postgres"),
        ] {
            command.env(name, value);
        }
        let mut url = None;
        let home = self.home.path().to_str().unwrap();
        for (name, value) in tried.variables {
            let folder = self.certificates.folder().to_str().unwrap();
            if *name == "URL" {
                let socket = format!("{home}/socket").replace('/', "%2F");
                let value = value
                    .replace(":%/", &format!(":{port}/"))
                    .replace("~socket", &socket);
                url = Some(value);
                for name in ["PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE"] {
                    command.env_remove(name);
                }
            } else if *name == "PGSERVICE" {
                for name in ["PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER"] {
                    command.env_remove(name);
                }
                command.env(name, value);
            } else {
                command.env(name, value.replace('$', folder).replace('~', home));
            }
        }
        url
    }

    fn furnish(&self, files: &[(&str, &str)]) {
        let folder = self.home.path().join(".postgresql");
        let _ = fs::remove_dir_all(&folder);
        for file in [".pgpass", ".pg_service.conf"] {
            let _ = fs::remove_file(self.home.path().join(file));
        }
        fs::create_dir(&folder).unwrap();
        for (name, from) in files {
            copy(&self.certificates.folder().join(from), &folder.join(name));
        }
    }
}

/// With its rights.
fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
}

#[test]
fn what_psql_connects_to_is_connected_to_or_the_reason_is_said() {
    let mut side = Side::start();
    let mut wrong = String::new();
    for tried in SERVERS.iter().chain(LOGINS) {
        side.show(tried.shown);
        side.furnish(tried.home);
        let ((psql, theirs), (connected, said)) = (side.psql(tried), side.ours(tried));
        let fine = match tried.outcome {
            Outcome::Both => psql && connected,
            Outcome::Neither(words) => !psql && !connected && said.contains(words),
            Outcome::OnlyPsql(words) => psql && !connected && said.contains(words),
        };
        if !fine {
            let Try {
                shown,
                variables,
                home,
                outcome,
            } = tried;
            let _ = writeln!(
                wrong,
                "{shown} {variables:?} {home:?}\n  wanted {outcome:?}\n  psql {psql}: {theirs}\n  ours {connected}: {said}\n"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
