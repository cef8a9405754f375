//! The shop from now on: browsers that post to the API as things happen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;

use crate::simulator::{Event, Sender, Sent, Traffic};

/// What happens within this time of a visit is sent together.
const TOGETHER: Duration = Duration::from_millis(400);
/// Requests on their way at once.
const AT_ONCE: usize = 16;
const TRIES: u32 = 3;
/// How long what is on its way may take once the shop closes.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Where the simulated clock and the real one agree, and how fast the former runs.
#[derive(Debug, Clone, Copy)]
pub struct TimeLapse {
    /// The moment at which both show the same time.
    pub from: DateTime<Utc>,
    /// Simulated seconds in a real one.
    pub speed: f64,
}

impl TimeLapse {
    /// The real time of a simulated moment.
    #[must_use]
    pub fn real(&self, simulated: DateTime<Utc>) -> DateTime<Utc> {
        self.from + scaled(simulated - self.from, 1.0 / self.speed)
    }

    /// The simulated time of a real moment.
    #[must_use]
    pub fn simulated(&self, real: DateTime<Utc>) -> DateTime<Utc> {
        self.from + scaled(real - self.from, self.speed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "milliseconds of a few years, and a cast back saturates"
)]
fn scaled(time: TimeDelta, factor: f64) -> TimeDelta {
    let milliseconds = time.num_milliseconds() as f64 * factor;
    TimeDelta::milliseconds(milliseconds.clamp(-3e12, 3e12) as i64)
}

/// Sends events to the API as they are due, until the shop closes. `sent` is
/// told the moment before which everything is sent.
pub async fn send(
    mut traffic: Traffic,
    api: SocketAddr,
    clock: TimeLapse,
    sent: &watch::Sender<DateTime<Utc>>,
    closing: &mut oneshot::Receiver<()>,
) {
    let browser = Browser {
        client: Client::builder(TokioExecutor::new()).build_http(),
        url: format!("http://{api}/clickstream"),
    };
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut requests = JoinSet::new();
    'open: loop {
        let due = clock.real(traffic.next_at());
        let wait = (due - Utc::now()).to_std().unwrap_or(Duration::ZERO);
        tokio::select! {
            () = tokio::time::sleep(wait + TOGETHER) => {}
            // A handle that is gone means the same.
            _ = &mut *closing => break,
        }
        let now = Utc::now();
        for (first, events) in visits(&mut traffic, clock, now) {
            // Of the visits to come none has anything from before.
            sent.send_replace(first);
            let permit = tokio::select! {
                permit = Arc::clone(&free).acquire_owned() => permit,
                // With too many on their way the shop waits, but not to close.
                _ = &mut *closing => break 'open,
            };
            let browser = browser.clone();
            requests.spawn(async move {
                browser.post(&events).await;
                drop(permit);
            });
        }
        sent.send_replace(now);
        while requests.try_join_next().is_some() {}
    }
    let all_done = async { while requests.join_next().await.is_some() {} };
    // Whoever is not answered by then has lost a page, as people do.
    let _ = tokio::time::timeout(LAST_REQUESTS, all_done).await;
}

/// What is sent before this moment: a visit at a time, with the moment of its
/// first event and in the order of these.
fn visits(
    traffic: &mut Traffic,
    clock: TimeLapse,
    now: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, Vec<Event>)> {
    let limit = clock.simulated(now);
    let mut visits: BTreeMap<Arc<str>, (DateTime<Utc>, Vec<Event>)> = BTreeMap::new();
    while let Some(Sent { at, mut event }) = traffic.next_before(limit) {
        event.at = clock.real(event.at);
        let (_, events) = visits
            .entry(Arc::clone(&event.session_id))
            .or_insert_with(|| (clock.real(at), Vec::new()));
        events.push(event);
    }
    let mut visits: Vec<_> = visits.into_values().collect();
    visits.sort_by_key(|(first, _)| *first);
    visits
}

#[derive(Debug, Clone)]
struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Browser {
    /// Sends the events of one visit, as `navigator.sendBeacon` would, and again
    /// if nobody answered.
    async fn post(&self, events: &[Event]) {
        let Some(first) = events.first() else { return };
        for body in bodies_of(events) {
            self.post_body(Bytes::from(body), first.user_agent).await;
        }
    }

    async fn post_body(&self, body: Bytes, user_agent: &'static str) {
        let mut pause = Duration::from_millis(200);
        for attempt in 1..=TRIES {
            match self.try_post(body.clone(), user_agent).await {
                // A refusal is final: the event is bad.
                Ok(status) if !status.is_server_error() => return,
                Ok(status) => tracing::warn!(%status, attempt, "the API failed"),
                Err(error) => tracing::warn!(%error, attempt, "the API was not reached"),
            }
            tokio::time::sleep(pause).await;
            pause *= 3;
        }
    }

    async fn try_post(
        &self,
        body: Bytes,
        user_agent: &'static str,
    ) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "text/plain;charset=UTF-8")
            .header(header::ORIGIN, "https://shop.example")
            .header(header::USER_AGENT, user_agent)
            .body(Full::new(body))?;
        let answer = self.client.request(request).await?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        answer.into_body().collect().await?;
        Ok(status)
    }
}

/// The requests that a visit's events make. The site of today sends each event as
/// it happens; the SDK sends several together, with the time of sending.
fn bodies_of(events: &[Event]) -> Vec<String> {
    let each = events.iter().map(|event| event.json().to_string());
    match events {
        [first, _, ..] if first.sender == Sender::Sdk => {
            let sent_at = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
            let events: Vec<String> = each.collect();
            let events = events.join(",");
            vec![format!(
                "{{\"events\":[{events}],\"sentAt\":\"{sent_at}\"}}"
            )]
        }
        _ => each.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::net::TcpListener;

    use super::*;
    use crate::simulator::{Catalogue, Plan};

    #[tokio::test]
    async fn a_shop_that_waits_for_answers_closes_and_knows_what_it_has_sent() {
        let catalogue = Arc::new(Catalogue::of_the_shop().unwrap());
        let from = Utc::now();
        let plan = Plan {
            seed: 1,
            from,
            visits_per_day: 1e6,
        };
        let clock = TimeLapse { from, speed: 60.0 };
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = silent.local_addr().unwrap();
        let (sent, until) = watch::channel(from);
        let (close, mut closing) = oneshot::channel();
        let shop = tokio::spawn(async move {
            let traffic = Traffic::new(catalogue, plan);
            send(traffic, api, clock, &sent, &mut closing).await;
        });
        let mut unanswered = Vec::new();
        while unanswered.len() < AT_ONCE {
            unanswered.push(silent.accept().await.unwrap());
        }
        close.send(()).unwrap();
        let closed = tokio::time::timeout(LAST_REQUESTS * 2, shop).await;
        assert!(closed.is_ok(), "it still waits");
        let until = *until.borrow();
        assert!(from < until && until < Utc::now(), "{from} {until}");
    }

    #[test]
    fn a_time_lapse_stretches_time_around_its_start() {
        let from: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
        let hour = from + TimeDelta::hours(1);
        let clock = TimeLapse { from, speed: 60.0 };
        assert_eq!(clock.real(hour), from + TimeDelta::minutes(1));
        assert_eq!(clock.simulated(from + TimeDelta::minutes(1)), hour);
        let real = TimeLapse { from, speed: 1.0 };
        assert_eq!((real.real(hour), real.simulated(hour)), (hour, hour));
    }
}
