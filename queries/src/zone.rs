//! The time zone that calendars are drawn in.

use std::fmt;
use std::str::FromStr;

/// An IANA zone name, such as `Asia/Ho_Chi_Minh`. Whether the zone exists is the
/// server's to say; this only keeps out what it would misread.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Zone(String);

/// Not an IANA name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone; use a name such as Asia/Ho_Chi_Minh or UTC")]
pub struct NotAZone(String);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    /// PostgreSQL reads `UTC+7` as a POSIX zone, seven hours *west*: digits and
    /// signs are only taken after a slash, as in `Etc/GMT-7`.
    fn from_str(text: &str) -> Result<Self, NotAZone> {
        let (area, place) = text.split_once('/').unwrap_or((text, ""));
        let area_is_plain =
            !area.is_empty() && area.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        let place_is_plain = place
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/'));
        if area_is_plain && place_is_plain && !text.ends_with('/') && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAZone(text.to_owned()))
        }
    }
}
