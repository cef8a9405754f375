//! What a user agent tells: device, browser, system.
//!
//! A table of marks and no library: those that are small know no tablets and none of the browsers
//! that are used here (Cốc Cốc, Zalo's and Facebook's own), and take headless browsers for people.

use serde::Serialize;

/// Device, browser and system of a user agent, without versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Agent {
    /// `desktop`, `mobile`, `tablet`, `bot` or `unknown`.
    pub device: &'static str,
    /// The browser's name.
    pub browser: Option<&'static str>,
    /// The system's name.
    pub os: Option<&'static str>,
}

/// Programs that are no person's browser, in lower case. Cubot makes telephones.
const BOTS: [&str; 24] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "headless",
    "lighthouse",
    "phantomjs",
    "facebookexternalhit",
    "mediapartners-google",
    "google-inspectiontool",
    "bingpreview",
    "whatsapp/",
    "scrapy",
    "curl/",
    "wget/",
    "python",
    "java/",
    "go-http-client",
    "node-fetch",
    "axios/",
    "httpclient",
    "libwww",
    "pingdom",
    "monitor",
];

/// Marks of browsers, in lower case; the first that is there counts, because most also claim to be
/// Chrome or Safari.
const BROWSERS: [(&str, &str); 30] = [
    ("coc_coc", "Cốc Cốc"),
    ("zalo", "Zalo"),
    ("fban/", "Facebook"),
    ("fbav/", "Facebook"),
    ("fb_iab", "Facebook"),
    ("instagram", "Instagram"),
    ("musical_ly", "TikTok"),
    ("bytedancewebview", "TikTok"),
    ("tiktok", "TikTok"),
    (" line/", "LINE"),
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("edge/", "Edge"),
    ("opr/", "Opera"),
    ("opt/", "Opera"),
    ("opera", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("ucbrowser", "UC Browser"),
    ("miuibrowser", "Mi Browser"),
    ("yabrowser", "Yandex"),
    ("vivaldi", "Vivaldi"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("chromium/", "Chrome"),
    ("msie ", "Internet Explorer"),
    ("trident/", "Internet Explorer"),
    ("safari/", "Safari"),
];

/// Marks of systems, in lower case; the first that is there counts.
const SYSTEMS: [(&str, &str); 11] = [
    ("windows phone", "Windows Phone"),
    ("windows", "Windows"),
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("ipod", "iOS"),
    ("macintosh", "macOS"),
    ("cros ", "ChromeOS"),
    ("kaios", "KaiOS"),
    ("linux", "Linux"),
    ("x11", "Linux"),
];

impl Agent {
    /// Reads a user agent.
    pub(super) fn of(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let has = |mark: &str| text.contains(mark);
        let first = |marks: &[(&str, &'static str)]| {
            let found = marks.iter().find(|(mark, _)| has(mark));
            found.map(|&(_, name)| name)
        };
        let is_bot = BOTS.iter().any(|mark| has(mark)) && !has("cubot");
        if is_bot {
            return Self {
                device: "bot",
                browser: None,
                os: None,
            };
        }
        let os = first(&SYSTEMS);
        let is_tablet = has("ipad") || has("tablet") || has("android") && !has("mobile");
        let device = match os {
            _ if is_tablet => "tablet",
            Some("Windows" | "macOS" | "ChromeOS" | "Linux") => "desktop",
            Some(_) => "mobile",
            None if has("mobile") => "mobile",
            None => "unknown",
        };
        Self {
            device,
            browser: first(&BROWSERS),
            os,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36",
        "mobile Chrome Android"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
        "tablet Chrome Android"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36",
        "mobile Chrome Android"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
        "mobile Samsung Internet Android"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/462.0;]",
        "mobile Facebook Android"
    )]
    #[case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
        "mobile Safari iOS"
    )]
    #[case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0 Mobile/15E148 Safari/604.1",
        "mobile Chrome iOS"
    )]
    #[case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Zalo iOS/24031",
        "mobile Zalo iOS"
    )]
    #[case(
        "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
        "tablet Safari iOS"
    )]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/124.0.152 Chrome/118.0.5993.152 Safari/537.36",
        "desktop Cốc Cốc Windows"
    )]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.2478.51",
        "desktop Edge Windows"
    )]
    #[case(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        "desktop Safari macOS"
    )]
    #[case(
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        "desktop Firefox Linux"
    )]
    #[case(
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
        "desktop Chrome ChromeOS"
    )]
    #[case(
        "Mozilla/5.0 (Mobile; rv:48.0) Gecko/48.0 Firefox/48.0",
        "mobile Firefox -"
    )]
    #[case(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "bot - -"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 6.0.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
        "bot - -"
    )]
    #[case(
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "bot - -"
    )]
    #[case(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 Safari/537.36",
        "bot - -"
    )]
    #[case("python-requests/2.31.0", "bot - -")]
    #[case("Mozilla/5.0", "unknown - -")]
    #[case("ộ", "unknown - -")]
    fn an_agent_has_device_browser_and_system(#[case] text: &str, #[case] expected: &str) {
        let agent = Agent::of(text);
        let (browser, os) = (agent.browser.unwrap_or("-"), agent.os.unwrap_or("-"));
        assert_eq!(format!("{} {browser} {os}", agent.device), expected);
    }
}
