//! The page that an event happened on.

use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::url::Url;

/// Longest path, in characters.
const MAX_PATH_CHARS: usize = 512;

/// A page: host and path of its URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Page {
    /// In lower case; empty when the URL was a path alone.
    pub host: String,
    /// Percent-decoded, without a slash at its end; the root is `/`.
    pub path: String,
}

impl Page {
    /// The page of a URL; none for what is no page of the web.
    pub(super) fn of(url: &Url<'_>) -> Option<Self> {
        matches!(url.scheme.as_str(), "" | "http" | "https").then(|| Self {
            host: url.host.clone(),
            path: path(url.path),
        })
    }
}

fn path(encoded: &str) -> String {
    let decoded = percent_decode_str(encoded).decode_utf8_lossy();
    let cut: String = decoded
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_PATH_CHARS)
        .collect();
    match cut.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain(
        "https://Shop.Example/category/keyboard?page=2",
        "shop.example /category/keyboard"
    )]
    #[case::slash("https://shop.example/cart/", "shop.example /cart")]
    #[case::root("https://shop.example", "shop.example /")]
    #[case::root_slashes("https://shop.example//", "shop.example /")]
    #[case::decoded("https://shop.example/b%C3%A0n%20ph%C3%ADm", "shop.example /bàn phím")]
    #[case::bad_utf8("https://shop.example/%ff", "shop.example /\u{fffd}")]
    #[case::nul("https://shop.example/a%00b%0a", "shop.example /ab")]
    #[case::odd_percent("https://shop.example/100%", "shop.example /100%")]
    #[case::path_alone("/cart#top", " /cart")]
    fn a_page_is_host_and_path(#[case] url: &str, #[case] expected: &str) {
        let page = Url::read(url).and_then(|url| Page::of(&url));
        let page = page.map(|page| format!("{} {}", page.host, page.path));
        assert_eq!(page.as_deref(), Some(expected));
    }

    #[test]
    fn what_is_not_of_the_web_is_no_page() {
        let url = Url::read("chrome-extension://abc/popup.html");
        assert_eq!(url.and_then(|url| Page::of(&url)), None);
    }

    proptest! {
        #[test]
        fn a_path_is_storable(encoded in "(%[0-9a-f]{2}|[/a-zộ]){0,700}") {
            let path = path(&encoded);
            prop_assert!(!path.chars().any(char::is_control));
            prop_assert!((1..=MAX_PATH_CHARS).contains(&path.chars().count()));
            prop_assert!(path == "/" || !path.ends_with('/'));
        }
    }
}
