//! What a clickstream event is, how it is received, and where it is kept.
//!
//! In flows an HTTP request ([`Request`]): one event, an array of them, or
//! `{"events":[…],"sentAt":T}`. Out flow one raw object in a [`RawStore`] and
//! an answer ([`Response`]). Nothing is acknowledged that is not stored.
//!
//! An event is never turned into a tree. It is kept as the text that was sent,
//! cut at its field boundaries, so that unknown fields, odd numbers (`1e400`,
//! twenty digits) and the order of keys reach the raw file untouched.
//!
//! Where to start reading: [`Ingest::handle`] in `handler.rs`, which is the
//! whole path of a request in one function. Under it:
//!
//! | file | idea |
//! |---|---|
//! | `request.rs`, `response.rs` | the two ends, free of Lambda and of HTTP crates |
//! | `encoding.rs`, `body.rs` | a body is unpacked, and becomes a list of event texts |
//! | `words.rs` | the one mistake in a body that does not cost all its events |
//! | `object.rs` | a JSON object as text, cut at its fields |
//! | `event.rs` | one event: its fields, its name checked, what is missing added |
//! | `receipt.rs` | the `_ingest` block: what the platform saw of the request |
//! | `instant.rs` | the two spellings of a time |
//! | `edge.rs` | `CloudFront` in front of the API |
//! | `cors.rs`, `refusal.rs` | who may read the answer; why a request got none |
//! | `store.rs`, `s3.rs` | where objects go |
//! | `lambda.rs`, `telemetry.rs`, `settings.rs` | the edge: API Gateway, logs and metrics, environment |
//!
//! The contract that the loader shares is [`field`] (whose names come from `sbw-contract`),
//! [`key`] and [`instant`].

pub mod field;
pub mod instant;
pub mod key;
pub mod network;

mod body;
mod clock;
mod cors;
mod edge;
mod encoding;
mod event;
mod handler;
pub mod lambda;
mod object;
mod receipt;
mod refusal;
mod request;
mod response;
mod s3;
mod settings;
mod store;
pub mod telemetry;
mod words;

pub use clock::{Clock, SystemClock};
pub use cors::Origins;
pub use edge::EdgeKey;
pub use handler::{Ingest, Policy};
pub use refusal::{MAX_BODY_BYTES, MAX_EVENTS};
pub use request::{Method, Request};
pub use response::{Facts, Response};
pub use s3::{S3Store, s3_client, s3_client_in_lambda, sdk_config};
pub use settings::Settings;
pub use store::{RawStore, StoreError};
