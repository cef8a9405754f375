//! The program: what the command line asks for, and errors in words.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use chrono::Utc;
use clap::{CommandFactory, Parser};
use sbw_queries::QueryError;
use sbw_queries::connect::{
    self, ConnectError, Connected, Defaults, Environment, SessionOptions, SettingError, Target,
};
use sbw_queries::schema::{SchemaState, schema_state};
use secrecy::SecretString;

use crate::app::ClockOffset;
use crate::args::{Cli, Command, Dashboard, Report};
use crate::logging::{self, LogError};
use crate::period::Period;
use crate::report::{self, ReportError};
use crate::runtime::{self, APPLICATION_NAME, InstanceId, Options, RunError, Tunnel, TunnelError};
use crate::settings::{self, ConfigError, Settings};
use crate::theme::{self, ChartMarker, Depth, Look};

/// What went wrong, by who can do something about it.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error("the dashboard needs a terminal; for numbers in a pipe use `sbw-tui report VIEW`")]
    NoTerminal,
    #[error(
        "the dashboard cannot be drawn on a terminal of type {0:?}; set TERM to what it is, such as xterm-256color, or use `sbw-tui report VIEW`"
    )]
    PoorTerminal(String),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Tunnel(#[from] TunnelError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("{advice}")]
    Schema { advice: String, source: ReportError },
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot start: {0}")]
    Start(io::Error),
    #[error("cannot write the answer: {0}")]
    Output(io::Error),
}

impl Failure {
    /// 1 failed, 2 wrong usage, 3 cannot connect.
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Setting(_)
            | Self::Config(_)
            | Self::NoTerminal
            | Self::PoorTerminal(_) => 2,
            Self::Connect(_) | Self::Tunnel(_) => 3,
            _ => 1,
        }
    }
}

/// Runs the program named on the command line; the only place that speaks of errors.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!(?failure, "failed");
            let _ = writeln!(io::stderr(), "sbw-tui: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match &cli.command {
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "sbw-tui", &mut script);
            return print(&script);
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(Failure::Output)?;
            return print(&page);
        }
        Some(Command::Report(_)) | None => {}
    }
    if let Some(file) = cli.dashboard.log.clone() {
        logging::to_file(file)?;
    }
    let typed_limit = cli.connection.query_timeout;
    let ssm = cli.connection.ssm.clone();
    let flags = cli.connection.flags(cli.positional_url);
    let resolved = connect::resolve(&flags, &Environment::of_process(), &Defaults::DASHBOARD)?;
    if let Some(Command::Report(asked)) = cli.command {
        warn(&resolved.warnings);
        let limit = typed_limit.unwrap_or(QUERY_TIMEOUT);
        let runtime = runtime()?;
        let done = runtime.block_on(report(&asked, resolved.target, ssm, limit));
        runtime.shutdown_background();
        return done;
    }
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Failure::NoTerminal);
    }
    let term = std::env::var("TERM").unwrap_or_default();
    if theme::cannot_draw(&term) {
        return Err(Failure::PoorTerminal(term));
    }
    warn(&resolved.warnings);
    let (settled, keymap) = settings::load(cli.dashboard.config.as_deref())?;
    let remembers = settled.remember.unwrap_or(true) && !cli.dashboard.no_state;
    let mut options = options(resolved.target, &cli.dashboard, settled, remembers);
    options.keymap = keymap;
    options.ssm = ssm;
    if let Some(limit) = typed_limit {
        options.query_timeout = limit;
    }
    let runtime = runtime()?;
    let done = runtime.block_on(runtime::show(options));
    // A name being looked up, or a write to a dead tunnel, must not hold up who
    // wants to leave.
    runtime.shutdown_background();
    let left = done?;
    if remembers {
        settings::forget_nothing(&left);
    }
    Ok(())
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        let _ = writeln!(io::stderr(), "sbw-tui: {warning}");
        tracing::warn!(warning);
    }
}

/// The longest that the server may take when nobody says.
const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// A flag wins over the file of settings, that over what was left last time.
fn options(target: Target, flags: &Dashboard, settled: Settings, remembers: bool) -> Options {
    let left = if remembers {
        settings::recall(Utc::now())
    } else {
        settings::Recalled::default()
    };
    let usual = Options::new(target);
    let variable = |name: &str| std::env::var(name).ok();
    let depth = flags.color.or(settled.color);
    let depth = depth.unwrap_or_else(|| Depth::detect(variable));
    let chosen = flags.theme.or(settled.theme).or(left.tone);
    let tone = chosen.unwrap_or(usual.tone);
    let marker = flags.marker.or(settled.marker);
    let ascii = settled.ascii;
    let ascii = flags.ascii || ascii.unwrap_or_else(|| theme::is_ascii_only(variable));
    let length = flags.last.or(settled.last).map(Period::last);
    Options {
        look: Look::new(tone, depth, marker.unwrap_or(ChartMarker::Braille), ascii),
        tone,
        tone_is_chosen: chosen.is_some(),
        period: length.or(left.period).unwrap_or(usual.period),
        refresh: flags.refresh.or(settled.refresh).unwrap_or(usual.refresh),
        query_timeout: settled.query_timeout.unwrap_or(QUERY_TIMEOUT),
        zones: settled.time_zones.unwrap_or(usual.zones),
        mouse: flags.mouse || settled.mouse.unwrap_or(false),
        event_columns: left.event_columns,
        view: settled.view.or(left.view).unwrap_or(usual.view),
        target: usual.target,
        keymap: usual.keymap,
        ssm: usual.ssm,
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // Input and drawing on one thread, the link on another.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::Start)
}

async fn report(
    asked: &Report,
    target: Target,
    ssm: Option<InstanceId>,
    limit: Duration,
) -> Result<(), Failure> {
    if let Some(problem) = asked.misplaced() {
        return Err(Failure::Usage(problem));
    }
    // What is wrong with it is wrong at any time.
    report::question(asked, Utc::now()).map_err(|error| Failure::Usage(error.to_string()))?;
    let session = SessionOptions::reader(APPLICATION_NAME, limit);
    // Held until the answer is there: dropping it ends the tunnel.
    let mut tunnel = ssm.map(|instance| Tunnel::new(instance, &target));
    let target = match &mut tunnel {
        Some(tunnel) => tunnel.through(&target).await?,
        None => target,
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let connected = connect_or_ask(target.clone(), &session).await?;
        match answer(&connected, asked, limit).await {
            // A standby that must go on ends a query, or the whole session.
            Err(Failure::Report(ReportError::Query(QueryError::LinkLost(error))))
                if connected.is_standby && tries < report::CONFLICTS =>
            {
                tracing::debug!(%error, "asked again");
            }
            answer => return print(answer?.as_bytes()),
        }
    }
}

async fn answer(connected: &Connected, asked: &Report, limit: Duration) -> Result<String, Failure> {
    let clock = ClockOffset::new(connected.clock_offset);
    warn(clock.advice().as_slice());
    let now = clock.there(Utc::now());
    let question =
        report::question(asked, now).map_err(|error| Failure::Usage(error.to_string()))?;
    let limit = limit + Duration::from_secs(1);
    // On the wire together: the look at the schema costs no round trip of its own.
    let (schema, text) = tokio::join!(
        tokio::time::timeout(limit, schema_state(&connected.client)),
        report::report(
            &connected.client,
            asked,
            &question,
            connected.local_settings.as_deref(),
            now,
            limit
        )
    );
    // Where the schema cannot be told, the report itself says why.
    let schema = schema.map_or(SchemaState::Current, |state| {
        state.unwrap_or(SchemaState::Current)
    });
    match (text, schema.advice()) {
        (Err(source @ ReportError::Query(QueryError::SchemaMissing(_))), Some(advice)) => {
            Err(Failure::Schema { advice, source })
        }
        // The refusal of the question itself says what may not be read.
        (Err(error @ ReportError::Query(QueryError::NoRights { .. })), _) => Err(error.into()),
        (text, advice) => {
            warn(advice.as_slice());
            Ok(text?)
        }
    }
}

/// Connects; asks for the password when the server does and somebody is there.
async fn connect_or_ask(
    target: Target,
    session: &SessionOptions,
) -> Result<Connected, ConnectError> {
    match connect::connect(&target, session).await {
        Err(needed @ ConnectError::PasswordNeeded { .. }) if io::stdin().is_terminal() => {
            let prompt = format!("Password of {} for {target}: ", target.user);
            let typed =
                tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt)).await;
            match typed {
                Ok(Ok(password)) => {
                    let target = target.with_password(SecretString::from(password));
                    connect::connect(&target, session).await
                }
                _ => Err(needed),
            }
        }
        connected => connected,
    }
}

/// Writes to standard output; a reader who has seen enough is no error.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}
