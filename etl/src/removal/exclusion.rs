//! Whose events are taken out.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Networks are what ingest keeps of an address.
const V4_BITS: u8 = 24;
const V6_BITS: u8 = 48;
/// The longest id that is loaded.
const ID_CHARS: usize = 256;

/// What names the events of an exclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A browser.
    Client,
    /// A visit.
    Session,
    /// An account.
    User,
    /// Where they came from.
    Network,
    /// One event.
    Event,
}

/// Whose events are taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    kind: Kind,
    value: String,
}

/// Why a text names nobody.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ExclusionError {
    /// Not an id that is loaded.
    #[error("an id has 1 to {ID_CHARS} characters, none of them a control character")]
    Id,
    /// Not an event's id.
    #[error("an event is named by its UUID, as the warehouse shows it")]
    Event,
    /// Not a network.
    #[error("a network is an address, or an address with /24 or less (IPv6: /48 or less)")]
    Network,
    /// Narrower than what is kept.
    #[error(
        "of an address only the network is kept, a /24, of IPv6 a /48: a narrower one cannot be told"
    )]
    TooNarrow,
}

impl Kind {
    /// As the warehouse has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Session => "session",
            Self::User => "user",
            Self::Network => "network",
            Self::Event => "event",
        }
    }
}

impl Exclusion {
    /// Reads what a person wrote. An address stands for the network that is kept of it.
    pub fn new(kind: Kind, text: &str) -> Result<Self, ExclusionError> {
        let value = match kind {
            Kind::Network => network(text)?,
            Kind::Event => Uuid::try_parse(text)
                .map_err(|_| ExclusionError::Event)?
                .to_string(),
            Kind::Client | Kind::Session | Kind::User => id(text)?,
        };
        Ok(Self { kind, value })
    }

    /// What names them.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Their id, or their network as `cidr` prints it.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.kind.as_str(), self.value)
    }
}

/// An id as it is loaded.
pub(super) fn id(text: &str) -> Result<String, ExclusionError> {
    let length = text.chars().count();
    if (1..=ID_CHARS).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(ExclusionError::Id)
    }
}

fn network(text: &str) -> Result<String, ExclusionError> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => {
            let bits: u8 = bits.parse().map_err(|_| ExclusionError::Network)?;
            (address, Some(bits))
        }
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| ExclusionError::Network)?;
    let address = address.to_canonical();
    let kept = if address.is_ipv4() { V4_BITS } else { V6_BITS };
    let bits = bits.unwrap_or(kept);
    match bits {
        0 => Err(ExclusionError::Network),
        _ if bits > kept => Err(ExclusionError::TooNarrow),
        _ => Ok(format!("{}/{bits}", first(address, bits))),
    }
}

/// The first address of a network.
fn first(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX << (32 - u32::from(bits));
            IpAddr::V4((u32::from(v4) & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX << (128 - u32::from(bits));
            IpAddr::V6((u128::from(v6) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::address("203.0.113.77", "203.0.113.0/24")]
    #[case::network("203.0.113.0/24", "203.0.113.0/24")]
    #[case::inside("203.0.113.77/24", "203.0.113.0/24")]
    #[case::wider("203.0.113.77/16", "203.0.0.0/16")]
    #[case::v6("2001:db8:1:2::5", "2001:db8:1::/48")]
    #[case::v6_wider("2001:db8:1::/32", "2001:db8::/32")]
    #[case::mapped("::ffff:203.0.113.77", "203.0.113.0/24")]
    fn a_network_is_what_is_kept_of_it(#[case] text: &str, #[case] value: &str) {
        assert_eq!(
            Exclusion::new(Kind::Network, text)
                .as_ref()
                .map(Exclusion::value),
            Ok(value)
        );
    }

    #[rstest]
    #[case(Kind::Network, "203.0.113.77/32", ExclusionError::TooNarrow)]
    #[case(Kind::Network, "2001:db8::/64", ExclusionError::TooNarrow)]
    #[case(Kind::Network, "0.0.0.0/0", ExclusionError::Network)]
    #[case(Kind::Network, "203.0.113", ExclusionError::Network)]
    #[case(Kind::Network, "203.0.113.0/x", ExclusionError::Network)]
    #[case(Kind::Network, "", ExclusionError::Network)]
    #[case(Kind::Event, "e-1", ExclusionError::Event)]
    #[case(Kind::Client, "", ExclusionError::Id)]
    #[case(Kind::User, "a\nb", ExclusionError::Id)]
    #[case(Kind::Session, &"x".repeat(257), ExclusionError::Id)]
    fn what_names_nobody_is_refused(
        #[case] kind: Kind,
        #[case] text: &str,
        #[case] error: ExclusionError,
    ) {
        assert_eq!(Exclusion::new(kind, text), Err(error));
    }
}
