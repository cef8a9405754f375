//! What the handler answers, and the facts it leaves for the logs.

use serde::Serialize;

use crate::{
    refusal::{BadEvent, Refusal},
    store::StoreError,
};

/// An answer. Whoever faces HTTP sends it.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, or nothing for a preflight.
    pub body: String,
    /// What happened, for logs and metrics; none of it goes to the client.
    pub facts: Facts,
}

/// What happened to a request.
#[derive(Debug, Default)]
pub struct Facts {
    /// Events stored.
    pub accepted: usize,
    /// Events turned away one by one; a body that holds no events has none.
    pub rejected: usize,
    /// The size of the body as it came, no longer base64 but still compressed.
    pub bytes: usize,
    /// The key of the object that was stored.
    pub key: Option<String>,
    /// Why nothing was, if the store is to blame.
    pub failure: Option<StoreError>,
}

/// One event of a batch that was turned away.
#[derive(Debug, Serialize)]
pub(crate) struct Rejected {
    pub(crate) index: usize,
    pub(crate) message: BadEvent,
}

impl Response {
    /// `{"success":true,…}`: `accepted` events are stored, the others are named.
    pub(crate) fn stored(accepted: usize, rejected: &[Rejected]) -> Self {
        #[derive(Serialize)]
        struct Body<'a> {
            success: bool,
            accepted: usize,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            rejected: &'a [Rejected],
        }
        Self::json(
            200,
            &Body {
                success: true,
                accepted,
                rejected,
            },
        )
    }

    /// `{"success":false,…}`: nothing is stored.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        #[derive(Serialize)]
        struct Body {
            success: bool,
            message: String,
        }
        let message = refusal.to_string();
        let mut response = Self::json(
            refusal.status(),
            &Body {
                success: false,
                message,
            },
        );
        match refusal {
            Refusal::Method => response.headers.push(("allow", ALLOWED_METHODS.to_owned())),
            Refusal::ContentEncoding => {
                response
                    .headers
                    .push(("accept-encoding", "gzip".to_owned()));
            }
            _ => {}
        }
        response
    }

    /// The answer to a preflight; whether the browser goes on is up to the CORS headers.
    pub(crate) fn preflight() -> Self {
        Self {
            status: 204,
            headers: vec![("allow", ALLOWED_METHODS.to_owned())],
            body: String::new(),
            facts: Facts::default(),
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "texts, numbers and booleans always serialize"
    )]
    fn json(status: u16, body: &impl Serialize) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: serde_json::to_string(body).expect("a flat struct of plain values"),
            facts: Facts::default(),
        }
    }
}

/// What may be sent to the path of events.
pub(crate) const ALLOWED_METHODS: &str = "POST, OPTIONS";
