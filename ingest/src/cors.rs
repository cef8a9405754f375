//! Which sites' pages may read the answers.

use crate::response::ALLOWED_METHODS;

/// How long a browser may remember a preflight, in seconds; Chromium caps it here.
const MAX_AGE: &str = "7200";

/// The origins whose pages may send events with credentials and read the answer.
///
/// Being absent does not stop an event: browsers send beacons without asking,
/// and other clients do not care. It only keeps the answer from a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Reads a comma-separated list (`https://shop.example,https://www.shop.example`).
    ///
    /// Whatever can be no site's origin is dropped, `*` and `null` above all:
    /// with credentials they would open the answers to every page.
    #[must_use]
    pub fn from_list(list: &str) -> Self {
        let origins = list
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/'))
            .filter(|origin| is_site(origin))
            // Browsers send an origin's scheme and host in lower case.
            .map(str::to_ascii_lowercase)
            .collect();
        Self(origins)
    }

    /// The headers that every answer to a page of this origin carries.
    pub(crate) fn headers(&self, origin: Option<&str>) -> Vec<(&'static str, String)> {
        // Also on answers without CORS headers, or a cache could serve them to an allowed page.
        let mut headers = vec![("vary", "Origin".to_owned())];
        if let Some(origin) = self.allowed(origin) {
            headers.push(("access-control-allow-origin", origin.to_owned()));
            headers.push(("access-control-allow-credentials", "true".to_owned()));
        }
        headers
    }

    /// The further headers of an answer to a preflight.
    pub(crate) fn preflight_headers(&self, origin: Option<&str>) -> Vec<(&'static str, String)> {
        if self.allowed(origin).is_none() {
            return Vec::new();
        }
        vec![
            ("access-control-allow-methods", ALLOWED_METHODS.to_owned()),
            ("access-control-allow-headers", "content-type".to_owned()),
            ("access-control-max-age", MAX_AGE.to_owned()),
        ]
    }

    fn allowed(&self, origin: Option<&str>) -> Option<&str> {
        let origin = origin?;
        self.0
            .iter()
            .map(String::as_str)
            .find(|allowed| *allowed == origin)
    }
}

fn is_site(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(scheme, host)| {
        (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
            && !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("https://a.example", &["https://a.example"])]
    #[case::two(" https://a.example , http://localhost:3000/", &["https://a.example", "http://localhost:3000"])]
    #[case::upper_case("HTTPS://A.Example", &["https://a.example"])]
    #[case::ipv6("http://[::1]:3000", &["http://[::1]:3000"])]
    #[case::star("*", &[])]
    #[case::star_among_others("*,https://a.example", &["https://a.example"])]
    #[case::wildcard_host("https://*.example", &[])]
    #[case::null("null", &[])]
    #[case::path("https://a.example/shop", &[])]
    #[case::header_injection("https://a.example\r\nx: y", &[])]
    #[case::scheme_only("https://", &[])]
    #[case::no_scheme("a.example", &[])]
    #[case::empty("", &[])]
    fn a_list_is_read(#[case] list: &str, #[case] origins: &[&str]) {
        assert_eq!(Origins::from_list(list).0, origins);
    }

    #[rstest]
    #[case::exact(Some("https://a.example"), true)]
    #[case::other_scheme(Some("http://a.example"), false)]
    #[case::other_port(Some("https://a.example:8443"), false)]
    #[case::subdomain(Some("https://x.a.example"), false)]
    #[case::suffix(Some("https://a.example.evil"), false)]
    #[case::trailing_slash(Some("https://a.example/"), false)]
    #[case::null(Some("null"), false)]
    #[case::star(Some("*"), false)]
    #[case::none(None, false)]
    fn only_the_exact_origin_is_allowed(#[case] origin: Option<&str>, #[case] allowed: bool) {
        let origins = Origins::from_list("https://a.example");
        let headers = origins.headers(origin);
        let echoed = headers
            .iter()
            .find(|(name, _)| *name == "access-control-allow-origin");
        assert_eq!(
            echoed.map(|(_, value)| value.as_str()),
            origin.filter(|_| allowed)
        );
        assert!(headers.contains(&("vary", "Origin".to_owned())));
        assert_eq!(!origins.preflight_headers(origin).is_empty(), allowed);
    }
}
