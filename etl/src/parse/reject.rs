//! Why something could not be loaded, in words for the operator who fixes it.

/// What is wrong with an event, or with a whole object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No bytes, or only white space.
    #[error("the object is empty")]
    Empty,
    /// More text than one object may hold.
    #[error(
        "the object holds more than {} MiB of text; split it, store the parts under new keys, and delete it",
        limit_bytes / 1024 / 1024
    )]
    TooLarge {
        /// The limit it exceeds.
        limit_bytes: usize,
    },
    /// Starts like gzip and does not unpack.
    #[error("the gzip stream is damaged ({0}); store the object again, then retry its rejects")]
    Gzip(String),
    /// The storage did not give it, run after run.
    #[error("cannot be read: {0}; retry its rejects once it can")]
    Unreadable(String),
    /// Not JSON from here on.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A JSON value, but no object.
    #[error("not a JSON object but {0}")]
    NotAnObject(&'static str),
    /// An object whose event has no name that could be used.
    #[error("no usable eventName: 1 to 100 characters of A-Z a-z 0-9 _ . : -")]
    NoEventName,
}

const EXCERPT_CHARS: usize = 200;

/// The beginning of what was refused, fit to be stored and shown.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut kept: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(EXCERPT_CHARS)
        .collect();
    if text.chars().nth(EXCERPT_CHARS).is_some() {
        kept.push('…');
    }
    kept.trim().to_owned()
}
