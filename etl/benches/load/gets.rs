//! The loop that only reads objects, as the loader does at best.

use std::time::Instant;

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use futures::{StreamExt, stream};

use crate::BUCKET;

/// As many as the loader's own.
pub(crate) const GETS_AT_ONCE: usize = 32;
/// Tells the child process which prefix to read.
pub(crate) const GET_LOOP: &str = "SBW_BENCH_GET_LOOP";

/// Reads every object under a prefix; prints how many microseconds that took.
pub(crate) async fn get_loop(prefix: &str) {
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
    assert!(!keys.is_empty());
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
