//! The raw bucket: the S3 server, and the client that everybody else has of it.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use sbw_ingest::{RawStore, StoreError};
use sbw_servers::s3::{self, S3Server, Writer};
use secrecy::ExposeSecret;

use crate::console::Console;

/// The raw bucket's name, the platform's own.
pub const BUCKET: &str = "clickstream-s3-ingest";
/// The platform's region.
pub const REGION: &str = "ap-southeast-1";

/// The SDK's client of a server, as the deployed programs have it.
#[must_use]
pub fn client(server: &S3Server) -> Client {
    client_of(
        server.endpoint(),
        server.access_key(),
        server.secret_key().expose_secret(),
    )
}

/// The same for a server of another process.
#[must_use]
pub fn client_of(endpoint: String, access_key: &str, secret_key: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(
            access_key,
            secret_key,
            None,
            None,
            "sbw-local",
        ));
    Client::from_conf(config.build())
}

/// What has troubles, as the console counts them.
const PART: &str = "the history";
/// Before a full disk is tried again.
const ROOM_WAIT: Duration = Duration::from_secs(1);

/// The raw bucket without the network between: for history, which is much.
#[derive(Debug, Clone)]
pub struct Direct {
    writer: Writer,
    console: Arc<Console>,
}

impl Direct {
    /// Writes by this writer, and tells of a full disk.
    #[must_use]
    pub const fn new(writer: Writer, console: Arc<Console>) -> Self {
        Self { writer, console }
    }

    /// Writes an object; while the disk is full, waits for room.
    pub async fn write(&self, key: &str, body: Bytes) -> Result<(), s3::StoreError> {
        loop {
            match self.writer.put(BUCKET, key, body.clone()).await {
                Err(full @ s3::StoreError::DiskFull { .. }) => {
                    let line = format!("the history waits for room: {full}");
                    self.console.trouble(PART, &line);
                    tokio::time::sleep(ROOM_WAIT).await;
                }
                Ok(()) => {
                    self.console.well(PART);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl RawStore for Direct {
    async fn put(&self, key: &str, body: Bytes) -> Result<(), StoreError> {
        self.write(key, body).await.map_err(StoreError::new)
    }
}
