//! Which sites' pages may read the answers.

use url::Url;

use crate::response::ALLOWED_METHODS;

/// How long a browser may remember a preflight, in seconds; Chromium caps it here.
const MAX_AGE: &str = "7200";

/// The origins whose pages may send events with credentials and read the answer.
///
/// Being absent does not stop an event: browsers send beacons without asking,
/// and other clients do not care. It only keeps the answer from a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    allowed: Vec<String>,
    unusable: Vec<String>,
}

impl Origins {
    /// Reads a comma-separated list (`https://shop.example,https://www.shop.example`), each as
    /// browsers spell it: `https://Giày.example:443/` is `https://xn--giy-bla.example`.
    ///
    /// Whatever can be no site's origin is left out, `*` and `null` above all:
    /// with credentials they would open the answers to every page.
    #[must_use]
    pub fn from_list(list: &str) -> Self {
        let mut origins = Self::default();
        let items = list
            .split(',')
            .map(|item| item.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c)));
        for item in items.filter(|item| !item.is_empty()) {
            match of_site(item) {
                Some(origin) if origins.allowed.contains(&origin) => {}
                Some(origin) => origins.allowed.push(origin),
                None => origins.unusable.push(item.to_owned()),
            }
        }
        origins
    }

    /// What to tell the operator about items of the list that no page's origin can equal, if there
    /// are any.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        if self.unusable.is_empty() {
            return None;
        }
        Some(format!(
            "ALLOWED_ORIGINS: no page has the origin {}; write each site as https://shop.example, \
             with a port where it has one of its own, and without a path or a wildcard",
            self.unusable
                .iter()
                .map(|item| format!("{item:?}"))
                .collect::<Vec<_>>()
                .join(" or ")
        ))
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

    /// The further headers of an answer to a preflight. `asked` is what the page wants to send:
    /// error trackers and tracing libraries add headers to every request of a page, and all of
    /// them are harmless here.
    pub(crate) fn preflight_headers(
        &self,
        origin: Option<&str>,
        asked: Option<&str>,
    ) -> Vec<(&'static str, String)> {
        if self.allowed(origin).is_none() {
            return Vec::new();
        }
        let asked = asked.map(header_names).filter(|names| !names.is_empty());
        vec![
            ("access-control-allow-methods", ALLOWED_METHODS.to_owned()),
            (
                "access-control-allow-headers",
                asked.unwrap_or_else(|| "content-type".to_owned()),
            ),
            ("access-control-max-age", MAX_AGE.to_owned()),
        ]
    }

    fn allowed(&self, origin: Option<&str>) -> Option<&str> {
        let origin = origin?;
        self.allowed
            .iter()
            .map(String::as_str)
            .find(|allowed| *allowed == origin)
    }
}

/// The names in a list that can be names of headers; nothing else of it may be echoed.
fn header_names(asked: &str) -> String {
    let is_name = |name: &&str| {
        let is_of_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        !name.is_empty() && *name != "*" && name.bytes().all(is_of_name)
    };
    let names: Vec<&str> = asked.split(',').map(str::trim).filter(is_name).collect();
    names.join(", ")
}

/// The origin of a site, as its pages' browsers send it; `None` for what is not a site and no more
/// than that.
fn of_site(item: &str) -> Option<String> {
    // The parser would drop control characters, and a host may have a star.
    if item.contains(|c: char| c == '*' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(item).ok()?;
    let is_site = matches!(url.scheme(), "http" | "https")
        && url.path().bytes().all(|byte| byte == b'/')
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_site.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("https://a.example", &["https://a.example"])]
    #[case::two(" https://a.example , http://localhost:3000/", &["https://a.example", "http://localhost:3000"])]
    #[case::twice("https://a.example,https://A.example/", &["https://a.example"])]
    #[case::upper_case("HTTPS://A.Example", &["https://a.example"])]
    #[case::default_port("https://a.example:443", &["https://a.example"])]
    #[case::default_port_of_http("http://a.example:80/", &["http://a.example"])]
    #[case::port_of_the_other("http://a.example:443", &["http://a.example:443"])]
    #[case::port_with_zeros("https://a.example:0443", &["https://a.example"])]
    #[case::unicode("https://giày.example", &["https://xn--giy-bla.example"])]
    #[case::unicode_upper_case("https://GIÀY.example:443/", &["https://xn--giy-bla.example"])]
    #[case::unicode_decomposed("https://gia\u{300}y.example", &["https://xn--giy-bla.example"])]
    #[case::punycode("https://xn--giy-bla.example", &["https://xn--giy-bla.example"])]
    #[case::full_stop("https://a。example", &["https://a.example"])]
    #[case::ipv4("http://127.0.0.1:8080", &["http://127.0.0.1:8080"])]
    #[case::ipv6("http://[0:0::1]:3000", &["http://[::1]:3000"])]
    #[case::slashes("https://a.example//", &["https://a.example"])]
    #[case::quotes(r#""https://a.example",'https://b.example'"#, &["https://a.example", "https://b.example"])]
    #[case::line_break_between("https://a.example,\r\nhttps://b.example\n", &["https://a.example", "https://b.example"])]
    #[case::empty_items(",https://a.example, ,", &["https://a.example"])]
    #[case::empty("", &[])]
    fn a_list_is_read_as_browsers_spell_it(#[case] list: &str, #[case] origins: &[&str]) {
        let read = Origins::from_list(list);
        assert_eq!(read.allowed, origins);
        assert_eq!(read.warning(), None);
    }

    #[rstest]
    #[case::star("*", "*")]
    #[case::star_among_others("*,https://a.example", "*")]
    #[case::wildcard_host("https://*.example,https://a.example", "https://*.example")]
    #[case::wildcard_port("https://a.example:*", "https://a.example:*")]
    #[case::null("null", "null")]
    #[case::path("https://a.example/shop", "https://a.example/shop")]
    #[case::query("https://a.example?x", "https://a.example?x")]
    #[case::fragment("https://a.example#x", "https://a.example#x")]
    #[case::user("https://me@a.example", "https://me@a.example")]
    #[case::header_injection("https://a.example\r\nx: y", r"https://a.example\r\nx: y")]
    #[case::spaces_for_commas(
        "https://a.example https://b.example",
        "https://a.example https://b.example"
    )]
    #[case::scheme_only("https://", "https://")]
    #[case::no_scheme("a.example", "a.example")]
    #[case::no_scheme_but_a_port("localhost:3000", "localhost:3000")]
    #[case::no_scheme_but_slashes("//a.example", "//a.example")]
    #[case::another_scheme("capacitor://localhost", "capacitor://localhost")]
    #[case::port_too_high("https://a.example:65536", "https://a.example:65536")]
    #[case::not_a_host("https://a b", "https://a b")]
    fn what_can_be_no_origin_is_named(#[case] list: &str, #[case] named: &str) {
        let read = Origins::from_list(list);
        assert!(
            read.allowed
                .iter()
                .all(|origin| origin == "https://a.example")
        );
        let warning = read.warning().unwrap_or_default();
        let start = format!("ALLOWED_ORIGINS: no page has the origin \"{named}\"; write");
        assert!(warning.starts_with(&start), "{warning}");
    }

    #[rstest]
    #[case::none(None, "content-type")]
    #[case::blank(Some(" "), "content-type")]
    #[case::the_usual(Some("content-type"), "content-type")]
    #[case::error_tracker(
        Some("baggage,content-type,sentry-trace"),
        "baggage, content-type, sentry-trace"
    )]
    #[case::tracing(Some("traceparent, tracestate, b3"), "traceparent, tracestate, b3")]
    #[case::datadog(
        Some(
            "x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id"
        ),
        "x-datadog-origin, x-datadog-parent-id, x-datadog-sampling-priority, x-datadog-trace-id"
    )]
    #[case::new_relic(
        Some("newrelic,traceparent,tracestate"),
        "newrelic, traceparent, tracestate"
    )]
    #[case::packed(
        Some("Content-Encoding,Content-Type"),
        "Content-Encoding, Content-Type"
    )]
    #[case::authorization(
        Some("authorization,x-requested-with"),
        "authorization, x-requested-with"
    )]
    #[case::injection(Some("x\r\nset-cookie: a=b,content-type"), "content-type")]
    #[case::star(Some("*,content-type"), "content-type")]
    #[case::not_ascii(Some("é,content-type,"), "content-type")]
    fn every_asked_header_is_allowed(#[case] asked: Option<&str>, #[case] allowed: &str) {
        let origins = Origins::from_list("https://a.example");
        let headers = origins.preflight_headers(Some("https://a.example"), asked);
        assert!(
            headers.contains(&("access-control-allow-headers", allowed.to_owned())),
            "{headers:?}"
        );
        assert_eq!(
            origins.preflight_headers(Some("https://b.example"), asked),
            []
        );
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
        assert_eq!(!origins.preflight_headers(origin, None).is_empty(), allowed);
    }
}
