//! Why a request, or one event of it, is turned away.

use serde::{Serialize, Serializer};

use crate::field::MAX_NAME_CHARS;

/// Largest body, decoded.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Most events in one body.
pub const MAX_EVENTS: usize = 500;

/// Why nothing of a request was stored. The words go to the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Not found")]
    UnknownPath,
    /// By no `CloudFront`, where there should be one.
    #[error("Forbidden")]
    AroundTheEdge,
    #[error("Method not allowed: send events with POST")]
    Method,
    #[error("Content-Type must be application/json or text/plain")]
    ContentType,
    #[error("Content-Encoding must be gzip or left out")]
    ContentEncoding,
    #[error("The body is not the gzip that Content-Encoding says: {0}")]
    NotGzip(std::io::Error),
    /// As it was sent, or unpacked.
    #[error("The body is larger than {MAX_BODY_BYTES} bytes")]
    BodyTooLarge,
    #[error("The body holds more than {MAX_EVENTS} events")]
    TooManyEvents,
    #[error("The body is empty")]
    EmptyBody,
    #[error("The body is not UTF-8")]
    NotUtf8(#[from] std::str::Utf8Error),
    #[error("The body is not valid JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("The body must be an event, an array of events, or an object with an array of events")]
    NotEvents,
    #[error("The body holds no events")]
    NoEvents,
    /// A body that is itself the one event.
    #[error("{0}")]
    BadEvent(BadEvent),
    /// Every event of a batch is bad; the first one says why.
    #[error("None of {count} events is valid; event 0: {first}")]
    AllBad { count: usize, first: BadEvent },
    /// Where it was not stored is for the log, not for the client.
    #[error("Internal error")]
    NotStored,
}

impl Refusal {
    /// How many events were looked at and turned away.
    pub(crate) fn rejected(&self) -> usize {
        match self {
            Self::BadEvent(_) => 1,
            Self::AllBad { count, .. } => *count,
            _ => 0,
        }
    }

    /// The HTTP status that says so.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::UnknownPath => 404,
            Self::AroundTheEdge => 403,
            Self::Method => 405,
            Self::BodyTooLarge | Self::TooManyEvents => 413,
            Self::ContentType | Self::ContentEncoding => 415,
            Self::NotStored => 500,
            Self::EmptyBody
            | Self::NotGzip(_)
            | Self::NotUtf8(_)
            | Self::NotJson(_)
            | Self::NotEvents
            | Self::NoEvents
            | Self::BadEvent(_)
            | Self::AllBad { .. } => 400,
        }
    }
}

/// Why one event is not accepted. The words go to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadEvent {
    #[error("an event must be a JSON object")]
    NotAnObject,
    #[error("the event is not valid JSON")]
    NotJson,
    #[error("eventName is missing")]
    NoName,
    #[error("eventName must be 1 to {MAX_NAME_CHARS} characters of A-Z a-z 0-9 _ . : -")]
    BadName,
}

impl Serialize for BadEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
