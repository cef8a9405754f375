//! Small random traffic in which everything that can coincide does.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sbw_queries::answers::funnel::{Segment, Steps};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::session_list::{AtStep, Outcome};
use sbw_queries::answers::timeseries::Bucket;
use sbw_queries::{Filter, Question, TimeRange, Zone};
use uuid::Uuid;

use crate::common::at;

/// One try.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) events: Vec<RawEvent>,
    pub(crate) question: Question,
    pub(crate) zone: FixedZone,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) steps: Steps,
    pub(crate) segment: Option<Segment>,
    pub(crate) at_step: Option<AtStep>,
    pub(crate) session: &'static str,
    pub(crate) limit: u32,
}

/// A zone whose clock never changes, so that plain arithmetic knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedZone(&'static str, i64);

impl FixedZone {
    pub(crate) fn name(self) -> Zone {
        self.0.parse().unwrap()
    }

    pub(crate) fn offset(self) -> TimeDelta {
        TimeDelta::minutes(self.1)
    }
}

const ZONES: [FixedZone; 4] = [
    FixedZone("UTC", 0),
    FixedZone("Asia/Ho_Chi_Minh", 420),
    FixedZone("Asia/Kolkata", 330),
    FixedZone("Etc/GMT+9", -540),
];

/// Seconds into the traffic's own days; borders of ranges are among them. Four of
/// these days are a span of the rollups.
const MOMENTS: [i64; 18] = [
    0, 1, 11, 59, 60, 61, 300, 361, 1_861, 3_600, 5_400, 43_200, 86_399, 86_400, 172_800, 172_801,
    259_200, 345_600,
];

const NAMES: [&str; 7] = [
    "product_view",
    "add_to_cart_click",
    "checkout_start",
    "checkout_complete",
    "x",
    "",
    "UNKNOWN",
];

/// Their order by bytes is neither that of a dictionary nor that of use.
const SESSIONS: [&str; 8] = ["", "s-1", "s-1", "s-2", "S-2", "s-3", "s,4", "Sé"];

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let question = (moment(), moment(), filter()).prop_map(|(one, other, filter)| {
        let range = TimeRange::new(one.min(other), one.max(other)).unwrap();
        Question { range, filter }
    });
    let steps =
        vec(select(NAMES[..5].to_vec()), 2..=10).prop_map(|names| Steps::new(names).unwrap());
    let at_step = (1..=5, select(vec![Outcome::Reached, Outcome::Dropped]))
        .prop_map(|(step, outcome)| AtStep { step, outcome });
    (
        // Few moments in some cases, so that sessions begin and end in ties.
        vec(moment(), 1..12).prop_flat_map(|moments| vec(event(moments), 0..40)),
        question,
        select(ZONES.to_vec()),
        option::of(select(vec![Bucket::Hour, Bucket::Day, Bucket::Week])),
        prop_oneof![Just(Steps::default()), steps],
        option::of(select(Segment::ALL.to_vec())),
        option::of(at_step),
        select(SESSIONS.to_vec()),
        1..12_u32,
    )
        .prop_map(
            |(mut events, question, zone, bucket, steps, segment, at_step, session, limit)| {
                events.sort_by_key(|event| event.event_id);
                events.dedup_by_key(|event| event.event_id);
                Case {
                    events,
                    question,
                    zone,
                    bucket,
                    steps,
                    segment,
                    at_step,
                    session,
                    limit,
                }
            },
        )
}

/// Mostly whole seconds, at times a microsecond beside.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (select(MOMENTS.to_vec()), select(vec![0, 0, 0, 1, -1])).prop_map(|(second, micro)| {
        at("2025-11-28") + TimeDelta::seconds(second) + TimeDelta::microseconds(micro)
    })
}

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    option::weighted(0.8, select(values.to_vec()).prop_map(str::to_owned))
}

fn filter() -> impl Strategy<Value = Filter> {
    let rarely = |values: &'static [&'static str]| {
        option::weighted(0.2, select(values.to_vec()).prop_map(str::to_owned))
    };
    (
        rarely(&["logged_in", "anonymous", "unknown", "UNKNOWN", "guest"]),
        rarely(&["keyboard", "UNKNOWN", "mouse"]),
        rarely(&["AULA", "UNKNOWN"]),
        rarely(&["p-1", "p-2", ""]),
        rarely(&["product_view", "checkout_complete", "none"]),
    )
        .prop_map(|(login, category, brand, product, event)| Filter {
            login,
            category,
            brand,
            product,
            event,
        })
}

fn event(moments: Vec<DateTime<Utc>>) -> impl Strategy<Value = RawEvent> {
    let price = || {
        option::of(prop_oneof![
            4 => select(vec![0_i64, 1, 2, 333, 1_990_000]),
            1 => select(vec![-7, i64::MAX]),
        ])
    };
    let who = (
        text(&SESSIONS),
        text(&["", "c-1", "c-2", "c-3"]),
        text(&["", "u-1", "u-2"]),
        text(&["", "logged_in", "anonymous", "unknown", "UNKNOWN"]),
    );
    let product = (
        // An id may read like another product's name.
        text(&["", "p-1", "p-2", "named"]),
        text(&["", "named", "Named", "UNKNOWN"]),
        text(&["", "keyboard", "UNKNOWN", "Keyboard"]),
        text(&["", "AULA", "Đen"]),
        price(),
        price(),
    );
    (
        0..60_u128,
        select(moments),
        select(NAMES.to_vec()),
        who,
        product,
        option::of(any::<bool>()),
    )
        .prop_map(
            |(
                id,
                event_timestamp,
                name,
                (session_id, client_id, user_id, user_login_state),
                product,
                first,
            )| RawEvent {
                // Ids spread so that their order by bytes is not that of insertion.
                event_id: Uuid::from_u128(
                    id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
                ),
                event_timestamp,
                event_name: name.to_owned(),
                user_id,
                user_login_state,
                identity_source: None,
                client_id,
                session_id,
                is_first_visit: first,
                context_product_id: product.0,
                context_product_name: product.1,
                context_product_category: product.2,
                context_product_brand: product.3,
                context_product_price: product.4,
                context_product_discount_price: product.5,
                context_product_url_path: None,
            },
        )
}
