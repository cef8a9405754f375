//! Where a session came from, by its first page.

use crate::sent::Page;

/// The hosts of the traffic whose names are known.
const NAMED_HOSTS: [(&str, &str); 4] = [
    ("google.com", "google"),
    ("google.com.vn", "google"),
    ("l.facebook.com", "facebook"),
    ("shopee.vn", "shopee"),
];

/// What it says of itself, else what its click id tells, else who referred to it.
pub(crate) fn source(page: &Page) -> String {
    let clicked = page.click_id.map(|id| match id {
        "gclid" | "gbraid" | "wbraid" => "google",
        "fbclid" => "facebook",
        "msclkid" => "bing",
        "ttclid" => "tiktok",
        "zaloclid" => "zalo",
        other => panic!("{other} is no click id of the traffic"),
    });
    let referrer = page.referrer_host.map(|host| {
        let named = NAMED_HOSTS.iter().find(|(known, _)| *known == host);
        named.map_or(host, |(_, name)| name)
    });
    page.utm_source
        .or(clicked)
        .or(referrer)
        .unwrap_or("direct")
        .to_owned()
}
