//! The `_ingest` block: what the platform saw of the request that brought an event.

use std::net::IpAddr;

use crate::network::network_of;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{edge::viewer_ip, handler::Policy, instant, request::Request};

/// The most bytes of a text that came from outside.
const MAX_BYTES: usize = 512;

/// The `_ingest` block of a request. It stands once in the raw object, in its first event, or
/// 500 events of a few bytes each would store hundreds of kilobytes of it.
pub(crate) struct Receipt {
    /// The block's fields as JSON, without braces, so that an event can add to them.
    fields: String,
}

impl Receipt {
    pub(crate) fn new(request: &Request, received_at: DateTime<Utc>, policy: &Policy) -> Self {
        let block = Block {
            received_at: instant::to_text(received_at),
            source_ip: sender(request, policy).and_then(|ip| source_ip(ip, policy.keep_full_ip)),
            user_agent: request.user_agent.as_deref().map(cut),
            // Only a POST is ever stored.
            method: "POST",
            path: cut(&request.path),
            request_id: request.request_id.as_deref().map(cut),
            api_id: request.api_id.as_deref().map(cut),
            stage: request.stage.as_deref().map(cut),
            trace_id: request.trace_id.as_deref().map(cut),
        };
        #[expect(clippy::expect_used, reason = "texts and nulls always serialize")]
        let json = serde_json::to_string(&block).expect("a flat struct of texts");
        Self {
            fields: json
                .trim_start_matches('{')
                .trim_end_matches('}')
                .to_owned(),
        }
    }

    /// The block's fields, for the first event of an object.
    pub(crate) fn fields(&self) -> &str {
        &self.fields
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    received_at: String,
    source_ip: Option<String>,
    user_agent: Option<&'a str>,
    method: &'a str,
    path: &'a str,
    request_id: Option<&'a str>,
    api_id: Option<&'a str>,
    stage: Option<&'a str>,
    trace_id: Option<&'a str>,
}

/// Who sent the request: the API's peer, or `CloudFront`'s where that stands in between. Whoever
/// comes here has its key then.
fn sender<'r>(request: &'r Request, policy: &Policy) -> Option<&'r str> {
    match policy.edge_key {
        Some(_) => request.viewer_address.as_deref().and_then(viewer_ip),
        None => request.source_ip.as_deref(),
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

/// The address as it may be kept: its network (/24 or /48) unless the whole is
/// wanted; `None` for what is no address.
fn source_ip(text: &str, keep_full: bool) -> Option<String> {
    // `::ffff:203.0.113.7` is an IPv4 address, and a /48 of it would be nothing.
    let address = text.trim().parse::<IpAddr>().ok()?.to_canonical();
    let kept = if keep_full {
        address
    } else {
        network_of(address)
    };
    Some(kept.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::v4("203.0.113.77", false, Some("203.0.113.0"))]
    #[case::v4_full("203.0.113.77", true, Some("203.0.113.77"))]
    #[case::v6("2001:db8:1:2:3:4:5:6", false, Some("2001:db8:1::"))]
    #[case::v6_full("2001:db8:1:2:3:4:5:6", true, Some("2001:db8:1:2:3:4:5:6"))]
    #[case::mapped("::ffff:203.0.113.77", false, Some("203.0.113.0"))]
    #[case::mapped_full("::ffff:203.0.113.77", true, Some("203.0.113.77"))]
    #[case::loopback("::1", false, Some("::"))]
    #[case::spaces(" 203.0.113.77 ", false, Some("203.0.113.0"))]
    #[case::with_port("203.0.113.77:443", false, None)]
    #[case::list("203.0.113.77, 198.51.100.1", true, None)]
    #[case::zone("fe80::1%eth0", true, None)]
    #[case::name("shop.example", true, None)]
    #[case::empty("", false, None)]
    fn addresses_are_cut_to_their_network(
        #[case] sent: &str,
        #[case] full: bool,
        #[case] kept: Option<&str>,
    ) {
        assert_eq!(source_ip(sent, full).as_deref(), kept);
    }

    #[rstest]
    #[case::short("short".to_owned(), 5)]
    #[case::at_the_limit("a".repeat(512), 512)]
    #[case::beyond("a".repeat(513), 512)]
    #[case::three_bytes_each("ấ".repeat(600), 510)]
    #[case::four_bytes_each("😀".repeat(600), 512)]
    #[case::a_character_across_the_limit(format!("{}é", "a".repeat(511)), 511)]
    fn long_texts_are_cut_between_characters(#[case] text: String, #[case] bytes: usize) {
        assert_eq!(cut(&text), &text[..bytes]);
    }
}
