//! `sbw-etl`: a Lambda inside Lambda, a command line everywhere else.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let in_lambda = std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some();
    if !in_lambda || std::env::args_os().len() > 1 {
        return Box::pin(sbw_etl::cli::main()).await;
    }
    match Box::pin(sbw_etl::lambda::serve()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the Lambda runtime ended; Lambda starts another");
            ExitCode::FAILURE
        }
    }
}
