//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// The whole platform on one machine, on real parts: shop, HTTP API, S3, ETL,
/// PostgreSQL, dashboard.
#[derive(Debug, Clone, Parser)]
#[command(name = "sbw-local", version, about, max_term_width = 100)]
pub struct Settings {
    /// Keep everything in this directory and go on there next time [default: a
    /// throwaway directory]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Run without the dashboard and print the addresses; also when there is no terminal
    #[arg(long)]
    pub headless: bool,
    /// Port of the HTTP API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    pub api_port: u16,
    /// Port of PostgreSQL; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub pg_port: u16,
    /// Port of the S3 server; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub s3_port: u16,
    /// Also run the shop that is built in this directory (`make shop` does it all)
    #[arg(long, value_name = "DIR")]
    pub shop: Option<PathBuf>,
    /// Port of the shop; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    pub shop_port: u16,
    /// Time between two runs of the ETL, such as 15s or 2m
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration)]
    pub etl_every: Duration,
    /// Days of history; 0 writes none [default: 30]
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=1_000))]
    pub days: Option<u32>,
    /// Events in the history, about [default: 250000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    pub events: Option<u32>,
    /// The same seed makes the same shoppers [default: 1]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Products in the catalogue; beyond the shop's own 64, variants of these [default: 64]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub products: Option<u32>,
    /// Live visits, as a multiple of those of the history [default: 4, or none where
    /// there were none last time]
    #[arg(long, value_name = "TIMES", value_parser = factor)]
    pub shoppers: Option<f64>,
    /// Live time-lapse: simulated seconds in a second
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = factor)]
    pub speed: f64,
    /// No live visits, next time neither
    #[arg(long, conflicts_with = "shoppers")]
    pub no_traffic: bool,
    /// Origins whose pages may send events, comma-separated
    #[arg(
        long,
        value_name = "LIST",
        default_value = "https://shop.example,http://localhost:3000"
    )]
    pub allowed_origins: String,
}

impl Settings {
    /// Whether live visits are asked for; `None`: as last time.
    #[must_use]
    pub fn traffic(&self) -> Option<bool> {
        match (self.no_traffic, self.shoppers) {
            (true, _) => Some(false),
            (false, Some(_)) => Some(true),
            (false, None) => None,
        }
    }
}

/// `90`, `15s`, `2m`, `1h`; from a second to a day.
fn duration(text: &str) -> Result<Duration, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err("use a number with s, m or h, such as 15s".to_owned()),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "use a number with s, m or h, such as 15s")?;
    match number.checked_mul(seconds) {
        Some(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("use a time from 1s to 24h".to_owned()),
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(times) if (0.01..=10_000.0).contains(&times) => Ok(times),
        _ => Err("use a number from 0.01 to 10000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Settings::command().debug_assert();
    }

    #[rstest]
    #[case("15s", 15)]
    #[case("90", 90)]
    #[case("2m", 120)]
    #[case("24h", 86_400)]
    fn times(#[case] text: &str, #[case] seconds: u64) {
        assert_eq!(duration(text), Ok(Duration::from_secs(seconds)));
    }

    #[rstest]
    #[case("")]
    #[case("s")]
    #[case("0s")]
    #[case("25h")]
    #[case("1.5m")]
    #[case("-1s")]
    #[case("15 s")]
    #[case("99999999999999999999h")]
    fn times_that_are_none(#[case] text: &str) {
        duration(text).unwrap_err();
    }

    #[rstest]
    #[case("0")]
    #[case("NaN")]
    #[case("inf")]
    #[case("-1")]
    #[case("x")]
    fn factors_that_are_none(#[case] text: &str) {
        factor(text).unwrap_err();
    }
}
