//! The raw bucket: pages of keys, and bytes of objects, with retries.
//!
//! Every call is tried again on a passing fault, with growing, jittered pauses.
//! The SDK's own retries are off: two layers multiply, and only this one tells
//! faults of one object from faults of the bucket.

mod fault;
mod versions;

use std::time::Duration;

use aws_sdk_s3::{Client, config::retry::RetryConfig, config::timeout::TimeoutConfig};
use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};

use crate::{
    EtlError,
    discover::{Listing, Page},
    transform::RawObject,
};
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
            .send()
            .await?;
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
        if first.len() == expected && expected > 0 {
            return Ok(Some(first));
        }
        let mut bytes = BytesMut::with_capacity(expected.max(first.len()));
        bytes.extend_from_slice(&first);
        while let Some(part) = body.try_next().await.map_err(Fault::broken_body)? {
            if bytes.len() + part.len() > limit {
                return Ok(None);
            }
            bytes.extend_from_slice(&part);
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
                .send()
                .await?;
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

    /// The error that ends a run.
    pub(crate) fn failed(&self, fault: Fault) -> EtlError {
        EtlError::Bucket {
            bucket: self.name.clone(),
            reason: fault.to_string(),
            source: Box::new(fault),
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

fn object(listed: aws_sdk_s3::types::Object) -> Option<RawObject> {
    let last_modified = listed
        .last_modified
        .and_then(|at| DateTime::<Utc>::from_timestamp(at.secs(), at.subsec_nanos()))
        .unwrap_or(DateTime::UNIX_EPOCH);
    Some(RawObject {
        key: listed.key?,
        size_bytes: listed
            .size
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0),
        last_modified,
    })
}
