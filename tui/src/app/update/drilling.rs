//! From a number to what it counts. Each drill keeps fewer events, and shows as
//! many as the number said.

use chrono::{DateTime, Days, TimeDelta, Utc};
use sbw_queries::answers::funnel::Funnel;
use sbw_queries::answers::session_list::{AtStep, Outcome};
use sbw_queries::answers::timeseries::{Bucket, Timeseries};
use sbw_queries::range::TimeRange;
use sbw_queries::zone::Zone;

use super::asking::question_changed;
use crate::app::action::Effect;
use crate::app::place::{OpenSession, Place};
use crate::app::rows::arranged;
use crate::app::state::State;
use crate::app::subject::{Answer, Body};
use crate::app::view::View;
use crate::period::Period;

/// How far back the way can be stepped.
const LONGEST_TRAIL: usize = 16;

/// Goes from what is under the cursor to what is in it.
pub(super) fn drill(state: &mut State) -> Vec<Effect> {
    // What a row counts is what its own question kept, not a newer one.
    let Some(answer) = state.answers.exact(&state.subject()).cloned() else {
        return Vec::new();
    };
    let next = match state.place.view {
        View::Overview | View::Sessions if state.place.point.is_some() => {
            Ok(into_point(&state.place, &answer))
        }
        View::Overview => Ok(into_mix(&state.place, &answer)),
        View::Funnel => into_step(&state.place, &answer),
        View::Products => into_product(state, &answer),
        View::Categories | View::Brands => Ok(into_group(&state.place, &answer)),
        View::Sessions | View::StepSessions => Ok(into_session(&state.place)),
        View::Activity => Ok(Some(Place {
            view: View::Hours,
            ..state.place.elsewhere()
        })),
        View::Hours => Ok(into_hour(&state.place, &answer)),
        View::Events | View::Session | View::Pipeline => Ok(None),
    };
    match next {
        Ok(Some(place)) => go_to(state, place),
        Ok(None) => return Vec::new(),
        Err(why) => state.say(why),
    }
    vec![Effect::Draw]
}

/// From an event to the session that it is of.
pub(super) fn open_session(state: &mut State) -> Vec<Effect> {
    let id = match state.place.view {
        View::Events => state
            .place
            .events
            .selected()
            .and_then(|event| event.session_id.clone()),
        _ => return Vec::new(),
    };
    match id.filter(|id| !id.is_empty()) {
        Some(id) => {
            let place = Place {
                view: View::Session,
                session: Some(OpenSession { id, kept: None }),
                event_open: false,
                ..state.place.elsewhere()
            };
            go_to(state, place);
        }
        None if state.place.events.is_empty() => return Vec::new(),
        None => state.say("This event belongs to no session."),
    }
    vec![Effect::Draw]
}

/// Goes there; the place that is left is kept for the way back.
fn go_to(state: &mut State, place: Place) {
    let left = std::mem::replace(&mut state.place, place);
    state.trail.push(left);
    if state.trail.len() > LONGEST_TRAIL {
        state.trail.remove(0);
    }
    question_changed(state);
}

/// Where a drill leads; none where there is nothing under the cursor.
type Next = Option<Place>;

/// The same, or why nothing exact is there.
type NextOrWhy = Result<Option<Place>, &'static str>;

/// A bar of the event mix or of the login states: its events.
fn into_mix(place: &Place, answer: &Answer) -> Next {
    let Body::Overview(screen) = &answer.body else {
        return None;
    };
    let mut next = Place {
        view: View::Events,
        ..place.elsewhere()
    };
    let row = place.mix.row();
    if let Some(event) = screen.events.rows.get(row) {
        next.filter.event = Some(event.event_name.clone());
    } else if let Some(login) = screen.logins.rows.get(row - screen.events.rows.len()) {
        next.filter.login = Some(match login.user_login_state.as_str() {
            "UNKNOWN" => "unknown".to_owned(),
            state => state.to_owned(),
        });
    } else {
        return None;
    }
    Some(next)
}

/// A point of a chart: the same screen, of that time alone; of a minute, its events.
fn into_point(place: &Place, answer: &Answer) -> Next {
    let series = match &answer.body {
        Body::Overview(screen) => &screen.timeseries,
        Body::Sessions(screen) => &screen.timeseries,
        _ => return None,
    };
    let range = place
        .point
        .and_then(|point| range_of_point(series, point, answer.range, &answer.subject.zone))?;
    let mut next = Place {
        period: Period::Fixed(range),
        ..place.elsewhere()
    };
    if series.bucket == Bucket::Minute && place.view == View::Overview {
        next.view = View::Events;
    }
    Some(next)
}

/// The time of a point, counted from the newest, as far as the range has it.
#[must_use]
pub fn range_of_point(
    series: &Timeseries,
    from_newest: usize,
    range: TimeRange,
    zone: &Zone,
) -> Option<TimeRange> {
    let at = series.points.len().checked_sub(from_newest + 1)?;
    let start = series.points.get(at)?.t;
    let end = match series.points.get(at + 1) {
        Some(next) => next.t,
        None => end_of_bucket(series.bucket, start, zone)?,
    };
    TimeRange::new(start.max(range.from()), end.min(range.to())).ok()
}

fn end_of_bucket(bucket: Bucket, start: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
    let days = |days| {
        let next = zone
            .at(start)
            .date_naive()
            .checked_add_days(Days::new(days));
        next.map(|next| zone.start_of(next))
    };
    match bucket {
        Bucket::Minute => start.checked_add_signed(TimeDelta::minutes(1)),
        Bucket::Hour => start.checked_add_signed(TimeDelta::hours(1)),
        Bucket::Day => days(1),
        Bucket::Week => days(7),
    }
}

/// A step of the funnel: who reached it, or who dropped out before it.
fn into_step(place: &Place, answer: &Answer) -> NextOrWhy {
    let Body::Funnel(funnel) = &answer.body else {
        return Ok(None);
    };
    let Funnel::Rows(rows) = funnel else {
        return Err(
            "A group is of sessions, a filter of events: f keeps the events of one login, category or brand.",
        );
    };
    let Some(row) = rows.get(place.steps.row()) else {
        return Ok(None);
    };
    let at = match (place.dropped, row.step) {
        (true, 1) => return Err("Nobody drops out before the first step."),
        // Those that are missing here reached the step before, and not this one.
        (true, step) => AtStep {
            step: step - 1,
            outcome: Outcome::Dropped,
        },
        (false, step) => AtStep {
            step,
            outcome: Outcome::Reached,
        },
    };
    Ok(Some(Place {
        view: View::StepSessions,
        at_step: Some(at),
        ..place.elsewhere()
    }))
}

/// A category: its brands. A brand: its products.
fn into_group(place: &Place, answer: &Answer) -> Next {
    let (Body::Groups(rows), Some(table)) = (&answer.body, place.table()) else {
        return None;
    };
    let row = arranged(rows, table).get(table.row()).copied()?;
    let mut next = place.elsewhere();
    if place.view == View::Categories {
        next.filter.category = Some(row.name.clone());
        next.view = View::Brands;
    } else {
        next.filter.brand = Some(row.name.clone());
        next.view = View::Products;
    }
    Some(next)
}

/// A product: its sessions.
fn into_product(state: &mut State, answer: &Answer) -> NextOrWhy {
    let Body::Products(rows) = &answer.body else {
        return Ok(None);
    };
    let table = &state.place.products;
    let Some(row) = arranged(rows, table).get(table.row()).copied() else {
        return Ok(None);
    };
    let Some(id) = row.product_id.clone().filter(|id| !id.is_empty()) else {
        return Err("This product is known by its name only; no filter keeps just its events.");
    };
    let mut next = Place {
        view: View::Sessions,
        ..state.place.elsewhere()
    };
    state.product_names.retain(|(known, _)| *known != id);
    state.product_names.truncate(31);
    state
        .product_names
        .insert(0, (id.clone(), row.name.clone()));
    next.filter.product = Some(id);
    Ok(Some(next))
}

/// A session: its timeline.
fn into_session(place: &Place) -> Next {
    let row = place.sessions.selected()?;
    Some(Place {
        view: View::Session,
        session: Some(OpenSession {
            id: row.session_id.clone(),
            kept: Some(row.events),
        }),
        ..place.elsewhere()
    })
}

/// An hour of the calendar: the overview of it.
fn into_hour(place: &Place, answer: &Answer) -> Next {
    let Body::Hours(hours) = &answer.body else {
        return None;
    };
    let range = hours
        .rows
        .get(place.hours.row())
        .and_then(|row| TimeRange::new(row.from, row.to).ok())?;
    Some(Place {
        view: View::Overview,
        period: Period::Fixed(range),
        ..place.elsewhere()
    })
}
