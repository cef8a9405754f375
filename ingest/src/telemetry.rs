//! What is said about requests: one metrics line for each, a log line for what
//! went wrong. Never a user, an address, a body, or an id of an event.

use std::{io::Write, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::response::Response;

/// The CloudWatch namespace of the platform's metrics.
pub const NAMESPACE: &str = "SBW/Clickstream";

/// Sends logs to stdout, a JSON object a line. `level` is `AWS_LAMBDA_LOG_LEVEL`.
///
/// Only this crate speaks below a warning, at any level: the runtime and the
/// SDK would print whole requests, and those hold what must not be logged.
pub fn init(level: Option<&str>) {
    let level = level
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    let spoken = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("sbw_ingest", level)
        .with_target("clickstream_lambda_ingest", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_current_span(false);
    // Logging that was set up before is kept: it is the caller's choice.
    let _ = tracing_subscriber::registry()
        .with(spoken)
        .with(lines)
        .try_init();
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
        let Response {
            status,
            body,
            facts,
            ..
        } = self.response;
        let request_id = self.request_id.unwrap_or_default();
        match (&facts.failure, status) {
            (Some(failure), _) => {
                tracing::error!(
                    request_id,
                    status,
                    cause = failure.chain(),
                    "events were not stored"
                );
            }
            // These answers name positions and rules, nothing that was sent.
            (None, 400 | 413) => {
                tracing::info!(request_id, status, answer = body, "request refused")
            }
            _ if facts.rejected > 0 => {
                let (accepted, rejected) = (facts.accepted, facts.rejected);
                tracing::info!(request_id, accepted, rejected, "some events refused");
            }
            _ => tracing::debug!(request_id, status, key = facts.key, "request answered"),
        }
    }

    /// A line in CloudWatch's embedded metric format.
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
            "LatencyMs": self.latency.as_micros() as f64 / 1000.0,
            "Status": self.response.status,
            "RequestId": self.request_id,
        })
        .to_string()
    }
}
