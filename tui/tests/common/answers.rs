//! Fixed answers, and a state that shows them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use sbw_queries::answers::breakdown::GroupRow;
use sbw_queries::answers::events::{EventRow, Events};
use sbw_queries::answers::funnel::{Funnel, FunnelGroup, StepRow};
use sbw_queries::answers::heatmap::{CellHour, CellHours, Heatmap, Hour};
use sbw_queries::answers::logins::{LoginRow, Logins};
use sbw_queries::answers::overview::{Overview, Totals};
use sbw_queries::answers::pipeline::{Pipeline, RejectReason, Run};
use sbw_queries::answers::products::ProductRow;
use sbw_queries::answers::raw::{Raw, RawEvent};
use sbw_queries::answers::session::{Session, SessionEvent};
use sbw_queries::answers::session_list::{SessionList, SessionRow};
use sbw_queries::answers::sessions::{DurationClass, Sessions};
use sbw_queries::answers::timeseries::{Bucket, Point, Timeseries};
use sbw_tui::app::{
    Action, Answer, Body, Cell, Effect, LinkEvent, OverviewScreen, Part, Request, SessionsScreen,
    Settings, State, StepSessionsScreen, Subject, View, update,
};
use sbw_tui::period::Period;
use sbw_tui::theme::Tone;

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
        zones: ["UTC", "Asia/Ho_Chi_Minh"]
            .map(|zone| zone.parse().unwrap())
            .to_vec(),
        tone: Tone::Dark,
        tone_is_chosen: false,
        mouse: false,
        keymap: Arc::default(),
        event_columns: Vec::new(),
        view: View::Overview,
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
    let action = state.keymap.action(state.focus(), event);
    action.map_or_else(Vec::new, |action| update(state, action, at))
}

/// Lets the keys come to rest and answers what is asked then.
pub fn settle(state: &mut State, at: DateTime<Utc>) {
    let effects = update(state, Action::Tick, at + TimeDelta::milliseconds(400));
    answer_all(state, &effects, at);
}

/// The requests among effects.
pub fn asked(effects: &[Effect]) -> Vec<Request> {
    let requests = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(request) => Some((**request).clone()),
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

/// Goes down to a screen that no tab has.
pub fn drilled(view: View, size: Size) -> State {
    let from = match view {
        View::StepSessions => View::Funnel,
        View::Session => View::Sessions,
        _ => View::Activity,
    };
    let mut state = showing(from, size);
    if view == View::StepSessions {
        press(&mut state, KeyCode::Down, now());
    }
    press(&mut state, KeyCode::Enter, now());
    settle(&mut state, now());
    assert_eq!(state.place.view, view);
    state
}

/// Any screen, answered.
pub fn any(view: View, size: Size) -> State {
    if View::ALL.contains(&view) {
        showing(view, size)
    } else {
        drilled(view, size)
    }
}

/// The made-up answer to a request.
pub fn answer(request: &Request, at: DateTime<Utc>) -> Answer {
    let subject = &request.subject;
    let body = match (subject.view, &subject.part) {
        (View::Overview, _) => Body::Overview(Box::new(overview(request))),
        (View::Funnel, _) => Body::Funnel(funnel(subject)),
        (View::Products, _) => Body::Products(products(1)),
        (View::Categories, _) => Body::Groups(groups(&CATEGORIES, 1)),
        (View::Brands, _) => Body::Groups(groups(&BRANDS, 1)),
        (
            _,
            Part::Sessions {
                before: Some(_), ..
            },
        ) => Body::SessionPage(session_list(request)),
        (View::Sessions, _) => Body::Sessions(Box::new(SessionsScreen {
            sessions: sessions(1),
            timeseries: timeseries(request),
            list: session_list(request),
        })),
        (View::StepSessions, _) => Body::StepSessions(StepSessionsScreen {
            steps: steps(),
            list: session_list(request),
        }),
        (View::Session, Part::Session(id)) => Body::Session(session(id)),
        (View::Activity, _) => Body::Week(Box::new(week(1))),
        (View::Hours, Part::Hours(cell)) => Body::Hours(hours(*cell)),
        (View::Events, _) => Body::Page(page(subject)),
        (View::Pipeline, _) => Body::Pipeline(reasons()),
        (view, part) => panic!("{view:?} asks for {part:?}"),
    };
    let before = subject.compare.then(|| match subject.view {
        View::Overview => Body::Series(timeseries(request)),
        View::Funnel => Body::Funnel(funnel(subject)),
        View::Products => Body::Products(products(2)),
        View::Categories => Body::Groups(groups(&CATEGORIES, 2)),
        View::Brands => Body::Groups(groups(&BRANDS, 2)),
        View::Sessions => Body::Sessions(Box::new(SessionsScreen {
            sessions: sessions(2),
            timeseries: timeseries(request),
            list: SessionList { rows: Vec::new() },
        })),
        View::Activity => Body::Week(Box::new(week(2))),
        view => panic!("{view:?} is not compared"),
    });
    Answer {
        subject: subject.clone(),
        range: request.range,
        at,
        pipeline: Arc::new(pipeline()),
        body,
        before,
    }
}

const CATEGORIES: [&str; 7] = [
    "keyboard",
    "laptop",
    "mouse",
    "headphone",
    "monitor",
    "phụ kiện",
    "UNKNOWN",
];

const BRANDS: [&str; 9] = [
    "AULA", "ASUS", "Logitech", "Sony", "LG", "Akko", "Dell", "Razer", "UNKNOWN",
];

pub fn groups(names: &[&str], period: i64) -> Vec<GroupRow> {
    let row = |(rank, name): (i64, &&str)| GroupRow {
        name: (*name).to_owned(),
        events: (9_876 - rank * 1_050) / period,
        product_views: (7_654 - rank * 900) / period,
        add_to_carts: 765 - rank * 70,
        checkout_completes: 123 - rank * 13,
        orders: 123 - rank * 13,
        units: 150 - rank * 15,
        revenue_vnd: (123 - rank * 13) * 7_990_000 * (1 + rank % 3) / period,
    };
    (0_i64..).zip(names).map(row).collect()
}

pub fn products(period: i64) -> Vec<ProductRow> {
    const NAMES: [&str; 6] = [
        "Bàn phím AULA M75 TM",
        "Laptop ASUS Vivobook 15 OLED",
        "Chuột Logitech MX Master 3S",
        "Tai nghe Sony WH-1000XM5",
        "Màn hình LG UltraGear 27 inch",
        "Giá đỡ màn hình",
    ];
    let row = |rank: i64| {
        let kind = usize::try_from(rank % 6).unwrap();
        let (views, carts, orders) = (4_321 - rank * 97, 432 - rank * 7, 87 - rank * 2);
        ProductRow {
            product_id: (rank % 6 != 5).then(|| format!("p-{rank}")),
            name: format!(
                "{}{}",
                NAMES[kind],
                if rank < 6 {
                    String::new()
                } else {
                    format!(" v{}", rank / 6)
                }
            ),
            category: CATEGORIES[kind].to_owned(),
            brand: BRANDS[kind].to_owned(),
            events: views + carts + orders + 50,
            product_views: views / period,
            add_to_carts: carts,
            checkout_completes: orders,
            orders,
            units: orders + orders / 5,
            view_to_cart_percent: 10.0 + 0.3 * f64::from(i32::try_from(rank).unwrap()),
            cart_to_checkout_percent: 20.1,
            revenue_vnd: orders * (990_000 + 1_000_000 * (rank % 5)) / period,
        }
    };
    (0..40).map(row).collect()
}

pub fn sessions(period: i64) -> Sessions {
    let classes = [
        ("0 s", 990),
        ("1–10 s", 567),
        ("11–60 s", 1_234),
        ("1–5 min", 1_765),
        ("5–15 min", 640),
        ("15–30 min", 199),
        ("30+ min", 47),
    ];
    Sessions {
        sessions: 5_442 / period,
        events_per_session: 5.1,
        median_duration_seconds: Some(132),
        p90_duration_seconds: Some(721 + period),
        engaged: 4_452,
        bounces: 990,
        bounce_rate_percent: 18.2,
        new_sessions: 1_234,
        returning_sessions: 4_208,
        duration_histogram: classes
            .map(|(label, sessions)| DurationClass {
                label: label.to_owned(),
                sessions,
            })
            .to_vec(),
    }
}

const SOURCES: [&str; 5] = [
    "google",
    "direct",
    "facebook",
    "so-sanh-gia.example.com",
    "zalo",
];

const ENTRIES: [&str; 3] = ["/", "/product/ban-phim-aula-m75-tm", "/danh-mục/bàn-phím"];

/// One of `all`, by turns.
fn of<'a>(all: &[&'a str], turn: i64) -> &'a str {
    let turn = usize::try_from(turn).unwrap();
    all[turn % all.len()]
}

/// A page of sessions, each a minute before the one above it.
pub fn session_list(request: &Request) -> SessionList {
    let newest = match &request.subject.part {
        Part::Sessions {
            before: Some(cursor),
            ..
        } => {
            let past = (cursor.started_at - TimeDelta::microseconds(1)).timestamp();
            DateTime::from_timestamp(past - past.rem_euclid(60), 0).unwrap()
        }
        _ => now() - TimeDelta::minutes(4),
    };
    let row = |minutes: i64| {
        let started_at = newest - TimeDelta::minutes(minutes);
        let minute = started_at.timestamp() / 60;
        let step = minute.rem_euclid(5);
        SessionRow {
            session_id: format!("s-{minute}"),
            client_id: Some(format!("c-{}", minute % 411)),
            user_id: (minute % 3 == 0).then(|| format!("us-{}", minute % 97)),
            started_at,
            last_at: started_at + TimeDelta::seconds(step * 77),
            source: (step > 0).then(|| of(&SOURCES, minute).to_owned()),
            device: (step > 0).then(|| of(&["mobile", "desktop", "tablet"], minute).to_owned()),
            entry_page: (step > 0).then(|| of(&ENTRIES, minute).to_owned()),
            events: 1 + step * 3,
            product_views: step,
            add_to_carts: step / 2,
            checkout_completes: step / 4,
            orders: step / 4,
            revenue_vnd: step / 4 * 1_790_000,
            furthest_step: i32::try_from(step).unwrap(),
        }
    };
    SessionList {
        rows: (0..i64::try_from(sbw_tui::app::EVENT_PAGE).unwrap())
            .map(row)
            .collect(),
    }
}

pub fn session(id: &str) -> Session {
    let start = now() - TimeDelta::minutes(40);
    let names = [
        "page_view",
        "home_view",
        "product_view",
        "click",
        "product_view",
        "add_to_cart_click",
        "checkout_start",
        "checkout_complete",
    ];
    let mut at = start;
    let mut rows = Vec::new();
    for (step, name) in (0_i64..).zip(names) {
        let gap = step * step * 9;
        at += TimeDelta::seconds(gap);
        let mut event = event(start + TimeDelta::minutes(step * 5 + 2), Some(name));
        event.event_timestamp = at;
        event.session_id = Some(id.to_owned());
        rows.push(SessionEvent {
            event,
            seconds_since_previous: (step > 0).then_some(gap),
        });
    }
    Session {
        session_id: id.to_owned(),
        rows,
    }
}

pub fn week(period: i64) -> Heatmap {
    let mut week = Heatmap::default();
    let mut most = 0;
    for (weekday, day) in (0_i64..).zip(week.cells.iter_mut()) {
        for (hour, events) in (0_i64..).zip(day.iter_mut()) {
            let evening = (900 - (hour - 20) * (hour - 20) * 9).max(0);
            *events = evening * (10 - (weekday - 5).abs()) / 10 / period;
            if *events > most {
                most = *events;
                week.busiest = Some(Hour {
                    weekday: i32::try_from(weekday + 1).unwrap(),
                    hour: i32::try_from(hour).unwrap(),
                    events: most,
                });
            }
        }
    }
    week
}

pub fn hours(cell: Cell) -> CellHours {
    let first: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
    let ahead = TimeDelta::days(i64::try_from(cell.weekday).unwrap())
        + TimeDelta::hours(i64::try_from(cell.hour).unwrap());
    let row = |week: i64| CellHour {
        from: first + ahead - TimeDelta::weeks(week),
        to: first + ahead - TimeDelta::weeks(week) + TimeDelta::hours(1),
        events: 345 - 23 * week,
    };
    CellHours {
        weekday: i32::try_from(cell.weekday).unwrap() + 1,
        hour: i32::try_from(cell.hour).unwrap(),
        rows: (0..5).map(row).collect(),
    }
}

pub fn reasons() -> Vec<RejectReason> {
    vec![
        RejectReason {
            reason: "eventName is missing".to_owned(),
            rejects: 17,
            last_at: now() - TimeDelta::hours(2),
        },
        RejectReason {
            reason: "it is no JSON object".to_owned(),
            rejects: 3,
            last_at: now() - TimeDelta::days(4),
        },
    ]
}

fn timeseries(request: &Request) -> Timeseries {
    Timeseries {
        bucket: Bucket::Hour,
        points: points(request),
    }
}

pub fn overview(request: &Request) -> OverviewScreen {
    OverviewScreen {
        overview: Overview {
            current: totals(1),
            previous: totals(2),
        },
        timeseries: timeseries(request),
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
                ("UNKNOWN", 372, 1.4),
                ("other", 6, 0.0),
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
        checkout_completes: 617 - period * 33,
        orders: 600 - period * 33,
        orders_inferred: 44,
        units: 812 - period * 30,
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
            orders: events / 52,
            revenue_vnd: events / 52 * 7_990_000,
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
        long_sessions: 2,
        runs,
    }
}
