//! The senders: batches of events over HTTP, each sent until it is accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

const SENDERS: u32 = 8;
/// Events of a request.
const BATCH: u32 = 10;
/// How long an answer may take before the batch is sent again.
const PATIENCE: Duration = Duration::from_secs(15);
const BEFORE_ANOTHER_TRY: Duration = Duration::from_millis(200);
/// What people do, in the order of a visit.
const STEPS: [&str; 4] = [
    "product_view",
    "add_to_cart_click",
    "checkout_start",
    "checkout_complete",
];

/// What was sent, and how it went.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Events that the API took, each once however often it was sent.
    pub(crate) accepted: AtomicU64,
    /// Requests that had to be sent again.
    pub(crate) again: AtomicU64,
    stop: AtomicBool,
}

impl Sent {
    /// No batch is begun any more.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Sends so many events a second until told to stop; what was begun is finished.
pub(crate) fn send(api: &str, rate: u32, sent: &Arc<Sent>) -> JoinSet<()> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let every = Duration::from_secs(1) * SENDERS * BATCH / rate;
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (client, api, sent) = (client.clone(), api.to_owned(), Arc::clone(sent));
        senders.spawn(async move {
            let mut ticks = tokio::time::interval(every);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !sent.stop.load(Ordering::Relaxed) {
                ticks.tick().await;
                let body = Bytes::from(visit());
                while !accepts(&client, &api, body.clone()).await {
                    sent.again.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(BEFORE_ANOTHER_TRY).await;
                }
                sent.accepted.fetch_add(BATCH.into(), Ordering::Relaxed);
            }
        });
    }
    senders
}

/// One visit of one person.
fn visit() -> String {
    let (client, session) = (Uuid::new_v4(), Uuid::new_v4());
    let events: Vec<_> = (0..BATCH)
        .zip(STEPS.into_iter().cycle())
        .map(|(number, step)| {
            json!({
                "eventName": step,
                "eventId": Uuid::now_v7(),
                "clientId": client,
                "sessionId": session,
                "product": {"id": format!("p-{number}"), "name": "Bàn phím", "price": 1_790_000},
            })
        })
        .collect();
    json!({ "events": events }).to_string()
}

async fn accepts(client: &Client<HttpConnector, Full<Bytes>>, api: &str, body: Bytes) -> bool {
    let request = Request::post(api)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body));
    let Ok(request) = request else { return false };
    let answer = async {
        let answer = client.request(request).await.ok()?;
        let status = answer.status();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
        Some(status == StatusCode::OK && body["accepted"] == BATCH)
    };
    matches!(tokio::time::timeout(PATIENCE, answer).await, Ok(Some(true)))
}
