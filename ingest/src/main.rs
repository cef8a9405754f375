//! The Lambda `clickstream-lambda-ingest`: browser events in, raw objects in S3 out.

use std::{env, process::ExitCode};

use sbw_ingest::{Ingest, S3Store, Settings, SystemClock, lambda, s3_client_in_lambda, telemetry};

/// A Lambda handles one request at a time: one thread is enough, and starts sooner.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let variable = |name: &str| env::var(name).ok();
    if variable("AWS_LAMBDA_RUNTIME_API").is_none() {
        eprintln!(
            "clickstream-lambda-ingest answers AWS Lambda invocations and runs inside Lambda only.\n\
             To receive events on this machine, run sbw-local, which has the same handler behind HTTP."
        );
        return ExitCode::from(2);
    }
    telemetry::init(variable("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let settings = Settings::from_env(variable);
    if let Some(warning) = settings.policy.origins.warning() {
        tracing::warn!("{warning}");
    }
    let store = S3Store::new(&s3_client_in_lambda(variable), settings.bucket);
    let ingest = Ingest::new(store, SystemClock, settings.policy);
    match lambda::run(&ingest).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the Lambda runtime ended; Lambda starts another");
            ExitCode::FAILURE
        }
    }
}
