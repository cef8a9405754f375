//! What the handler adds to the write of an object.
//!
//! `cargo bench -p sbw-ingest --bench handler` prints medians and 99th percentiles of the
//! handler over a store that does nothing, and, over a real S3-protocol server
//! on loopback, of bare and handled writes of the same objects, taken in turns.
#![allow(missing_docs, clippy::expect_used)]

use std::{
    future::Future,
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use bytes::Bytes;
use sbw_ingest::{Ingest, Policy, RawStore, Request, S3Store, StoreError, SystemClock};
use sbw_servers::s3::{S3Options, S3Server};

const BUCKET: &str = "bench";
const EVENT: &str = r#"{"eventName":"product_view","eventTimestamp":"2020-01-01T00:00:00Z","pageUrl":"https://shop.example/product/ban-phim-co","referrer":null,"userId":"us-7","clientId":"c-9","sessionId":"s-3","isFirstVisit":false,"product":{"id":"p-4","name":"Bàn phím cơ","category":"keyboard","brand":"AULA","price":1990000,"discountPrice":1790000}}"#;

struct Nowhere;

impl RawStore for Nowhere {
    async fn put(&self, _: &str, body: Bytes) -> Result<(), StoreError> {
        std::hint::black_box(body);
        Ok(())
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("{:<44} {:>12} {:>12}", "", "median", "p99");
    let ingest = Ingest::new(Nowhere, SystemClock, Policy::default());
    for (name, events, rounds) in [("1 event", 1, 20_000), ("500 events", 500, 500)] {
        let body = body(events);
        let times = timed(rounds, || handled(&ingest, &body)).await;
        print(&format!("handle, {name}, no store"), times);
    }

    let server = S3Server::start(S3Options {
        access_key: "bench".to_owned(),
        secret_key: "bench-secret".to_owned().into(),
        buckets: vec![BUCKET.to_owned()],
        ..S3Options::default()
    })
    .await
    .expect("a server on a free port");
    let store = S3Store::new(&client(&server), BUCKET);
    let ingest = Ingest::new(store.clone(), SystemClock, Policy::default());
    for (name, events, rounds) in [("1 event", 1, 1_000), ("500 events", 500, 200)] {
        let body = body(events);
        let object = stored(&body).await;
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        // In turns, so that whatever else the machine does falls on both.
        for round in 0..rounds {
            let key = format!("events/bare-{events}-{round}.json");
            bare.extend(timed(1, || put(&store, &key, &object)).await);
            whole.extend(timed(1, || handled(&ingest, &body)).await);
        }
        let (bare_median, whole_median) = (median(&mut bare), median(&mut whole));
        print(
            &format!("bare PUT of {name} ({} bytes)", object.len()),
            bare,
        );
        print(&format!("handled PUT of {name}"), whole);
        let added = whole_median.as_secs_f64() - bare_median.as_secs_f64();
        println!(
            "{:<44} {:>9.3} ms",
            format!("added to the PUT of {name}"),
            added * 1e3
        );
    }
}

fn client(server: &S3Server) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-1"))
        .credentials_provider(Credentials::new(
            "bench",
            "bench-secret",
            None,
            None,
            "bench",
        ))
        .endpoint_url(server.endpoint())
        .force_path_style(true);
    Client::from_conf(config.build())
}

fn body(events: usize) -> Bytes {
    match events {
        1 => EVENT.into(),
        _ => format!("[{}]", vec![EVENT; events].join(",")).into(),
    }
}

async fn handled<S: RawStore>(ingest: &Ingest<S, SystemClock>, body: &Bytes) {
    let response = ingest.handle(Request::post(body.clone())).await;
    assert_eq!(response.status, 200, "{}", response.body);
}

async fn put(store: &S3Store, key: &str, object: &Bytes) {
    store
        .put(key, object.clone())
        .await
        .expect("the server keeps it");
}

/// The object that a body becomes.
async fn stored(body: &Bytes) -> Bytes {
    #[derive(Default)]
    struct Last(std::sync::Mutex<Bytes>);

    impl RawStore for Last {
        async fn put(&self, _: &str, body: Bytes) -> Result<(), StoreError> {
            *self.0.lock().expect("nobody panicked with it") = body;
            Ok(())
        }
    }

    let last = Last::default();
    handled(&Ingest::new(&last, SystemClock, Policy::default()), body).await;
    last.0.into_inner().expect("nobody panicked with it")
}

async fn timed<F: Future<Output = ()>>(
    rounds: usize,
    mut work: impl FnMut() -> F,
) -> Vec<Duration> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let started = Instant::now();
        work().await;
        times.push(started.elapsed());
    }
    times
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn print(name: &str, mut times: Vec<Duration>) {
    let middle = median(&mut times).as_secs_f64() * 1e3;
    let high = times[times.len() * 99 / 100].as_secs_f64() * 1e3;
    println!("{name:<44} {middle:>9.3} ms {high:>9.3} ms");
}
