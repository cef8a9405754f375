//! The S3-protocol server through the SDK that the platform uses.
#![cfg(feature = "s3")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use rstest::rstest;
use sbw_servers::s3::{Fault, S3Options, S3Server, StartError};
use secrecy::ExposeSecret;

const BUCKET: &str = "clickstream-s3-ingest";

async fn start() -> S3Server {
    let options = S3Options {
        buckets: vec![BUCKET.to_owned()],
        ..S3Options::default()
    };
    S3Server::start(options).await.unwrap()
}

fn client(server: &S3Server) -> Client {
    client_with(
        server,
        server.access_key(),
        server.secret_key().expose_secret(),
    )
}

fn client_with(server: &S3Server, access_key: &str, secret_key: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-1"))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .credentials_provider(Credentials::new(access_key, secret_key, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

async fn put(client: &Client, key: &str, body: impl Into<Bytes>) {
    let body = ByteStream::from(body.into());
    client
        .put_object()
        .bucket(BUCKET)
        .key(key)
        .body(body)
        .send()
        .await
        .unwrap();
}

async fn get(client: &Client, key: &str) -> Bytes {
    let object = client
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    object.body.collect().await.unwrap().into_bytes()
}

async fn keys(client: &Client, prefix: &str, start_after: Option<&str>) -> Vec<String> {
    let list = client.list_objects_v2().bucket(BUCKET).prefix(prefix);
    let pages = list
        .set_start_after(start_after.map(str::to_owned))
        .into_paginator()
        .send();
    let pages: Vec<_> = pages.collect::<Result<_, _>>().await.unwrap();
    pages
        .iter()
        .flat_map(aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output::contents)
        .map(|o| o.key().unwrap().to_owned())
        .collect()
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or_default()
}

#[tokio::test]
async fn an_object_comes_back_as_it_went_in() {
    let server = start().await;
    let client = client(&server);
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("events/2025/12/01/event-1.json")
        .content_type("application/x-ndjson; charset=utf-8")
        .content_encoding("gzip")
        .metadata("who", "me")
        .body(ByteStream::from_static(b"hello"))
        .send()
        .await
        .unwrap();
    assert_eq!(put.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));

    let key = "events/2025/12/01/event-1.json";
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    let got = client
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(5));
    assert_eq!(head.last_modified(), got.last_modified());
    assert_eq!(head.e_tag(), put.e_tag());
    assert_eq!(got.e_tag(), put.e_tag());
    assert_eq!(
        got.content_type(),
        Some("application/x-ndjson; charset=utf-8")
    );
    assert_eq!(got.content_encoding(), Some("gzip"));
    assert_eq!(got.metadata().unwrap()["who"], "me");
    assert_eq!(
        got.body.collect().await.unwrap().into_bytes().as_ref(),
        b"hello"
    );

    client
        .delete_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    let gone = client
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&gone), "NoSuchKey");
    // Deleting what is not there succeeds, as in S3.
    client
        .delete_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn five_thousand_objects_are_listed_in_order_and_pages() {
    let server = start().await;
    let client = client(&server);
    let name = |n: usize| format!("events/2025/12/01/event-{n:05}.json");
    let names: Vec<String> = (0..5_000).map(name).collect();
    let writer = server.writer();
    stream::iter(names.iter().rev().cloned())
        .map(Ok::<_, sbw_servers::s3::StoreError>)
        .try_for_each_concurrent(8, |key| writer.put(BUCKET, key, Bytes::from_static(b"{}")))
        .await
        .unwrap();
    put(&client, "events/2025/12/02/event-0.json", "{}").await;

    let first = client
        .list_objects_v2()
        .bucket(BUCKET)
        .max_keys(5_000)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (first.key_count(), first.is_truncated()),
        (Some(1_000), Some(true))
    );
    assert_eq!(keys(&client, "events/2025/12/01/", None).await, names);
    assert_eq!(
        keys(&client, "events/2025/12/01/", Some(&name(4_321))).await,
        names[4_322..]
    );
    assert_eq!(
        keys(&client, "events/2025/12/03/", None).await,
        Vec::<String>::new()
    );
    assert_eq!(keys(&client, "", None).await.len(), 5_001);

    let days = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("events/2025/12/")
        .delimiter("/");
    let days = days.send().await.unwrap();
    let days: Vec<_> = days
        .common_prefixes()
        .iter()
        .map(|p| p.prefix().unwrap())
        .collect();
    assert_eq!(days, ["events/2025/12/01/", "events/2025/12/02/"]);
}

#[rstest]
#[case::parent("../../../outside.json")]
#[case::inner_parent("events/../../x")]
#[case::dot("./.")]
#[case::slashes("a//b///c/")]
#[case::file_and_folder("a")]
#[case::percent("100%25 %2e%2e/%")]
#[case::spaces("a b+c&d=e?f#g.json")]
#[case::vietnamese("chuột/bàn phím 🐭.json")]
#[case::quotes("'\"<>\\|*:;")]
#[tokio::test]
async fn hostile_keys_are_ordinary_keys(#[case] key: &str) {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("root");
    let options = || S3Options {
        root: Some(root.clone()),
        buckets: vec![BUCKET.to_owned()],
        ..S3Options::default()
    };
    let server = S3Server::start(options()).await.unwrap();
    let sdk = client(&server);
    put(&sdk, "a/b", "another").await;
    put(&sdk, key, key.to_owned()).await;
    assert_eq!(get(&sdk, key).await, key);
    assert!(keys(&sdk, "", None).await.contains(&key.to_owned()));
    server.shutdown().await;
    let beside: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(beside, ["root"]);

    // And so they are for the server that takes the directory over.
    let server = S3Server::start(options()).await.unwrap();
    let sdk = client(&server);
    assert_eq!(get(&sdk, key).await, key);
    sdk.delete_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(keys(&sdk, "", None).await, ["a/b"]);
}

#[tokio::test]
async fn a_key_of_1024_bytes_is_the_longest() {
    let server = start().await;
    let client = client(&server);
    for longest in ["x".repeat(1_024), "é".repeat(512), "x/".repeat(512)] {
        put(&client, &longest, "long").await;
        assert_eq!(get(&client, &longest).await, "long");
    }
    let longer = client.put_object().bucket(BUCKET).key("x".repeat(1_025));
    assert_eq!(code(&longer.send().await.unwrap_err()), "KeyTooLongError");
}

#[tokio::test]
async fn files_are_taken_over_with_times_and_types() {
    let root = tempfile::tempdir().unwrap();
    let options = || S3Options {
        root: Some(root.path().to_path_buf()),
        buckets: vec![BUCKET.to_owned()],
        ..S3Options::default()
    };
    let server = S3Server::start(options()).await.unwrap();
    let sdk = client(&server);
    let typed = sdk
        .put_object()
        .bucket(BUCKET)
        .key("typed.txt")
        .content_type("text/plain");
    typed
        .metadata("k", "v w")
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .unwrap();
    server
        .put_direct(BUCKET, "direct.json", Bytes::from_static(b"{}"))
        .await
        .unwrap();
    sdk.create_bucket()
        .bucket("another-bucket")
        .send()
        .await
        .unwrap();
    let describe = async |sdk: Client| {
        let mut lines = Vec::new();
        for key in ["typed.txt", "direct.json"] {
            let head = sdk
                .head_object()
                .bucket(BUCKET)
                .key(key)
                .send()
                .await
                .unwrap();
            lines.push(format!(
                "{key} {:?} {:?} {:?} {:?}",
                head.content_type(),
                head.metadata(),
                head.e_tag(),
                head.last_modified(),
            ));
        }
        let buckets = sdk.list_buckets().send().await.unwrap();
        lines.extend(
            buckets
                .buckets()
                .iter()
                .map(|b| b.name().unwrap().to_owned()),
        );
        lines
    };
    let before = describe(sdk).await;
    server.shutdown().await;
    let server = S3Server::start(options()).await.unwrap();
    assert_eq!(describe(client(&server)).await, before);
    assert!(
        before[0].contains("text/plain") && before[0].contains("v w"),
        "{before:?}"
    );
    assert_eq!(before[2..], ["another-bucket", BUCKET]);
}

#[tokio::test]
async fn only_one_of_many_conditional_writers_wins() {
    let server = start().await;
    let client = client(&server);
    let writes = (0..16).map(|n| {
        let put = client
            .put_object()
            .bucket(BUCKET)
            .key("once.json")
            .if_none_match("*");
        let put = put.body(ByteStream::from(n.to_string().into_bytes()));
        async move { put.send().await.map(|_| n.to_string()) }
    });
    let results = futures::future::join_all(writes).await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 15));
    for error in lost {
        assert_eq!(code(&error.unwrap_err()), "PreconditionFailed");
    }
    assert_eq!(get(&client, "once.json").await, won[0].as_ref().unwrap());

    let stale = client
        .put_object()
        .bucket(BUCKET)
        .key("once.json")
        .if_match("\"0\"");
    assert_eq!(code(&stale.send().await.unwrap_err()), "PreconditionFailed");
}

#[rstest]
#[case("bytes=0-0", "0", "bytes 0-0/10")]
#[case("bytes=3-5", "345", "bytes 3-5/10")]
#[case("bytes=7-", "789", "bytes 7-9/10")]
#[case("bytes=-2", "89", "bytes 8-9/10")]
#[case("bytes=8-99", "89", "bytes 8-9/10")]
#[tokio::test]
async fn ranges(#[case] range: &str, #[case] part: &str, #[case] said: &str) {
    let server = start().await;
    let client = client(&server);
    put(&client, "digits", "0123456789").await;
    let got = client
        .get_object()
        .bucket(BUCKET)
        .key("digits")
        .range(range)
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_range(), Some(said));
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), part);
    let beyond = client
        .get_object()
        .bucket(BUCKET)
        .key("digits")
        .range("bytes=10-11");
    assert_eq!(code(&beyond.send().await.unwrap_err()), "InvalidRange");
}

#[tokio::test]
async fn bodies_larger_than_a_part_stay_whole() {
    let server = start().await;
    let client = client(&server);
    let body: Vec<u8> = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
    put(&client, "large", body.clone()).await;
    assert_eq!(get(&client, "large").await, body);
    put(&client, "empty", "").await;
    assert_eq!(get(&client, "empty").await, "");
}

#[tokio::test]
async fn many_are_deleted_at_once() {
    let server = start().await;
    let client = client(&server);
    for n in 0..5 {
        put(&client, &format!("k{n}"), "x").await;
    }
    let objects =
        ["k1", "k3", "never"].map(|k| ObjectIdentifier::builder().key(k).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(objects.to_vec()))
        .build()
        .unwrap();
    let done = client
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .unwrap();
    let done: BTreeSet<_> = done.deleted().iter().map(|d| d.key().unwrap()).collect();
    assert_eq!(done, BTreeSet::from(["k1", "k3", "never"]));
    assert_eq!(keys(&client, "", None).await, ["k0", "k2", "k4"]);
}

#[tokio::test]
async fn wrong_keys_and_unknown_buckets_are_refused() {
    let server = start().await;
    let wrong = client_with(&server, server.access_key(), "wrong");
    let error = wrong
        .list_objects_v2()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "SignatureDoesNotMatch");
    let stranger = client_with(&server, "stranger", "wrong");
    assert!(
        stranger
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
            .await
            .is_err()
    );

    let client = client(&server);
    let error = client
        .list_objects_v2()
        .bucket("no-such-bucket")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "NoSuchBucket");
    let put = client
        .put_object()
        .bucket("no-such-bucket")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&put), "NoSuchBucket");
    assert!(
        client
            .head_bucket()
            .bucket("no-such-bucket")
            .send()
            .await
            .is_err()
    );
    client.head_bucket().bucket(BUCKET).send().await.unwrap();
}

#[tokio::test]
async fn bytes_that_are_not_what_the_client_said_are_refused() {
    let server = start().await;
    let client = client(&server);
    let md5_of_something_else = "XUFAKrxLKna5cZ2REBfFkg==";
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("k")
        .content_md5(md5_of_something_else);
    let error = put
        .body(ByteStream::from_static(b"hullo"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("k")
        .checksum_crc32("AAAAAA==");
    let error = put
        .body(ByteStream::from_static(b"hullo"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    assert_eq!(keys(&client, "", None).await, Vec::<String>::new());
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("k")
        .content_md5(md5_of_something_else);
    put.body(ByteStream::from_static(b"hello"))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn faults_come_and_go_on_demand() {
    let server = start().await;
    let client = client(&server);
    put(&client, "k", "v").await;
    let fetch = || client.get_object().bucket(BUCKET).key("k").send();
    for status in [500, 503] {
        server.inject(move |method, path| {
            (method == "GET" && path.starts_with("/clickstream-s3-ingest/k"))
                .then_some(Fault::Status(status))
        });
        let error = fetch().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), status);
    }
    server.inject(|_, _| Some(Fault::Cut));
    assert!(matches!(
        fetch().await.unwrap_err(),
        SdkError::DispatchFailure(_)
    ));
    server.inject(|_, _| Some(Fault::Silence));
    let impatient = client.config().to_builder().timeout_config(
        TimeoutConfig::builder()
            .operation_timeout(Duration::from_millis(50))
            .build(),
    );
    let silence = Client::from_conf(impatient.build())
        .get_object()
        .bucket(BUCKET)
        .key("k");
    assert!(matches!(
        silence.send().await.unwrap_err(),
        SdkError::TimeoutError(_)
    ));
    server.heal();
    assert_eq!(get(&client, "k").await, "v");
}

#[tokio::test]
async fn a_taken_port_is_named_and_a_stopped_server_frees_its_own() {
    let server = start().await;
    let port = server.port();
    let again = || S3Options {
        port,
        ..S3Options::default()
    };
    let error = S3Server::start(again()).await.unwrap_err();
    assert!(matches!(error, StartError::PortTaken { port: taken } if taken == port));
    server.shutdown().await;
    S3Server::start(again()).await.unwrap();
}
