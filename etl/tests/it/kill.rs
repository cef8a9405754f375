//! `kill -9` of the real program at random moments, a hundred times.

use std::{process::Stdio, time::Duration};

use serde_json::Value;

use crate::support::{Platform, event, key};

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
    for round in 0..KILLS {
        for n in 0..BATCH {
            let number = round * BATCH + n;
            let minute = i64::try_from(number % 1_440).unwrap();
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
                .put(
                    &key(1 + u32::try_from(number % 3).unwrap(), minute),
                    serde_json::to_vec(&events).unwrap(),
                )
                .await;
        }
        let mut run = platform
            .program()
            .args(["--log-level", "error", "run"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before the first connection to past the end.
        let moment = uuid::Uuid::new_v4().as_u64_pair().1 % 600;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        run.kill().unwrap();
        cut_short += u64::from(run.wait().unwrap().code().is_none());
    }
    assert!(
        cut_short > KILLS / 4,
        "only {cut_short} of {KILLS} runs were killed at work"
    );
    let report = platform.load().await;
    assert_eq!(report.remaining, 0);
    assert_eq!(platform.events().await, good);
    assert_eq!(platform.rejects().await.len(), bad);
    platform.verify().await;
}
