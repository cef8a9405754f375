//! Raw objects in S3.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_s3::{Client, config, primitives::ByteStream};
use bytes::Bytes;

use crate::store::{RawStore, StoreError};

/// The region of the platform, where `AWS_REGION` names no other.
const DEFAULT_REGION: &str = "ap-southeast-1";

/// An endpoint of one's own: any S3-protocol server.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_S3";

/// AWS settings from the environment, the region defaulting to the platform's.
///
/// Touches no network: the region is settled here rather than asked of the
/// instance metadata service, and credentials are looked up on first use.
pub async fn sdk_config() -> SdkConfig {
    let region = std::env::var("AWS_REGION")
        .ok()
        .filter(|region| !region.is_empty())
        .unwrap_or_else(|| DEFAULT_REGION.to_owned());
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region))
        .load()
        .await
}

/// An S3 client. A server of one's own (`AWS_ENDPOINT_URL_S3`) has no DNS name
/// per bucket, so it is addressed path-style.
#[must_use]
pub fn s3_client(config: &SdkConfig) -> Client {
    let own_server =
        config.endpoint_url().is_some() || std::env::var_os(ENDPOINT_VARIABLE).is_some();
    let config = config::Builder::from(config).force_path_style(own_server);
    Client::from_conf(config.build())
}

/// An S3 client for a Lambda, whose region and credentials are in its
/// environment, read through `variable`.
///
/// [`sdk_config`] would find them too. It also finds those of profiles, roles
/// and instances, which Lambda has none of, and that takes two megabytes of
/// program and part of every cold start.
#[must_use]
pub fn s3_client_in_lambda(variable: impl Fn(&str) -> Option<String>) -> Client {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let region = variable("AWS_REGION").unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let endpoint = variable(ENDPOINT_VARIABLE);
    let mut config = config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .force_path_style(endpoint.is_some());
    config.set_endpoint_url(endpoint);
    Client::from_conf(config.build())
}

/// Keeps raw objects in a bucket.
#[derive(Debug, Clone)]
pub struct S3Store {
    client: Client,
    bucket: String,
}

impl S3Store {
    /// The longest that a write takes before it is an error, retries included:
    /// well inside API Gateway's 30 s, so that the client gets an answer.
    pub const LONGEST_PUT: Duration = Duration::from_secs(12);

    /// Writes through `client`, under time limits of its own.
    #[must_use]
    pub fn new(client: &Client, bucket: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(1_500))
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(Self::LONGEST_PUT)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(3)
            .with_max_backoff(Duration::from_secs(1));
        let config = client
            .config()
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(retries);
        Self {
            client: Client::from_conf(config.build()),
            bucket: bucket.into(),
        }
    }
}

impl RawStore for S3Store {
    /// A retry after a lost answer writes the same bytes under the same key.
    async fn put(&self, key: &str, body: Bytes) -> Result<(), StoreError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(body))
            .send()
            .await
            .map(drop)
            .map_err(StoreError::new)
    }
}
