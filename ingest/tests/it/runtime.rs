//! The Lambda as it is deployed: its binary, over the Lambda Runtime API, with
//! no environment but Lambda's own and what names the S3 server.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    time::Duration,
};

use lambda_simulator::{InvocationStatus, Simulator};
use sbw_servers::s3::S3Server;
use serde_json::{Value, json};

use crate::s3::{BUCKET, server};

const BINARY: &str = env!("CARGO_BIN_EXE_clickstream-lambda-ingest");

/// The running binary; ends with the test.
struct Function(Child);

impl Function {
    fn start(simulator: &Simulator, s3: &S3Server) -> Self {
        let child = Command::new(BINARY)
            .env_clear()
            .envs(simulator.lambda_env_vars())
            .env("AWS_ENDPOINT_URL_S3", s3.endpoint())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test-secret")
            .env("ALLOWED_ORIGINS", "https://shop.example")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Everything it said on stdout.
    fn stop(mut self) -> String {
        self.0.kill().unwrap();
        let mut said = String::new();
        let mut stdout = self.0.stdout.take().unwrap();
        stdout.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn simulator() -> Simulator {
    let builder = Simulator::builder().function_name("clickstream-lambda-ingest");
    builder.region("ap-southeast-1").build().await.unwrap()
}

async fn invoke(simulator: &Simulator, event: Value) -> Value {
    let id = simulator.enqueue_payload(event).await;
    let state = simulator
        .wait_for_invocation_complete(&id, Duration::from_mins(1))
        .await
        .unwrap();
    assert_eq!(state.status, InvocationStatus::Success, "{:?}", state.error);
    state.response.unwrap().payload
}

fn event(body: &str) -> Value {
    let mut event: Value =
        serde_json::from_str(include_str!("bodies/http_api_event.json")).unwrap();
    event["body"] = body.into();
    event
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invocations_are_answered() {
    let (s3, client) = server().await;
    let simulator = simulator().await;
    let function = Function::start(&simulator, &s3);

    let stored = invoke(
        &simulator,
        event(r#"{"eventName":"page_view","userId":"us-secret"}"#),
    )
    .await;
    assert_eq!(stored["statusCode"], 200, "{stored}");
    assert_eq!(stored["body"], r#"{"success":true,"accepted":1}"#);
    assert_eq!(
        stored["headers"]["access-control-allow-origin"],
        "https://shop.example"
    );
    let refused = invoke(&simulator, event("{}")).await;
    assert_eq!(refused["statusCode"], 400);
    let stranger = invoke(&simulator, json!({"source": "aws.events"})).await;
    assert_eq!(stranger["statusCode"], 404);

    let listed = client
        .list_objects_v2()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    assert_eq!(listed.contents().len(), 1);
    s3.shutdown().await;
    let lost = invoke(&simulator, event(r#"{"eventName":"page_view"}"#)).await;
    assert_eq!(lost["statusCode"], 500);

    let said = function.stop();
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let measured = lines.iter().filter(|line| line.get("_aws").is_some());
    let statuses: Vec<_> = measured.map(|line| line["Status"].clone()).collect();
    assert_eq!(statuses, [200, 400, 404, 500]);
    assert!(
        lines
            .iter()
            .any(|line| line["level"] == "ERROR" && line["message"] == "events were not stored")
    );
    for hidden in ["us-secret", "203.0.113", "test-secret"] {
        assert!(!said.contains(hidden), "{hidden} in {said}");
    }
}

#[test]
fn outside_lambda_it_says_what_to_do() {
    let output = Command::new(BINARY).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("run sbw-local"), "{said}");
}
