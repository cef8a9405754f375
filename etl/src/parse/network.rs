//! Which network an object's events came from.

use std::net::IpAddr;

use sbw_ingest::network::network_of;
use serde::Deserialize;

#[derive(Deserialize)]
struct First<'a> {
    #[serde(borrow, rename = "_ingest")]
    ingest: Option<Receipt<'a>>,
}

#[derive(Deserialize)]
struct Receipt<'a> {
    #[serde(borrow, rename = "sourceIp")]
    source_ip: Option<&'a str>,
}

/// The /24 or /48 that the ingest noted in the object's first event; none where it noted nothing,
/// in files that did not come through it.
pub(crate) fn source_network(text: &str) -> Option<IpAddr> {
    let first = text.trim_start_matches(|c: char| c == '[' || c.is_ascii_whitespace());
    let mut values = serde_json::Deserializer::from_str(first).into_iter::<First<'_>>();
    let address = values.next()?.ok()?.ingest?.source_ip?;
    Some(network_of(address.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one(
        r#"{"eventName":"a","_ingest":{"sourceIp":"203.0.113.0"}}"#,
        Some("203.0.113.0")
    )]
    #[case::whole_address(r#"{"_ingest":{"sourceIp":"203.0.113.77"}}"#, Some("203.0.113.0"))]
    #[case::v6(r#"{"_ingest":{"sourceIp":"2001:db8:1:2::3"}}"#, Some("2001:db8:1::"))]
    #[case::mapped(
        r#"{"_ingest":{"sourceIp":"::ffff:203.0.113.7"}}"#,
        Some("203.0.113.0")
    )]
    #[case::first_of_several(
        r#"[ {"_ingest":{"sourceIp":"203.0.113.0"}},{"_ingest":{"sourceIp":"198.51.100.0"}}]"#,
        Some("203.0.113.0")
    )]
    #[case::lines(
        "{\"_ingest\":{\"sourceIp\":\"203.0.113.0\"}}\n{}",
        Some("203.0.113.0")
    )]
    #[case::the_senders_own(
        r#"{"sourceIp":"10.0.0.1","x":{"_ingest":{"sourceIp":"10.0.0.1"}}}"#,
        None
    )]
    #[case::another_type(r#"{"_ingest":[]}"#, None)]
    #[case::no_address(r#"{"_ingest":{"sourceIp":"unknown"}}"#, None)]
    #[case::no_json("hello", None)]
    fn a_network_is_what_the_ingest_noted(#[case] text: &str, #[case] expected: Option<&str>) {
        let expected = expected.map(|text| text.parse::<IpAddr>().ok());
        assert_eq!(source_network(text), expected.flatten());
    }
}
