//! Visits one after the other, their events interleaved as they are sent.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::catalogue::Catalogue;
use super::crowd::Crowd;
use super::dice::{Dice, seconds};
use super::event::Event;
use super::journey;
use super::rhythm;
use super::shop::Shop;

/// How many events are sent once more: a beacon whose answer got lost.
const SENT_TWICE: f64 = 0.015;
/// Visits that tell how many events one has.
const SAMPLE: usize = 3_000;

/// Everything that decides what the traffic will be.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// The same seed, the same people.
    pub seed: u64,
    /// The first moment.
    pub from: DateTime<Utc>,
    /// Visits a day, averaged over a week.
    pub visits_per_day: f64,
}

impl Plan {
    /// A plan that makes about so many events in so many days, rather a few more.
    #[must_use]
    pub fn for_events(
        catalogue: &Arc<Catalogue>,
        seed: u64,
        from: DateTime<Utc>,
        events: u32,
        days: u32,
    ) -> Self {
        let mut sample = Traffic::new(
            Arc::clone(catalogue),
            Self {
                seed,
                from,
                visits_per_day: 1_000.0,
            },
        );
        let visits = f64::from(u32::try_from(SAMPLE).unwrap_or(u32::MAX));
        let sampled: usize = (0..SAMPLE).map(|_| sample.next_visit().len()).sum();
        let per_visit = f64::from(u32::try_from(sampled).unwrap_or(u32::MAX)) / visits;
        let visits_per_day = 1.03 * f64::from(events) / per_visit / f64::from(days.max(1));
        Self {
            seed,
            from,
            visits_per_day: visits_per_day.max(1.0),
        }
    }
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// When the browser sends it, a little after it happened.
    pub at: DateTime<Utc>,
    /// What it sends.
    pub event: Event,
}

/// How quiet a live shop may become.
const QUIETEST_LIVE: f64 = 0.6;

/// The crowd at work. Never ends.
#[derive(Debug)]
pub struct Traffic {
    dice: Dice,
    shop: Shop,
    crowd: Crowd,
    visits_per_day: f64,
    /// The share of an average moment that no moment falls below.
    quietest: f64,
    next_visit: DateTime<Utc>,
    on_the_way: BinaryHeap<Reverse<Waiting>>,
    count: u64,
}

impl Traffic {
    /// People begin to come at the plan's first moment.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed);
        let shop = Shop::new(catalogue, &mut dice, plan.seed);
        let mut traffic = Self {
            dice,
            shop,
            crowd: Crowd::default(),
            visits_per_day: plan.visits_per_day,
            quietest: 0.0,
            next_visit: plan.from,
            on_the_way: BinaryHeap::new(),
            count: 0,
        };
        traffic.wait_for_visit();
        traffic
    }

    /// The same people later on. What they did until then is known, and nobody
    /// need hear of it again; who was in the shop at that moment has left.
    ///
    /// Live there may have been more of them, who then had other fortunes: those
    /// of before are not told a second time, or new events would have old ids.
    #[must_use]
    pub fn resumed(catalogue: Arc<Catalogue>, plan: Plan, from: DateTime<Utc>) -> Self {
        let mut traffic = Self::new(catalogue, plan);
        while traffic.next_before(from).is_some() {}
        traffic.on_the_way.clear();
        traffic.dice = Dice::new(plan.seed ^ from.timestamp_millis().unsigned_abs());
        traffic
    }

    /// From this moment on so many times as many people come, and even at night no
    /// fewer than in a quiet hour of the day: somebody is watching.
    pub fn go_live(&mut self, from: DateTime<Utc>, times: f64) {
        self.visits_per_day *= times;
        self.quietest = QUIETEST_LIVE;
        // Whoever would have come next was drawn at the rate of before, which may be
        // hours away.
        self.next_visit = from;
        self.wait_for_visit();
    }

    /// The next event, if it is sent before this moment.
    pub fn next_before(&mut self, limit: DateTime<Utc>) -> Option<Sent> {
        if self.next_at() >= limit {
            return None;
        }
        self.on_the_way.pop().map(|Reverse(waiting)| waiting.sent)
    }

    /// When the next event is sent.
    pub fn next_at(&mut self) -> DateTime<Utc> {
        loop {
            match self.on_the_way.peek() {
                Some(Reverse(first)) if first.sent.at <= self.next_visit => return first.sent.at,
                _ => {
                    let events = self.next_visit();
                    self.send(events);
                }
            }
        }
    }

    /// One whole visit.
    fn next_visit(&mut self) -> Vec<Event> {
        let at = self.next_visit;
        let mut shopper = self
            .crowd
            .arrives(&mut self.dice, at, self.shop.category_weights());
        let events = journey::visit(&self.shop, &mut self.dice, &mut shopper, at);
        let end = events.last().map_or(at, |event| event.at);
        self.crowd.leaves(shopper, end);
        self.wait_for_visit();
        events
    }

    /// Visitors come by themselves, at a rate that follows the clock: candidates
    /// at the peak's rate, of which the quiet hours keep fewer.
    fn wait_for_visit(&mut self) {
        loop {
            self.next_visit += self.dice.until_next(self.visits_per_day * rhythm::peak());
            if self
                .dice
                .chance(rhythm::at(self.next_visit).max(self.quietest) / rhythm::peak())
            {
                return;
            }
        }
    }

    fn send(&mut self, events: Vec<Event>) {
        for event in events {
            let at = event.at + seconds(self.dice.between(0.05, 0.8));
            if self.dice.chance(SENT_TWICE) {
                let again = at + seconds(self.dice.between(2.0, 40.0));
                self.queue(again, event.clone());
            }
            self.queue(at, event);
        }
    }

    fn queue(&mut self, at: DateTime<Utc>, event: Event) {
        self.count += 1;
        let sent = Sent { at, event };
        self.on_the_way.push(Reverse(Waiting {
            number: self.count,
            sent,
        }));
    }
}

/// In the order of sending; what was queued first goes first.
#[derive(Debug)]
struct Waiting {
    number: u64,
    sent: Sent,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.sent.at, self.number).cmp(&(other.sent.at, other.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, HashMap, HashSet};

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

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
                prop_assert!(events.iter().all(|it| it.first_visit == first.first_visit));
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
                let json = event.json().unwrap();
                prop_assert!(!json.contains('\n'));
                let value: serde_json::Value = serde_json::from_str(&json).unwrap();
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
        assert!((400..900).contains(&share(&|event| event.first_visit)));
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
}
