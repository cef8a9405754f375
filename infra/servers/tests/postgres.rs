//! The launcher against the PostgreSQL of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sbw_servers::ports;
use sbw_servers::postgres::{Error, KillSwitch, Postgres, SUPERUSER};
use secrecy::SecretString;

fn ask(server: &Postgres, sql: &str) -> String {
    try_ask(server, None, sql).unwrap()
}

fn try_ask(server: &Postgres, password: Option<&str>, sql: &str) -> Result<String, String> {
    let mut psql = server.psql(SUPERUSER, "postgres");
    psql.args(["-w", "-c", sql])
        .env("PGPASSFILE", "/dev/null")
        .env_remove("PGPASSWORD");
    if let Some(password) = password {
        psql.env("PGPASSWORD", password);
    }
    let output = psql.output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn is_gone(pid: u32) -> bool {
    // A zombie that init has not reaped yet has no command line.
    fs::read(format!("/proc/{pid}/cmdline")).map_or(true, |line| line.is_empty())
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_throwaway_server_answers_and_leaves_nothing() {
    let server = Postgres::start().unwrap();
    assert_eq!(ask(&server, "select 6 * 7"), "42");
    assert_eq!(ask(&server, "show server_encoding"), "UTF8");
    assert_eq!(ask(&server, "show timezone"), "UTC");
    assert_eq!(ask(&server, "show listen_addresses"), "127.0.0.1");
    let (pid, dir) = (server.pid().unwrap(), server.data_dir().to_path_buf());
    drop(server);
    assert!(is_gone(pid));
    assert!(!dir.exists() && !dir.parent().unwrap().exists());
}

#[test]
fn servers_side_by_side_do_not_meet() {
    let servers: Vec<_> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(Postgres::start)).collect();
        starting
            .into_iter()
            .map(|thread| thread.join().unwrap().unwrap())
            .collect()
    });
    for (n, server) in servers.iter().enumerate() {
        ask(server, &format!("create table mine as select {n} as n"));
    }
    for (n, server) in servers.iter().enumerate() {
        assert_eq!(ask(server, "select n from mine"), n.to_string());
    }
}

#[test]
fn a_server_that_a_short_thread_started_stays() {
    let server = std::thread::spawn(Postgres::start).join().unwrap().unwrap();
    assert_eq!(ask(&server, "select 1"), "1");
}

/// Stop, crash or kill: what was committed is there again, on the same port.
#[test]
fn commits_survive_every_way_to_end() {
    let mut server = Postgres::start().unwrap();
    let port = server.port();
    ask(&server, "create table kept (n int)");
    let stop = |server: &mut Postgres| assert!(server.stop());
    for (n, end) in [stop, Postgres::crash, Postgres::kill9]
        .into_iter()
        .enumerate()
    {
        ask(&server, &format!("insert into kept values ({n})"));
        end(&mut server);
        assert_eq!(server.pid(), None);
        assert!(try_ask(&server, None, "select 1").is_err());
        server.start_again().unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(
            ask(&server, "select count(*) from kept"),
            (n + 1).to_string()
        );
    }
}

/// However shortly before: whoever asks to stop hears that it went otherwise.
#[test]
fn a_stop_tells_of_a_kill_before_it() {
    let mut server = Postgres::start().unwrap();
    let pid = Pid::from_raw(server.pid().unwrap().cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    assert!(!server.stop());
    server.start_again().unwrap();
    assert!(server.stop());
    // It was stopped already.
    assert!(server.stop());
}

#[test]
fn kept_files_come_back_and_ask_for_the_password() {
    let home = kept_home();
    let builder = || {
        Postgres::builder()
            .data_dir(home.path().join("pg"))
            .password(SecretString::from("s3cret:\\'"))
    };
    let server = builder().start().unwrap();
    assert!(
        try_ask(&server, None, "select 1")
            .unwrap_err()
            .contains("password")
    );
    assert!(try_ask(&server, Some("wrong"), "select 1").is_err());
    try_ask(&server, Some("s3cret:\\'"), "create table kept as select 1").unwrap();
    assert!(matches!(
        Postgres::builder().port(server.port()).start(),
        Err(Error::PortTaken { port }) if port == server.port()
    ));
    drop(server);
    let server = builder().start().unwrap();
    assert_eq!(
        try_ask(&server, Some("s3cret:\\'"), "select count(*) from kept").unwrap(),
        "1"
    );
    let left: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["pg"]);
}

#[test]
fn settings_files_and_rules_reach_the_server() {
    let server = Postgres::builder()
        .setting("work_mem", "5MB")
        .file("extra.conf", "")
        .hba("host all all 127.0.0.1/32 trust")
        .hba("host all all ::1/128 reject")
        .start()
        .unwrap();
    assert_eq!(ask(&server, "show work_mem"), "5MB");
    assert_eq!(
        ask(&server, "select length(pg_read_file('extra.conf'))"),
        "0"
    );
    assert_eq!(
        ask(
            &server,
            "select count(*) from pg_hba_file_rules where error is null"
        ),
        "2"
    );
}

#[test]
fn a_pid_file_of_somebody_else_does_not_stop_a_start() {
    let mut server = Postgres::start().unwrap();
    let pid_file = server.data_dir().join("postmaster.pid");
    let before = fs::read_to_string(&pid_file).unwrap();
    server.kill9();
    // As if the pid had gone to another process of the same user.
    let mut other = sleeper_of(&server);
    let rest = before.split_once('\n').unwrap().1;
    fs::write(&pid_file, format!("{}\n{rest}", other.id())).unwrap();
    server.start_again().unwrap();
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(ask(&server, "select 1"), "1");
}

#[test]
fn directories_that_are_no_cluster_are_refused_untouched() {
    let home = kept_home();
    let dir = home.path().join("photos");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("cat.jpg"), "meow").unwrap();
    let start = |dir: &Path| Postgres::builder().data_dir(dir).start().map(|_| ());
    assert!(matches!(start(&dir), Err(Error::NotACluster { path }) if path == dir));
    assert_eq!(fs::read_to_string(dir.join("cat.jpg")).unwrap(), "meow");

    let old = home.path().join("old");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("PG_VERSION"), "9\n").unwrap();
    let error = start(&old).unwrap_err();
    assert!(matches!(&error, Error::OtherVersion { data: 9, server, .. } if *server >= 15));
    assert!(error.to_string().contains("was made by PostgreSQL 9"));
}

/// The far side of the next test: starts a server, says where, and waits to be killed.
#[test]
#[ignore = "a helper that `a_killed_parent_takes_its_server_along` runs as a process"]
fn helper_with_a_server() {
    let Some(told) = std::env::var_os("SBW_TEST_TOLD") else {
        return;
    };
    let server = Postgres::start().unwrap();
    let dir = server.data_dir().parent().unwrap().display().to_string();
    let told = PathBuf::from(told);
    fs::write(
        told.with_extension("part"),
        format!("{}\n{dir}", server.pid().unwrap()),
    )
    .unwrap();
    fs::rename(told.with_extension("part"), told).unwrap();
    std::thread::sleep(Duration::from_mins(2));
}

#[test]
fn a_killed_parent_takes_its_server_along() {
    let home = tempfile::tempdir().unwrap();
    let told = home.path().join("told");
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "helper_with_a_server",
            "--ignored",
            "--test-threads=1",
        ])
        .env("SBW_TEST_TOLD", &told)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the helper's server", || told.exists());
    let told = fs::read_to_string(&told).unwrap();
    let (pid, dir) = told.split_once('\n').unwrap();
    let pid: u32 = pid.parse().unwrap();
    assert!(!is_gone(pid));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the end of the server", || is_gone(pid));
    // Nobody was left to remove the files.
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_taken_port_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(!ports::is_free(port));
    let error = Postgres::builder().port(port).start().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("port {port} is taken by another program")
    );
}

/// A directory that the account of the server may pass.
fn kept_home() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o711)).unwrap();
    home
}

/// A process that runs as the user who owns the server's files.
fn sleeper_of(server: &Postgres) -> std::process::Child {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let owner = fs::metadata(server.data_dir()).unwrap();
    let mut sleep = Command::new("sleep");
    sleep.arg("120").current_dir("/");
    if owner.uid() != fs::metadata("/proc/self").unwrap().uid() {
        sleep.uid(owner.uid()).gid(owner.gid());
    }
    sleep.spawn().unwrap()
}

#[test]
fn a_kill_switch_ends_a_running_server_for_good() {
    let switch = KillSwitch::default();
    let mut server = Postgres::builder()
        .kill_switch(switch.clone())
        .start()
        .unwrap();
    let (pid, dir) = (server.pid().unwrap(), server.data_dir().to_path_buf());
    switch.pull();
    wait_until("the server's end", || is_gone(pid));
    wait_until("the handle to notice", || server.pid().is_none());
    assert!(matches!(server.start_again(), Err(Error::Killed)));
    drop(server);
    assert!(!dir.exists());
}

#[test]
fn a_kill_switch_ends_a_start() {
    let parent = kept_home();
    let data_dir = parent.path().join("pg");
    let start = |switch: &KillSwitch| {
        let builder = Postgres::builder().data_dir(&data_dir).durable(false);
        builder.kill_switch(switch.clone()).start()
    };
    drop(start(&KillSwitch::default()).unwrap());
    let pid_file = data_dir.join("postmaster.pid");
    assert!(!pid_file.exists());

    let switch = KillSwitch::default();
    let result = std::thread::scope(|scope| {
        let starting = scope.spawn(|| start(&switch));
        wait_until("the server's pid file", || pid_file.exists());
        switch.pull();
        starting.join().unwrap()
    });
    // It may have been ready in that moment, but not for long.
    if let Ok(server) = &result {
        wait_until("the server's end", || server.pid().is_none());
    }
    drop(result);
    assert!(!pid_file.exists());
    assert!(matches!(start(&switch), Err(Error::Killed)));
    assert!(!pid_file.exists());
}
