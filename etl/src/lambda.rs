//! The Lambda `SBW_Lamda_ETL`: an invocation is a run.

use std::io::Write;

use chrono::Utc;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Deadline, Etl, Payload, RunReport, RunRequest, Scope, Trigger,
    error::in_full,
    run,
    settings::{bucket_of_process, limits_of_process, warehouse_of_process},
    telemetry,
};

/// Answers invocations until the runtime ends.
pub async fn serve() -> Result<(), Error> {
    telemetry::init_lambda(std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().as_deref());
    let aws = sbw_ingest::sdk_config().await;
    let s3 = sbw_ingest::s3_client(&aws);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let (aws, s3) = (&aws, s3.clone());
        async move {
            // The password is asked for each time: it may have been changed.
            let warehouse = warehouse_of_process(aws)
                .await
                .map_err(|error| failure(&error))?;
            let mut etl = Etl::new(s3, bucket_of_process(), warehouse);
            etl.limits = limits_of_process().map_err(|error| failure(&error))?;
            Box::pin(invoke(&etl, &event)).await
        }
    }))
    .await
}

async fn invoke(etl: &Etl, event: &LambdaEvent<Value>) -> Result<RunReport, Error> {
    let scope = Payload(&event.payload)
        .scope(Utc::now())
        .map_err(|error| failure(&error))?;
    let trigger = if scope == Scope::New {
        Trigger::Schedule
    } else {
        Trigger::Operator
    };
    let request = RunRequest {
        scope,
        trigger,
        deadline: deadline(&event.context),
    };
    if request.deadline.is_near() {
        tracing::warn!(
            "less than 20 s to the deadline: nothing is begun; give the function a longer timeout"
        );
    }
    let report = run(etl, &request, &())
        .await
        .map_err(|error| failure(&error))?;
    report_run(&report, &event.context);
    Ok(report)
}

fn report_run(report: &RunReport, context: &Context) {
    let line = telemetry::metrics_line(report, &context.env_config.function_name, Utc::now());
    // A full or closed stdout must not fail the run.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
    tracing::info!(
        request_id = context.request_id,
        listed = report.listed,
        new_objects = report.new_objects,
        events = report.events,
        inserted = report.inserted,
        duplicates = report.duplicates,
        rejected = report.rejected,
        remaining = report.remaining,
        reloaded = report.reloaded,
        put_aside = report.put_aside,
        refresh_pending = report.refresh_pending,
        duration_ms = report.duration_ms,
        "run ended"
    );
}

/// The deadline is told as a time of day; what is left of it counts.
fn deadline(context: &Context) -> Deadline {
    let left = context
        .deadline()
        .duration_since(std::time::SystemTime::now())
        .unwrap_or_default();
    Deadline::at(Instant::now() + left)
}

fn failure(error: &dyn std::error::Error) -> Error {
    let words = in_full(error);
    tracing::error!(error = words, "run failed");
    words.into()
}
