//! The words that the command line knows.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sbw_queries::range::{parse_duration, parse_instant};

/// Loads new raw files into the warehouse, exactly once.
///
/// The warehouse and the bucket come from the environment: `DWH_HOST`, `DWH_PORT`,
/// `DWH_USER`, `DWH_PASSWORD` or `DWH_PASSWORD_PARAMETER`, `DWH_DATABASE`, `DWH_SSLMODE`,
/// `RAW_BUCKET`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`. What `DWH_*` does not say, libpq's own
/// variables and files do.
#[derive(Debug, Parser)]
#[command(name = "sbw-etl", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// How much to say on stderr: error, warn, info, debug, trace.
    #[arg(
        long,
        global = true,
        default_value = "info",
        env = "SBW_LOG",
        value_name = "LEVEL"
    )]
    pub log_level: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed, or something is left for the next run, \
or verify found something; 2 wrong usage; 3 cannot connect to the warehouse. Of reconcile: 0 they agree; 1 they \
differ; 2 they could not be compared; 3 cannot connect to one of them.";

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load what is new, or what is missing of some days or a prefix.
    Run(RunArgs),
    /// Bring the warehouse to this version's schema, roles and grants.
    Migrate,
    /// List what could not be loaded, or read it again after a fix.
    Rejects(RejectsArgs),
    /// List the last runs.
    Runs(ListArgs),
    /// Bring the rollups, which answers are read from, up to date with the events.
    Refresh,
    /// Fill in the context (pages, origins, devices, orders) of events that were loaded without,
    /// from their raw objects.
    Context(ContextArgs),
    /// Keep events out of all numbers, in what is loaded and what comes, and take that back; named without
    /// any, list what is kept out.
    #[command(visible_alias = "exclusions")]
    Exclude(ExcludeArgs),
    /// Erase a person from warehouse, rollups, rejects and raw files, and leave out what comes of them
    /// later. Kill it and repeat it as you like.
    Erase(EraseArgs),
    /// Empty the rollups and fill them anew from the events.
    Rebuild,
    /// Check that ledger, rejects, runs, rollups and events agree; says what does not.
    Verify,
    /// Compare the shop's orders with those that the warehouse has seen.
    Reconcile(ReconcileArgs),
}

/// Which objects, and how.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// One day, YYYY-MM-DD (UTC).
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to", "prefix", "all"])]
    pub date: Option<NaiveDate>,
    /// The first of several days.
    #[arg(long, value_name = "DAY", conflicts_with_all = ["prefix", "all"])]
    pub from: Option<NaiveDate>,
    /// The last of them, included; without it --from is the only day.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<NaiveDate>,
    /// Keys that start with this, under events/.
    #[arg(long, conflicts_with = "all")]
    pub prefix: Option<String>,
    /// Look at every object there is.
    #[arg(long)]
    pub all: bool,
    /// List what would be loaded (key, tab, bytes) and load nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Objects to fetch at once [default: 32].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub concurrency: Option<u16>,
}

/// Whose events get the context that they lack; without any, all objects.
#[derive(Debug, Args)]
pub struct ContextArgs {
    /// The first day, YYYY-MM-DD (UTC).
    #[arg(long, value_name = "DAY", conflicts_with = "prefix")]
    pub from: Option<NaiveDate>,
    /// The last day, included; without it --from is the only day.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<NaiveDate>,
    /// Keys that start with this, under events/.
    #[arg(long)]
    pub prefix: Option<String>,
}

/// Whose events to keep out; each may be repeated.
#[derive(Debug, Args)]
pub struct ExcludeArgs {
    /// A browser, by its client id.
    #[arg(long = "client", value_name = "ID")]
    pub clients: Vec<String>,
    /// A visit, by its session id.
    #[arg(long = "session", value_name = "ID")]
    pub sessions: Vec<String>,
    /// An account, by its user id.
    #[arg(long = "user", value_name = "ID")]
    pub users: Vec<String>,
    /// Where events came from: 203.0.113.0/24, or an address in it. Raw objects are read again for it.
    #[arg(long = "network", value_name = "NETWORK")]
    pub networks: Vec<String>,
    /// One event, by its UUID.
    #[arg(long = "event", value_name = "UUID")]
    pub events: Vec<String>,
    /// Why, for those who will read the list.
    #[arg(long, value_name = "TEXT", conflicts_with = "undo")]
    pub reason: Option<String>,
    /// Let these count again.
    #[arg(long)]
    pub undo: bool,
    /// Of a network: read only raw objects from this day on, YYYY-MM-DD (UTC).
    #[arg(
        long,
        value_name = "DAY",
        requires = "networks",
        conflicts_with = "undo"
    )]
    pub from: Option<NaiveDate>,
    /// The last day, included; without it --from is the only day.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<NaiveDate>,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Who is erased; each may be repeated.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// An account, by its user id.
    #[arg(long = "user", value_name = "ID", required_unless_present_any = ["clients", "again"])]
    pub users: Vec<String>,
    /// A browser, by its client id.
    #[arg(long = "client", value_name = "ID")]
    pub clients: Vec<String>,
    /// Also what was done in their visits before they logged in and after they logged out.
    #[arg(long)]
    pub with_sessions: bool,
    /// After a restore: erase everybody again who was erased since that backup.
    #[arg(long, conflicts_with_all = ["users", "clients", "with_sessions"])]
    pub again: bool,
}

/// A list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How many, newest first.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..))]
    pub limit: i64,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Whose orders, of which range.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// The shop's database, postgres://user@host:port/dbname [default: `OLTP_DATABASE_URL`]. A password
    /// in it is refused: it would be seen by everybody on the machine.
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub oltp: Option<String>,
    /// Orders that the shop exported instead, CSV or lines of JSON with `order_id`, `ordered_at`
    /// and total; - for standard input.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// First instant: 2025-12-01, 2025-12-01T14:30 (UTC), or RFC 3339.
    #[arg(long, value_parser = parse_instant, conflicts_with = "last", requires = "to")]
    pub from: Option<DateTime<Utc>>,
    /// First instant after.
    #[arg(long, value_parser = parse_instant, requires = "from")]
    pub to: Option<DateTime<Utc>>,
    /// A length up to now: 90m, 24h, 7d, 4w [default: the 30 days up to two hours ago, when a load
    /// each hour has had its chance].
    #[arg(long, value_name = "LENGTH", value_parser = parse_duration)]
    pub last: Option<TimeDelta>,
    /// How many orders to name of each kind of difference, newest first; all are counted.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Print one document of JSON.
    #[arg(long)]
    pub json: bool,
}

/// Rejects.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RejectsArgs {
    /// Only those of this object; may be repeated.
    #[arg(long = "object", value_name = "KEY")]
    pub objects: Vec<String>,
    /// How many, newest first.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
    pub limit: i64,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// What to do with them.
    #[command(subcommand)]
    pub command: Option<RejectsCommand>,
}

/// What can be done with rejects.
#[derive(Debug, Subcommand)]
pub enum RejectsCommand {
    /// Read their objects again and load what is good now.
    Retry(RetryArgs),
}

/// Which objects to read again.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct RetryArgs {
    /// This object; may be repeated.
    #[arg(long = "object", value_name = "KEY")]
    pub objects: Vec<String>,
    /// Every object that has rejects.
    #[arg(long)]
    pub all: bool,
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: an array of objects.
    Json,
}
