//! What is said about requests: one metrics line for each, a log line for what
//! went wrong. Never a user, an address, a body, or an id of an event.

use std::{io::Write, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::Subscriber;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::response::Response;

/// Where the platform's metrics are found.
pub const NAMESPACE: &str = "SBW/Clickstream";

/// Sends logs to stdout, a JSON object a line. `level` is `AWS_LAMBDA_LOG_LEVEL`.
pub fn init(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok());
    // Logging that was set up before is kept: it is the caller's choice.
    let _ = subscriber(level.unwrap_or(LevelFilter::INFO), std::io::stdout).try_init();
}

/// Only this crate speaks below a warning, at any level: the runtime and the
/// SDK would print whole requests, and those hold what must not be logged.
fn subscriber<W>(level: LevelFilter, out: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let spoken = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("sbw_ingest", level)
        .with_target("clickstream_lambda_ingest", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_current_span(false)
        .with_writer(out);
    tracing_subscriber::registry().with(spoken).with(lines)
}

/// What one request amounted to.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The function's name: the dimension of its metrics.
    pub function: &'a str,
    /// The gateway's id of the request, to find it by.
    pub request_id: Option<&'a str>,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// How long that took.
    pub latency: Duration,
    /// The answer.
    pub response: &'a Response,
}

impl Measured<'_> {
    /// Writes the metrics line to stdout, and a log line where there is something to say.
    pub fn report(&self) {
        // A full or closed stdout must not fail the request.
        let _ = writeln!(std::io::stdout().lock(), "{}", self.metrics());
        self.log();
    }

    /// A line in the embedded metric format, from which `CloudWatch` takes metrics.
    #[must_use]
    pub fn metrics(&self) -> String {
        let facts = &self.response.facts;
        let metric = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
        json!({
            "_aws": {
                "Timestamp": self.at.timestamp_millis(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["FunctionName"]],
                    "Metrics": [
                        metric("Accepted", "Count"),
                        metric("Rejected", "Count"),
                        metric("Bytes", "Bytes"),
                        metric("LatencyMs", "Milliseconds"),
                    ],
                }],
            },
            "FunctionName": self.function,
            "Accepted": facts.accepted,
            "Rejected": facts.rejected,
            "Bytes": facts.bytes,
            "LatencyMs": (self.latency.as_secs_f64() * 1e6).round() / 1e3,
            "Status": self.response.status,
            "RequestId": self.request_id,
        })
        .to_string()
    }

    fn log(&self) {
        let Response {
            status,
            body,
            facts,
            ..
        } = self.response;
        let request_id = self.request_id.unwrap_or_default();
        if let Some(failure) = &facts.failure {
            tracing::error!(
                request_id,
                status,
                cause = failure.chain(),
                "events were not stored"
            );
        } else if matches!(status, 400 | 413) {
            // These answers name positions and rules, nothing that was sent.
            tracing::info!(request_id, status, answer = body, "request refused");
        } else if facts.rejected > 0 {
            let (accepted, rejected) = (facts.accepted, facts.rejected);
            tracing::info!(request_id, accepted, rejected, "some events refused");
        } else {
            tracing::debug!(request_id, status, key = facts.key, "request answered");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use bytes::Bytes;
    use rstest::rstest;

    use super::*;
    use crate::{Ingest, Policy, RawStore, Request, StoreError, SystemClock};

    /// Keeps an object unless it is told not to.
    struct Maybe(bool);

    impl RawStore for Maybe {
        async fn put(&self, _: &str, _: Bytes) -> Result<(), StoreError> {
            if self.0 {
                Ok(())
            } else {
                Err(StoreError::new("no such bucket"))
            }
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The log and metrics lines of one request, at the most talkative level.
    async fn lines_of(body: &str, kept: bool) -> (String, String) {
        let request = Request {
            source_ip: Some("203.0.113.77".to_owned()),
            user_agent: Some("secret-agent".to_owned()),
            ..Request::post(body.to_owned())
        };
        let response = Ingest::new(
            Maybe(kept),
            SystemClock,
            Policy {
                keep_full_ip: true,
                ..Policy::default()
            },
        )
        .handle(request)
        .await;
        let measured = Measured {
            function: "clickstream-lambda-ingest",
            request_id: Some("r-1"),
            at: "2025-12-01T14:23:11.250Z".parse().unwrap(),
            latency: Duration::from_nanos(1_234_567),
            response: &response,
        };
        let lines = Lines::default();
        let out = lines.clone();
        tracing::subscriber::with_default(
            subscriber(LevelFilter::TRACE, move || out.clone()),
            || {
                tracing::info!(target: "aws_smithy_runtime", "secret-request");
                measured.log();
            },
        );
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        (log, measured.metrics())
    }

    const EVENT: &str = r#"{"eventName":"secret","eventId":"secret-id","userId":"secret-user"}"#;

    #[rstest]
    #[case::stored(EVENT, true, "DEBUG", "request answered")]
    #[case::some_refused(&format!(r#"[{EVENT},{{"eventName":"secret name"}}]"#), true, "INFO", "some events refused")]
    #[case::refused(r#"{"eventName":"secret name"}"#, true, "INFO", "request refused")]
    #[case::not_json(r#"{"secret":secret}"#, true, "INFO", "request refused")]
    #[case::not_stored(EVENT, false, "ERROR", "events were not stored")]
    #[tokio::test]
    async fn a_request_is_logged_without_what_it_holds(
        #[case] body: &str,
        #[case] kept: bool,
        #[case] level: &str,
        #[case] message: &str,
    ) {
        let (log, metrics) = lines_of(body, kept).await;
        assert_eq!(log.lines().count(), 1, "{log}");
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(line["level"], level);
        assert_eq!(line["message"], message);
        assert_eq!(line["request_id"], "r-1");
        for hidden in ["secret", "203.0.113"] {
            assert!(
                !log.contains(hidden) && !metrics.contains(hidden),
                "{log}{metrics}"
            );
        }
    }

    #[tokio::test]
    async fn the_metrics_line_is_what_cloudwatch_reads() {
        let (_, metrics) = lines_of(&format!("[{EVENT},1]"), true).await;
        let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
        insta::assert_snapshot!("metrics", serde_json::to_string_pretty(&metrics).unwrap());
    }
}
