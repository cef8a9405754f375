//! `kill -9` of the real program at random moments, a hundred times.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use sbw_ingest::key::object_key;
use serde_json::Value;
use uuid::{NoContext, Timestamp, Uuid};

use crate::support::{Platform, event};

/// How many objects are added before each attempt; one in ten holds a bad
/// event, one in ten repeats an event that was sent before.
const BATCH: u64 = 12;
const KILLS: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_kills_lose_nothing_and_double_nothing() {
    let platform = Platform::start().await;
    let mut good = 0;
    let mut bad = 0;
    let mut cut_short = 0;
    // How long a run takes differs between machines and grows with what the
    // killed ones left: the moments follow it, from before the first connection
    // to past the end.
    let mut window = Duration::from_millis(500);
    for round in 0..KILLS {
        for n in 0..BATCH {
            let number = round * BATCH + n;
            let mut events: Vec<Value> =
                (0..20).map(|e| event(&format!("e-{number}-{e}"))).collect();
            good += 20;
            if n == 3 {
                events.push(Value::from(7));
                bad += 1;
            }
            if n == 4 && number > 20 {
                events.push(event(&format!("e-{}-0", number - 20)));
            }
            platform
                .put(&recent_key(number), serde_json::to_vec(&events).unwrap())
                .await;
        }
        let mut run = platform
            .program()
            .args(["--log-level", "error", "run"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        let moment = window.mul_f64(random_fraction());
        while started.elapsed() < moment && run.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = started.elapsed();
        run.kill().unwrap();
        if run.wait().unwrap().code().is_none() {
            window = window.mul_f64(1.05);
            cut_short += 1;
        } else {
            window = took.mul_f64(1.1);
        }
    }
    assert!(
        cut_short > KILLS / 2,
        "only {cut_short} of {KILLS} runs were killed at work"
    );
    let report = platform.load().await;
    assert_eq!(report.remaining, 0);
    assert_eq!(platform.events().await, good);
    assert_eq!(platform.rejects().await.len(), bad);
    platform.verify().await;
}

/// Of today or the two days before, which every run looks at; mostly older
/// than one that was loaded already.
fn recent_key(number: u64) -> String {
    let days_ago = i64::try_from(number % 3).unwrap();
    let at = Utc::now() - TimeDelta::days(days_ago);
    let stamp = Timestamp::from_unix(NoContext, at.timestamp().unsigned_abs(), 0);
    object_key(at, Uuid::new_v7(stamp))
}

fn random_fraction() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}
