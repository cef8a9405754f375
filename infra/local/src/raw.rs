//! The raw bucket: the S3 server, and the client that everybody else has of it.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use sbw_ingest::{RawStore, StoreError};
use sbw_servers::s3::{S3Server, Writer};
use secrecy::ExposeSecret;

/// The raw bucket's name, the platform's own.
pub const BUCKET: &str = "clickstream-s3-ingest";
/// The platform's region.
pub const REGION: &str = "ap-southeast-1";

/// The SDK's client, as the deployed programs have it.
#[must_use]
pub fn client(server: &S3Server) -> Client {
    let secret_key = server.secret_key().expose_secret();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .credentials_provider(Credentials::new(
            server.access_key(),
            secret_key,
            None,
            None,
            "sbw-local",
        ));
    Client::from_conf(config.build())
}

/// The raw bucket without the network between: for history, which is much.
#[derive(Debug, Clone)]
pub struct Direct(pub Writer);

impl RawStore for Direct {
    async fn put(&self, key: &str, body: Bytes) -> Result<(), StoreError> {
        self.0.put(BUCKET, key, body).await.map_err(StoreError::new)
    }
}
