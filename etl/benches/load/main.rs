//! How fast the loader is, next to what bounds it, measured in one run:
//!
//! - 200,000 events in 2,000 objects, against psql's `\copy … (format binary)` of
//!   the same rows into a table of the same shape with the same indexes;
//! - the same with rollups, against the same without; and five such days in one run;
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
mod gets;

use event::event;
use gets::{GET_LOOP, GETS_AT_ONCE, get_loop};

pub(crate) const BUCKET: &str = "clickstream-s3-ingest";
const ROUNDS: usize = 7;
/// Of five days: each takes as long as five.
const BACKFILL_ROUNDS: usize = 3;

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
        };
        bench.psql("postgres", "create database clickstream_dw");
        bench.etl("postgres", &["migrate"]);
        eprintln!(
            "writing 200,000 events in 2,000 objects, five more days of them, and 20,000 in 20,000 …"
        );
        bench.write(day(1), 2_000, 100).await;
        for n in 11..=15 {
            bench.write(day(n), 2_000, 100).await;
        }
        bench.write(day(2), 20_000, 1).await;
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
        let (mut copies, mut plain, mut rolled) = (Vec::new(), Vec::new(), Vec::new());
        let day = ["--date", "2025-12-01"];
        // Once unmeasured: caches fill, and the rows to be copied are made.
        self.load(&day, 200_000);
        let file = self.rows_file.path().display();
        self.psql(
            "clickstream_dw",
            "create table bench_copy (like public.clickstream_events including all)",
        );
        self.psql(
            "clickstream_dw",
            &format!("\\copy public.clickstream_events to '{file}' (format binary)"),
        );
        for _ in 0..ROUNDS {
            self.empty();
            copies.push(timed(|| {
                self.psql(
                    "clickstream_dw",
                    &format!("\\copy bench_copy from '{file}' (format binary)"),
                );
            }));
            peak = peak.max(self.both(&day, 200_000, &mut plain, &mut rolled));
        }
        println!("200,000 events in 2,000 objects, median of {ROUNDS}");
        tell("psql \\copy binary", 200_000, &copies, "");
        let of_copy = format!("{} of \\copy (at least 50)", shares(&copies, &plain));
        tell_both(200_000, &plain, &of_copy, &rolled);
        peak
    }

    /// Days that are closed on the way are in it; the peak memory.
    fn five_days(&self) -> u64 {
        let mut peak = 0;
        let (mut plain, mut rolled) = (Vec::new(), Vec::new());
        let days = ["--from", "2025-12-11", "--to", "2025-12-15"];
        for _ in 0..BACKFILL_ROUNDS {
            peak = peak.max(self.both(&days, 1_000_000, &mut plain, &mut rolled));
        }
        println!("1,000,000 events of five days, median of {BACKFILL_ROUNDS}");
        tell_both(1_000_000, &plain, "", &rolled);
        peak
    }

    /// Many small objects; the peak memory.
    fn against_gets(&self, runtime: &tokio::runtime::Runtime) -> u64 {
        let mut peak = 0;
        let (mut gets, mut loads) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            gets.push(runtime.block_on(async { self.bare_gets("events/2025/12/02/") }));
            self.empty();
            let (took, memory) = self.load(&["--date", "2025-12-02"], 20_000);
            loads.push(took);
            peak = peak.max(memory);
        }
        let of_gets = shares(&gets, &loads);
        let (get, load) = (median(&gets), median(&loads));
        println!("20,000 objects of one event, median of {ROUNDS}");
        println!(
            "  bare GETs, {GETS_AT_ONCE} at once {:>8.0} objects/s {:>5.0} ms",
            rate(20_000, get),
            millis(get)
        );
        println!(
            "  sbw-etl run         {:>8.0} objects/s {:>5.0} ms",
            rate(20_000, load),
            millis(load)
        );
        println!("  share                    {of_gets} (at least 70)");
        peak
    }

    fn empty(&self) {
        self.keep_rollups(true);
        self.psql(
            "clickstream_dw",
            "truncate public.clickstream_events, bench_copy, etl.ledger, etl.rejects, etl.runs",
        );
        self.psql("clickstream_dw", "checkpoint");
    }

    /// Whether loads keep the rollups up to date.
    fn keep_rollups(&self, kept: bool) {
        let verb = if kept { "enable" } else { "disable" };
        self.psql(
            "clickstream_dw",
            &format!("alter table public.clickstream_events {verb} trigger user"),
        );
    }

    /// Loads the same without rollups and with, and adds how long each took; the peak memory.
    fn both(
        &self,
        scope: &[&str],
        expected: u64,
        plain: &mut Vec<Duration>,
        rolled: &mut Vec<Duration>,
    ) -> u64 {
        let mut peak = 0;
        for (rollups, times) in [(false, plain), (true, rolled)] {
            self.empty();
            self.keep_rollups(rollups);
            let (took, memory) = self.load(scope, expected);
            times.push(took);
            peak = peak.max(memory);
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

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, day).unwrap()
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

fn tell(what: &str, events: u32, times: &[Duration], share: &str) {
    let took = median(times);
    println!(
        "  {what:<24} {:>8.0} rows/s  {:>6.0} ms  {share}",
        rate(events, took),
        millis(took)
    );
}

fn tell_both(events: u32, plain: &[Duration], of_best: &str, rolled: &[Duration]) {
    let of_plain = format!("{} of no rollups (at least 60)", shares(plain, rolled));
    tell("sbw-etl run, no rollups", events, plain, of_best);
    tell("sbw-etl run", events, rolled, &of_plain);
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn rate(count: u32, time: Duration) -> f64 {
    f64::from(count) / time.as_secs_f64()
}

/// How much of the best each round kept: the median, the lowest, and the highest.
fn shares(best: &[Duration], actual: &[Duration]) -> String {
    let mut shares: Vec<f64> = best
        .iter()
        .zip(actual)
        .map(|(best, actual)| 100.0 * best.as_secs_f64() / actual.as_secs_f64())
        .collect();
    shares.sort_by(f64::total_cmp);
    let (lowest, highest) = (shares[0], shares[shares.len() - 1]);
    format!(
        "{:.0} % ({lowest:.0} to {highest:.0})",
        shares[shares.len() / 2]
    )
}
