//! The raw bucket: pages of keys, and bytes of objects, with retries.
//!
//! Every call is tried again on a passing fault, with growing, jittered pauses.
//! The SDK's own retries are off: two layers multiply, and only this one tells
//! faults of one object from faults of the bucket.

mod fault;
mod versions;

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::retry::RetryConfig,
    config::timeout::TimeoutConfig,
    types::{ChecksumMode, EncodingType},
};
use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};

use crate::{
    EtlError,
    discover::{Listing, Page},
    transform::RawObject,
};
use fault::Asked;
pub use fault::{Fault, Kind};
pub use versions::{After, Content, Version, Written};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// The slowest that a body may come in.
const SLOWEST_BYTES_PER_SECOND: u64 = 512 * 1024;

/// A bucket, and how patient to be with it.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    answer_within: Duration,
    tries: usize,
}

impl Bucket {
    /// Reads through `client`, waiting for each answer as long as `answer_within`
    /// and asking `tries` times at most.
    #[must_use]
    pub fn new(client: &Client, name: &str, answer_within: Duration, tries: usize) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(answer_within))
            .read_timeout(answer_within)
            .build();
        let config = client
            .config()
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(config.build()),
            name: name.to_owned(),
            answer_within,
            tries,
        }
    }

    /// The bytes of an object; none when it holds more than `limit`.
    pub async fn get(
        &self,
        key: &str,
        size_bytes: u64,
        limit: usize,
    ) -> Result<Option<Bytes>, Fault> {
        let seconds = size_bytes / SLOWEST_BYTES_PER_SECOND;
        let within = self
            .answer_within
            .saturating_add(Duration::from_secs(seconds));
        let attempt = || async {
            tokio::time::timeout(within, self.get_once(key, limit))
                .await
                .unwrap_or_else(|_| Err(Fault::slow(within)))
        };
        attempt.retry(self.pauses()).when(Fault::may_pass).await
    }

    async fn get_once(&self, key: &str, limit: usize) -> Result<Option<Bytes>, Fault> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .map_err(|error| Fault::of(Asked::Object, error))?;
        let expected = answer
            .content_length
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or(0);
        if expected > limit {
            return Ok(None);
        }
        let mut body = answer.body;
        // One part is the rule: handed on as it came.
        let Some(first) = body.try_next().await.map_err(Fault::broken_body)? else {
            return Ok(Some(Bytes::new()));
        };
        // The end of the body is asked for, too: only there is its checksum compared.
        let Some(second) = body.try_next().await.map_err(Fault::broken_body)? else {
            return Ok(Some(first));
        };
        let mut bytes = BytesMut::with_capacity(expected.max(first.len() + second.len()));
        bytes.extend_from_slice(&first);
        let mut next = Some(second);
        while let Some(part) = next {
            if bytes.len() + part.len() > limit {
                return Ok(None);
            }
            bytes.extend_from_slice(&part);
            next = body.try_next().await.map_err(Fault::broken_body)?;
        }
        Ok(Some(bytes.freeze()))
    }

    async fn page_once(&self, prefix: &str, after: &str) -> Result<Page, Fault> {
        let mut token = None;
        loop {
            let answer = self
                .client
                .list_objects_v2()
                .bucket(&self.name)
                .prefix(prefix)
                .set_start_after((!after.is_empty()).then(|| after.to_owned()))
                .set_continuation_token(token)
                // A key may hold characters that XML cannot.
                .encoding_type(EncodingType::Url)
                .send()
                .await
                .map_err(|error| Fault::of(Asked::List, error))?;
            let more = answer.is_truncated.unwrap_or(false);
            token = answer.next_continuation_token;
            let objects: Vec<RawObject> = answer
                .contents
                .unwrap_or_default()
                .into_iter()
                .filter_map(object)
                .collect();
            // A page may be empty and still not be the last.
            if !objects.is_empty() || !more || token.is_none() {
                return Ok(Page { objects, more });
            }
        }
    }

    fn pauses(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(150))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(self.tries.saturating_sub(1))
    }

    /// The error of a run to which most objects were refused.
    pub(crate) fn refused(&self, reason: String) -> EtlError {
        EtlError::Bucket {
            bucket: self.name.clone(),
            reason,
            source: None,
        }
    }

    /// The error that ends a run.
    pub(crate) fn failed(&self, fault: Fault) -> EtlError {
        EtlError::Bucket {
            bucket: self.name.clone(),
            reason: fault.to_string(),
            source: Some(Box::new(fault)),
        }
    }
}

impl Listing for Bucket {
    type Error = EtlError;

    async fn page(&self, prefix: &str, after: &str) -> Result<Page, EtlError> {
        let attempt = || self.page_once(prefix, after);
        // Without the list there is nothing to do: worth more patience than an object.
        attempt
            .retry(self.pauses().with_max_times(self.tries + 2))
            .when(Fault::may_pass)
            .await
            .map_err(|fault| self.failed(fault))
    }
}

/// A listed object; none when its key is no text that the ledger can hold.
fn object(listed: aws_sdk_s3::types::Object) -> Option<RawObject> {
    let key = decoded(&listed.key?)?;
    if key.contains('\0') {
        tracing::warn!(
            key,
            "a key with a NUL is left out: no database text can hold it"
        );
        return None;
    }
    let last_modified = listed
        .last_modified
        .and_then(|at| DateTime::<Utc>::from_timestamp(at.secs(), at.subsec_nanos()))
        .unwrap_or(DateTime::UNIX_EPOCH);
    Some(RawObject {
        key,
        size_bytes: listed
            .size
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0),
        last_modified,
        etag: listed.e_tag.map(|etag| etag.trim_matches('"').to_owned()),
    })
}

/// A key as it is, from the listing's spelling: escapes, and + for a space.
fn decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    if decoded.is_err() {
        tracing::warn!(key, "a key that is no UTF-8 is left out");
    }
    decoded.ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain(
        "events/2025/12/01/event-1.json",
        Some("events/2025/12/01/event-1.json")
    )]
    #[case::control("events/a%01b%0A.json", Some("events/a\u{1}b\n.json"))]
    #[case::plus_is_a_space("events/a+b%2Bc.json", Some("events/a b+c.json"))]
    #[case::vietnamese("events/b%C3%A0n.json", Some("events/bàn.json"))]
    #[case::percent("events/100%25.json", Some("events/100%.json"))]
    #[case::no_utf8("events/%FF.json", None)]
    fn a_listed_key_is_decoded(#[case] listed: &str, #[case] key: Option<&str>) {
        assert_eq!(decoded(listed).as_deref(), key);
    }
}
