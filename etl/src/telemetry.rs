//! What the loader says about itself: logs, and a metrics line for each run.
//! Keys and counts, never the content of an event.

use std::io::IsTerminal;

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::RunReport;

/// Where the platform's metrics are found.
const NAMESPACE: &str = "SBW/Clickstream";

/// Logs as JSON lines on stdout, as Lambda's log collection wants them.
pub fn init_lambda(level: Option<&str>) {
    let filter = filter(level.unwrap_or("info"));
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_current_span(false)
        .with_writer(std::io::stdout);
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}

/// Logs for a person, on stderr; stdout is the result's.
pub fn init_command_line(level: &str) {
    let lines = fmt::layer()
        .with_target(false)
        .without_time()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry()
        .with(filter(level))
        .with(lines)
        .try_init();
}

/// Only the loader speaks below a warning: the SDK would print whole requests.
fn filter(level: &str) -> EnvFilter {
    let level = match level.to_ascii_lowercase().as_str() {
        "trace" => "trace",
        "debug" => "debug",
        "warn" | "warning" => "warn",
        "error" | "fatal" => "error",
        _ => "info",
    };
    EnvFilter::new(format!("error,sbw_etl={level}"))
}

/// A line in the embedded metric format, from which CloudWatch takes metrics.
#[must_use]
pub fn metrics_line(report: &RunReport, function: &str, at: DateTime<Utc>) -> String {
    let metric = |name: &str, unit: &str| json!({"Name": name, "Unit": unit});
    json!({
        "_aws": {
            "Timestamp": at.timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["FunctionName"]],
                "Metrics": [
                    metric("listed", "Count"),
                    metric("new_objects", "Count"),
                    metric("events", "Count"),
                    metric("inserted", "Count"),
                    metric("duplicates", "Count"),
                    metric("rejected", "Count"),
                    metric("remaining", "Count"),
                    metric("refresh_pending", "Count"),
                    metric("duration_ms", "Milliseconds"),
                ],
            }],
        },
        "FunctionName": function,
        "listed": report.listed,
        "new_objects": report.new_objects,
        "events": report.events,
        "inserted": report.inserted,
        "duplicates": report.duplicates,
        "rejected": report.rejected,
        "remaining": report.remaining,
        "refresh_pending": report.refresh_pending,
        "duration_ms": report.duration_ms,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_metric_that_is_named_has_a_value() {
        let report = RunReport {
            inserted: 7,
            refresh_pending: Some(3),
            ..RunReport::default()
        };
        let line = metrics_line(&report, "SBW_Lamda_ETL", DateTime::UNIX_EPOCH);
        assert!(!line.contains('\n'));
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            .as_array()
            .unwrap();
        assert_eq!(metrics.len(), 9);
        for metric in metrics {
            assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
        }
        assert_eq!(
            (&line["inserted"], &line["FunctionName"]),
            (&json!(7), &json!("SBW_Lamda_ETL"))
        );
    }
}
