//! The whole platform as a person runs it: the real program, every part real.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use chrono::{DateTime, Utc};
use rstest::rstest;
use serde_json::json;
use support::{Local, command, goes, is_empty, is_gone, open_dir, post, signal};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_posted_is_in_the_warehouse_after_the_next_load() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let api = local.hears("API");
    let id = "0190b2c4-0000-7000-8000-0000000000aa";
    let events = json!([
        {"eventName": "checkout_complete", "eventId": id, "clientId": "c-1", "sessionId": "s-1",
         "product": {"id": "p-1", "name": "Bàn phím", "price": 1_990_000}},
        {"eventName": "no such name!"},
    ]);
    let (status, answer) = post(&api, &events).await;
    assert_eq!((status, &answer["accepted"]), (200, &json!(1)));
    assert_eq!(answer["rejected"][0]["index"], 1);
    let row = "select context_product_name || ' ' || context_product_price from clickstream_events";
    local.wait_for(
        &format!("{row} where event_id = '{id}'"),
        "Bàn phím 1990000",
    );

    // The dashboard's line works as printed, wherever its program may be.
    let line = local.hears("dashboard");
    let report = Command::new("sh")
        .args(["-c", &format!("{line} report overview --format json")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&report.stderr).into_owned();
    assert!(report.status.success(), "{line}: {said}");
    serde_json::from_slice::<serde_json::Value>(&report.stdout).unwrap();

    let home = local.home();
    let secrets = ["pgpass", "aws-credentials", "shop-secret"].map(|file| {
        let text = fs::read_to_string(home.join(file)).unwrap();
        let words = text.split([':', ' ', '\n']).filter(|word| word.len() == 32);
        words.map(str::to_owned).collect::<Vec<_>>()
    });
    let secrets = secrets.concat();
    assert_eq!(secrets.len(), 6);
    let logs = ["sbw-local.log", "postgres/sbw-server.log"];
    let said = logs.map(|log| fs::read_to_string(home.join(log)).unwrap());
    let said = said.concat() + &local.heard();
    assert!(secrets.iter().all(|secret| !said.contains(secret)));
}

#[test]
fn history_and_live_traffic_reach_the_warehouse_and_a_signal_leaves_nothing() {
    let mut local = Local::start(&[
        "--days=3",
        "--events=3000",
        "--shoppers=100",
        "--speed=60",
        "--seed=5",
    ]);
    let history = local.hears("history: ");
    let events: u64 = history.split(' ').next().unwrap().parse().unwrap();
    assert!(events >= 3_000, "{history}");
    local.hears("loaded ");
    // The day of the older collector, its broken lines, beacons sent twice.
    let days = "select count(distinct event_timestamp::date) >= 4 from clickstream_events";
    local.wait_for(days, "t");
    local.wait_for("select count(*) > 0 from etl.rejects", "t");
    local.wait_for("select sum(duplicates) > 0 from etl.ledger", "t");
    // And the shop goes on: events of now, through HTTP.
    let lately = "event_timestamp > now() - interval '1 minute'";
    let lively = format!("select count(*) > 50 from clickstream_events where {lately}");
    local.wait_for(&lively, "t");
    let steps = [
        "product_view",
        "add_to_cart_click",
        "checkout_start",
        "checkout_complete",
    ];
    let funnel: Vec<u64> = steps
        .iter()
        .map(|step| {
            let sessions = "select count(distinct session_id) from clickstream_events";
            let answer = local.ask(&format!("{sessions} where event_name = '{step}'"));
            answer.parse().unwrap()
        })
        .collect();
    assert!(funnel.is_sorted_by(|a, b| a > b), "{funnel:?}");

    let postgres = local.postgres_pid();
    assert!(!is_gone(postgres));
    local.signal("TERM");
    assert!(local.ends().success());
    assert!(is_gone(postgres));
    assert!(is_empty(local.temp()), "files are left");
}

#[rstest]
#[case::ctrl_c("INT")]
#[case::terminal_gone("HUP")]
#[test]
fn every_signal_that_asks_to_stop_is_heard(#[case] signal: &str) {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let postgres = local.postgres_pid();
    local.hears("Ctrl-C stops everything and leaves nothing behind");
    local.signal(signal);
    assert!(local.ends().success());
    assert!(is_gone(postgres) && is_empty(local.temp()));
}

#[test]
fn a_second_signal_ends_it_at_once_and_leaves_nothing() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let postgres = local.postgres_pid();
    // A request whose body never comes: the API gives it its last moments.
    let api = local.hears("API");
    let address = api.strip_prefix("http://").unwrap().split('/').next();
    let mut slow = TcpStream::connect(address.unwrap()).unwrap();
    let head = "POST /clickstream HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    local.signal("INT");
    local.hears("stopping");
    local.signal("INT");
    assert_eq!(local.ends().code(), Some(1));
    assert!(is_gone(postgres) && is_empty(local.temp()));
}

#[test]
fn a_killed_postgres_is_no_hindrance_to_leaving_nothing() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let pid_file = local.home().join("postgres/postmaster.pid");
    // Its shared memory goes by a key that nobody else has.
    let text = fs::read_to_string(pid_file).unwrap();
    let line = text.lines().nth(6).unwrap();
    let segment = line.split_whitespace().nth(1).unwrap().to_owned();
    let is_there = || {
        let segments = fs::read_to_string("/proc/sysvipc/shm").unwrap();
        let mut ids = segments.lines().map(|line| line.split_whitespace().nth(1));
        ids.any(|id| id == Some(&segment))
    };
    let postgres = local.postgres_pid();
    assert!(is_there());
    signal(postgres, "KILL");
    goes(postgres);
    local.signal("TERM");
    assert!(local.ends().success());
    assert!(!is_there(), "shared memory is left");
    assert!(is_empty(local.temp()), "files are left");
}

#[test]
fn a_signal_during_the_start_leaves_nothing_either() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    local.hears("starting PostgreSQL");
    local.signal("TERM");
    assert!(local.ends().success());
    assert!(is_empty(local.temp()));
}

#[test]
fn kill_9_takes_postgres_along_and_the_next_start_cleans_up() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let (postgres, home) = (local.postgres_pid(), local.home());
    local.signal("KILL");
    local.ends();
    goes(postgres);
    assert!(home.exists());
    let mut next = Local::start_in(local.take_temp(), &["--days=0", "--no-traffic"]);
    assert_ne!(next.home(), home);
    assert!(!home.exists());
}

#[test]
fn a_kept_directory_goes_on_where_it_was() {
    let kept = open_dir();
    let data_dir = format!("--data-dir={}", kept.path().join("shop").display());
    let flags = [
        data_dir.as_str(),
        "--days=2",
        "--events=500",
        "--no-traffic",
    ];
    let rows = "select count(*) from clickstream_events";

    let mut local = Local::start(&flags);
    local.hears("loaded ");
    let before: u64 = local.ask(rows).parse().unwrap();
    assert!(before >= 500, "{before}");

    // One at a time.
    let second = command(local.temp(), &flags).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("in use by another sbw-local"), "{said}");

    local.signal("TERM");
    assert!(local.ends().success());
    let mut local = Local::start(&flags);
    local.hears("log");
    // The moments between are filled in; what was there is not written again.
    let now: u64 = local.ask(rows).parse().unwrap();
    assert!((before..before + 100).contains(&now), "{before} {now}");
    local.signal("TERM");
    assert!(local.ends().success());
}

#[test]
fn a_clean_stop_remembers_what_was_sent_live() {
    let kept = open_dir();
    let path = kept.path().join("shop");
    let data_dir = format!("--data-dir={}", path.display());
    let mut local = Local::start(&[&data_dir, "--days=0", "--shoppers=100", "--speed=60"]);
    local.hears("Ctrl-C stops everything; the same --data-dir goes on from there");
    // All events are live ones here, and visits go in the order of their beginnings:
    // once one is sent, all of those two seconds are.
    let begins =
        "select min(event_timestamp) as begins from clickstream_events group by session_id";
    let span = format!("select max(begins) - min(begins) > '2 s' from ({begins}) as visits");
    local.wait_for(&span, "t");
    let first = "select floor(extract(epoch from min(event_timestamp)))::bigint";
    let first = local.ask(&format!("{first} from clickstream_events"));
    local.signal("TERM");
    assert!(local.ends().success());
    let progress = fs::read_to_string(path.join("simulation.json")).unwrap();
    let progress: serde_json::Value = serde_json::from_str(&progress).unwrap();
    let until: DateTime<Utc> = progress["until"].as_str().unwrap().parse().unwrap();
    let first: i64 = first.parse().unwrap();
    assert!(until.timestamp() > first, "{until}, {first}");

    // And a history that is made is not made another way.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("--s3-port={}", taken.local_addr().unwrap().port());
    let flags = [&data_dir, "--days=3", "--seed=1", "--events=9", &port];
    let output = command(local.temp(), &flags).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--days and --events ignored"), "{said}");
}

#[rstest]
#[case("--api-port", "HTTP API")]
#[case("--s3-port", "S3 server")]
#[case("--pg-port", "warehouse")]
#[test]
fn a_taken_port_is_told_with_its_flag(#[case] flag: &str, #[case] part: &str) {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let temp = open_dir();
    let flags = ["--days=0".to_owned(), format!("{flag}={port}")];
    let output = command(temp.path(), &flags).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let told = format!("{part} cannot start: port {port} is taken by another program");
    assert!(said.contains(&told) && said.contains(flag), "{said}");
    let steps = String::from_utf8(output.stdout).unwrap();
    assert!(!steps.contains("stopping"), "{steps}");
    assert!(is_empty(temp.path()));
}

#[test]
fn a_machine_without_postgres_is_told_what_to_do() {
    let temp = open_dir();
    let mut command = command(temp.path(), &["--days=0"]);
    let output = command.env("SBW_PG_BIN", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let told = said.contains("PostgreSQL is not installed") && said.contains("make setup");
    assert!(told, "{said}");
    assert!(is_empty(temp.path()));
}
