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

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use futures::{StreamExt, stream};
use sbw_servers::{
    postgres::Postgres,
    s3::{S3Options, S3Server},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::{NoContext, Timestamp, Uuid};

const BUCKET: &str = "clickstream-s3-ingest";
const ROUNDS: usize = 7;
/// Of five days: each takes as long as five.
const BACKFILL_ROUNDS: usize = 3;
/// As many as the loader's own.
const GETS_AT_ONCE: usize = 32;
/// Tells the child process which prefix to read.
const GET_LOOP: &str = "SBW_BENCH_GET_LOOP";

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
        let mut peak = 0;
        let (mut copies, mut plain, mut rolled) = (Vec::new(), Vec::new(), Vec::new());
        // Once unmeasured: caches fill, and the rows to be copied are made.
        self.load(&["--date", "2025-12-01"], 200_000);
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
            let (without, with, memory) = self.both(&["--date", "2025-12-01"], 200_000);
            plain.push(without);
            rolled.push(with);
            peak = peak.max(memory);
        }
        println!("200,000 events in 2,000 objects, median of {ROUNDS}");
        let of_copy = format!("{} of \\copy (at least 50)", shares(&copies, &plain));
        let of_plain = format!("{} of no rollups (at least 60)", shares(&plain, &rolled));
        for (what, times, share) in [
            ("psql \\copy binary", &mut copies, String::new()),
            ("sbw-etl run, no rollups", &mut plain, of_copy),
            ("sbw-etl run", &mut rolled, of_plain),
        ] {
            let took = median(times);
            println!(
                "  {what:<24} {:>8.0} rows/s  {:>6.0} ms  {share}",
                rate(200_000, took),
                millis(took)
            );
        }

        let (mut plain, mut rolled) = (Vec::new(), Vec::new());
        for _ in 0..BACKFILL_ROUNDS {
            let five_days = ["--from", "2025-12-11", "--to", "2025-12-15"];
            let (without, with, memory) = self.both(&five_days, 1_000_000);
            plain.push(without);
            rolled.push(with);
            peak = peak.max(memory);
        }
        println!("1,000,000 events of five days, median of {BACKFILL_ROUNDS}");
        let of_plain = format!("{} of no rollups (at least 60)", shares(&plain, &rolled));
        for (what, times, share) in [
            ("sbw-etl run, no rollups", &mut plain, String::new()),
            ("sbw-etl run", &mut rolled, of_plain),
        ] {
            let took = median(times);
            println!(
                "  {what:<24} {:>8.0} rows/s  {:>6.0} ms  {share}",
                rate(1_000_000, took),
                millis(took)
            );
        }

        let (mut gets, mut loads) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            gets.push(runtime.block_on(async { self.bare_gets("events/2025/12/02/") }));
            self.empty();
            let (took, memory) = self.load(&["--date", "2025-12-02"], 20_000);
            loads.push(took);
            peak = peak.max(memory);
        }
        let of_gets = shares(&gets, &loads);
        let (get, load) = (median(&mut gets), median(&mut loads));
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
        println!("peak memory of sbw-etl {peak} MB (at most 300)");
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

    /// Loads the same without rollups and with; how long each took, and the peak memory.
    fn both(&self, scope: &[&str], expected: u64) -> (Duration, Duration, u64) {
        let [(without, memory), (with, more)] = [false, true].map(|rollups| {
            self.empty();
            self.keep_rollups(rollups);
            self.load(scope, expected)
        });
        (without, with, memory.max(more))
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

/// Reads every object under a prefix; prints how many microseconds that took.
async fn get_loop(prefix: &str) {
    let variable = |name| std::env::var(name).unwrap();
    let keys = Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        None,
        None,
        "bench",
    );
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-1"))
        .endpoint_url(variable("AWS_ENDPOINT_URL_S3"))
        .force_path_style(true)
        .credentials_provider(keys)
        .build();
    let client = Client::from_conf(config);
    let mut keys = Vec::new();
    let mut pages = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix(prefix)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        keys.extend(
            page.unwrap()
                .contents
                .unwrap_or_default()
                .into_iter()
                .filter_map(|object| object.key),
        );
    }
    assert_eq!(keys.len(), 20_000);
    let started = Instant::now();
    let bytes: usize = stream::iter(keys)
        .map(|key| {
            let client = client.clone();
            tokio::spawn(async move {
                let answer = client
                    .get_object()
                    .bucket(BUCKET)
                    .key(key)
                    .send()
                    .await
                    .unwrap();
                answer.body.collect().await.unwrap().into_bytes().len()
            })
        })
        .buffer_unordered(GETS_AT_ONCE)
        .map(Result::unwrap)
        .fold(0, |sum, len| std::future::ready(sum + len))
        .await;
    assert!(bytes > 0);
    println!("{}", started.elapsed().as_micros());
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, day).unwrap()
}

/// What a browser sends, enriched as ingest does: about 800 bytes. Twelve in a row
/// are a visit, most of it to one product, and less than half is about any.
fn event(at: DateTime<Utc>, n: i64) -> Value {
    const NAMES: [&str; 12] = [
        "home_view",
        "page_view",
        "category_view",
        "product_view",
        "click",
        "product_view",
        "page_view",
        "product_view",
        "click",
        "add_to_cart_click",
        "checkout_start",
        "click",
    ];
    let visit = n / 12;
    let name = NAMES[usize::try_from(n % 12).unwrap()];
    let user = (visit % 5 == 0).then(|| format!("us-{}", visit % 9_000));
    let product = (name.starts_with("product") || name.starts_with("add")).then(|| {
        let product = (visit * 13 + i64::from(n % 12 == 7)) % 64;
        json!({"id": format!("p-{product}"), "name": "Bàn phím AULA M75 TM", "category": format!("category {}", product / 11),
               "brand": format!("brand {}", product % 14), "price": 1_990_000, "discountPrice": 1_790_000,
               "urlPath": "/product/ban-phim-aula-m75-tm"})
    });
    json!({
        "eventName": name,
        "eventId": Uuid::new_v4(),
        "eventTimestamp": (at + TimeDelta::seconds(n % 12 * 20)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "pageUrl": "https://shop.example/product/ban-phim-aula-m75-tm",
        "referrer": null,
        "userLoginState": if user.is_some() { "logged_in" } else { "anonymous" },
        "identitySource": if user.is_some() { "cognito_email" } else { "anonymous" },
        "userId": user,
        "clientId": format!("c-{}", visit % 11_000), "sessionId": format!("s-{visit}"), "isFirstVisit": n % 12 == 0,
        "product": product,
        "element": {"tag": "button", "id": "buy", "role": null, "text": "Mua", "dataset": {"total": "1790000"}},
        "_ingest": {"receivedAt": at, "sourceIp": "203.0.113.0", "userAgent": "Mozilla/5.0", "method": "POST",
                    "path": "/clickstream", "requestId": "JKJaXmPLvHcESHA=", "apiId": "api", "stage": "$default"},
    })
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
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
