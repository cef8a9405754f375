//! What `report` is asked, and what it cannot be asked.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help that people read"
)]

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, ValueEnum};
use sbw_queries::answers::funnel::{Segment, Steps};
use sbw_queries::answers::raw::Cursor;
use sbw_queries::answers::session;
use sbw_queries::answers::session_list::{AtStep, Outcome, SessionCursor};
use sbw_queries::answers::timeseries::Bucket;
use sbw_queries::range::parse_instant;
use sbw_queries::{Filter, Zone};

use super::length;

/// A view without a terminal.
#[derive(Debug, Args)]
pub struct Report {
    /// What to print
    #[arg(value_enum)]
    pub view: ReportView,
    /// Which session (session)
    #[arg(value_name = "ID")]
    pub session: Option<String>,
    /// First instant: 2025-12-01, 2025-12-01T14:30 (UTC), or RFC 3339
    #[arg(long, value_parser = parse_instant, conflicts_with = "past", requires = "to")]
    pub from: Option<DateTime<Utc>>,
    /// First instant after
    #[arg(long, value_parser = parse_instant, requires = "from")]
    pub to: Option<DateTime<Utc>>,
    /// A length up to now: 90m, 24h, 7d, 4w [default: 7d]
    #[arg(id = "past", long = "last", value_name = "LENGTH", value_parser = length)]
    pub last: Option<TimeDelta>,
    /// Keep events of this login state; unknown for none, other for states that shops do not send
    #[arg(long, value_name = "STATE")]
    pub login: Option<String>,
    /// Keep events about this product category; UNKNOWN for none
    #[arg(long)]
    pub category: Option<String>,
    /// Keep events about this brand; UNKNOWN for none
    #[arg(long)]
    pub brand: Option<String>,
    /// Keep events about the product with this id
    #[arg(long, value_name = "ID")]
    pub product: Option<String>,
    /// Keep events of this name
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// Rows of a list at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Width of a point (timeseries): minute, hour, day, week
    #[arg(long)]
    pub bucket: Option<Bucket>,
    /// Zone that points and hours are cut in and times are shown in, such as
    /// Asia/Ho_Chi_Minh; in JSON, and for --from and --to without an offset, times stay UTC
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<Zone>,
    /// Event names of the steps, 2 to 10; a|b for either (funnel, session_list)
    #[arg(long, value_name = "A,B|C,D")]
    pub steps: Option<Steps>,
    /// Compare by login, category or brand (funnel)
    #[arg(long, value_name = "SEGMENT")]
    pub by: Option<Segment>,
    /// Only sessions that came to this step (session_list)
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(i32).range(1..=10))]
    pub step: Option<i32>,
    /// Whether they reached that step, or dropped out after it [default: reached]
    #[arg(long, requires = "step")]
    pub outcome: Option<Outcome>,
    /// Only events older than this one (raw), or sessions listed after this one (session_list)
    #[arg(long, value_name = "TIME,ID")]
    pub before: Option<Before>,
    /// Only events newer than this one (session)
    #[arg(long, value_name = "TIME,ID")]
    pub after: Option<Cursor>,
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
    /// Events, sessions, orders and revenue over time
    Timeseries,
    /// Which events there were
    Events,
    /// Who was logged in
    Logins,
    /// How each category of products did
    Categories,
    /// How each brand did
    Brands,
    /// How each product did
    Products,
    /// Where shoppers drop out
    Funnel,
    /// How long sessions were and who came back
    Sessions,
    /// Events per hour of the week
    Heatmap,
    /// The sessions themselves, newest first
    #[value(name = "session_list", alias = "session-list")]
    SessionList,
    /// One session, event by event, whatever the range
    Session,
    /// The events themselves, newest first
    Raw,
    /// How the warehouse is filled
    Pipeline,
    /// Every view but session, from one snapshot
    All,
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

/// Where a page starts: after a session, or after an event if the id is one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// As the place of a session.
    pub session: SessionCursor,
    /// As the place of an event.
    pub event: Option<Cursor>,
}

/// Text that is no place to continue from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a place to continue from; give the time and id of the last row: 2025-12-01T14:23:11.25Z,ID"
)]
pub struct NotABefore(String);

impl FromStr for Before {
    type Err = NotABefore;

    fn from_str(text: &str) -> Result<Self, NotABefore> {
        Ok(Self {
            session: text.parse().map_err(|_| NotABefore(text.to_owned()))?,
            event: text.parse().ok(),
        })
    }
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

    /// Which sessions a list is narrowed to.
    #[must_use]
    pub fn at_step(&self) -> Option<AtStep> {
        Some(AtStep {
            step: self.step?,
            outcome: self.outcome.unwrap_or(Outcome::Reached),
        })
    }

    /// What keeps this report from being asked: a flag that the view has no use
    /// for, or a value that it cannot mean. Ignoring it would answer another
    /// question than was asked.
    #[must_use]
    pub fn misplaced(&self) -> Option<String> {
        self.flag_of_another_view().or_else(|| self.without_sense())
    }

    fn flag_of_another_view(&self) -> Option<String> {
        use ReportView::{
            All, Brands, Categories, Events, Funnel, Products, Raw, Session, SessionList,
            Timeseries,
        };
        let of =
            |given: bool, flag: &'static str, views: &'static [ReportView]| (given, flag, views);
        let lists = &[
            Events,
            Categories,
            Brands,
            Products,
            SessionList,
            Session,
            Raw,
            All,
        ];
        let flags = [
            of(self.session.is_some(), "an ID", &[Session]),
            of(self.limit.is_some(), "--limit", lists),
            of(self.bucket.is_some(), "--bucket", &[Timeseries, All]),
            of(self.steps.is_some(), "--steps", &[Funnel, SessionList, All]),
            of(self.by.is_some(), "--by", &[Funnel, All]),
            of(self.step.is_some(), "--step", &[SessionList]),
            of(self.before.is_some(), "--before", &[SessionList, Raw]),
            of(self.after.is_some(), "--after", &[Session]),
            of(self.products_only, "--products-only", &[Raw]),
        ];
        let (_, flag, views) = flags
            .into_iter()
            .find(|(given, _, views)| *given && !views.contains(&self.view))?;
        let names: Vec<_> = views.iter().map(|view| name(*view)).collect();
        let names = match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => return None,
        };
        Some(format!(
            "{flag} belongs to report {names}, not to {}",
            name(self.view)
        ))
    }

    fn without_sense(&self) -> Option<String> {
        let filtered = self.filter() != Filter::default();
        let steps = || self.steps.clone().unwrap_or_default().names().len();
        match self.view {
            ReportView::Pipeline if filtered => {
                Some("report pipeline is about all loads; it takes no filter".to_owned())
            }
            ReportView::Session if filtered => {
                Some("report session shows all of a session; it takes no filter".to_owned())
            }
            ReportView::Session if self.session.is_none() => {
                Some("report session needs the id of one: report session ID".to_owned())
            }
            ReportView::Session if self.limit > Some(session::MOST_EVENTS) => Some(format!(
                "report session shows {} events at most; go on with --after TIME,ID",
                session::MOST_EVENTS
            )),
            ReportView::SessionList if self.step > i32::try_from(steps()).ok() => {
                Some(format!("--step counts the steps; there are {}", steps()))
            }
            ReportView::Raw => {
                let before = self.before.as_ref()?;
                before.event.is_none().then(|| {
                    "--before of report raw needs the time and id of an event; its id is a UUID"
                        .to_owned()
                })
            }
            _ => None,
        }
    }
}

fn name(view: ReportView) -> String {
    view.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser;
    use rstest::rstest;

    use super::*;
    use crate::args::{Cli, Command};

    fn report(words: &[&str]) -> Report {
        let cli = Cli::try_parse_from(["sbw-tui", "report"].iter().chain(words)).unwrap();
        let Some(Command::Report(report)) = cli.command else {
            panic!("no report")
        };
        *report
    }

    #[rstest]
    #[case(&["events", "--limit", "3"])]
    #[case(&["heatmap", "--tz", "Asia/Ho_Chi_Minh"])]
    #[case(&["session_list", "--step", "4", "--outcome", "dropped"])]
    #[case(&["session-list", "--steps", "a,b", "--step", "2"])]
    #[case(&["session_list", "--before", "2025-12-01T00:00:00Z,s,1"])]
    #[case(&["session", "s-1", "--limit", "10000"])]
    #[case(&["session", "--", "-1"])]
    #[case(&["session", "s", "--after", "2025-12-01,550e8400-e29b-41d4-a716-446655440000"])]
    #[case(&["all", "--limit", "3", "--by", "login", "--bucket", "day", "--login", "guest"])]
    fn understands(#[case] words: &[&str]) {
        assert_eq!(report(words).misplaced(), None);
    }

    #[rstest]
    #[case(&["overview", "--limit", "3"], "--limit belongs to report events, categories,")]
    #[case(&["raw", "--by", "login"], "--by belongs to report funnel and all, not to raw")]
    #[case(&["overview", "s-1"], "an ID belongs to report session, not to overview")]
    #[case(&["funnel", "--step", "2"], "--step belongs to report session_list, not to funnel")]
    #[case(&["raw", "--after", "2025-12-01,550e8400-e29b-41d4-a716-446655440000"], "--after belongs to")]
    #[case(&["all", "--before", "2025-12-01,s"], "--before belongs to report session_list and raw")]
    #[case(&["pipeline", "--login", "guest"], "takes no filter")]
    #[case(&["session", "s", "--brand", "x"], "takes no filter")]
    #[case(&["session"], "report session ID")]
    #[case(&["session", "s", "--limit", "10001"], "10000 events at most")]
    #[case(&["session_list", "--step", "5"], "there are 4")]
    #[case(&["session_list", "--steps", "a,b", "--step", "3"], "there are 2")]
    #[case(&["raw", "--before", "2025-12-01,s-1"], "UUID")]
    fn says_what_does_not_belong(#[case] words: &[&str], #[case] because: &str) {
        let problem = report(words).misplaced().unwrap();
        assert!(problem.contains(because), "{problem}");
    }

    #[rstest]
    #[case(&["session_list", "--outcome", "reached"], "--step")]
    #[case(&["session_list", "--step", "0"], "0")]
    #[case(&["session_list", "--step", "2", "--outcome", "left"], "reached or dropped")]
    #[case(&["session_list", "--before", "2025-12-01"], "time and id of the last row")]
    fn refuses(#[case] words: &[&str], #[case] because: &str) {
        let error = Cli::try_parse_from(["sbw-tui", "report"].iter().chain(words)).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(because), "{error}");
    }

    #[test]
    fn a_step_without_an_outcome_was_reached() {
        let at = |words: &[&str]| report(words).at_step();
        let step = |outcome| Some(AtStep { step: 2, outcome });
        assert_eq!(at(&["session_list"]), None);
        assert_eq!(at(&["session_list", "--step", "2"]), step(Outcome::Reached));
        assert_eq!(
            at(&["session_list", "--step", "2", "--outcome", "dropped"]),
            step(Outcome::Dropped)
        );
    }
}
