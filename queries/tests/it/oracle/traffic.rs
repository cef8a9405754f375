//! Small random traffic in which everything that can coincide does.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sbw_queries::answers::funnel::{Segment, Steps};
use sbw_queries::answers::session_list::{AtStep, Outcome};
use sbw_queries::answers::timeseries::Bucket;
use sbw_queries::{Filter, Question, TimeRange, Zone};
use uuid::Uuid;

use super::changes::Change;
use crate::common::{at, event as bare};
use crate::sent::{Agent, Context, Item, OrderFields, Page, Sent};

/// One try.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) sent: Vec<Sent>,
    /// What is done to them by hand, and to which.
    pub(crate) changes: Vec<(Index, Change)>,
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

/// Seconds into the traffic's own days; borders of ranges are among them. The first day is
/// a Friday; the first Monday starts at 259,200, and the one after it at 864,000.
const MOMENTS: [i64; 21] = [
    0, 1, 9, 10, 11, 59, 60, 61, 300, 361, 1_861, 3_600, 5_400, 43_200, 86_399, 86_400, 172_800,
    259_200, 345_600, 864_000, 954_000,
];

const NAMES: [&str; 21] = [
    "product_view",
    "product_view",
    "product_view",
    "add_to_cart_click",
    "add_to_cart_click",
    "add_to_cart_click",
    "add_to_cart_click",
    "remove_from_cart_click",
    "remove_from_cart_click",
    "checkout_start",
    "checkout_start",
    "checkout_complete",
    "checkout_complete",
    "checkout_complete",
    "checkout_complete",
    "category_view",
    "page_view",
    "page_view",
    "x",
    "",
    "UNKNOWN",
];

const STEPS: [&str; 9] = [
    "product_view",
    "add_to_cart_click",
    "checkout_start",
    "checkout_complete",
    "x",
    "product_view|category_view",
    "x|add_to_cart_click",
    "checkout_start|checkout_complete",
    "add_to_cart_click|page_view|product_view",
];

/// Their order by bytes is neither that of a dictionary nor that of use.
const SESSIONS: [&str; 9] = [
    "",
    "s-1",
    "s-1",
    "s-1",
    "s-2",
    "S-2",
    "s,4",
    "Sé",
    "undefined",
];

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let question = (moment(), moment(), filter()).prop_map(|(one, other, filter)| {
        let range = TimeRange::new(one.min(other), one.max(other)).unwrap();
        Question { range, filter }
    });
    let steps = vec(select(STEPS.to_vec()), 2..=10).prop_map(|names| Steps::new(names).unwrap());
    let at_step = (1..=5, select(vec![Outcome::Reached, Outcome::Dropped]))
        .prop_map(|(step, outcome)| AtStep { step, outcome });
    (
        // Few moments in some cases, so that sessions begin and end in ties.
        vec(moment(), 1..12).prop_flat_map(|moments| vec(sent(moments), 0..40)),
        vec((any::<Index>(), change()), 1..5),
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
            |(
                mut sent,
                changes,
                question,
                zone,
                bucket,
                steps,
                segment,
                at_step,
                session,
                limit,
            )| {
                sent.sort_by_key(|sent| sent.event.event_id);
                sent.dedup_by_key(|sent| sent.event.event_id);
                Case {
                    sent,
                    changes,
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

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(values.to_vec()).prop_map(str::to_owned)
}

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    option::weighted(0.8, one_of(values))
}

fn filter() -> impl Strategy<Value = Filter> {
    let rarely = |values: &'static [&'static str]| option::weighted(0.2, one_of(values));
    (
        rarely(&[
            "logged_in",
            "anonymous",
            "unknown",
            "UNKNOWN",
            "guest",
            "other",
            "member",
        ]),
        rarely(&["keyboard", "UNKNOWN", "mouse"]),
        rarely(&["AULA", "UNKNOWN"]),
        rarely(&["p-1", "p-2", "undefined"]),
        rarely(&["product_view", "checkout_complete", "page_view", "none"]),
    )
        .prop_map(|(login, category, brand, product, event)| Filter {
            login,
            category,
            brand,
            product,
            event,
        })
}

fn price() -> impl Strategy<Value = Option<i64>> {
    option::of(prop_oneof![
        8 => select(vec![0_i64, 1, 2, 333, 1_990_000, 1_790_000]),
        1 => select(vec![-7, i64::MAX]),
    ])
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Delete),
        moment().prop_map(Change::Time),
        text(&SESSIONS).prop_map(Change::Session),
        select(NAMES.to_vec()).prop_map(Change::Name),
        text(&["p-1", "p-2", "p-3"]).prop_map(Change::Product),
        price().prop_map(Change::Price),
    ]
}

/// Ids spread so that their order by bytes is not that of insertion.
fn id(number: u128) -> Uuid {
    Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn sent(moments: Vec<DateTime<Utc>>) -> impl Strategy<Value = Sent> {
    let who = (
        text(&SESSIONS),
        text(&["", "c-1", "c-2", "c-3", "null"]),
        text(&["", "u-1", "u-2", "000-0"]),
        text(&[
            "",
            "logged_in",
            "anonymous",
            "guest",
            "unknown",
            "UNKNOWN",
            "member",
        ]),
        option::of(any::<bool>()),
    );
    let product = (
        // An id may read like another product's name.
        text(&["", "p-1", "p-1", "p-2", "named", "undefined"]),
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
        context(),
        0..20_u8,
    )
        .prop_map(|(number, time, name, who, product, mut context, luck)| {
            // Others name an order too at times, which says nothing.
            if name != "checkout_complete" && luck > 0 {
                context.order = None;
            }
            if (name != "checkout_complete" && luck > 1) || luck > 9 {
                context.items.clear();
            }
            let mut event = bare(0, "2025-11-28", name);
            event.event_id = id(number);
            event.event_timestamp = time;
            (
                event.session_id,
                event.client_id,
                event.user_id,
                event.user_login_state,
                event.is_first_visit,
            ) = who;
            (
                event.context_product_id,
                event.context_product_name,
                event.context_product_category,
                event.context_product_brand,
                event.context_product_price,
                event.context_product_discount_price,
            ) = product;
            Sent { event, context }
        })
}

fn context() -> impl Strategy<Value = Context> {
    let order_id = prop_oneof![
        2 => Just(None),
        5 => text(&["o-1", "o-1", "o-2", "", "undefined", "0-0"]),
        // Another event's id, which is its order's id if it names none.
        1 => (0..60_u128).prop_map(|number| Some(id(number).to_string())),
    ];
    let total = option::of(prop_oneof![
        8 => select(vec![0_i64, 5_000, 1_000_000]),
        1 => Just(i64::MAX),
    ]);
    let order = (order_id, total).prop_map(|(order_id, total)| OrderFields { order_id, total });
    (
        option::of(page()),
        option::of(agent()),
        quantity(),
        option::weighted(0.8, order),
        vec(item(), 0..4),
    )
        .prop_map(|(page, agent, quantity, order, items)| Context {
            page,
            agent,
            quantity,
            order,
            items,
        })
}

fn quantity() -> impl Strategy<Value = Option<i32>> {
    option::weighted(0.4, select(vec![1, 2, 3, 10_000]))
}

fn page() -> impl Strategy<Value = Page> {
    let rarely = |values: &'static [&'static str]| option::weighted(0.3, select(values.to_vec()));
    (
        select(vec!["shop.example", ""]),
        select(vec!["/", "/cart", "/bàn-phím"]),
        rarely(&[
            "google.com",
            "google.com.vn",
            "l.facebook.com",
            "shopee.vn",
            "blog.example",
        ]),
        rarely(&["zalo", "newsletter"]),
        rarely(&["social", "email"]),
        rarely(&[
            "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "zaloclid",
        ]),
    )
        .prop_map(
            |(host, path, referrer_host, utm_source, utm_medium, click_id)| Page {
                host,
                path,
                referrer_host,
                utm_source,
                utm_medium,
                click_id,
            },
        )
}

fn agent() -> impl Strategy<Value = Agent> {
    (
        select(vec!["desktop", "mobile", "tablet", "bot", "unknown"]),
        option::of(select(vec!["Chrome", "Safari"])),
    )
        .prop_map(|(device, browser)| Agent { device, browser })
}

fn item() -> impl Strategy<Value = Item> {
    (
        text(&["", "p-1", "p-1", "p-2", "p-3", "undefined"]),
        text(&["", "named"]),
        text(&["", "keyboard", "mouse"]),
        text(&["", "AULA"]),
        price(),
        price(),
        quantity(),
    )
        .prop_map(
            |(id, name, category, brand, price, discount, quantity)| Item {
                product_id: id,
                product_name: name,
                category,
                brand,
                price,
                discount_price: discount,
                quantity,
            },
        )
}
