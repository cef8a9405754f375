//! One event: its fields as they were sent, its name checked, what is missing
//! added when it is written.
//!
//! A field may be given twice, or in both spellings. It is missing when every
//! one of them is null or blank; otherwise the first usable one counts, and
//! all are kept as they are.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_contract::{Column, is_known_id};
use uuid::Uuid;

use crate::{
    clock::nth_after,
    field::{Field, is_event_name},
    instant,
    object::{Entry, Object, text},
    receipt::Receipt,
    refusal::BadEvent,
};

/// How long before receipt an event may have happened.
const OLDEST: TimeDelta = TimeDelta::hours(24);

/// How long after receipt: clocks differ.
const NEWEST: TimeDelta = TimeDelta::minutes(5);

/// The least that a client's clock must be off to be made up for.
const SMALLEST_SHIFT: TimeDelta = TimeDelta::minutes(1);

/// An event that has a usable name.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    fields: Vec<(Option<Field>, Entry<'a>)>,
}

/// What the request says about all its events.
pub(crate) struct Arrival {
    pub(crate) received_at: DateTime<Utc>,
    /// What is added to the times that the client tells: see [`clock_shift`].
    pub(crate) shift: TimeDelta,
    pub(crate) receipt: Receipt,
    /// The object's id: those of its events count on from it.
    pub(crate) id: Uuid,
}

/// How far the client's clock is behind ours, by its time of sending; nothing when that is less
/// than a minute.
///
/// Less is time on the way, or too little to matter. Shifting by it would put the events of a
/// request that was held up after those of the next one.
pub(crate) fn clock_shift(received_at: DateTime<Utc>, sent_at: Option<DateTime<Utc>>) -> TimeDelta {
    sent_at
        .map(|sent_at| received_at - sent_at)
        .filter(|shift| shift.abs() >= SMALLEST_SHIFT)
        .unwrap_or_default()
}

impl<'a> Event<'a> {
    /// Reads an event from the text of a JSON value.
    pub(crate) fn read(json: &'a str) -> Result<Self, BadEvent> {
        let object = Object::read(json).map_err(|_| {
            if json.starts_with('{') {
                BadEvent::NotJson
            } else {
                BadEvent::NotAnObject
            }
        })?;
        let known = |entry: Entry<'a>| (entry.name().and_then(|name| Field::named(&name)), entry);
        let event = Self {
            fields: object.entries.into_iter().map(known).collect(),
        };
        if event.is_missing(Column::EventName) {
            return Err(BadEvent::NoName);
        }
        let mut names = event.values(Column::EventName).filter_map(text);
        if !names.any(|name| is_event_name(&name)) {
            return Err(BadEvent::BadName);
        }
        drop(names);
        Ok(event)
    }

    /// Writes the event with what it lacks. At its end stands an `_ingest` block: that of the
    /// request in the first event of an object, in the others only a replaced time, if any.
    ///
    /// Every field is written as it was sent and in its place, but for those
    /// that are missing (null, blank), a time that is clearly wrong, and an
    /// `_ingest` that only a client can have made up.
    ///
    /// `number` is the event's place in the object, counted from 1.
    pub(crate) fn write(&self, arrival: &Arrival, number: usize, out: &mut String) {
        let added = self.additions(arrival, number);
        let time = self.time(arrival);
        let mut object = Writer::open(out);
        for (index, (field, entry)) in self.fields.iter().enumerate() {
            let Some(field) = field else {
                object.key(entry.key).raw(entry.value);
                continue;
            };
            match (field, &time) {
                (Field::Ingest, _) | (Field::Column(Column::EventTimestamp), Time::Added(_)) => {}
                (Field::Column(Column::EventTimestamp), Time::Replaced { at, of }) => {
                    if index == *of {
                        object.key(entry.key).quoted(&instant::to_text(*at));
                    }
                }
                (Field::Column(column), _) if added.iter().any(|(added, _)| added == column) => {}
                _ => object.key(entry.key).raw(entry.value),
            }
        }
        for (column, value) in &added {
            object.key(column.json_key()).quoted(value);
        }
        let client_timestamp = match time {
            Time::AsSent => None,
            Time::Added(at) => {
                let key = Column::EventTimestamp.json_key();
                object.key(key).quoted(&instant::to_text(at));
                None
            }
            Time::Replaced { of, .. } => Some(self.fields[of].1.value),
        };
        let receipt = if number == 1 {
            arrival.receipt.fields()
        } else {
            ""
        };
        object.ingest(receipt, client_timestamp);
        object.close();
    }

    /// The fields that are missing and can be told, with their values; plain
    /// ASCII, in the order they are appended.
    fn additions(&self, arrival: &Arrival, number: usize) -> Vec<(Column, Cow<'static, str>)> {
        let mut added = Vec::new();
        if self.is_missing(Column::EventId) {
            let id = nth_after(arrival.id, number).to_string();
            added.push((Column::EventId, id.into()));
        }
        let has_user = self.values(Column::UserId).any(is_id);
        let logged_in = if self.is_missing(Column::UserLoginState) {
            let state = if has_user { LOGGED_IN } else { ANONYMOUS };
            added.push((Column::UserLoginState, state.into()));
            has_user
        } else {
            let mut states = self
                .values(Column::UserLoginState)
                .filter(|json| is_usable(json));
            states
                .next()
                .and_then(text)
                .is_some_and(|state| state.trim() == LOGGED_IN)
        };
        if !logged_in && self.is_missing(Column::IdentitySource) {
            added.push((Column::IdentitySource, ANONYMOUS.into()));
        }
        added
    }

    /// What becomes of the event's time.
    fn time(&self, arrival: &Arrival) -> Time {
        let sent = || {
            self.fields
                .iter()
                .enumerate()
                .filter(|(_, (field, entry))| {
                    *field == Some(Field::Column(Column::EventTimestamp)) && !is_blank(entry.value)
                })
                .map(|(index, (_, entry))| (index, entry.value))
        };
        let first_good = sent().find_map(|(index, json)| Some((index, instant::from_json(json)?)));
        let received_at = arrival.received_at;
        let Some((of, told)) = first_good else {
            return match sent().next() {
                Some((of, _)) => Time::Replaced {
                    at: received_at,
                    of,
                },
                None => Time::Added(received_at),
            };
        };
        let likely = (received_at - OLDEST)..=(received_at + NEWEST);
        let at = told
            .checked_add_signed(arrival.shift)
            .filter(|at| likely.contains(at))
            .unwrap_or(received_at);
        if at == told {
            Time::AsSent
        } else {
            Time::Replaced { at, of }
        }
    }

    fn values(&self, column: Column) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(known, _)| *known == Some(Field::Column(column)))
            .map(|(_, entry)| entry.value)
    }

    fn is_missing(&self, column: Column) -> bool {
        self.values(column).all(is_blank)
    }

    /// About how long the event is when written, without its `_ingest` block.
    pub(crate) fn len(&self) -> usize {
        // What may be added, at most: an id, a time, two states.
        const ADDED: usize = 200;
        let sent = self
            .fields
            .iter()
            .map(|(_, entry)| entry.key.len() + entry.value.len() + 2);
        ADDED + sent.sum::<usize>()
    }
}

const LOGGED_IN: &str = "logged_in";
const ANONYMOUS: &str = "anonymous";

/// What is stored as an event's time.
enum Time {
    /// What was sent: it is right.
    AsSent,
    /// The time of receipt, where none was sent.
    Added(DateTime<Utc>),
    /// Another than was sent, in place of the field at the index `of`.
    Replaced { at: DateTime<Utc>, of: usize },
}

/// Whether a value says nothing: null, or a string without a visible character.
fn is_blank(json: &str) -> bool {
    json == "null"
        || text(json).is_some_and(|text| text.chars().all(|c| c.is_whitespace() || c.is_control()))
}

/// Whether a value can be read as text, as the loader does: a string that is
/// not blank, a number, or a boolean.
fn is_usable(json: &str) -> bool {
    !is_blank(json) && !json.starts_with(['{', '['])
}

/// Whether a value is an id: not every text that stands in an id's place is one.
fn is_id(json: &str) -> bool {
    let id = text(json).unwrap_or(Cow::Borrowed(json));
    // Control characters do not count, as the loader drops them.
    let id = if id.contains(char::is_control) {
        id.replace(char::is_control, "").into()
    } else {
        id
    };
    is_usable(json) && is_known_id(id.trim())
}

/// Writes the fields of one object.
struct Writer<'o> {
    out: &'o mut String,
    first: bool,
}

impl<'o> Writer<'o> {
    fn open(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    /// Starts a field; `key` is JSON, quotes included.
    fn key(&mut self, key: &str) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        self.out.push_str(key);
        self.out.push(':');
        self
    }

    fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }

    /// A string that needs no escapes: an id, a time, a state.
    fn quoted(&mut self, plain: &str) {
        self.out.push('"');
        self.out.push_str(plain);
        self.out.push('"');
    }

    /// The `_ingest` block, if there is anything to say: the receipt's fields, and the time that
    /// was sent when another one is stored.
    fn ingest(&mut self, receipt: &str, client_timestamp: Option<&str>) {
        if receipt.is_empty() && client_timestamp.is_none() {
            return;
        }
        self.key(r#""_ingest""#).out.push('{');
        self.out.push_str(receipt);
        if let Some(json) = client_timestamp {
            if !receipt.is_empty() {
                self.out.push(',');
            }
            self.out.push_str(r#""clientTimestamp":"#);
            self.out.push_str(json);
        }
        self.out.push('}');
    }

    fn close(self) {
        self.out.push('}');
    }
}
