//! Visits one after the other, their events interleaved as they are sent.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

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
    /// A plan that makes at least so many good events in so many days, and few more.
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
        let mut plan = Self {
            seed,
            from,
            visits_per_day: visits_per_day.max(1.0),
        };
        // A few visits may all be short, or come at night.
        while plan.good_events(catalogue, days) < events as usize {
            plan.visits_per_day *= 1.05;
        }
        plan
    }

    /// How many events of the first days are as a shop should send them.
    fn good_events(self, catalogue: &Arc<Catalogue>, days: u32) -> usize {
        let mut traffic = Traffic::new(Arc::clone(catalogue), self);
        let end = self.from + TimeDelta::days(i64::from(days));
        std::iter::from_fn(|| traffic.next_before(end))
            .filter(|sent| sent.event.flaw.is_none())
            .count()
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
        let shop = Shop::new(catalogue, &mut dice);
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

    /// A browser sends its events in order, each a little later than it happened.
    fn send(&mut self, events: Vec<Event>) {
        let mut last = DateTime::<Utc>::MIN_UTC;
        for event in events {
            let at = event.at + seconds(self.dice.between(0.05, 0.8));
            let at = at.max(last + TimeDelta::milliseconds(1));
            last = at;
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
mod tests;
