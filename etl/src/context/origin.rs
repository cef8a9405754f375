//! Where a visitor came from, as far as one event tells.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::url::Url;
use crate::rules;

/// Longest campaign value, in characters.
const MAX_CHARS: usize = 100;
/// Click ids, the first of which counts. Only its kind is kept: the id itself tells people apart.
const CLICK_IDS: [&str; 7] = [
    "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "zaloclid",
];

/// Where a page was reached from; nothing but `None` for most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Origin {
    /// The referrer's host without `www.`, when it is none of the shop's own.
    pub referrer_host: Option<String>,
    /// `utm_source` of the page's URL, in lower case; the others likewise.
    pub utm_source: Option<String>,
    /// `utm_medium`.
    pub utm_medium: Option<String>,
    /// `utm_campaign`.
    pub utm_campaign: Option<String>,
    /// Which kind of click id the URL has.
    pub click_id: Option<&'static str>,
}

impl Origin {
    /// From a page's URL and its referrer.
    pub(super) fn of(page: &Url<'_>, referrer: Option<&str>) -> Self {
        let mut origin = Self {
            referrer_host: referrer.and_then(|referrer| foreign_host(referrer, &page.host)),
            ..Self::default()
        };
        let mut click_ids = [false; CLICK_IDS.len()];
        for (name, value) in form_urlencoded::parse(page.query.as_bytes()) {
            let field = match name.as_ref() {
                "utm_source" => &mut origin.utm_source,
                "utm_medium" => &mut origin.utm_medium,
                "utm_campaign" => &mut origin.utm_campaign,
                name => {
                    if let Some(kind) = CLICK_IDS.iter().position(|&kind| kind == name) {
                        click_ids[kind] |= !value.is_empty();
                    }
                    continue;
                }
            };
            if field.is_none() {
                *field = campaign_value(&value);
            }
        }
        let first = click_ids.iter().position(|&found| found);
        origin.click_id = first.map(|kind| CLICK_IDS[kind]);
        origin
    }
}

fn campaign_value(value: &str) -> Option<String> {
    let value = rules::text(value)?.to_lowercase();
    Some(value.chars().take(MAX_CHARS).collect())
}

/// The referrer's host, unless it is of the same site as the page.
fn foreign_host(referrer: &str, page_host: &str) -> Option<String> {
    let url = Url::read(referrer)?;
    let of_web = matches!(
        url.scheme.as_str(),
        "http" | "https" | "android-app" | "ios-app"
    );
    if !of_web || site(&url.host) == site(page_host) {
        return None;
    }
    let host = url.host.strip_prefix("www.").unwrap_or(&url.host);
    Some(host.to_owned())
}

/// What belongs to one owner: the registrable domain; an address and a name without a dot by
/// themselves.
fn site(host: &str) -> &str {
    if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
        return host;
    }
    psl::domain_str(host).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::search("https://www.Google.com/", Some("google.com"))]
    #[case::messenger("https://l.facebook.com/l.php?u=x", Some("l.facebook.com"))]
    #[case::app("android-app://com.zing.zalo/", Some("com.zing.zalo"))]
    #[case::own("https://shop.com.vn/cart", None)]
    #[case::own_www("https://www.shop.com.vn/", None)]
    #[case::own_subdomain("https://pay.shop.com.vn/", None)]
    #[case::neighbour("https://other.com.vn/", Some("other.com.vn"))]
    #[case::extension("chrome-extension://abc/", None)]
    #[case::no_url("google", None)]
    #[case::empty("", None)]
    fn a_referrer_counts_when_it_is_foreign(#[case] referrer: &str, #[case] host: Option<&str>) {
        let page = Url::read("https://www.shop.com.vn/a").unwrap();
        let origin = Origin::of(&page, Some(referrer));
        assert_eq!(origin.referrer_host.as_deref(), host);
    }

    #[rstest]
    #[case("http://localhost:3000/", "http://localhost:5173/", None)]
    #[case("http://10.0.0.1/", "http://10.0.0.1:81/", None)]
    #[case("http://10.0.0.1/", "http://192.0.0.1/", Some("192.0.0.1"))]
    #[case("http://[::1]/", "http://[::1]:80/", None)]
    #[case("/a", "https://blog.example/", Some("blog.example"))]
    fn addresses_are_sites_by_themselves(
        #[case] page: &str,
        #[case] referrer: &str,
        #[case] host: Option<&str>,
    ) {
        let origin = Origin::of(&Url::read(page).unwrap(), Some(referrer));
        assert_eq!(origin.referrer_host.as_deref(), host);
    }

    #[rstest]
    #[case::none("", "- - - -")]
    #[case::all(
        "utm_source=Zalo&utm_medium=social&utm_campaign=11-11",
        "zalo social 11-11 -"
    )]
    #[case::decoded("utm_campaign=T%E1%BA%BET+2026", "- - tết 2026 -")]
    #[case::empty("utm_source=&utm_source=%20&utm_medium", "- - - -")]
    #[case::first_wins("utm_source=&utm_source=a&utm_source=b", "a - - -")]
    #[case::other_case("UTM_SOURCE=a", "- - - -")]
    #[case::click_id("x=1&gclid=abc", "- - - gclid")]
    #[case::first_kind("zaloclid=1&fbclid=2", "- - - fbclid")]
    #[case::empty_click_id("gclid=&fbclid=2", "- - - fbclid")]
    #[case::control("utm_source=a%00b", "ab - - -")]
    fn campaigns_are_read(#[case] query: &str, #[case] expected: &str) {
        let text = format!("https://shop.example/?{query}");
        let origin = Origin::of(&Url::read(&text).unwrap(), None);
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let read = format!(
            "{} {} {} {}",
            value(&origin.utm_source),
            value(&origin.utm_medium),
            value(&origin.utm_campaign),
            origin.click_id.unwrap_or("-")
        );
        assert_eq!(read, expected);
    }

    #[test]
    fn long_values_are_cut() {
        let text = format!("https://shop.example/?utm_source={}", "ộ".repeat(300));
        let origin = Origin::of(&Url::read(&text).unwrap(), None);
        assert_eq!(origin.utm_source, Some("ộ".repeat(100)));
    }
}
