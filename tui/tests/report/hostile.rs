//! Text from events is public input.

use serde_json::Value;

use super::{json, printed};
use crate::common::warehouse::Warehouse;

const HOSTILE: &str = "=cmd|' /C calc'!A0\u{1b}]52;c;aGk=\u{7}\u{202e}|`x`";

/// A warehouse in which all words of an event and its context are hostile.
async fn hostile() -> Warehouse {
    let shop = Warehouse::empty().await;
    let client = shop.client("clickstream_dw").await;
    let insert = "insert into public.clickstream_events
             (event_id, event_timestamp, event_name, user_login_state, client_id, session_id,
              context_product_id, context_product_name, context_product_category, context_product_brand)
         values ('0b5e55ed-0000-4000-8000-000000000000', '2025-12-01T10:00:00Z', $1, $1, $1, $1, $1, $1, $1, $1)";
    let context = "with page as (insert into context.pages (host, path) values ($1, $1) returning page_no),
              origin as (insert into context.origins (utm_source, utm_medium) values ($1, $1) returning origin_no),
              agent as (insert into context.agents (device, browser, os) values ($1, $1, $1) returning agent_no)
         insert into context.events (event_id, page_no, origin_no, agent_no)
         select '0b5e55ed-0000-4000-8000-000000000000', page_no, origin_no, agent_no from page, origin, agent";
    client.execute(context, &[&HOSTILE]).await.unwrap();
    client.execute(insert, &[&HOSTILE]).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_harmless_in_every_format() {
    let shop = hostile().await;
    for words in [
        &["events"][..],
        &["logins"],
        &["categories"],
        &["brands"],
        &["products"],
        &["session_list"],
        &["session", HOSTILE],
        &["raw"],
        &["all"],
    ] {
        for format in ["table", "json", "csv", "md"] {
            let text = printed(shop.port(), &[words, &["--format", format]].concat());
            assert!(
                !text
                    .chars()
                    .any(|c| c != '\n' && sbw_tui::text::is_harmful(c)),
                "{text:?}"
            );
            // Login states that strangers make up are one group, without their text.
            let shown = words != ["logins"];
            assert_eq!(text.contains("=cmd"), shown, "{words:?} {text}");
            // A cell that begins with it begins a line, or follows a comma or a quote.
            if format == "csv" {
                for before in ["\n=", ",=", "\"="] {
                    assert!(!text.contains(before), "{words:?} {text}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_keeps_the_text_itself() {
    let shop = hostile().await;
    for (words, field) in [
        (&["events"][..], "event_name"),
        (&["products"], "brand"),
        (&["session_list"], "client_id"),
        (&["session_list"], "entry_page"),
        (&["session", HOSTILE], "context_product_name"),
    ] {
        let document: Value = json(shop.port(), words);
        assert_eq!(document["rows"][0][field], HOSTILE, "{words:?}");
    }
}
