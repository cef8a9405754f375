//! `CloudFront` in front of the API: who speaks for it, and whose request it passes on.

use std::fmt;

use crate::request::Request;

/// What `CloudFront` adds to each request, so that nobody goes around it and its firewall.
#[derive(Clone, PartialEq, Eq)]
pub struct EdgeKey(String);

impl EdgeKey {
    /// The value of `X-Edge-Key`.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// Whether the request came by it.
    pub(crate) fn is_on(&self, request: &Request) -> bool {
        let sent = request.edge_key.as_deref().unwrap_or_default().as_bytes();
        let key = self.0.as_bytes();
        // Every byte is looked at, so that the time taken tells nothing of the key.
        let difference = sent.iter().zip(key).fold(0, |all, (a, b)| all | (a ^ b));
        sent.len() == key.len() && difference == 0
    }
}

impl fmt::Debug for EdgeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EdgeKey")
    }
}

/// The address in `CloudFront-Viewer-Address`, which ends with a port: `198.51.100.7:46532`,
/// `2001:db8::7:46532`.
pub(crate) fn viewer_ip(address: &str) -> Option<&str> {
    address.rsplit_once(':').map(|(ip, _port)| ip)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_key(Some("k-1"), true)]
    #[case::another(Some("k-2"), false)]
    #[case::longer(Some("k-11"), false)]
    #[case::shorter(Some("k-"), false)]
    #[case::empty(Some(""), false)]
    #[case::none(None, false)]
    fn only_the_key_opens(#[case] sent: Option<&str>, #[case] opens: bool) {
        let request = Request {
            edge_key: sent.map(str::to_owned),
            ..Request::default()
        };
        assert_eq!(EdgeKey::new("k-1").is_on(&request), opens);
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", EdgeKey::new("k-1")), "EdgeKey");
    }

    #[rstest]
    #[case("198.51.100.7:46532", Some("198.51.100.7"))]
    #[case("2001:db8::7:46532", Some("2001:db8::7"))]
    #[case("198.51.100.7", None)]
    fn a_viewers_address_has_a_port(#[case] address: &str, #[case] ip: Option<&str>) {
        assert_eq!(viewer_ip(address), ip);
    }
}
