//! How fast the loader is, next to what bounds it, measured in one run:
//!
//! - 200,000 events in 2,000 objects, against psql's `\copy … (format binary)` of
//!   the same rows into a table of the same shape with the same indexes;
//! - the same bare, with the log of changes, and with the rollups refreshed; and five
//!   such days in one run;
//! - the refresh of those days alone: events a second and core;
//! - 20,000 objects of one event, against a loop of bare GETs;
//! - the loader's peak memory.
//!
//! The loader is the real program, in a process of its own; so is the GET loop.
//! Rounds alternate. Times are medians; a share is the median of those that each round
//! found side by side, with the lowest and the highest. Only honest on a machine at rest:
//!
//! ```sh
//! cargo bench -p sbw-etl --bench load
//! ```
//!
//! `SBW_BENCH_ROUNDS` (default 7) and `SBW_BENCH_OBJECTS` a day (default 2000, of 100 events
//! each) make it shorter.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use chrono::{Datelike, NaiveDate, TimeDelta};
use futures::{StreamExt, stream};
use sbw_servers::{
    postgres::Postgres,
    s3::{S3Options, S3Server},
};
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::{NoContext, Timestamp, Uuid};

mod event;
mod figures;
mod gets;

use event::event;
use figures::{Rounds, Way, median, millis, rate, shares, tell};
use gets::{GET_LOOP, GETS_AT_ONCE, get_loop};

pub(crate) const BUCKET: &str = "clickstream-s3-ingest";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(prefix) = std::env::var(GET_LOOP) {
        return runtime.block_on(get_loop(&prefix));
    }
    runtime.block_on(Bench::start()).run(&runtime);
}

struct Bench {
    postgres: Postgres,
    s3: S3Server,
    rows_file: tempfile::NamedTempFile,
    rounds: u64,
    /// Of a day, with 100 events each.
    objects: u64,
}

impl Bench {
    async fn start() -> Self {
        let options = S3Options {
            buckets: vec![BUCKET.into()],
            ..S3Options::default()
        };
        let s3 = S3Server::start(options).await.unwrap();
        let postgres = tokio::task::spawn_blocking(Postgres::start)
            .await
            .unwrap()
            .unwrap();
        let bench = Self {
            postgres,
            s3,
            rows_file: tempfile::NamedTempFile::new().unwrap(),
            rounds: setting("SBW_BENCH_ROUNDS", 7),
            objects: setting("SBW_BENCH_OBJECTS", 2_000),
        };
        bench.psql("postgres", "create database clickstream_dw");
        bench.etl("postgres", &["migrate"]);
        let objects = i64::try_from(bench.objects).unwrap();
        eprintln!(
            "writing six days of {objects} objects, and one of 10 times as many small ones …"
        );
        bench.write(day(1), objects, 100).await;
        for n in 11..=15 {
            bench.write(day(n), objects, 100).await;
        }
        bench.write(day(2), objects * 10, 1).await;
        bench
    }

    async fn write(&self, day: NaiveDate, objects: i64, events: i64) {
        // Other visits than those of other days.
        let first = i64::from(day.day()) * 1_200_000;
        stream::iter(0..objects)
            .for_each_concurrent(16, |n| async move {
                let at = day.and_hms_opt(0, 0, 0).unwrap().and_utc()
                    + TimeDelta::milliseconds(86_400_000 * n / objects);
                let stamp = Timestamp::from_unix(
                    NoContext,
                    at.timestamp().unsigned_abs(),
                    at.timestamp_subsec_nanos(),
                );
                let key = sbw_ingest::key::object_key(at, Uuid::new_v7(stamp));
                let body = if events == 1 {
                    event(at, first + n).to_string()
                } else {
                    serde_json::to_string(
                        &(0..events)
                            .map(|e| event(at, first + n * events + e))
                            .collect::<Vec<_>>(),
                    )
                    .unwrap()
                };
                self.s3.put_direct(BUCKET, key, body.into()).await.unwrap();
            })
            .await;
    }

    fn run(&self, runtime: &tokio::runtime::Runtime) {
        let peak = self
            .against_copy()
            .max(self.five_days())
            .max(self.against_gets(runtime));
        println!("peak memory of sbw-etl {peak} MB (at most 300)");
    }

    /// One day; the peak memory.
    fn against_copy(&self) -> u64 {
        let mut peak = 0;
        let (mut copies, mut rounds) = (Vec::new(), Rounds::default());
        let day = ["--date", "2025-12-01"];
        let events = self.objects * 100;
        // Once unmeasured: caches fill, and the rows to be copied are made.
        self.load(&day, events);
        let file = self.rows_file.path().display();
        self.psql(
            "clickstream_dw",
            "create table bench_copy (like public.clickstream_events including all)",
        );
        self.psql(
            "clickstream_dw",
            &format!("\\copy public.clickstream_events to '{file}' (format binary)"),
        );
        for _ in 0..self.rounds {
            self.empty();
            copies.push(timed(|| {
                self.psql(
                    "clickstream_dw",
                    &format!("\\copy bench_copy from '{file}' (format binary)"),
                );
            }));
            peak = peak.max(self.each_way(&day, events, &mut rounds));
        }
        println!(
            "{events} events in {} objects, median of {}",
            self.objects, self.rounds
        );
        tell("psql \\copy binary", events, &copies, "");
        let of_copy = format!("{} of \\copy (at least 50)", shares(&copies, &rounds.bare));
        rounds.tell(events, &of_copy);
        peak
    }

    /// Days that are closed on the way are in it; the peak memory.
    fn five_days(&self) -> u64 {
        let mut peak = 0;
        let mut rounds = Rounds::default();
        let days = ["--from", "2025-12-11", "--to", "2025-12-15"];
        let events = self.objects * 500;
        // Each takes as long as five.
        let times = self.rounds.div_ceil(2);
        for _ in 0..times {
            peak = peak.max(self.each_way(&days, events, &mut rounds));
        }
        println!("{events} events of five days, median of {times}");
        rounds.tell(events, "");
        peak
    }

    /// Many small objects; the peak memory.
    fn against_gets(&self, runtime: &tokio::runtime::Runtime) -> u64 {
        let mut peak = 0;
        let (mut gets, mut loads) = (Vec::new(), Vec::new());
        let objects = self.objects * 10;
        for _ in 0..self.rounds {
            gets.push(runtime.block_on(async { self.bare_gets("events/2025/12/02/") }));
            self.empty();
            let (took, memory) = self.load(&["--date", "2025-12-02"], objects);
            loads.push(took);
            peak = peak.max(memory);
        }
        let of_gets = shares(&gets, &loads);
        let (get, load) = (median(&gets), median(&loads));
        println!("{objects} objects of one event, median of {}", self.rounds);
        println!(
            "  bare GETs, {GETS_AT_ONCE} at once {:>8.0} objects/s {:>5.0} ms",
            rate(objects, get),
            millis(get)
        );
        println!(
            "  sbw-etl run         {:>8.0} objects/s {:>5.0} ms",
            rate(objects, load),
            millis(load)
        );
        println!("  share                    {of_gets} (at least 70)");
        peak
    }

    fn empty(&self) {
        self.prepare(Way::Refreshed);
        self.psql(
            "clickstream_dw",
            "truncate public.clickstream_events, bench_copy, etl.ledger, etl.rejects, etl.runs",
        );
        self.psql("clickstream_dw", "checkpoint");
    }

    /// What a load does besides writing events and their context.
    fn prepare(&self, way: Way) {
        // A refresh that finds nothing to do, or the real one.
        let refresh = match way {
            Way::Bare | Way::Logged => {
                "alter function rollups.refresh_next() rename to real_refresh_next;
                 create function rollups.refresh_next(out work text, out bucket timestamptz, out events bigint)
                 returns setof record language sql as 'select null::text, null::timestamptz, null::bigint limit 0';
                 grant execute on function rollups.refresh_next() to public"
            }
            Way::Refreshed => {
                "drop function rollups.refresh_next();
                 alter function rollups.real_refresh_next() rename to refresh_next"
            }
        };
        let is_real = "to_regprocedure('rollups.real_refresh_next()') is null";
        let wanted = way == Way::Refreshed;
        self.psql(
            "clickstream_dw",
            &format!("do $$ begin if ({is_real}) <> {wanted} then {refresh}; end if; end $$"),
        );
        let triggers = match way {
            Way::Bare => "alter table public.clickstream_events disable trigger user",
            Way::Logged | Way::Refreshed => "select rollups.enable_triggers()",
        };
        self.psql("clickstream_dw", triggers);
    }

    /// Loads the same each way, and adds how long each took; the peak memory.
    fn each_way(&self, scope: &[&str], expected: u64, rounds: &mut Rounds) -> u64 {
        let mut peak = 0;
        for way in [Way::Bare, Way::Logged, Way::Refreshed] {
            self.empty();
            self.prepare(way);
            let (took, memory) = self.load(scope, expected);
            peak = peak.max(memory);
            match way {
                Way::Bare => rounds.bare.push(took),
                Way::Logged => {
                    rounds.logged.push(took);
                    self.prepare(Way::Refreshed);
                    let refresh = || self.etl("sbw_loader", &["--log-level", "warn", "refresh"]);
                    rounds.refreshes.push(timed(refresh));
                }
                Way::Refreshed => rounds.refreshed.push(took),
            }
        }
        peak
    }

    /// Loads a scope; how long the process took, and its peak memory in MB.
    fn load(&self, scope: &[&str], expected: u64) -> (Duration, u64) {
        let started = Instant::now();
        let child = self
            .program("sbw_loader")
            .args(["--log-level", "warn", "run"])
            .args(scope)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let status = format!("/proc/{}/status", child.id());
        let watch = std::thread::spawn(move || {
            let mut peak = 0;
            while let Ok(status) = std::fs::read_to_string(&status) {
                let Some(line) = status.lines().find(|line| line.starts_with("VmHWM")) else {
                    break;
                };
                peak = line
                    .split_whitespace()
                    .nth(1)
                    .unwrap()
                    .parse::<u64>()
                    .unwrap()
                    / 1_024;
                std::thread::sleep(Duration::from_millis(5));
            }
            peak
        });
        let output = child.wait_with_output().unwrap();
        let took = started.elapsed();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["inserted"], expected, "{report}");
        (took, watch.join().unwrap())
    }

    /// The time that reading all objects takes, as the child tells it; its
    /// listing is not counted.
    fn bare_gets(&self, prefix: &str) -> Duration {
        let output = Command::new(std::env::current_exe().unwrap())
            .env(GET_LOOP, prefix)
            .envs(self.storage())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let micros: u64 = String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        Duration::from_micros(micros)
    }

    fn storage(&self) -> [(&'static str, String); 3] {
        [
            ("AWS_ENDPOINT_URL_S3", self.s3.endpoint()),
            ("AWS_ACCESS_KEY_ID", self.s3.access_key().to_owned()),
            (
                "AWS_SECRET_ACCESS_KEY",
                self.s3.secret_key().expose_secret().to_owned(),
            ),
        ]
    }

    fn program(&self, user: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-etl"));
        command
            .envs(self.storage())
            .env("DWH_HOST", "127.0.0.1")
            .env("DWH_PORT", self.postgres.port().to_string())
            .env("DWH_USER", user)
            .env("DWH_SSLMODE", "disable");
        command
    }

    fn etl(&self, user: &str, arguments: &[&str]) {
        assert!(
            self.program(user)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    }

    fn psql(&self, database: &str, command: &str) {
        let status = self
            .postgres
            .psql("postgres", database)
            .args(["-c", command])
            .status()
            .unwrap();
        assert!(status.success(), "{command}");
    }
}

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, day).unwrap()
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
