//! An event as a shop sends it: its columns, and the context that is stored beside them.

use std::fmt;

use sbw_queries::answers::raw::RawEvent;
use serde::Serialize;
use tokio_postgres::Client;

/// An event and its context.
#[derive(Clone, Serialize)]
pub(crate) struct Sent {
    #[serde(flatten)]
    pub(crate) event: RawEvent,
    #[serde(flatten)]
    pub(crate) context: Context,
}

/// What the raw file says besides the sixteen columns.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Context {
    #[serde(flatten)]
    pub(crate) page: Option<Page>,
    #[serde(flatten)]
    pub(crate) agent: Option<Agent>,
    pub(crate) quantity: Option<i32>,
    #[serde(flatten)]
    pub(crate) order: Option<OrderFields>,
    pub(crate) items: Vec<Item>,
}

/// A page, and where it was reached from.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Page {
    pub(crate) host: &'static str,
    pub(crate) path: &'static str,
    pub(crate) referrer_host: Option<&'static str>,
    pub(crate) utm_source: Option<&'static str>,
    pub(crate) utm_medium: Option<&'static str>,
    pub(crate) click_id: Option<&'static str>,
}

/// What showed the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Agent {
    pub(crate) device: &'static str,
    pub(crate) browser: Option<&'static str>,
}

/// What an event says of an order, beside its items.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct OrderFields {
    pub(crate) order_id: Option<String>,
    pub(crate) total: Option<i64>,
}

/// An item that an order names.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Item {
    pub(crate) product_id: Option<String>,
    pub(crate) product_name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) brand: Option<String>,
    pub(crate) price: Option<i64>,
    pub(crate) discount_price: Option<i64>,
    pub(crate) quantity: Option<i32>,
}

impl From<RawEvent> for Sent {
    /// Without any context.
    fn from(event: RawEvent) -> Self {
        Self {
            event,
            context: Context::default(),
        }
    }
}

/// One line, of what is there.
impl fmt::Debug for Sent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = serde_json::to_value(self).map_err(|_| fmt::Error)?;
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| !value.is_null() && *value != serde_json::json!([]));
        }
        write!(out, "{fields}")
    }
}

/// The context of `$1`, as the loader writes it: dictionaries first.
const CONTEXT: [&str; 6] = [
    "insert into context.pages (host, path)
     select distinct host, path
       from jsonb_to_recordset($1) as s (host text, path text)
      where path is not null
         on conflict do nothing",
    "insert into context.origins (referrer_host, utm_source, utm_medium, click_id)
     select distinct referrer_host, utm_source, utm_medium, click_id
       from jsonb_to_recordset($1) as s (path text, referrer_host text, utm_source text, utm_medium text, click_id text)
      where path is not null
         on conflict do nothing",
    "insert into context.agents (device, browser)
     select distinct device, browser
       from jsonb_to_recordset($1) as s (device text, browser text)
      where device is not null
         on conflict do nothing",
    "insert into context.events
     select s.event_id, p.page_no, o.origin_no, a.agent_no, s.quantity
       from jsonb_to_recordset($1) as s (event_id uuid, quantity integer, host text, path text, referrer_host text,
                utm_source text, utm_medium text, click_id text, device text, browser text)
       left join context.pages p on p.host = s.host and p.path = s.path
       left join context.origins o
         on s.path is not null
        and (o.referrer_host, o.utm_source, o.utm_medium, o.click_id)
            is not distinct from (s.referrer_host, s.utm_source, s.utm_medium, s.click_id)
       left join context.agents a on a.device = s.device and a.browser is not distinct from s.browser
      where coalesce(p.page_no, o.origin_no, a.agent_no, s.quantity) is not null",
    "insert into context.orders (event_id, order_id, total)
     select event_id, order_id, total
       from jsonb_to_recordset($1) as s (event_id uuid, order_id text, total bigint)
      where coalesce(order_id, total::text) is not null",
    "insert into context.items
     select s.event_id, i.item_no, i.product_id, i.product_name, i.category, i.brand, i.price, i.discount_price, i.quantity
       from jsonb_to_recordset($1) as s (event_id uuid, items jsonb)
      cross join lateral rows from (jsonb_to_recordset(s.items) as (product_id text, product_name text, category text,
                brand text, price bigint, discount_price bigint, quantity integer))
                with ordinality as i (product_id, product_name, category, brand, price, discount_price, quantity, item_no)",
];

const EVENTS: &str = "insert into public.clickstream_events \
                      select * from jsonb_populate_recordset(null::public.clickstream_events, $1)";

/// Loads them in one transaction, context before events.
pub(crate) async fn load<S: Clone + Into<Sent>>(client: &Client, events: &[S]) {
    let sent: Vec<Sent> = events.iter().cloned().map(Into::into).collect();
    let sent = sent.as_slice();
    client.batch_execute("begin").await.unwrap();
    load_context(client, sent).await;
    load_events(client, sent).await;
    client.batch_execute("commit").await.unwrap();
}

/// What the events say besides their columns.
pub(crate) async fn load_context(client: &Client, sent: &[Sent]) {
    let rows = serde_json::to_value(sent).unwrap();
    for sql in CONTEXT {
        client.execute(sql, &[&rows]).await.unwrap();
    }
}

/// The events alone.
pub(crate) async fn load_events(client: &Client, sent: &[Sent]) {
    let rows = serde_json::to_value(sent).unwrap();
    client.execute(EVENTS, &[&rows]).await.unwrap();
}

/// The order `o-1` for as many VND as its event has number.
pub(crate) fn order_of(id: u128, session: &str, time: &str) -> Sent {
    let mut sent = Sent::from(crate::common::step(id, session, time, "checkout_complete"));
    sent.context.order = Some(OrderFields {
        order_id: Some("o-1".to_owned()),
        total: Some(i64::try_from(id).unwrap()),
    });
    sent
}
