//! The parts of a URL that context is made of.
//!
//! Forgiving: what a browser sends as `location.href` or `document.referrer` is taken apart, and
//! nothing is looked up or normalised beyond the case of the host.

/// Longest host: as DNS has it.
const MAX_HOST_BYTES: usize = 255;

/// A URL in parts, still percent-encoded. The host is empty for a path alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

impl<'a> Url<'a> {
    /// Takes `https://user@host:1/path?query#fragment`, or `/path?query`, apart.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (scheme, host, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                (scheme, host(&rest[..end])?, &rest[end..])
            }
            _ if text.starts_with('/') && !text.starts_with("//") => ("", String::new(), text),
            _ => return None,
        };
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            host,
            path,
            query,
        })
    }
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The host of an authority, in lower case.
fn host(authority: &str) -> Option<String> {
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let good = |c: char| c.is_alphanumeric() || "-._:[]".contains(c);
    let fits = (1..=MAX_HOST_BYTES).contains(&host.len());
    (fits && host.chars().all(good)).then_some(host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::whole(
        "https://u:p@Shop.Example:8080/a/b?c=d&e#f?g",
        "https shop.example /a/b c=d&e"
    )]
    #[case::bare("HTTP://shop.example", "http shop.example  ")]
    #[case::query_alone("https://shop.example?a=/", "https shop.example  a=/")]
    #[case::fragment_alone("https://shop.example#/a?b", "https shop.example  ")]
    #[case::path("/a?b#c", "  /a b")]
    #[case::ip("http://127.0.0.1:3000/", "http 127.0.0.1 / ")]
    #[case::ip6("http://[::1]:3000/", "http [::1] / ")]
    #[case::root_dot("https://shop.example./", "https shop.example / ")]
    #[case::unicode("https://CỬA-HÀNG.vn/", "https cửa-hàng.vn / ")]
    #[case::app("android-app://com.zing.zalo/", "android-app com.zing.zalo / ")]
    fn urls_are_taken_apart(#[case] text: &str, #[case] expected: &str) {
        let parts = Url::read(text)
            .map(|url| format!("{} {} {} {}", url.scheme, url.host, url.path, url.query));
        assert_eq!(parts.as_deref(), Some(expected));
    }

    #[rstest]
    #[case("")]
    #[case("shop.example/a")]
    #[case("//shop.example/a")]
    #[case("about:blank")]
    #[case("https:///a")]
    #[case("https://a b/")]
    #[case("javascript:alert('://')")]
    fn others_are_none(#[case] text: &str) {
        assert_eq!(Url::read(text), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), url in "https?://[a-z.:@\\[\\]0-9ộ]{0,12}[/?#%a-z=&]{0,20}") {
            let _ = Url::read(&text);
            let _ = Url::read(&url);
        }
    }
}
