//! What people do to events by hand.

use chrono::{DateTime, Utc};
use proptest::sample::Index;
use tokio_postgres::Client;

use crate::sent::Sent;

#[derive(Debug, Clone)]
pub(crate) enum Change {
    Delete,
    Time(DateTime<Utc>),
    Session(Option<String>),
    Name(&'static str),
    Product(Option<String>),
    Price(Option<i64>),
}

/// Does them, one after the other, to the events and to the table alike.
pub(crate) async fn apply(client: &Client, sent: &mut Vec<Sent>, changes: &[(Index, Change)]) {
    for (which, change) in changes {
        if sent.is_empty() {
            return;
        }
        let place = which.index(sent.len());
        let event = &mut sent[place].event;
        let id = event.event_id;
        let update = |column| {
            format!("update public.clickstream_events set {column} = $2 where event_id = $1")
        };
        let done = match change {
            Change::Delete => {
                sent.remove(place);
                let sql = "delete from public.clickstream_events where event_id = $1";
                client.execute(sql, &[&id]).await
            }
            Change::Time(time) => {
                event.event_timestamp = *time;
                client
                    .execute(&update("event_timestamp"), &[&id, time])
                    .await
            }
            Change::Session(session) => {
                event.session_id.clone_from(session);
                client.execute(&update("session_id"), &[&id, session]).await
            }
            Change::Name(name) => {
                (*name).clone_into(&mut event.event_name);
                client.execute(&update("event_name"), &[&id, name]).await
            }
            Change::Product(product) => {
                event.context_product_id.clone_from(product);
                let sql = update("context_product_id");
                client.execute(&sql, &[&id, product]).await
            }
            Change::Price(price) => {
                event.context_product_price = *price;
                let sql = update("context_product_price");
                client.execute(&sql, &[&id, price]).await
            }
        };
        assert_eq!(done.unwrap(), 1, "{change:?}");
    }
}
