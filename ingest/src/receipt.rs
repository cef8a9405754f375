//! The `_ingest` block: what the platform saw of the request that brought an event.

use std::net::IpAddr;

use crate::network::network_of;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{instant, request::Request};

/// The most characters of a text that came from outside.
const MAX_CHARS: usize = 512;

/// The `_ingest` block of a request, the same for all its events.
pub(crate) struct Receipt {
    /// The block's JSON without its closing brace, so that an event can add to it.
    open: String,
}

impl Receipt {
    pub(crate) fn new(request: &Request, received_at: DateTime<Utc>, keep_full_ip: bool) -> Self {
        let block = Block {
            received_at: instant::to_text(received_at),
            source_ip: request
                .source_ip
                .as_deref()
                .and_then(|ip| source_ip(ip, keep_full_ip)),
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
        let mut open = serde_json::to_string(&block).expect("a flat struct of texts");
        open.pop();
        Self { open }
    }

    /// Writes the block of one event; `client_timestamp` is the text of the time
    /// that was sent, when another one is stored.
    pub(crate) fn write(&self, client_timestamp: Option<&str>, out: &mut String) {
        out.push_str(&self.open);
        if let Some(json) = client_timestamp {
            out.push_str(r#","clientTimestamp":"#);
            out.push_str(json);
        }
        out.push('}');
    }

    /// About how long a block is.
    pub(crate) fn len(&self) -> usize {
        self.open.len() + 1
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

fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(MAX_CHARS)
        .map_or(text, |(end, _)| &text[..end])
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

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut(&"ấ".repeat(600)), "ấ".repeat(MAX_CHARS));
        assert_eq!(cut("short"), "short");
    }
}
