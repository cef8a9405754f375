//! What stands where there is nothing to show: why, in one line.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use chrono::TimeDelta;
use common::answers::{answer, asked, now, pipeline, press, settle, showing, size};
use common::screen::{draw, dump, text};
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_queries::answers::funnel::Funnel;
use sbw_queries::answers::heatmap::Heatmap;
use sbw_queries::answers::overview::Totals;
use sbw_queries::answers::pipeline::{Pipeline, Run};
use sbw_tui::app::{Action, Body, State, View, update};
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

fn dark() -> Look {
    Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false)
}

/// A view whose answer keeps nothing, under the books of `pipeline`.
fn empty(view: View, filtered: bool, pipeline: Pipeline) -> State {
    let mut state = showing(view, size(80, 24));
    if filtered {
        press(&mut state, KeyCode::Char('l'), now());
        settle(&mut state, now());
    }
    let later = now() + TimeDelta::seconds(1);
    let request = asked(&press(&mut state, KeyCode::Char('r'), later)).remove(0);
    let mut answer = answer(&request, later);
    answer.pipeline = Arc::new(pipeline);
    match &mut answer.body {
        Body::Overview(screen) => {
            screen.overview.current = Totals::default();
            screen.events.rows.clear();
            screen.logins.rows.clear();
            for point in &mut screen.timeseries.points {
                point.events = 0;
            }
        }
        Body::Funnel(Funnel::Rows(rows)) => {
            for row in rows {
                row.sessions = 0;
            }
        }
        Body::Funnel(Funnel::Groups(groups)) => groups.clear(),
        Body::Page(page) => page.rows.clear(),
        Body::Products(rows) => rows.clear(),
        Body::Groups(rows) => rows.clear(),
        Body::Sessions(screen) => {
            screen.sessions.sessions = 0;
            screen.list.rows.clear();
        }
        Body::Week(week) => **week = Heatmap::default(),
        Body::Pipeline(reasons) => reasons.clear(),
        other => panic!("{other:?} belongs to no tab"),
    }
    let _ = update(&mut state, Action::Answered(Box::new(answer)), later);
    state
}

fn run(status: &str) -> Run {
    Run {
        started_at: now() - TimeDelta::minutes(2),
        finished_at: None,
        status: status.to_owned(),
        objects: 0,
        inserted: 0,
        duplicates: 0,
        rejected: 0,
        error: None,
    }
}

fn books(newest_hours_ago: Option<i64>, runs: &[&str]) -> Pipeline {
    let runs: Vec<Run> = runs.iter().map(|status| run(status)).collect();
    Pipeline {
        last_run: runs.first().cloned(),
        newest_event: newest_hours_ago.map(|hours| now() - TimeDelta::hours(hours)),
        lag_seconds: newest_hours_ago.map(|hours| hours * 3_600),
        rejects: 0,
        long_sessions: 0,
        runs,
    }
}

#[rstest]
#[case::never_loaded(
    None,
    &[],
    "No events yet: `sbw-etl run` loads what is in the bucket."
)]
#[case::first_load(None, &["running"], "No events yet; the first load is running.")]
#[case::second_load(None, &["running", "failed"], "No events yet; a load is running.")]
#[case::loads_without_events(None, &["complete"], "No events yet; 9 shows what became of the loads.")]
#[case::all_older(
    Some(30),
    &["complete"],
    "No events in this range, the newest is of 2 Dec 07:06; t asks for others."
)]
#[case::older_and_a_load(
    Some(30),
    &["running", "complete"],
    "No events in this range, the newest is of 2 Dec 07:06; a load is running."
)]
fn a_view_says_why_it_is_empty(
    #[values(
        View::Overview,
        View::Funnel,
        View::Products,
        View::Categories,
        View::Brands,
        View::Sessions,
        View::Activity,
        View::Events
    )]
    view: View,
    #[values(false, true)] filtered: bool,
    #[case] newest_hours_ago: Option<i64>,
    #[case] runs: &[&str],
    #[case] words: &str,
) {
    let state = empty(view, filtered, books(newest_hours_ago, runs));
    let drawn = text(&draw(&state, &dark()));
    let body: Vec<&str> = drawn.lines().skip(3).take(20).collect();
    let said: Vec<&str> = body
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(said, [words]);
}

#[rstest]
#[case(View::Overview, false, "No events in this range; t asks for others.")]
#[case(
    View::Overview,
    true,
    "No event in this range matches; t and l ask for others."
)]
#[case(View::Events, false, "No events in this range; t asks for others.")]
#[case(
    View::Events,
    true,
    "No event in this range matches; t and l ask for others."
)]
#[case(
    View::Funnel,
    false,
    "No session in this range came to the first step."
)]
#[case(View::Funnel, true, "No session in this range came to the first step.")]
fn a_question_may_keep_nothing_of_a_full_warehouse(
    #[case] view: View,
    #[case] filtered: bool,
    #[case] words: &str,
) {
    let drawn = text(&draw(&empty(view, filtered, pipeline()), &dark()));
    assert!(drawn.contains(words), "{drawn}");
}

#[test]
fn before_the_first_load() {
    for view in View::ALL {
        let state = empty(view, false, books(None, &[]));
        insta::assert_snapshot!(view.title(), dump(&draw(&state, &dark())));
    }
}
