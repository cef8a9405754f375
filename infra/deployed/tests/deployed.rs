//! Both Lambda programs as they are deployed: real invocations over the Lambda
//! Runtime API, an S3 server that shares no code with ours, a real PostgreSQL,
//! and no environment but the documented one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;
#[path = "deployed/versions.rs"]
mod versions;

use std::{process::Command, time::Duration};

use sbw_servers::postgres::Postgres;
use serde_json::{Value, json};
use support::{BUCKET, Function, SeaweedFs, program};

/// An HTTP API call in payload format 2.0, as API Gateway hands it over.
fn http(method: &str, path: &str, content_type: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": content_type,
            "origin": "https://shop.example",
            "user-agent": "Mozilla/5.0",
            "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api1234567",
            "domainName": "api1234567.execute-api.ap-southeast-1.amazonaws.com",
            "domainPrefix": "api1234567",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1",
                     "sourceIp": "203.0.113.77", "userAgent": "Mozilla/5.0"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": "01/Dec/2025:14:23:11 +0000",
            "timeEpoch": 1_764_598_991_000_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn post(body: &Value) -> Value {
    http(
        "POST",
        "/clickstream",
        "application/json",
        &body.to_string(),
    )
}

fn body_of(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().expect("an answer has a body")).unwrap()
}

struct Warehouse {
    server: Postgres,
}

impl Warehouse {
    /// A migrated warehouse, by the operator's command.
    async fn start() -> Self {
        let server = tokio::task::spawn_blocking(Postgres::start)
            .await
            .unwrap()
            .unwrap();
        let warehouse = Self { server };
        warehouse
            .client("postgres", "postgres")
            .await
            .batch_execute("create database clickstream_dw")
            .await
            .unwrap();
        let migrate = Command::new(program("sbw-etl"))
            .arg("migrate")
            .envs(warehouse.environment("postgres"))
            .output()
            .unwrap();
        assert!(
            migrate.status.success(),
            "{}",
            String::from_utf8_lossy(&migrate.stderr)
        );
        warehouse
    }

    fn environment(&self, user: &str) -> Vec<(&'static str, String)> {
        vec![
            ("DWH_HOST", "127.0.0.1".to_owned()),
            ("DWH_PORT", self.server.port().to_string()),
            ("DWH_USER", user.to_owned()),
            (
                "DWH_PASSWORD",
                "not-checked-by-a-trusting-server".to_owned(),
            ),
            ("DWH_DATABASE", "clickstream_dw".to_owned()),
            ("DWH_SSLMODE", "disable".to_owned()),
        ]
    }

    async fn client(&self, user: &str, database: &str) -> tokio_postgres::Client {
        let url = self.server.url(user, database);
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }

    async fn count(&self, sql: &str) -> i64 {
        let client = self.client("sbw_reader", "clickstream_dw").await;
        client.query_one(sql, &[]).await.unwrap().get(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_travels_from_the_api_to_the_warehouse() {
    let (mut s3, warehouse) = tokio::join!(SeaweedFs::start(), Warehouse::start());

    let mut environment = s3.environment();
    environment.push(("RAW_BUCKET", BUCKET.to_owned()));
    environment.push(("ALLOWED_ORIGINS", "https://shop.example".to_owned()));
    let ingest = Function::start("clickstream-lambda-ingest", &environment).await;
    four_good_events_in_three_requests(&ingest).await;
    what_is_refused(&ingest).await;

    let mut environment = s3.environment();
    environment.push(("RAW_BUCKET", BUCKET.to_owned()));
    environment.extend(warehouse.environment("sbw_loader"));
    let etl = Function::start("sbw-etl", &environment).await;
    the_clock_loads_everything_once(&etl, &warehouse).await;
    an_operator_names_what_to_load(&etl, &s3.client()).await;

    // Logs name nobody.
    for secret in [
        "203.0.113",
        "of-a-person",
        "not-checked-by-a-trusting-server",
        "only-for-this-test",
    ] {
        for output in [ingest.output(), etl.output()] {
            assert!(!output.contains(secret), "{secret} in:\n{output}");
        }
    }
    for output in [ingest.output(), etl.output()] {
        assert!(output.contains("\"_aws\""), "metrics in:\n{output}");
    }

    // Storage gone: nothing is acknowledged, and the loader's failure is a failed invocation.
    s3.kill();
    let answer = ingest
        .invoke(post(&json!({"eventName": "click"})))
        .await
        .unwrap();
    assert_eq!(answer["statusCode"], 500, "{answer}");
    assert_eq!(
        body_of(&answer),
        json!({"success": false, "message": "Internal error"})
    );
    assert_eq!(statuses(&ingest.output()).last(), Some(&json!(500)));
    etl.invoke(tick())
        .await
        .expect_err("a run without storage fails");
}

/// The `Status` of each line of metrics, in order.
fn statuses(output: &str) -> Vec<Value> {
    output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line.get("_aws").is_some())
        .map(|line| line["Status"].clone())
        .collect()
}

/// One event, a batch with a bad one, and a beacon in base64.
async fn four_good_events_in_three_requests(ingest: &Function) {
    let one = json!({"eventName": "product_view", "eventId": "550e8400-e29b-41d4-a716-446655440000",
        "clientId": "client-of-a-person", "sessionId": "session-of-a-person", "userId": "user-of-a-person",
        "product": {"id": "p-1", "name": "Bàn phím AULA M75 TM", "price": 1_990_000}});
    let answer = ingest.invoke(post(&one)).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(body_of(&answer), json!({"success": true, "accepted": 1}));
    assert_eq!(
        answer["headers"]["access-control-allow-origin"],
        "https://shop.example"
    );

    let batch =
        json!({"events": [{"eventName": "home_view"}, {"no": "name"}, {"event_name": "click"}]});
    let body = body_of(&ingest.invoke(post(&batch)).await.unwrap());
    assert_eq!(
        (&body["accepted"], &body["rejected"][0]["index"]),
        (&json!(2), &json!(1))
    );

    let mut beacon = http(
        "POST",
        "/clickstream",
        "text/plain;charset=UTF-8",
        "eyJldmVudE5hbWUiOiJjbGljayJ9",
    );
    beacon["isBase64Encoded"] = json!(true);
    assert_eq!(ingest.invoke(beacon).await.unwrap()["statusCode"], 200);
}

async fn what_is_refused(ingest: &Function) {
    let options = ingest
        .invoke(http("OPTIONS", "/clickstream", "", ""))
        .await
        .unwrap();
    assert_eq!(options["statusCode"], 204, "{options}");
    let too_long = "x".repeat(300 * 1024);
    for (method, path, content_type, body, status) in [
        ("GET", "/clickstream", "application/json", "", 405),
        ("POST", "/elsewhere", "application/json", "{}", 404),
        ("POST", "/clickstream", "application/json", "{", 400),
        ("POST", "/clickstream", "application/xml", "<a/>", 415),
        (
            "POST",
            "/clickstream",
            "application/json",
            too_long.as_str(),
            413,
        ),
    ] {
        let answer = ingest
            .invoke(http(method, path, content_type, body))
            .await
            .unwrap();
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert_eq!(body_of(&answer)["success"], false, "{answer}");
        assert_eq!(statuses(&ingest.output()).last(), Some(&json!(status)));
    }
    // What no API Gateway sends: answered, not crashed.
    let stranger = ingest
        .invoke(json!({"source": "aws.events"}))
        .await
        .unwrap();
    assert_eq!(stranger["statusCode"], 404, "{stranger}");
}

/// What the hourly rule sends.
fn tick() -> Value {
    json!({"version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event", "source": "aws.events", "account": "123456789012",
        "time": "2025-12-01T15:00:00Z", "region": "ap-southeast-1",
        "resources": ["arn:aws:events:ap-southeast-1:123456789012:rule/SBW_ETL_HOURLY_RULE"], "detail": {}})
}

fn figures(report: &Value) -> [i64; 6] {
    [
        "new_objects",
        "events",
        "inserted",
        "duplicates",
        "rejected",
        "remaining",
    ]
    .map(|name| {
        report[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name} in {report}"))
    })
}

async fn the_clock_loads_everything_once(etl: &Function, warehouse: &Warehouse) {
    let report = etl.invoke(tick()).await.unwrap();
    assert_eq!(figures(&report), [3, 4, 4, 0, 0, 0], "{report}");
    let again = etl.invoke(tick()).await.unwrap();
    assert_eq!(figures(&again), [0, 0, 0, 0, 0, 0], "{again}");
    assert_eq!(again["listed"], 3);
    assert_eq!(
        warehouse
            .count("select count(*) from public.clickstream_events")
            .await,
        4
    );
}

/// A day again, and a stray file under an old hour.
async fn an_operator_names_what_to_load(etl: &Function, s3: &aws_sdk_s3::Client) {
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let day = etl.invoke(json!({"date": today})).await.unwrap();
    assert_eq!(figures(&day), [0, 0, 0, 0, 0, 0], "{day}");
    let old = "events/2025/06/01/05/event-0a3c1a52-5b1e-4f0e-9f39-0c1f8f0f2a11.json";
    let body = br#"{"event_name":"home_view","event_timestamp":"2025-06-01T05:10:00Z"}"#;
    s3.put_object()
        .bucket(BUCKET)
        .key(old)
        .body(body.to_vec().into())
        .send()
        .await
        .unwrap();
    let stray = etl
        .invoke(json!({"overridePrefix": "events/2025/06/01/"}))
        .await
        .unwrap();
    assert_eq!(figures(&stray), [1, 1, 1, 0, 0, 0], "{stray}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loader_short_of_time_says_what_is_left() {
    let (s3, warehouse) = tokio::join!(SeaweedFs::start(), Warehouse::start());
    let client = s3.client();
    for n in 0..30 {
        let key = format!("events/2025/12/01/event-{}.json", uuid::Uuid::now_v7());
        let body = format!(r#"{{"eventName":"click","eventId":"e-{n}"}}"#).into_bytes();
        client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(body.into())
            .send()
            .await
            .unwrap();
    }
    let mut environment = s3.environment();
    environment.push(("RAW_BUCKET", BUCKET.to_owned()));
    environment.extend(warehouse.environment("sbw_loader"));
    let etl = Function::start("sbw-etl", &environment).await;

    // Somebody holds the table and does not let go: the loader gives up in time.
    let other = warehouse.client("postgres", "clickstream_dw").await;
    other
        .batch_execute("begin; lock table public.clickstream_events in share mode")
        .await
        .unwrap();
    let cut = etl
        .invoke_within(json!({}), Duration::from_secs(22))
        .await
        .unwrap();
    assert_eq!(
        (&cut["new_objects"], &cut["inserted"], &cut["remaining"]),
        (&json!(30), &json!(0), &json!(30)),
        "{cut}"
    );
    drop(other);
    let rest = etl
        .invoke_within(json!({}), Duration::from_mins(1))
        .await
        .unwrap();
    assert_eq!(
        (&rest["inserted"], &rest["remaining"]),
        (&json!(30), &json!(0)),
        "{rest}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loader_that_cannot_log_in_fails_its_invocation() {
    let s3 = SeaweedFs::start().await;
    let mut environment = s3.environment();
    environment.push(("RAW_BUCKET", BUCKET.to_owned()));
    // Nobody listens there.
    for (name, value) in [
        ("DWH_HOST", "127.0.0.1"),
        ("DWH_PORT", "1"),
        ("DWH_USER", "sbw_loader"),
        ("DWH_PASSWORD", "secret-word"),
        ("DWH_DATABASE", "clickstream_dw"),
        ("DWH_SSLMODE", "disable"),
    ] {
        environment.push((name, value.to_owned()));
    }
    let etl = Function::start("sbw-etl", &environment).await;
    let error = etl
        .invoke(json!({}))
        .await
        .expect_err("no warehouse, no run");
    assert!(
        error.contains("127.0.0.1"),
        "the error names the host: {error}"
    );
    assert!(!error.contains("secret-word") && !etl.output().contains("secret-word"));
}
