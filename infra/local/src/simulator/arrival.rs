//! How people find the shop: search engines, social networks, other sites,
//! campaigns, or its address.

use super::dice::Dice;

/// What the browser knows of the way here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    /// The address of the page that led here.
    pub(super) referrer: Option<&'static str>,
    /// What the landing page's address has after its path: empty, or `?` and more.
    pub(super) query: String,
}

impl Arrival {
    pub(super) fn any(dice: &mut Dice) -> Self {
        let (referrer, query) = dice.pick(ARRIVALS);
        Self {
            referrer,
            // Every click has an id of its own.
            query: query.replace("{click}", &dice.token("x")),
        }
    }
}

const GOOGLE: Option<&str> = Some("https://www.google.com/");
const FACEBOOK: Option<&str> = Some("https://l.facebook.com/");

#[rustfmt::skip]
const ARRIVALS: &[(f64, (Option<&str>, &str))] = &[
    (0.34, (None, "")),
    (0.20, (GOOGLE, "")),
    (0.03, (Some("https://coccoc.com/search?query=ban+phim+co"), "")),
    (0.02, (Some("https://www.bing.com/"), "")),
    (0.06, (FACEBOOK, "")),
    (0.02, (Some("https://www.youtube.com/"), "")),
    (0.02, (Some("https://shopee.vn/"), "")),
    (0.05, (Some("https://blog.example/review/ban-phim-co-2025"), "")),
    (0.03, (Some("https://www.forum.example/t/laptop-cho-sinh-vien"), "")),
    (0.06, (None, "?utm_source=zalo&utm_medium=social&utm_campaign=11-11")),
    (0.03, (None, "?utm_source=newsletter&utm_medium=email&utm_campaign=Th%C3%A1ng%2012")),
    (0.04, (GOOGLE, "?utm_source=google&utm_medium=cpc&utm_campaign=laptop&gclid={click}")),
    (0.03, (GOOGLE, "?gclid={click}")),
    (0.04, (FACEBOOK, "?fbclid={click}")),
    (0.02, (Some("https://www.tiktok.com/"), "?ttclid={click}")),
    (0.01, (None, "?zaloclid={click}")),
];
