//! `sbw-local`: the whole platform on one machine.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use sbw_local::home::Home;
use sbw_local::log::Log;
use sbw_local::{Error, LOG, Settings, dashboard, platform};
use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise.
const LOGGED: &str = "info,s3s=warn,aws_config=warn,aws_smithy_runtime=warn,hyper_util=warn";

/// How long a server may take to go that was in mid-start at the end.
const LAST_STEPS: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    if dashboard::is_called() {
        return sbw_tui::main();
    }
    let settings = Settings::parse();
    match run(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sbw-local: {}", error.in_words());
            ExitCode::FAILURE
        }
    }
}

fn run(settings: &Settings) -> Result<(), Error> {
    // Dropped last: a throwaway home goes when nothing uses it any more.
    let home = Arc::new(Home::open(settings.data_dir.as_deref())?);
    let log = Log::new(home.append(LOG)?);
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(log)
        .init();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(Box::pin(platform::run(settings, &home)));
    // A server that was still starting is on its way out by now. Nothing else
    // that goes on has any effect: the history of a shop that has closed.
    runtime.shutdown_timeout(LAST_STEPS);
    result
}
