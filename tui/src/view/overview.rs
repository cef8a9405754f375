//! The shop in numbers.
//!
//! ```text
//!  Revenue        Orders         Conversion     Average order
//!  12.4 M ₫       1,234          3.2%           1,234,000 ₫
//!  ▲ 12.1%        ▼ 3.4%         ▲ 0.3 pt       = same
//!
//!  Events per hour, peak 1,234       Event mix
//!   1 K │    ⢀⠔⠢⡀                    product_view   ██████  12,345  45.1%
//!   500 │⡠⠤⠒⠁   ⠑⠢                   page_view      ███      6,789  24.8%
//!     0 └──┬────────┬──              Login states
//!         2 Dec    06:00             logged_in      ██████  12,345  45.1%
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use sbw_queries::answers::overview::{Overview, Totals};
use sbw_queries::answers::timeseries::Point;

use super::pen::Pen;
use super::tile::{self, Below, Better, Tile, Value};
use super::{bar, chart, nothing, over_time};
use crate::app::{Body, OverviewScreen, State};
use crate::layout::{self, OverviewAreas};
use crate::number::{self, Change};
use crate::text;
use crate::theme::Look;

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let answer = state.shown().answer();
    let Some((answer, Body::Overview(screen))) = answer.map(|answer| (answer, &answer.body)) else {
        pen.say("The numbers come as soon as the warehouse answers.");
        return;
    };
    if screen.overview.current.total_events == 0 {
        pen.say(&nothing::kept(state));
        return;
    }
    let areas = layout::overview(state);
    let tiles = tiles(&screen.overview, areas.across);
    tile::render(&mut pen.within(areas.tiles), &tiles, areas.across);
    let before = match state
        .shown()
        .answer()
        .and_then(|answer| answer.before.as_ref())
    {
        Some(Body::Series(before)) => Some(before),
        _ => None,
    };
    let series = chart::Series::of(&screen.timeseries, &answer.subject.zone, |point| {
        point.events
    })
    .before(before, |point| point.events)
    .at(state.place.point);
    over_time(
        &mut pen.within(areas.chart),
        "Events",
        &screen.timeseries,
        &series,
        &|point| orders_words(point, look),
    );
    mixes(&mut pen, &areas, screen, state);
}

/// What was sold at a point, the longer form first.
fn orders_words(point: &Point, look: &Look) -> [String; 2] {
    let orders = match point.orders {
        1 => "1 order".to_owned(),
        orders => format!("{} orders", number::count(orders)),
    };
    let money = number::money_within(point.revenue_vnd, look.glyphs.currency, 10);
    [format!("{orders}, {money}"), orders]
}

fn tiles(overview: &Overview, across: u16) -> Vec<Tile> {
    let (now, before) = (&overview.current, &overview.previous);
    let count = |name, of: fn(&Totals) -> i64, better| Tile {
        name,
        value: Value::Count(of(now)),
        below: Below::Percent(Change::of_counts(of(now), of(before)), better),
    };
    let money = |name, of: fn(&Totals) -> i64| Tile {
        name,
        value: Value::Money(of(now)),
        below: Below::Percent(Change::of_counts(of(now), of(before)), Some(Better::More)),
    };
    let percent = |name, of: fn(&Totals) -> f64, better| Tile {
        name,
        value: Value::Percent(of(now)),
        below: Below::Points(Change::of_percents(of(now), of(before)), Some(better)),
    };
    let more = Some(Better::More);
    let mut tiles = vec![
        money("Revenue", |totals| totals.revenue_vnd),
        count("Orders", |totals| totals.orders, more),
        count("Units", |totals| totals.units, more),
        money("Average order", |totals| totals.average_order_value_vnd),
        percent(
            "Conversion",
            |totals| totals.conversion_rate_percent,
            Better::More,
        ),
        percent(
            "Carts left",
            |totals| totals.cart_abandonment_percent,
            Better::Less,
        ),
        percent(
            "Cart to order",
            |totals| totals.checkout_rate_percent,
            Better::More,
        ),
        count("Sessions", |totals| totals.sessions, more),
        count("Clients", |totals| totals.unique_clients, more),
        count("Users", |totals| totals.unique_users, more),
        count("Events", |totals| totals.total_events, None),
        count("Into the cart", |totals| totals.add_to_cart_clicks, more),
        count("Checkouts", |totals| totals.checkout_starts, more),
        // Orders that named no product: their items are what lay in the cart.
        count("Inferred", |totals| totals.orders_inferred, None),
    ];
    // No room for all: what says least by itself, or stands elsewhere too, goes.
    let spared: &[&str] = match across {
        4 => &[
            "Units",
            "Cart to order",
            "Users",
            "Into the cart",
            "Checkouts",
            "Inferred",
        ],
        6 => &["Checkouts", "Inferred"],
        _ => &[],
    };
    tiles.retain(|tile| !spared.contains(&tile.name));
    tiles
}

/// The event mix and the login states: two lists, and one cursor for both.
fn mixes(pen: &mut Pen<'_>, areas: &OverviewAreas, screen: &OverviewScreen, state: &State) {
    let row = state.place.mix.row();
    let events = screen.events.rows.len();
    // With the cursor on the chart, neither has it.
    let on_lists = state.place.point.is_none();
    let rows: Vec<_> = screen
        .events
        .rows
        .iter()
        .map(|row| (&*row.event_name, row.events, row.percent))
        .collect();
    let selected = Some(row).filter(|row| on_lists && *row < events);
    mix(&mut pen.within(areas.events), "Event mix", &rows, selected);
    let rows: Vec<_> = screen
        .logins
        .rows
        .iter()
        .map(|row| (&*row.user_login_state, row.events, row.percent))
        .collect();
    let selected = row.checked_sub(events).filter(|_| on_lists);
    mix(
        &mut pen.within(areas.logins),
        "Login states",
        &rows,
        selected,
    );
}

/// Names with bars, counts and shares, around the selected row.
fn mix(pen: &mut Pen<'_>, title: &str, rows: &[(&str, i64, f64)], selected: Option<usize>) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let width = pen.area().width;
    let room = usize::from(pen.area().height.saturating_sub(1));
    pen.put(0, 0, width, title, theme.title);
    if rows.is_empty() {
        pen.put(1, 1, width, "none in this range", theme.dim);
        return;
    }
    let most = rows.iter().map(|(_, events, _)| *events).max().unwrap_or(0);
    let counts = if width >= 50 { 11 } else { 7 };
    // The names come first; a bar needs a few columns only to compare by.
    let longest = rows.iter().map(|(label, ..)| text::width(label)).max();
    let longest = u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX);
    let spare = width.saturating_sub(counts + 10);
    let name = longest.clamp(spare.min(12), spare.saturating_sub(5).max(12));
    let bars = width.saturating_sub(name + counts + 10);
    let first = selected.map_or(0, |row| (row + 1).saturating_sub(room));
    for ((index, (label, events, share)), y) in rows.iter().enumerate().skip(first).zip(1..=room) {
        let y = u16::try_from(y).unwrap_or(u16::MAX);
        let chosen = selected == Some(index);
        if chosen {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, glyphs.cursor, theme.series);
        }
        let quiet = if chosen { theme.strong } else { theme.dim };
        pen.put(
            1,
            y,
            name,
            label,
            if chosen {
                theme.strong
            } else {
                ratatui::style::Style::new()
            },
        );
        #[expect(clippy::cast_precision_loss, reason = "a bar has a few dozen steps")]
        let drawn = bar::lying(*events as f64, most as f64, bars, &glyphs);
        pen.put(name + 2, y, bars, &drawn, theme.series);
        let numbers = width.saturating_sub(counts + 7);
        let shown = number::count_within(*events, usize::from(counts));
        pen.put_right(numbers, y, counts, &shown, ratatui::style::Style::new());
        pen.put_right(
            width.saturating_sub(7),
            y,
            7,
            &number::percent(*share),
            quiet,
        );
    }
}
