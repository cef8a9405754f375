//! Small objects that unpack to very many bad events do not take more memory than the function has.

use std::{process::Stdio, thread, time::Duration};

use serde_json::Value;

use crate::support::{Platform, gzip, key};

/// `MemorySize` of the function, in MB.
fn function_memory() -> u64 {
    let template = include_str!("../../../infra/aws/etl.yaml");
    let (_, parameter) = template.split_once("MemorySize:").unwrap();
    let (_, default) = parameter.split_once("Default:").unwrap();
    default.lines().next().unwrap().trim().parse().unwrap()
}

/// The most memory that a process had, in MB, read until it ends.
fn peak_memory(process: u32) -> u64 {
    let status = format!("/proc/{process}/status");
    let mut peak = 0;
    while let Ok(status) = std::fs::read_to_string(&status) {
        let Some(line) = status.lines().find(|line| line.starts_with("VmHWM")) else {
            break;
        };
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        peak = kib / 1_024;
        thread::sleep(Duration::from_millis(5));
    }
    peak
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_rejects_fit_into_the_function() {
    let platform = Platform::start().await;
    let numbers = format!("[{}1]", "1,".repeat(999_999));
    let nameless = format!("[{}{{}}]", "{},".repeat(599_999));
    let words = format!("[{}x]", "x,".repeat(299_999));
    for (minute, text) in [numbers, nameless, words].iter().enumerate() {
        let packed = gzip(text);
        assert!(packed.len() < 20_000, "{}", packed.len());
        let key = key(1, i64::try_from(minute).unwrap());
        platform.put(&key, packed).await;
    }
    let child = platform
        .program()
        .args(["--log-level", "error", "run"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let process = child.id();
    let watch = thread::spawn(move || peak_memory(process));
    let output = tokio::task::spawn_blocking(|| child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["rejected"], &report["remaining"]),
        (&1_900_000.into(), &0.into()),
        "{report}"
    );
    let peak = watch.join().unwrap();
    // It is 96 MB; 388 when such an object is a chunk together with others, and more with every
    // object.
    assert!((20..function_memory() / 4).contains(&peak), "{peak} MB");
    let rejects = platform.number("select count(*) from etl.rejects").await;
    assert_eq!(rejects, 3 * 1_001);
    platform.verify().await;
}
