//! The path of a request: check, read, enrich, store, answer.

use bytes::Bytes;
use chrono::{DateTime, SubsecRound, Utc};

use crate::{
    body::Batch,
    clock::Clock,
    cors::Origins,
    edge::EdgeKey,
    encoding::unpacked,
    event::{Arrival, Event, clock_shift},
    key::object_key,
    receipt::Receipt,
    refusal::Refusal,
    request::{Method, Request},
    response::{Facts, Rejected, Response},
    store::RawStore,
};

/// Receives events. It holds no state but what it is given, so that any number
/// of requests may be handled at once.
#[derive(Debug, Clone)]
pub struct Ingest<S, C> {
    store: S,
    clock: C,
    policy: Policy,
}

/// What an operator decides.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whose pages may read the answers.
    pub origins: Origins,
    /// Whether addresses are kept whole; else their /24 or /48.
    pub keep_full_ip: bool,
    /// With `CloudFront` in front, what it is known by: nobody else is answered then.
    pub edge_key: Option<EdgeKey>,
}

impl<S: RawStore, C: Clock> Ingest<S, C> {
    /// Events go to `store`; times and ids come from `clock`.
    pub fn new(store: S, clock: C, policy: Policy) -> Self {
        Self {
            store,
            clock,
            policy,
        }
    }

    /// Answers a request. By the time a 200 is returned, its events are stored.
    pub async fn handle(&self, request: Request) -> Response {
        let origin = request.origin.as_deref();
        let mut response = match self.asked(&request) {
            Ok(Asked::Preflight) => {
                let mut response = Response::preflight();
                let asked = request.asked_headers.as_deref();
                response
                    .headers
                    .extend(self.policy.origins.preflight_headers(origin, asked));
                response
            }
            Ok(Asked::Store) => self.receive(&request).await,
            Err(refusal) => Response::refused(&refusal),
        };
        // Also on errors, or a page could not tell them from a broken network.
        response.headers.extend(self.policy.origins.headers(origin));
        response.facts.bytes = request.body.len();
        response
    }

    /// What a request asks for, by its head alone.
    fn asked(&self, request: &Request) -> Result<Asked, Refusal> {
        if !request.is_for_events() {
            return Err(Refusal::UnknownPath);
        }
        let edge_key = self.policy.edge_key.as_ref();
        if edge_key.is_some_and(|key| !key.is_on(request)) {
            return Err(Refusal::AroundTheEdge);
        }
        match request.method {
            Method::Options => Ok(Asked::Preflight),
            Method::Other => Err(Refusal::Method),
            Method::Post if !request.is_json() => Err(Refusal::ContentType),
            Method::Post => Ok(Asked::Store),
        }
    }

    async fn receive(&self, request: &Request) -> Response {
        let body = match unpacked(request) {
            Ok(body) => body,
            Err(refusal) => return Response::refused(&refusal),
        };
        let sorted = match Sorted::read(&body) {
            Ok(sorted) => sorted,
            Err(refusal) => {
                let facts = Facts {
                    rejected: refusal.rejected(),
                    ..Facts::default()
                };
                return Response {
                    facts,
                    ..Response::refused(&refusal)
                };
            }
        };
        // One moment for everything of a request: its key, its ids, its receipt.
        let received_at = self.clock.now().trunc_subsecs(3);
        let arrival = Arrival {
            received_at,
            id: self.clock.mint(received_at),
            shift: clock_shift(received_at, sorted.sent_at),
            receipt: Receipt::new(request, received_at, &self.policy),
        };
        let key = object_key(received_at, arrival.id);
        let object = Bytes::from(raw_object(&sorted.good, &arrival));
        match self.store.put(&key, object).await {
            Ok(()) => {
                let (accepted, rejected) = (sorted.good.len(), sorted.rejected);
                let facts = Facts {
                    accepted,
                    rejected: rejected.len(),
                    key: Some(key),
                    ..Facts::default()
                };
                Response {
                    facts,
                    ..Response::stored(accepted, &rejected)
                }
            }
            Err(failure) => {
                let facts = Facts {
                    failure: Some(failure),
                    ..Facts::default()
                };
                Response {
                    facts,
                    ..Response::refused(&Refusal::NotStored)
                }
            }
        }
    }
}

/// What a request asks for.
enum Asked {
    Preflight,
    Store,
}

/// A body's events, the good from the bad; at least one is good.
struct Sorted<'a> {
    good: Vec<Event<'a>>,
    rejected: Vec<Rejected>,
    sent_at: Option<DateTime<Utc>>,
}

impl<'a> Sorted<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        let (texts, sent_at) = match Batch::read(body)? {
            Batch::One(text) => {
                return Ok(Self {
                    good: vec![Event::read(text).map_err(Refusal::BadEvent)?],
                    rejected: Vec::new(),
                    sent_at: None,
                });
            }
            Batch::Many { events, sent_at } => (events, sent_at),
        };
        let mut good = Vec::with_capacity(texts.len());
        let mut rejected = Vec::new();
        for (index, text) in texts.into_iter().enumerate() {
            match Event::read(text) {
                Ok(event) => good.push(event),
                Err(message) => rejected.push(Rejected { index, message }),
            }
        }
        if let (true, Some(first)) = (good.is_empty(), rejected.first()) {
            let (count, first) = (rejected.len(), first.message);
            return Err(Refusal::AllBad { count, first });
        }
        Ok(Self {
            good,
            rejected,
            sent_at,
        })
    }
}

/// One event is one object; several are an array, a line each.
fn raw_object(events: &[Event<'_>], arrival: &Arrival) -> String {
    let sizes = events.iter().map(|event| event.len() + 2);
    let mut json = String::with_capacity(2 + arrival.receipt.fields().len() + sizes.sum::<usize>());
    if let [event] = events {
        event.write(arrival, 1, &mut json);
        return json;
    }
    let mut opening = "[";
    for (number, event) in (1..).zip(events) {
        json.push_str(opening);
        event.write(arrival, number, &mut json);
        opening = ",\n";
    }
    json.push(']');
    json
}
