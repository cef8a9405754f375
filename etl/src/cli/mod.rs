//! The command line, for operators.

mod args;
mod bar;
mod erase;
mod exclude;
mod print;
mod reconcile;

use std::{future::Future, process::ExitCode};

use chrono::NaiveDate;
use clap::Parser;
use sbw_queries::{
    connect::{Target, connect},
    schema::refresh_pending,
};

use crate::{
    Deadline, Etl, EtlError, Limits, RunReport, RunRequest, Scope, Trigger,
    error::in_full,
    fill_context,
    load::session_options,
    plan,
    refresh::{rebuild, refresh},
    rejects, run,
    run_log::{list_rejects, list_runs},
    settings::{bucket_of_process, limits_of_process, warehouse_of_process},
    telemetry,
    verify::{Finding, verify},
};
pub use args::{Cli, Command};
use args::{ContextArgs, Format, RejectsArgs, RejectsCommand, RetryArgs, RunArgs};
use bar::Bar;

/// Failed, left something that the next run must take up, or found a difference.
const FAILED: u8 = 1;
/// Used wrongly.
const USAGE: u8 = 2;
/// No connection to the warehouse.
const NO_CONNECTION: u8 = 3;

/// Does what the arguments of this process ask for.
pub async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init_command_line(&cli.log_level);
    match Box::pin(dispatch(cli.command)).await {
        Ok(code) => code,
        Err(Stopped::Usage(words)) => {
            eprintln!("sbw-etl: {words}");
            ExitCode::from(USAGE)
        }
        Err(Stopped::Failed(error)) => {
            eprintln!("sbw-etl: {}", in_full(&error));
            ExitCode::from(if error.is_connection() {
                NO_CONNECTION
            } else {
                FAILED
            })
        }
    }
}

/// Why a command ended early.
enum Stopped {
    Usage(String),
    Failed(EtlError),
}

impl<E: Into<EtlError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        match error.into() {
            EtlError::Settings(error) => Self::Usage(error.to_string()),
            error => Self::Failed(error),
        }
    }
}

async fn dispatch(command: Command) -> Result<ExitCode, Stopped> {
    let aws = sbw_ingest::sdk_config().await;
    let warehouse = warehouse_of_process(&aws).await.map_err(EtlError::from)?;
    let limits = limits_of_process().map_err(EtlError::from)?;
    let etl = || Etl {
        s3: sbw_ingest::s3_client(&aws),
        bucket: bucket_of_process(),
        warehouse: warehouse.clone(),
        limits,
    };
    match command {
        Command::Run(args) => Box::pin(run_command(etl(), args)).await,
        Command::Migrate => {
            let mut client = connect(&warehouse, &session_options()).await?.client;
            let report = Box::pin(sbw_queries::migrate::migrate(&mut client)).await?;
            println!("{warehouse}: {report}");
            let pending = refresh_pending(&client).await?;
            if !pending.is_nothing() {
                eprintln!(
                    "sbw-etl: {pending}; until `sbw-etl refresh` has run, answers about them come from events"
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Rejects(RejectsArgs {
            command: Some(RejectsCommand::Retry(args)),
            ..
        }) => Box::pin(retry(etl(), args)).await,
        Command::Rejects(RejectsArgs {
            objects,
            limit,
            format,
            command: None,
        }) => {
            let keys = (!objects.is_empty()).then_some(objects.as_slice());
            let rejects = list_rejects(&warehouse, keys, limit).await?;
            print::rejects(&rejects, format);
            Ok(ExitCode::SUCCESS)
        }
        Command::Runs(args) => {
            print::runs(&list_runs(&warehouse, args.limit).await?, args.format);
            Ok(ExitCode::SUCCESS)
        }
        Command::Refresh => {
            let bar = Bar::new();
            let report = until_interrupted(
                refresh(&warehouse, Deadline::NONE, &bar),
                REFRESH_INTERRUPTED,
            )
            .await?;
            bar.finish();
            print::json(&report);
            Ok(ExitCode::SUCCESS)
        }
        Command::Context(args) => Box::pin(context_command(etl(), args)).await,
        Command::Erase(args) => Box::pin(erase::command(etl(), args)).await,
        Command::Exclude(args) => Box::pin(exclude::command(etl(), args)).await,
        Command::Rebuild => {
            let bar = Bar::new();
            let report = until_interrupted(rebuild(&warehouse, &bar), REFRESH_INTERRUPTED).await?;
            bar.finish();
            print::json(&report);
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => verify_command(&warehouse).await,
        Command::Reconcile(args) => Box::pin(reconcile::command(&warehouse, args)).await,
    }
}

async fn verify_command(warehouse: &Target) -> Result<ExitCode, Stopped> {
    let findings = verify(warehouse).await?;
    for finding in &findings {
        print::foreign_line(&finding.to_string());
    }
    if !findings.iter().all(Finding::is_warning) {
        return Ok(ExitCode::from(FAILED));
    }
    let agreed = if findings.is_empty() {
        "ledger, rejects, runs, rollups and events"
    } else {
        "ledger, rejects, runs and events"
    };
    print::line(&format!("{warehouse}: {agreed} agree"));
    Ok(ExitCode::SUCCESS)
}

async fn run_command(mut etl: Etl, args: RunArgs) -> Result<ExitCode, Stopped> {
    let scope = scope(&args)?;
    if let Some(fetches) = args.concurrency {
        etl.limits = Limits {
            fetches: fetches.into(),
            ..etl.limits
        };
    }
    if args.dry_run {
        let (mut objects, mut bytes) = (0_u64, 0_u64);
        let listed = plan(&etl, &scope, |page| {
            for object in page {
                objects += 1;
                bytes += object.size_bytes;
                print::line(&format!("{}\t{}", object.key, object.size_bytes));
            }
        })
        .await?;
        eprintln!("would load {objects} of {listed} objects, {bytes} bytes");
        return Ok(ExitCode::SUCCESS);
    }
    let request = RunRequest {
        scope,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    let bar = Bar::new();
    let report = until_interrupted(run(&etl, &request, &bar), RUN_INTERRUPTED).await?;
    bar.finish();
    Ok(result(&report))
}

async fn context_command(etl: Etl, args: ContextArgs) -> Result<ExitCode, Stopped> {
    let scope = match args.prefix {
        Some(prefix) => {
            Scope::prefix(&prefix).map_err(|error| Stopped::Usage(error.to_string()))?
        }
        None => days_or_all(args.from, args.to)?,
    };
    let bar = Bar::new();
    let report = until_interrupted(fill_context(&etl, scope, &bar), CONTEXT_INTERRUPTED).await?;
    bar.finish();
    print::json(&report);
    Ok(ExitCode::from(if report.remaining == 0 {
        0
    } else {
        FAILED
    }))
}

fn days_or_all(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Scope, Stopped> {
    let Some(from) = from else {
        return Ok(Scope::All);
    };
    Scope::days(from, to.unwrap_or(from)).map_err(|error| Stopped::Usage(error.to_string()))
}

async fn retry(etl: Etl, args: RetryArgs) -> Result<ExitCode, Stopped> {
    let request = RunRequest {
        scope: Scope::All,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    let keys = (!args.all).then_some(args.objects.as_slice());
    let bar = Bar::new();
    let report =
        until_interrupted(rejects::retry(&etl, &request, keys, &bar), RUN_INTERRUPTED).await?;
    bar.finish();
    Ok(result(&report))
}

/// Prints the result; what is left for a passing reason is a failure to a
/// script, which should come again.
fn result(report: &RunReport) -> ExitCode {
    print::json(report);
    if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}

/// The chunk in hand is undone; the ledger knows the rest.
const RUN_INTERRUPTED: &str =
    "interrupted; what was loaded stays loaded, the next run takes up the rest";

/// The chunk in hand is undone.
const CONTEXT_INTERRUPTED: &str =
    "interrupted; context that was added stays, the same command adds the rest";

/// The unit in hand is undone.
const REFRESH_INTERRUPTED: &str =
    "interrupted; answers stay exact, and `sbw-etl refresh` or the next run goes on from here";

/// Ends work at Ctrl-C, with words on what became of it.
async fn until_interrupted<T>(
    work: impl Future<Output = Result<T, EtlError>>,
    words: &str,
) -> Result<T, Stopped> {
    tokio::select! {
        done = work => Ok(done?),
        _ = tokio::signal::ctrl_c() => Err(Stopped::Usage(words.to_owned())),
    }
}

fn scope(args: &RunArgs) -> Result<Scope, Stopped> {
    let days = |first: NaiveDate, last: NaiveDate| {
        Scope::days(first, last).map_err(|error| Stopped::Usage(error.to_string()))
    };
    match (&args.date, &args.from, &args.to, &args.prefix, args.all) {
        (Some(date), ..) => days(*date, *date),
        (_, Some(from), to, ..) => days(*from, to.unwrap_or(*from)),
        (_, _, _, Some(prefix), _) => {
            Scope::prefix(prefix).map_err(|error| Stopped::Usage(error.to_string()))
        }
        (.., true) => Ok(Scope::All),
        _ => Ok(Scope::New),
    }
}

impl Format {
    const fn is_json(self) -> bool {
        matches!(self, Self::Json)
    }
}
