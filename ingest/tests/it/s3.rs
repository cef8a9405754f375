//! The store, against a server that speaks the S3 protocol.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use bytes::Bytes;
use rstest::rstest;
use sbw_ingest::{Ingest, RawStore, Request, S3Store, SystemClock};
use sbw_servers::s3::{Fault, S3Options, S3Server};

use crate::support::policy;

pub(crate) const BUCKET: &str = "clickstream-s3-ingest";

pub(crate) async fn server() -> (S3Server, Client) {
    let server = S3Server::start(S3Options {
        access_key: "test".to_owned(),
        secret_key: "test-secret".to_owned().into(),
        buckets: vec![BUCKET.to_owned()],
        ..S3Options::default()
    })
    .await
    .unwrap();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-1"))
        .credentials_provider(Credentials::new("test", "test-secret", None, None, "test"))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .build();
    (server, Client::from_conf(config))
}

#[tokio::test]
async fn an_event_is_an_object_in_the_bucket() {
    let (_server, client) = server().await;
    let ingest = Ingest::new(S3Store::new(&client, BUCKET), SystemClock, policy());
    let response = ingest
        .handle(Request::post(r#"{"eventName":"page_view","x":1e400}"#))
        .await;
    assert_eq!(response.status, 200, "{:?}", response.facts.failure);

    let key = response.facts.key.unwrap();
    let object = client
        .get_object()
        .bucket(BUCKET)
        .key(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(object.content_type(), Some("application/json"));
    let text = object.body.collect().await.unwrap().into_bytes();
    assert!(
        text.starts_with(br#"{"eventName":"page_view","x":1e400,"#),
        "{text:?}"
    );

    let listed = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("events/")
        .send()
        .await
        .unwrap();
    let keys: Vec<_> = listed
        .contents()
        .iter()
        .filter_map(|object| object.key())
        .collect();
    assert_eq!(keys, [key]);
}

#[rstest]
#[case::error(Fault::Status(500))]
#[case::slow_down(Fault::Status(503))]
#[case::cut(Fault::Cut)]
#[tokio::test]
async fn a_passing_fault_is_tried_again(#[case] fault: Fault) {
    let (server, client) = server().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    server.inject(move |_, _| (counter.fetch_add(1, Ordering::Relaxed) == 0).then_some(fault));
    let store = S3Store::new(&client, BUCKET);
    store
        .put("events/x.json", Bytes::from_static(b"{}"))
        .await
        .unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[rstest]
#[case::down(None)]
#[case::failing(Some(Fault::Status(503)))]
#[case::silent(Some(Fault::Silence))]
#[tokio::test]
async fn a_store_that_does_not_keep_it_is_an_answer_in_time(#[case] fault: Option<Fault>) {
    let (server, client) = server().await;
    let server = if let Some(fault) = fault {
        server.inject(move |_, _| Some(fault));
        Some(server)
    } else {
        server.shutdown().await;
        None
    };
    let ingest = Ingest::new(S3Store::new(&client, BUCKET), SystemClock, policy());
    let started = Instant::now();
    let response = ingest
        .handle(Request::post(r#"{"eventName":"page_view"}"#))
        .await;
    // Not a measurement: a promise to API Gateway, with room for a busy machine.
    assert!(started.elapsed() < S3Store::LONGEST_PUT + Duration::from_secs(10));
    assert_eq!(response.status, 500);
    assert_eq!(response.facts.accepted, 0);
    assert!(response.facts.failure.is_some());
    drop(server);
}

#[tokio::test]
async fn a_missing_bucket_is_named_in_the_log_and_not_in_the_answer() {
    let (_server, client) = server().await;
    let ingest = Ingest::new(
        S3Store::new(&client, "no-such-bucket"),
        SystemClock,
        policy(),
    );
    let response = ingest
        .handle(Request::post(r#"{"eventName":"page_view"}"#))
        .await;
    assert_eq!(
        response.body,
        r#"{"success":false,"message":"Internal error"}"#
    );
    let cause = response.facts.failure.unwrap().chain();
    assert!(cause.contains("NoSuchBucket"), "{cause}");
}
