//! `reconcile`: what it is asked, what it prints, what its exit code says.

use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::{
    connect::{Defaults, Environment, Flags, PasswordSource, Target, resolve},
    range::TimeRange,
};

use super::{
    FAILED, NO_CONNECTION, Stopped, USAGE,
    args::ReconcileArgs,
    print::{self, Table},
};
use crate::{
    error::in_full,
    reconcile::{Differences, Export, Reconciliation, ShopOrders, reconcile},
};

/// The shop's URL, with its password if need be.
const URL_VARIABLE: &str = "OLTP_DATABASE_URL";
/// The shop, where neither URL nor `PG*` say.
const SHOP: Defaults<'static> = Defaults {
    host: "localhost",
    user: "web_app",
    dbname: "clickstream_web",
};
/// The range when nobody says.
const RANGE: TimeDelta = TimeDelta::days(30);
/// A load comes each hour: what is older than two has had its chance.
const SETTLED_AFTER: TimeDelta = TimeDelta::hours(2);

/// Compares and prints: 0 they agree, 1 they differ, 2 they could not be compared,
/// 3 no connection to one of them.
pub(super) async fn command(warehouse: &Target, args: ReconcileArgs) -> Result<ExitCode, Stopped> {
    let range = range(&args, Utc::now())?;
    let url = std::env::var(URL_VARIABLE).ok();
    let shop = shop(&args, url, &Environment::of_process())?;
    match Box::pin(reconcile(warehouse, shop, range, args.limit)).await {
        Ok(report) => {
            if args.json {
                print::json(&report);
            } else {
                for line in text(&report) {
                    print::line(&line);
                }
            }
            Ok(ExitCode::from(if report.agree { 0 } else { FAILED }))
        }
        Err(error) => {
            eprintln!("sbw-etl: {}", in_full(&error));
            Ok(ExitCode::from(if error.is_connection() {
                NO_CONNECTION
            } else {
                USAGE
            }))
        }
    }
}

fn range(args: &ReconcileArgs, now: DateTime<Utc>) -> Result<TimeRange, Stopped> {
    match (args.from, args.to, args.last) {
        (Some(from), Some(to), _) => {
            TimeRange::new(from, to).map_err(|error| Stopped::Usage(error.to_string()))
        }
        (.., Some(length)) => Ok(TimeRange::last(length, now)),
        _ => Ok(TimeRange::last(RANGE, now - SETTLED_AFTER)),
    }
}

/// A file, else the flag's URL, else the variable's.
fn shop(
    args: &ReconcileArgs,
    variable: Option<String>,
    environment: &Environment,
) -> Result<ShopOrders, Stopped> {
    if let Some(path) = &args.file {
        return Export::open(path)
            .map(ShopOrders::File)
            .map_err(|error| Stopped::Usage(error.to_string()));
    }
    let url = args
        .oltp
        .clone()
        .or_else(|| variable.filter(|url| !url.trim().is_empty()));
    let Some(url) = url else {
        return Err(Stopped::Usage(format!(
            "where are the shop's orders? Name its database by --oltp or {URL_VARIABLE}, or an exported file by --file"
        )));
    };
    let flags = Flags {
        url: Some(url),
        ..Flags::default()
    };
    let resolved = resolve(&flags, environment, &SHOP)
        .map_err(|error| Stopped::Usage(format!("the shop's database: {}", in_full(&error))))?;
    if args.oltp.is_some() && matches!(resolved.target.password_source(), Some(PasswordSource::Url))
    {
        return Err(Stopped::Usage(format!(
            "the URL of --oltp holds a password, which everybody on this machine can see; take it out, and set PGPASSWORD, a line of ~/.pgpass, or {URL_VARIABLE} with the whole URL"
        )));
    }
    for warning in resolved.warnings {
        tracing::warn!("{warning}");
    }
    Ok(ShopOrders::Database(Box::new(resolved.target)))
}

/// The report for people, line by line.
fn text(report: &Reconciliation) -> Vec<String> {
    let loaded = report.loaded_at.map_or_else(|| "never".to_owned(), time);
    let mut lines = vec![
        format!("shop       {}", report.shop),
        format!("warehouse  {}, last loaded {loaded}", report.warehouse),
        format!(
            "range      {} to {} (UTC)",
            time(report.from),
            time(report.to)
        ),
        String::new(),
    ];
    let numbers = [
        ("shop orders", report.shop_orders),
        ("  same", report.same),
        ("  missing", report.missing.count),
        ("  different total", report.different_total.count),
        ("warehouse orders", report.warehouse_orders),
        ("  extra", report.extra.count),
        ("  without an id", report.without_id),
        ("  ordered outside the range", report.ordered_outside_range),
    ];
    lines.extend(numbers.map(|(name, number)| format!("{name:<28}{number:>10}")));
    list(&mut lines, "missing from the warehouse", &report.missing);
    list(
        &mut lines,
        "with a different total",
        &report.different_total,
    );
    list(&mut lines, "extra, unknown to the shop", &report.extra);
    lines.push(String::new());
    lines.push(verdict(report));
    lines
}

fn verdict(report: &Reconciliation) -> String {
    if report.agree {
        return "shop and warehouse agree".to_owned();
    }
    let may_come = report.missing.count > 0 && report.loaded_at.is_none_or(|at| at < report.to);
    if may_come {
        "shop and warehouse differ; orders since the last load may be missing only until the next, `sbw-etl run`"
    } else {
        "shop and warehouse differ"
    }
    .to_owned()
}

fn list(lines: &mut Vec<String>, title: &str, differences: &Differences) {
    if differences.count == 0 {
        return;
    }
    lines.extend([String::new(), title.to_owned()]);
    let mut table = Table::new([
        "order_id",
        "ordered_at",
        "seen_at",
        "shop_total_vnd",
        "warehouse_total_vnd",
    ]);
    for row in &differences.rows {
        let known = |at: Option<DateTime<Utc>>| at.map(time).unwrap_or_default();
        let total = |vnd: Option<i64>| vnd.map(|vnd| vnd.to_string()).unwrap_or_default();
        table.row([
            row.order_id.clone(),
            known(row.ordered_at),
            known(row.seen_at),
            total(row.shop_total_vnd),
            total(row.warehouse_total_vnd),
        ]);
    }
    lines.extend(table.lines());
    if differences.more() > 0 {
        lines.push(format!("and {} more", differences.more()));
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;
    use rstest::rstest;
    use sbw_queries::range::parse_instant;

    use super::*;
    use crate::cli::{Cli, Command};

    fn args(words: &str) -> ReconcileArgs {
        let words = ["sbw-etl", "reconcile"]
            .into_iter()
            .chain(words.split_whitespace());
        let Command::Reconcile(args) = Cli::try_parse_from(words).unwrap().command else {
            panic!("another command");
        };
        args
    }

    #[rstest]
    #[case::by_itself("", "2025-11-01T10:00", "2025-12-01T10:00")]
    #[case::the_last("--last 24h", "2025-11-30T12:00", "2025-12-01T12:00")]
    #[case::from_to(
        "--from 2025-11-01 --to 2025-11-02T07:00:00+07:00",
        "2025-11-01",
        "2025-11-02"
    )]
    fn a_range_is_settled_unless_it_is_named(
        #[case] words: &str,
        #[case] from: &str,
        #[case] to: &str,
    ) {
        let now = parse_instant("2025-12-01T12:00").unwrap();
        let Ok(range) = range(&args(words), now) else {
            panic!("no range");
        };
        assert_eq!(range.from(), parse_instant(from).unwrap());
        assert_eq!(range.to(), parse_instant(to).unwrap());
    }

    #[rstest]
    #[case::reversed("--from 2025-12-02 --to 2025-12-01", "swap")]
    fn a_range_may_be_wrong(#[case] words: &str, #[case] because: &str) {
        let Err(Stopped::Usage(told)) = range(&args(words), Utc::now()) else {
            panic!("taken");
        };
        assert!(told.contains(because), "{told}");
    }

    fn shop_of(words: &str, variable: Option<&str>, pg: &[(&str, &str)]) -> Result<Target, String> {
        let environment = Environment::new(pg.iter().copied(), None);
        match shop(&args(words), variable.map(str::to_owned), &environment) {
            Ok(ShopOrders::Database(target)) => Ok(*target),
            Ok(ShopOrders::File(_)) => Err("a file".to_owned()),
            Err(Stopped::Usage(told)) => Err(told),
            Err(Stopped::Failed(error)) => Err(error.to_string()),
        }
    }

    const ANNA: &str = "postgres://anna@db:5433/shop";
    const WITH_PASSWORD: &str = "postgres://anna:secret@db:5433/shop";

    #[rstest]
    #[case::flag("--oltp postgres://anna@db:5433/shop", None, &[], "anna shop@db:5433", None)]
    #[case::flag_before_variable("--oltp postgres://anna@db/shop", Some("postgres://b@c/d"), &[], "anna shop@db:5432", None)]
    #[case::variable("", Some(ANNA), &[], "anna shop@db:5433", None)]
    #[case::variable_with_password("", Some(WITH_PASSWORD), &[], "anna shop@db:5433", Some(PasswordSource::Url))]
    #[case::pgpassword("", Some(ANNA), &[("PGPASSWORD", "x")], "anna shop@db:5433", Some(PasswordSource::Environment))]
    #[case::defaults("--oltp postgres://", None, &[], "web_app clickstream_web@localhost:5432", None)]
    fn the_shop_is_found(
        #[case] words: &str,
        #[case] variable: Option<&str>,
        #[case] pg: &[(&str, &str)],
        #[case] expected: &str,
        #[case] password: Option<PasswordSource>,
    ) {
        let target = shop_of(words, variable, pg).unwrap();
        assert_eq!(format!("{} {target}", target.user), expected);
        assert_eq!(target.password_source().cloned(), password);
    }

    #[rstest]
    #[case::nothing("", None, "--oltp or OLTP_DATABASE_URL")]
    #[case::an_empty_variable("", Some(" "), "--oltp or OLTP_DATABASE_URL")]
    #[case::password_in_sight(
        "--oltp postgres://anna:secret@db/shop",
        None,
        "everybody on this machine"
    )]
    #[case::password_as_a_keyword(
        "--oltp postgres://anna@db/shop?password=secret",
        None,
        "everybody on this machine"
    )]
    #[case::no_url("--oltp shop", None, "postgres://user@host")]
    #[case::no_file("--file no-such-file.csv", None, "no-such-file.csv")]
    fn the_shop_is_not_found(
        #[case] words: &str,
        #[case] variable: Option<&str>,
        #[case] because: &str,
    ) {
        let told = shop_of(words, variable, &[]).unwrap_err();
        assert!(told.contains(because) && !told.contains("secret"), "{told}");
    }
}
