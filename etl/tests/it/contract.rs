//! The contract's examples: each request goes through the real ingest, loader and warehouse, and
//! becomes what the example says.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sbw_ingest::{Clock, Ingest, Policy, RawStore, Request, StoreError};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{Platform, key};

/// What the warehouse has of an event: its row, and the context of that. What is NULL is left out.
const BECOMES: &str = "
    select jsonb_strip_nulls(jsonb_build_object(
               'row', to_jsonb(e),
               'page', (select to_jsonb(p) - 'page_no' from context.pages p where p.page_no = c.page_no),
               'origin', (select nullif(jsonb_strip_nulls(to_jsonb(o) - 'origin_no'), '{}')
                            from context.origins o where o.origin_no = c.origin_no),
               'agent', (select to_jsonb(a) - 'agent_no' from context.agents a where a.agent_no = c.agent_no),
               'quantity', c.quantity,
               'order', (select to_jsonb(r) - 'event_id' from context.orders r where r.event_id = e.event_id),
               'items', (select jsonb_agg(to_jsonb(i) - 'event_id' order by i.item_no)
                           from context.items i where i.event_id = e.event_id),
               'search', (select to_jsonb(s) - 'event_id' from context.searches s where s.event_id = e.event_id)))
      from public.clickstream_events e left join context.events c using (event_id)
     where e.event_id = $1";

struct Example {
    path: PathBuf,
    json: Value,
}

fn examples() -> Vec<Example> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/examples");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        Example { path, json }
    };
    paths.into_iter().map(read).collect()
}

/// Stands at the time when an example's request is received.
struct StillClock(DateTime<Utc>);

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Keeps the one object of a request.
#[derive(Default)]
struct Shelf(Mutex<Option<Bytes>>);

impl RawStore for Shelf {
    async fn put(&self, _: &str, body: Bytes) -> Result<(), StoreError> {
        *self.0.lock().await = Some(body);
        Ok(())
    }
}

/// The raw object of an example's request.
async fn raw_object(request: &Value) -> Bytes {
    let at = request["receivedAt"].as_str().unwrap().parse().unwrap();
    let post = Request {
        user_agent: request["userAgent"].as_str().map(str::to_owned),
        ..Request::post(request["body"].to_string())
    };
    stored(post, at).await
}

/// The raw object of a request, as ingest stores it.
pub(crate) async fn stored(post: Request, at: DateTime<Utc>) -> Bytes {
    let shelf = Shelf::default();
    let answer = Ingest::new(&shelf, StillClock(at), Policy::default())
        .handle(post)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let object = shelf.0.lock().await.take();
    object.unwrap()
}

async fn becomes(client: &Client, event_id: &str) -> Value {
    let id: Uuid = event_id.parse().unwrap();
    client.query_one(BECOMES, &[&id]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_becomes_what_it_says() {
    let platform = Platform::start().await;
    let examples = examples();
    for (minute, example) in (0..).zip(&examples) {
        let object = raw_object(&example.json["request"]).await;
        platform.put(&key(1, minute), object).await;
    }
    let report = platform.load().await;
    let expected: usize = examples
        .iter()
        .map(|e| e.json["becomes"].as_array().unwrap().len())
        .sum();
    let admin = platform.admin().await;
    for Example { path, json } in &examples {
        let mut found = Vec::new();
        for event in json["becomes"].as_array().unwrap() {
            found.push(becomes(&admin, event["row"]["event_id"].as_str().unwrap()).await);
        }
        assert_eq!(json!(found), json["becomes"], "{}", path.display());
    }
    assert_eq!((report.inserted, report.rejected), (expected as u64, 0));
    platform.verify().await;
}
