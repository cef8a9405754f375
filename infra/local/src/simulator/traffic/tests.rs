#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::simulator::event::{Line, Sender, Subject, total};

fn traffic(seed: u64, visits_per_day: f64) -> Traffic {
    let catalogue = Arc::new(Catalogue::of_the_shop().unwrap());
    Traffic::new(
        catalogue,
        Plan {
            seed,
            from: start(),
            visits_per_day,
        },
    )
}

fn start() -> DateTime<Utc> {
    "2025-12-01T00:00:00Z".parse().unwrap()
}

fn days(seed: u64, visits_per_day: f64, days: i64) -> Vec<Sent> {
    let mut traffic = traffic(seed, visits_per_day);
    let end = start() + TimeDelta::days(days);
    std::iter::from_fn(|| traffic.next_before(end)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_seed_is_the_same_traffic(seed: u64) {
        let (once, again) = (days(seed, 60.0, 1), days(seed, 60.0, 1));
        prop_assert_eq!(&once, &again);
        prop_assert_ne!(once, days(seed.wrapping_add(1), 60.0, 1));
    }

    #[test]
    fn everything_is_in_order(seed: u64) {
        let sent = days(seed, 200.0, 1);
        prop_assert!(sent.is_sorted_by_key(|sent| sent.at));
        let mut visits: HashMap<_, Vec<&Event>> = HashMap::new();
        for Sent { at, event } in &sent {
            prop_assert!(*at > event.at);
            visits.entry(&event.session_id).or_default().push(event);
        }
        let mut browsers: HashMap<_, Vec<_>> = HashMap::new();
        for events in visits.values_mut() {
            events.sort_by_key(|event| event.at);
            let first = events[0];
            prop_assert!(events.iter().all(|it| it.client_id == first.client_id));
            let says_first = |it: &&Event| it.first_visit == first.first_visit;
            match first.sender {
                Sender::Sdk => prop_assert!(events.iter().all(says_first)),
                // The first may be sent twice.
                Sender::Site { .. } => {
                    prop_assert!(events.iter().all(|it| it.id == first.id || !it.first_visit));
                }
            }
            prop_assert_eq!(first.name, "page_view");
            let span = (first.at, events[events.len() - 1].at, first.first_visit);
            browsers.entry(&first.client_id).or_default().push(span);
        }
        for spans in browsers.values_mut() {
            // Nobody is there twice at once, and only the first time is the first.
            spans.sort();
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            prop_assert!(spans[1..].iter().all(|(_, _, first_visit)| !first_visit));
        }
    }

    #[test]
    fn every_event_is_one_line_of_json(seed: u64) {
        for Sent { event, .. } in days(seed, 40.0, 1) {
            let value = event.json();
            prop_assert!(!value.to_string().contains('\n'));
            prop_assert_eq!(&value["eventId"], &serde_json::json!(event.id));
            if event.flaw.is_none() {
                prop_assert_eq!(&value["eventName"], event.name);
                prop_assert!(sbw_ingest::field::is_event_name(event.name));
            }
        }
    }
}

#[test]
fn what_happens_after_a_pause_has_not_happened_before() {
    let catalogue = Arc::new(Catalogue::of_the_shop().unwrap());
    let plan = Plan {
        seed: 9,
        from: start(),
        visits_per_day: 300.0,
    };
    let mut traffic = Traffic::new(Arc::clone(&catalogue), plan);
    let (day, two_days) = (start() + TimeDelta::days(1), start() + TimeDelta::days(2));
    let mut before: HashSet<_> = std::iter::from_fn(|| traffic.next_before(day))
        .map(|sent| sent.event.id)
        .collect();
    traffic.go_live(day, 4.0);
    before.extend(std::iter::from_fn(|| traffic.next_before(two_days)).map(|it| it.event.id));

    let mut resumed = Traffic::resumed(catalogue, plan, two_days);
    let end = two_days + TimeDelta::days(1);
    let after: Vec<_> = std::iter::from_fn(|| resumed.next_before(end)).collect();
    assert!(after.len() > 1_000, "{}", after.len());
    assert!(after.iter().all(|sent| sent.at >= two_days));
    let repeated = after.iter().filter(|it| before.contains(&it.event.id));
    assert_eq!(repeated.count(), 0);
}

#[test]
fn a_live_shop_begins_at_once_even_at_night() {
    let mut traffic = traffic(5, 100.0);
    // Three in the morning in the shop's own time.
    let night = start() + TimeDelta::hours(20);
    while traffic.next_before(night).is_some() {}
    traffic.go_live(night, 100.0);
    let soon = night + TimeDelta::minutes(10);
    let sent = std::iter::from_fn(|| traffic.next_before(soon)).count();
    assert!(sent > 50, "{sent}");
}

#[test]
fn fewer_go_on_at_every_step() {
    let sent = days(7, 2_000.0, 7);
    let visits_with = |name: &str| {
        let with = sent.iter().filter(|sent| sent.event.name == name);
        with.map(|sent| &sent.event.session_id)
            .collect::<HashSet<_>>()
            .len()
    };
    let steps = [
        "page_view",
        "product_view",
        "add_to_cart_click",
        "checkout_start",
        "checkout_complete",
    ];
    let counts = steps.map(visits_with);
    assert!(counts.is_sorted_by(|a, b| a > b), "{counts:?}");
    // One in four to one in twelve of those who looked buy nothing to talk of.
    let (viewed, bought) = (counts[1], counts[4]);
    assert!(
        (20..=200).contains(&(bought * 1_000 / viewed)),
        "{counts:?}"
    );
}

#[test]
fn it_is_a_shop_like_any_other() {
    let sent = days(3, 2_000.0, 7);
    let share = |wanted: &dyn Fn(&Event) -> bool| {
        sent.iter().filter(|sent| wanted(&sent.event)).count() * 1_000 / sent.len()
    };
    for login in ["anonymous", "guest", "logged_in"] {
        assert!(share(&|event| event.login == login) > 5, "{login}");
    }
    assert!((300..700).contains(&share(&|event| event.first_visit)));
    assert!((1..10).contains(&share(&|event| event.flaw.is_some())));
    let ids: HashSet<_> = sent.iter().map(|sent| sent.event.id).collect();
    let twice = (sent.len() - ids.len()) * 1_000 / sent.len();
    assert!((5..30).contains(&twice), "{twice}");
    let names: BTreeMap<_, usize> = sent.iter().fold(BTreeMap::new(), |mut names, sent| {
        *names.entry(sent.event.name).or_default() += 1;
        names
    });
    for name in [
        "home_view",
        "category_view",
        "product_view",
        "add_to_cart_click",
        "remove_from_cart_click",
        "wishlist_toggle",
        "share_click",
        "login_open",
        "login_success",
        "logout",
        "checkout_start",
        "checkout_complete",
        "page_view",
        "click",
        "search",
    ] {
        assert!(names.contains_key(name), "nobody does {name}");
    }
}

#[test]
fn a_plan_makes_about_as_many_events_as_it_says() {
    let catalogue = Arc::new(Catalogue::of_the_shop().unwrap());
    let plan = Plan::for_events(&catalogue, 11, start(), 50_000, 7);
    let mut traffic = Traffic::new(catalogue, plan);
    let end = start() + TimeDelta::days(7);
    let count = std::iter::from_fn(|| traffic.next_before(end)).count();
    assert!((48_000..58_000).contains(&count), "{count}");
}

/// The first event of each name that the shape has, as JSON.
fn examples(sent: &[Sent], is_shape: impl Fn(Sender) -> bool) -> BTreeMap<&str, Value> {
    let of_shape = sent.iter().map(|sent| &sent.event);
    let of_shape = of_shape.filter(|event| is_shape(event.sender) && event.flaw.is_none());
    of_shape.fold(BTreeMap::new(), |mut examples, event| {
        examples.entry(event.name).or_insert_with(|| event.json());
        examples
    })
}

#[test]
fn a_third_of_the_visits_have_the_shape_of_the_site_of_today() {
    let sent = days(3, 2_000.0, 3);
    let is_site = |sender| matches!(sender, Sender::Site { .. });
    let visits: HashMap<_, _> = sent
        .iter()
        .map(|sent| (&sent.event.session_id, is_site(sent.event.sender)))
        .collect();
    let of_site = visits.values().filter(|is_site| **is_site).count();
    let share = of_site * 1_000 / visits.len();
    assert!((310..380).contains(&share), "{share}");

    let site = examples(&sent, is_site);
    assert!(!site.contains_key("search"));
    for (name, event) in &site {
        assert!(event.get("eventTimestamp").is_none(), "{name}");
        let has_product = event.get("product").is_some();
        assert!(!(name.starts_with("checkout") && has_product), "{name}");
        let tells_user = matches!(*name, "page_view" | "click");
        assert!(tells_user || event["userId"].is_null(), "{name}");
    }
    let category = &site["category_view"]["product"];
    assert_eq!(category["id"], category["category"]);
    assert!(site["checkout_start"]["element"]["dataset"]["itemCount"].is_string());
    assert!(site["checkout_complete"]["element"]["dataset"]["orderId"].is_string());

    let sdk = examples(&sent, |sender| sender == Sender::Sdk);
    assert!(
        sdk.values()
            .all(|event| event["eventTimestamp"].is_string())
    );
    let order = &sdk["checkout_complete"];
    assert_eq!(order["eventId"], order["order"]["id"]);
    assert!(order["order"]["items"][0]["quantity"].is_u64());
    assert!(sdk["checkout_start"]["cart"]["items"][0]["productId"].is_string());
    assert!(sdk["add_to_cart_click"]["quantity"].is_u64());
    assert!(sdk["remove_from_cart_click"]["quantity"].is_u64());
    assert!(sdk["search"]["search"]["results"].is_u64());
}

#[test]
fn orders_are_what_is_in_the_cart_and_come_again_when_their_page_is_reloaded() {
    let sent = days(3, 2_000.0, 14);
    let mut carts: HashMap<Arc<str>, BTreeMap<String, u32>> = HashMap::new();
    let mut orders: HashMap<Uuid, (Sender, Vec<Uuid>)> = HashMap::new();
    let (mut several, mut twice, mut odd) = (0, 0, 0);
    // An event that is sent twice is heard once.
    let mut heard = HashSet::new();
    for Sent { event, .. } in &sent {
        let cart = carts.entry(Arc::clone(&event.session_id)).or_default();
        let is_new = heard.insert(event.id);
        match &event.subject {
            Subject::Product(offer, quantity) if is_new => {
                let in_cart = cart.entry(offer.id.clone()).or_default();
                match event.name {
                    "add_to_cart_click" => *in_cart += quantity.unwrap_or(1),
                    "remove_from_cart_click" => *in_cart -= quantity.unwrap_or(*in_cart),
                    _ => {}
                }
            }
            Subject::Order(order) => {
                let (_, ids) = orders.entry(order.id).or_insert((event.sender, Vec::new()));
                if ids.is_empty() {
                    cart.retain(|_, quantity| *quantity > 0);
                    let ordered = |Line { offer, quantity }: &Line| (offer.id.clone(), *quantity);
                    assert_eq!(*cart, order.lines.iter().map(ordered).collect());
                    cart.clear();
                    assert!(total(&order.lines) > 0);
                    several += usize::from(order.lines.len() > 1);
                    twice += usize::from(order.lines.iter().any(|line| line.quantity > 1));
                    odd += usize::from(event.sender == Sender::Site { odd_prices: true });
                }
                ids.push(event.id);
            }
            _ => {}
        }
    }
    assert!(
        several > 20 && twice > 20 && odd > 2,
        "{several} {twice} {odd}"
    );
    let distinct = |ids: &Vec<Uuid>| ids.iter().collect::<HashSet<_>>().len();
    let (sdk, site): (Vec<_>, Vec<_>) = orders
        .into_values()
        .partition(|(sender, _)| *sender == Sender::Sdk);
    assert!(sdk.iter().all(|(_, ids)| distinct(ids) == 1));
    assert!(sdk.iter().any(|(_, ids)| ids.len() > 1));
    assert!(site.iter().any(|(_, ids)| distinct(ids) > 1));
}

#[test]
fn people_come_from_everywhere_with_every_kind_of_device() {
    let sent = days(3, 2_000.0, 3);
    let mut landings: BTreeMap<&str, &Event> = BTreeMap::new();
    for Sent { event, .. } in &sent {
        let first = landings.entry(&event.session_id).or_insert(event);
        assert_eq!(first.user_agent, event.user_agent);
    }
    for part in [
        "Windows",
        "Android",
        "iPhone",
        "iPad",
        "Firefox",
        "Googlebot",
    ] {
        assert!(
            landings.values().any(|it| it.user_agent.contains(part)),
            "{part}"
        );
    }
    for host in ["www.google.com", "l.facebook.com", "blog.example"] {
        let of_host = |it: &&Event| it.referrer.as_ref().is_some_and(|it| it.contains(host));
        assert!(landings.values().any(of_host), "{host}");
    }
    for parameter in ["utm_source=zalo", "gclid=", "fbclid="] {
        assert!(
            landings.values().any(|it| it.page.contains(parameter)),
            "{parameter}"
        );
    }
    assert!(landings.values().any(|it| it.referrer.is_none()));
    let buys = |event: &Event| event.name == "checkout_complete";
    let is_robot = |event: &Event| event.user_agent.contains("bot");
    assert!(
        !sent
            .iter()
            .any(|sent| buys(&sent.event) && is_robot(&sent.event))
    );
}

#[test]
fn a_large_catalogue_is_looked_at_all_over() {
    let catalogue = Arc::new(Catalogue::of_size(5_000).unwrap());
    let plan = Plan::for_events(&catalogue, 11, start(), 20_000, 1);
    let mut traffic = Traffic::new(catalogue, plan);
    let end = start() + TimeDelta::days(1);
    let seen: HashSet<String> = std::iter::from_fn(|| traffic.next_before(end))
        .filter_map(|sent| match sent.event.subject {
            Subject::Product(offer, _) => Some(offer.id.clone()),
            _ => None,
        })
        .collect();
    assert!(seen.len() > 1_000, "{}", seen.len());
}
