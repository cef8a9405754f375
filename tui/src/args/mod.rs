//! The command line, as it is typed.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help that people read"
)]

mod report;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use clap::{Args, Parser, Subcommand};
use sbw_queries::connect::{Flags, Settings, SslMode};
use sbw_queries::range::parse_duration;

pub use self::report::{Before, Format, NotABefore, Report, ReportView};
use crate::InstanceId;
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
    /// Reach the server through this instance, by a tunnel of AWS Systems Manager
    #[arg(long, global = true, value_name = "INSTANCE_ID")]
    pub ssm: Option<InstanceId>,
    /// The longest that the server may take for one answer [default: 5s]
    #[arg(long, global = true, value_name = "TIME", value_parser = short_time)]
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
            ssm: _,
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
    /// The range to begin with: 90m, 24h, 7d, 4w [default: the last one, else 7d]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub last: Option<TimeDelta>,
    /// Time between refreshes [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = short_time)]
    pub refresh: Option<Duration>,
    /// For a dark or a light background, or without colour [default: dark]
    #[arg(long, value_enum)]
    pub theme: Option<Tone>,
    /// How many colours; without it, what TERM, COLORTERM and NO_COLOR say
    #[arg(long, value_enum)]
    pub color: Option<Depth>,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
    /// What charts are drawn with [default: braille]
    #[arg(long, value_enum)]
    pub marker: Option<ChartMarker>,
    /// Take the mouse from the start
    #[arg(long)]
    pub mouse: bool,
    /// Begin afresh, and remember nothing of this run
    #[arg(long)]
    pub no_state: bool,
    /// Read this file of settings instead of config.toml in the configuration directory
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
pub(crate) fn short_time(text: &str) -> Result<Duration, String> {
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
    #[case(&["--no-state", "--mouse", "--config", "/x/config.toml"])]
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
    #[case(&["--ssm", "web-1"], "is no instance")]
    #[case(&["--refresh", "0"], "from 100ms")]
    #[case(&["--password", "x"], "unexpected argument")]
    fn refuses(#[case] words: &[&str], #[case] because: &str) {
        let error = Cli::try_parse_from(["sbw-tui"].iter().chain(words)).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(because), "{error}");
    }
}
