//! What a run is asked to load.

use std::fmt;

use chrono::NaiveDate;
use sbw_ingest::key;

/// Which objects a run looks at. Whatever the scope, what is loaded already is
/// never loaded again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// What is new: every day since the last complete run, the last 3 days at
    /// least, and everything filed later than that; all there is when no run
    /// was complete yet.
    #[default]
    New,
    /// Every object there is.
    All,
    /// The days from the first to the last, both included, UTC.
    Days {
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
    /// One hour of a day, UTC: its folder in the older layout, and what was
    /// received in it by the current one.
    Hour {
        /// The day.
        day: NaiveDate,
        /// From 0 to 23.
        hour: u32,
    },
    /// Keys that start with this, under `events/`.
    Prefix(String),
}

/// A scope that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// The days are the wrong way round.
    #[error("the range ends ({last}) before it starts ({first}); swap the two")]
    Reversed {
        /// As given.
        first: NaiveDate,
        /// As given.
        last: NaiveDate,
    },
    /// Not under the platform's prefix.
    #[error("the prefix {0:?} is not under {prefix}; raw events are kept nowhere else", prefix = key::PREFIX)]
    OutsidePrefix(String),
    /// Not a day.
    #[error("{0:?} is no day; write YYYY-MM-DD")]
    NotADay(String),
}

impl Scope {
    /// The days from `first` to `last`, both included.
    pub fn days(first: NaiveDate, last: NaiveDate) -> Result<Self, ScopeError> {
        if last < first {
            return Err(ScopeError::Reversed { first, last });
        }
        Ok(Self::Days { first, last })
    }

    /// Keys that start with `prefix`; a leading slash is forgiven.
    pub fn prefix(prefix: &str) -> Result<Self, ScopeError> {
        let prefix = prefix.trim().trim_start_matches('/');
        if !prefix.starts_with(key::PREFIX) {
            return Err(ScopeError::OutsidePrefix(prefix.to_owned()));
        }
        Ok(Self::Prefix(prefix.to_owned()))
    }

    /// Whether a complete run of this scope has seen all that is new.
    #[must_use]
    pub const fn covers_new(&self) -> bool {
        matches!(self, Self::New | Self::All)
    }
}

/// Reads a day.
pub fn day(text: &str) -> Result<NaiveDate, ScopeError> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
        .map_err(|_| ScopeError::NotADay(text.to_owned()))
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => out.write_str("new"),
            Self::All => out.write_str("all"),
            Self::Days { first, last } if first == last => write!(out, "{first}"),
            Self::Days { first, last } => write!(out, "{first} to {last}"),
            Self::Hour { day, hour } => write!(out, "{day} hour {hour:02}"),
            Self::Prefix(prefix) => out.write_str(prefix),
        }
    }
}
