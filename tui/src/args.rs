//! The command line, as it is typed.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help that people read"
)]

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sbw_queries::answers::funnel::{Segment, Steps};
use sbw_queries::answers::raw::Cursor;
use sbw_queries::answers::timeseries::Bucket;
use sbw_queries::connect::{Flags, Settings, SslMode};
use sbw_queries::range::{parse_duration, parse_instant};
use sbw_queries::{Filter, Zone};

use crate::theme::{ChartMarker, Depth, Tone};

/// The clickstream warehouse in a terminal.
///
/// Connects as libpq does: flags, then a URL, a service file, PG* variables and
/// ~/.pgpass. There is no flag for a password: it would be seen by everybody on
/// the machine.
#[derive(Debug, Parser)]
#[command(
    name = "sbw-tui",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = false
)]
pub struct Cli {
    /// Where to connect: postgres://user@host:port/dbname
    #[arg(value_name = "URL", value_parser = url)]
    pub positional_url: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group documents itself")]
    pub connection: Connection,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group documents itself")]
    pub dashboard: Dashboard,
    /// What to do instead of opening the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Where the warehouse is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The same as a flag, for reports
    #[arg(long, global = true, value_name = "URL", value_parser = url)]
    pub url: Option<String>,
    /// Server, or the directory of its socket [default: localhost]
    #[arg(long, global = true)]
    pub host: Option<String>,
    /// Address to connect to, while the certificate is still checked for --host
    #[arg(long, global = true, value_name = "IP")]
    pub hostaddr: Option<IpAddr>,
    /// Port [default: 5432]
    #[arg(long, short, global = true)]
    pub port: Option<u16>,
    /// Role [default: sbw_reader]
    #[arg(long, short = 'U', global = true)]
    pub user: Option<String>,
    /// Database [default: clickstream_dw]
    #[arg(long, short, global = true)]
    pub dbname: Option<String>,
    /// disable, prefer, require, verify-ca or verify-full [default: prefer]
    #[arg(long, global = true, value_name = "MODE")]
    pub sslmode: Option<SslMode>,
    /// The longest that the server may take for one answer
    #[arg(long, global = true, value_name = "TIME", default_value = "5s", value_parser = short_time)]
    pub query_timeout: Option<Duration>,
}

impl Connection {
    /// As the connection settings that flags are.
    #[must_use]
    pub fn flags(self, positional_url: Option<String>) -> Flags {
        let Self {
            url,
            host,
            hostaddr,
            port,
            user,
            dbname,
            sslmode,
            query_timeout: _,
        } = self;
        let settings = Settings {
            host,
            hostaddr,
            port,
            user,
            dbname,
            sslmode,
            ..Settings::default()
        };
        Flags {
            url: url.or(positional_url),
            settings,
        }
    }
}

/// How the dashboard looks and behaves.
#[derive(Debug, Args)]
#[command(next_help_heading = "Dashboard")]
pub struct Dashboard {
    /// The range to begin with: 90m, 24h, 7d, 4w
    #[arg(long, value_name = "LENGTH", default_value = "7d", value_parser = length)]
    pub last: TimeDelta,
    /// Time between refreshes
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = short_time)]
    pub refresh: Duration,
    /// For a dark or a light background, or without colour
    #[arg(long, value_enum, default_value = "dark")]
    pub theme: Tone,
    /// How many colours; without it, what TERM, COLORTERM and NO_COLOR say
    #[arg(long, value_enum)]
    pub color: Option<Depth>,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
    /// What charts are drawn with
    #[arg(long, value_enum, default_value = "braille")]
    pub marker: ChartMarker,
    /// Write a log to this file; without a name, to sbw-tui.log in the state directory
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub log: Option<Option<PathBuf>>,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print one view's numbers
    Report(Box<Report>),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// A view without a terminal.
#[derive(Debug, Args)]
pub struct Report {
    /// What to print
    #[arg(value_enum)]
    pub view: ReportView,
    /// First instant: 2025-12-01, 2025-12-01T14:30 (UTC), or RFC 3339
    #[arg(long, value_parser = parse_instant, conflicts_with = "past", requires = "to")]
    pub from: Option<DateTime<Utc>>,
    /// First instant after
    #[arg(long, value_parser = parse_instant, requires = "from")]
    pub to: Option<DateTime<Utc>>,
    /// A length up to now: 90m, 24h, 7d, 4w [default: 7d]
    #[arg(id = "past", long = "last", value_name = "LENGTH", value_parser = length)]
    pub last: Option<TimeDelta>,
    /// Keep events of this login state; unknown for none
    #[arg(long, value_name = "STATE")]
    pub login: Option<String>,
    /// Keep events of this product category; UNKNOWN for none
    #[arg(long)]
    pub category: Option<String>,
    /// Keep events of this brand; UNKNOWN for none
    #[arg(long)]
    pub brand: Option<String>,
    /// Keep events of this product id
    #[arg(long, value_name = "ID")]
    pub product: Option<String>,
    /// Keep events of this name
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// Rows at most (events, raw)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Width of a point (timeseries): minute, hour, day, week
    #[arg(long)]
    pub bucket: Option<Bucket>,
    /// Time zone of the points (timeseries), such as Asia/Ho_Chi_Minh
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<Zone>,
    /// Event names of the steps, 2 to 10 (funnel)
    #[arg(long, value_name = "A,B,C")]
    pub steps: Option<Steps>,
    /// Compare by login, category or brand (funnel)
    #[arg(long, value_name = "SEGMENT")]
    pub by: Option<Segment>,
    /// Only events older than this one (raw)
    #[arg(long, value_name = "TIME,ID")]
    pub before: Option<Cursor>,
    /// Only events of products (raw)
    #[arg(long)]
    pub products_only: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// The views that can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportView {
    /// The shop in numbers
    Overview,
    /// Events, sessions and checkouts over time
    Timeseries,
    /// Which events there were
    Events,
    /// Who was logged in
    Logins,
    /// Where shoppers drop out
    Funnel,
    /// The events themselves, newest first
    Raw,
    /// How the warehouse is filled
    Pipeline,
}

/// How to print numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
    /// Markdown
    Md,
}

impl Report {
    /// The filters that are set.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter {
            login: self.login.clone(),
            category: self.category.clone(),
            brand: self.brand.clone(),
            product: self.product.clone(),
            event: self.event.clone(),
        }
    }

    /// The first flag that this view has no use for, and those that have one.
    /// Ignoring it would answer another question than was asked.
    #[must_use]
    pub fn misplaced(&self) -> Option<String> {
        use ReportView::{Events, Funnel, Pipeline, Raw, Timeseries};
        let of =
            |given: bool, flag: &'static str, views: &'static [ReportView]| (given, flag, views);
        let flags = [
            of(self.limit.is_some(), "--limit", &[Events, Raw]),
            of(self.bucket.is_some(), "--bucket", &[Timeseries]),
            of(self.tz.is_some(), "--tz", &[Timeseries]),
            of(self.steps.is_some(), "--steps", &[Funnel]),
            of(self.by.is_some(), "--by", &[Funnel]),
            of(self.before.is_some(), "--before", &[Raw]),
            of(self.products_only, "--products-only", &[Raw]),
        ];
        if self.view == Pipeline && self.filter() != Filter::default() {
            return Some("report pipeline is about all loads; it takes no filter".to_owned());
        }
        let (_, flag, views) = flags
            .into_iter()
            .find(|(given, _, views)| *given && !views.contains(&self.view))?;
        let views: Vec<_> = views.iter().map(|view| name(*view)).collect();
        Some(format!(
            "{flag} belongs to report {}, not to {}",
            views.join(" and "),
            name(self.view)
        ))
    }
}

fn name(view: ReportView) -> String {
    view.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn url(text: &str) -> Result<String, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        Ok(text.to_owned())
    } else {
        Err(
            "neither a command nor a URL such as postgres://sbw_reader@localhost/clickstream_dw"
                .to_owned(),
        )
    }
}

fn length(text: &str) -> Result<TimeDelta, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// `10s`, `2m`, `500ms`, or a number of seconds; never nothing, an hour at most.
fn short_time(text: &str) -> Result<Duration, String> {
    let read = || {
        let digits = text
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(text.len());
        let number: u64 = text[..digits].parse().ok()?;
        let milliseconds = match &text[digits..] {
            "ms" => number,
            "" | "s" => number.checked_mul(1_000)?,
            "m" => number.checked_mul(60_000)?,
            _ => return None,
        };
        (100..=3_600_000)
            .contains(&milliseconds)
            .then(|| Duration::from_millis(milliseconds))
    };
    read().ok_or_else(|| "write a time such as 10s, 500ms or 2m, from 100ms to 60m".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[rstest]
    #[case(&["postgres://me@db/x", "--theme", "light"])]
    #[case(&["--host", "localhost", "report", "overview", "--last", "24h"])]
    #[case(&["report", "overview", "--host", "localhost", "--port", "5433", "--url", "postgres://db/x"])]
    #[case(&["report", "funnel", "--steps", "a,b", "--by", "brand", "--format", "json"])]
    #[case(&["report", "raw", "--before", "2025-12-01T00:00:00Z,550e8400-e29b-41d4-a716-446655440000"])]
    #[case(&["--log", "report", "pipeline"])]
    #[case(&["--log=/x/y", "--refresh", "500ms"])]
    fn understands(#[case] words: &[&str]) {
        let cli = Cli::try_parse_from(["sbw-tui"].iter().chain(words)).unwrap();
        if let Some(Command::Report(report)) = cli.command {
            assert_eq!(report.misplaced(), None);
        }
    }

    #[rstest]
    #[case(&["reprot"], "neither a command nor a URL")]
    #[case(&["report", "overview", "--last", "7"], "such as 90m")]
    #[case(&["report", "overview", "--from", "2025-12-01"], "--to")]
    #[case(&["report", "overview", "--last", "7d", "--from", "2025-12-01", "--to", "2025-12-02"], "cannot be used with")]
    #[case(&["report", "funnel", "--steps", "a"], "2 to 10")]
    #[case(&["--refresh", "0"], "from 100ms")]
    #[case(&["--password", "x"], "unexpected argument")]
    fn refuses(#[case] words: &[&str], #[case] because: &str) {
        let error = Cli::try_parse_from(["sbw-tui"].iter().chain(words)).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(because), "{error}");
    }

    #[rstest]
    #[case(&["report", "overview", "--limit", "3"], "--limit belongs to report events and raw")]
    #[case(&["report", "raw", "--by", "login"], "--by belongs to report funnel")]
    #[case(&["report", "pipeline", "--login", "guest"], "takes no filter")]
    fn says_where_a_flag_belongs(#[case] words: &[&str], #[case] because: &str) {
        let cli = Cli::try_parse_from(["sbw-tui"].iter().chain(words)).unwrap();
        let Some(Command::Report(report)) = cli.command else {
            panic!("no report")
        };
        assert!(report.misplaced().unwrap().contains(because));
    }
}
