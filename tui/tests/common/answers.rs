//! Fixed answers, and a state that shows them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use sbw_queries::answers::events::{EventRow, Events};
use sbw_queries::answers::funnel::{Funnel, FunnelGroup, StepRow};
use sbw_queries::answers::logins::{LoginRow, Logins};
use sbw_queries::answers::overview::{Overview, Totals};
use sbw_queries::answers::pipeline::{Pipeline, Run};
use sbw_queries::answers::raw::{Raw, RawEvent};
use sbw_queries::answers::timeseries::{Bucket, Point, Timeseries};
use sbw_tui::app::{
    Action, Answer, Body, Effect, LinkEvent, OverviewScreen, Part, Request, Settings, State,
    Subject, View, update,
};
use sbw_tui::keymap;
use sbw_tui::period::Period;

/// The clock of every test that has none of its own.
pub fn now() -> DateTime<Utc> {
    "2025-12-03T13:06:00Z".parse().unwrap()
}

pub fn size(width: u16, height: u16) -> Size {
    Size { width, height }
}

/// Before anything was heard.
pub fn fresh(size: Size) -> State {
    let settings = Settings {
        source: "clickstream_dw@localhost:5432".to_owned(),
        period: Period::last(TimeDelta::hours(24)),
        every: TimeDelta::seconds(10),
    };
    State::new(settings, size, now())
}

/// Connected, with the first view's answer on the screen.
pub fn connected(size: Size) -> State {
    let mut state = fresh(size);
    let effects = update(&mut state, Action::Link(LinkEvent::Connected), now());
    answer_all(&mut state, &effects, now());
    state
}

/// Connected, with `view` open and answered.
pub fn showing(view: View, size: Size) -> State {
    let mut state = connected(size);
    press(&mut state, KeyCode::Char(view.number()), now());
    settle(&mut state, now());
    state
}

/// Presses a key.
pub fn press(state: &mut State, code: KeyCode, at: DateTime<Utc>) -> Vec<Effect> {
    let event = KeyEvent::new(code, KeyModifiers::NONE);
    keymap::action(state.focus(), event).map_or_else(Vec::new, |action| update(state, action, at))
}

/// Lets the keys come to rest and answers what is asked then.
pub fn settle(state: &mut State, at: DateTime<Utc>) {
    let effects = update(state, Action::Tick, at + TimeDelta::milliseconds(400));
    answer_all(state, &effects, at);
}

/// The requests among effects.
pub fn asked(effects: &[Effect]) -> Vec<Request> {
    let requests = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(request) => Some(request.clone()),
        _ => None,
    });
    requests.collect()
}

pub fn draws(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Draw))
}

fn answer_all(state: &mut State, effects: &[Effect], at: DateTime<Utc>) {
    for request in asked(effects) {
        let answer = Action::Answered(Box::new(answer(&request, at)));
        let _ = update(state, answer, at);
    }
}

/// The made-up answer to a request.
pub fn answer(request: &Request, at: DateTime<Utc>) -> Answer {
    let body = match request.subject.view {
        View::Overview => Body::Overview(Box::new(overview(request))),
        View::Funnel => Body::Funnel(funnel(&request.subject)),
        View::Events => Body::Page(page(&request.subject)),
        View::Pipeline => Body::Pipeline,
    };
    Answer {
        subject: request.subject.clone(),
        range: request.range,
        at,
        pipeline: Arc::new(pipeline()),
        body,
    }
}

pub fn overview(request: &Request) -> OverviewScreen {
    OverviewScreen {
        overview: Overview {
            current: totals(1),
            previous: totals(2),
        },
        timeseries: Timeseries {
            bucket: Bucket::Hour,
            points: points(request),
        },
        events: Events {
            rows: [
                ("product_view", 12_345, 45.1),
                ("page_view", 6_789, 24.8),
                ("click", 3_456, 12.6),
                ("add_to_cart_click", 2_345, 8.6),
                ("checkout_start", 1_234, 4.5),
                ("checkout_complete", 567, 2.1),
                ("remove_from_cart_click", 345, 1.3),
                ("wishlist_toggle", 234, 0.9),
                ("login_success", 56, 0.2),
                ("share_click", 7, 0.0),
            ]
            .map(|(name, events, percent)| EventRow {
                event_name: name.to_owned(),
                events,
                percent,
            })
            .to_vec(),
        },
        logins: Logins {
            rows: [
                ("anonymous", 15_000, 54.8),
                ("logged_in", 9_000, 32.9),
                ("guest", 3_000, 11.0),
                ("UNKNOWN", 378, 1.4),
            ]
            .map(|(name, events, percent)| LoginRow {
                user_login_state: name.to_owned(),
                events,
                percent,
            })
            .to_vec(),
        },
    }
}

pub fn totals(period: i64) -> Totals {
    Totals {
        total_events: 27_378,
        unique_clients: 4_321 - period * 100,
        unique_users: 321,
        sessions: 5_432 + period * 10,
        add_to_cart_clicks: 2_345,
        checkout_starts: 1_234,
        checkout_completes: 600 - period * 33,
        checkout_rate_percent: 24.2,
        converted_sessions: 560,
        conversion_rate_percent: 10.3 + if period == 1 { 0.4 } else { 0.0 },
        abandoned_carts: 1_200,
        cart_abandonment_percent: 67.9 + if period == 1 { 1.1 } else { 0.0 },
        revenue_vnd: 4_567_890_000 / period,
        average_order_value_vnd: 8_056_243,
    }
}

/// A point for each hour, high in the evening.
fn points(request: &Request) -> Vec<Point> {
    let first = request.range.from().timestamp() / 3_600;
    let last = request.range.to().timestamp() / 3_600;
    let point = |hour: i64| {
        let of_day = hour.rem_euclid(24);
        let events = 900 + 60 * of_day - 40 * (of_day - 20).abs() * (of_day - 20).abs() / 12;
        Point {
            t: DateTime::from_timestamp(hour * 3_600, 0).unwrap(),
            events: events.max(0),
            sessions: events / 5,
            checkout_completes: events / 50,
        }
    };
    (first..=last).take(400).map(point).collect()
}

fn funnel(subject: &Subject) -> Funnel {
    match subject.part {
        Part::Funnel(Some(_)) => Funnel::Groups(
            ["keyboard", "laptop", "UNKNOWN"]
                .map(|name| FunnelGroup {
                    name: name.to_owned(),
                    rows: steps(),
                })
                .to_vec(),
        ),
        _ => Funnel::Rows(steps()),
    }
}

pub fn steps() -> Vec<StepRow> {
    let step = |step, name: &str, sessions, first, previous, dropped, median| StepRow {
        step,
        event_name: name.to_owned(),
        sessions,
        percent_of_first: first,
        percent_of_previous: previous,
        dropped,
        median_seconds_from_previous: median,
    };
    vec![
        step(1, "product_view", 4_321, 100.0, 100.0, 0, None),
        step(2, "add_to_cart_click", 1_760, 40.7, 40.7, 2_561, Some(132)),
        step(3, "checkout_start", 1_000, 23.1, 56.8, 760, Some(75)),
        step(4, "checkout_complete", 560, 13.0, 56.0, 440, Some(3_725)),
    ]
}

/// The full page after the cursor; the events of all pages are a minute apart.
pub fn page(subject: &Subject) -> Raw {
    let newest = match &subject.part {
        // The minute before the cursor, as the query has it: strictly older.
        Part::Page(Some(cursor)) => {
            let past = (cursor.time - TimeDelta::microseconds(1)).timestamp();
            DateTime::from_timestamp(past - past.rem_euclid(60), 0).unwrap()
        }
        _ => now() - TimeDelta::minutes(4),
    };
    let name = subject.filter.event.as_deref();
    let rows = (0..i64::try_from(sbw_tui::app::EVENT_PAGE).unwrap())
        .map(|row| event(newest - TimeDelta::minutes(row), name));
    Raw {
        rows: rows.collect(),
    }
}

pub fn event(time: DateTime<Utc>, name: Option<&str>) -> RawEvent {
    let minute = time.timestamp() / 60;
    let of = |names: [&str; 3]| names[usize::try_from(minute.rem_euclid(3)).unwrap()].to_owned();
    RawEvent {
        event_id: format!("{:032x}", u128::try_from(minute).unwrap())
            .parse()
            .unwrap(),
        event_timestamp: time,
        event_name: name.map_or_else(
            || of(["product_view", "click", "checkout_complete"]),
            str::to_owned,
        ),
        user_id: (minute % 2 == 0).then(|| "us-1".to_owned()),
        user_login_state: Some(of(["anonymous", "logged_in", "guest"])),
        identity_source: Some("cognito_email".to_owned()),
        client_id: Some(format!("c-{}", minute % 50)),
        session_id: Some(format!("s-{}", minute % 70)),
        is_first_visit: Some(minute % 5 == 0),
        context_product_id: (minute % 3 != 1).then(|| "p-1".to_owned()),
        context_product_name: (minute % 3 != 1).then(|| "Bàn phím AULA M75 TM".to_owned()),
        context_product_category: (minute % 3 != 1).then(|| "keyboard".to_owned()),
        context_product_brand: (minute % 3 != 1).then(|| "AULA".to_owned()),
        context_product_price: (minute % 3 != 1).then_some(1_990_000),
        context_product_discount_price: (minute % 3 == 0).then_some(1_790_000),
        context_product_url_path: Some("/product/ban-phim-aula-m75-tm".to_owned()),
    }
}

pub fn pipeline() -> Pipeline {
    let run = |ago: i64| {
        let failed = ago == 4;
        let started_at = now() - TimeDelta::hours(ago) - TimeDelta::minutes(6);
        Run {
            started_at,
            finished_at: (ago > 0).then(|| started_at + TimeDelta::milliseconds(2_300 + ago * 700)),
            status: match ago {
                0 => "running",
                4 => "failed",
                7 => "incomplete",
                _ => "complete",
            }
            .to_owned(),
            objects: 120 + ago,
            inserted: if failed {
                0
            } else {
                1_000 + 37 * ago * (ago % 3)
            },
            duplicates: ago % 4,
            rejected: i64::from(ago == 2),
            error: failed.then(|| {
                "the bucket refused the listing (AccessDenied); check s3:ListBucket".to_owned()
            }),
        }
    };
    let runs: Vec<Run> = (0..20).map(run).collect();
    Pipeline {
        last_run: runs.first().cloned(),
        newest_event: Some(now() - TimeDelta::minutes(4)),
        lag_seconds: Some(240),
        rejects: 1,
        runs,
    }
}
