//! An S3-protocol server over files in a directory.
//!
//! The crate `s3s` speaks the protocol, signatures included; what is here is
//! the store behind it. It knows what the platform uses of S3: buckets, objects
//! (conditional writes and ranges too) and lists. Multipart uploads, versions
//! and access rules it does not know.
//!
//! ```no_run
//! # async fn start() -> Result<(), sbw_servers::s3::StartError> {
//! use sbw_servers::s3::{S3Options, S3Server};
//!
//! let server = S3Server::start(S3Options {
//!     buckets: vec!["raw".into()],
//!     ..S3Options::default() // throwaway directory, free port, fresh keys
//! })
//! .await?;
//! println!("{}", server.endpoint());
//! # Ok(()) }
//! ```

mod attributes;
mod connections;
mod digests;
mod faults;
mod list;
mod path;
mod protocol;
mod store;
mod upload;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use hyper::server::conn::http1;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use faults::Fault;
pub use store::StoreError;

use crate::http;
use attributes::Attributes;
use faults::Faults;
use protocol::Protocol;
use store::{Condition, Store};

/// What a server should be like.
#[derive(Debug)]
pub struct S3Options {
    /// Where the objects are kept; `None`: thrown away at the end.
    pub root: Option<PathBuf>,
    /// The port of 127.0.0.1 to listen on; 0: a free one.
    pub port: u16,
    /// Who may ask. Everybody has the same rights.
    pub access_key: String,
    /// What they sign with.
    pub secret_key: SecretString,
    /// Buckets to make unless they are there.
    pub buckets: Vec<String>,
}

impl Default for S3Options {
    fn default() -> Self {
        Self {
            root: None,
            port: 0,
            access_key: "sbw".to_owned(),
            secret_key: SecretString::from(Uuid::new_v4().simple().to_string()),
            buckets: Vec::new(),
        }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port that was asked for is somebody else's.
    #[error("port {port} is taken by another program")]
    PortTaken {
        /// That port.
        port: u16,
    },
    /// It cannot listen.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// On this port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// The directory cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A running server. Stops on drop, cutting its connections.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    access_key: String,
    secret_key: SecretString,
    store: Arc<Store>,
    faults: Faults,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    _throwaway: Option<TempDir>,
}

impl S3Server {
    /// Opens the store and listens. Needs a tokio runtime, and lives as long as it.
    pub async fn start(options: S3Options) -> Result<Self, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listen = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken { port: options.port },
            _ => StartError::Listen {
                port: options.port,
                source,
            },
        };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (root, buckets) = (options.root, options.buckets);
        let (store, throwaway) = blocking(move || open(root, &buckets)).await?;
        let store = Arc::new(store);

        let mut service = S3ServiceBuilder::new(Protocol::new(Arc::clone(&store)));
        service.set_auth(SimpleAuth::from_single(
            options.access_key.clone(),
            options.secret_key.expose_secret(),
        ));
        let faults = Faults::default();
        let (stop, stopped) = watch::channel(false);
        let service = connections::Faulty {
            service: service.build(),
            faults: faults.clone(),
        };
        Ok(Self {
            address,
            access_key: options.access_key,
            secret_key: options.secret_key,
            store,
            faults,
            stop,
            accepting: tokio::spawn(http::accept(
                listener,
                http1::Builder::new(),
                move |_| service.clone(),
                stopped,
            )),
            _throwaway: throwaway,
        })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What goes into `AWS_ENDPOINT_URL_S3`; bucket names belong into the path.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Who may ask.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// What they sign with.
    #[must_use]
    pub fn secret_key(&self) -> &SecretString {
        &self.secret_key
    }

    /// Writes a JSON object past the protocol, as whole and as visible as any other.
    pub async fn put_direct(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        self.writer().put(bucket, key, bytes).await
    }

    /// [`Self::put_direct`] for somebody else to keep.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer(Arc::clone(&self.store))
    }

    /// From now on this decides, by method and path with query, what goes wrong
    /// with a request.
    pub fn inject(&self, rule: impl Fn(&str, &str) -> Option<Fault> + Send + Sync + 'static) {
        self.faults.set(Some(Arc::new(rule)));
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.faults.set(None);
    }

    /// Stops listening and waits a moment for the requests that are being answered.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // It only fails when the task is gone already, with its runtime.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Writes objects past the protocol.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Store>);

impl Writer {
    /// Writes a JSON object.
    pub async fn put(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let (store, bucket, key) = (Arc::clone(&self.0), bucket.into(), key.into());
        blocking(move || {
            let mut upload = store.upload();
            upload.write(&bytes)?;
            store.commit(
                upload,
                &bucket,
                &key,
                Attributes::default(),
                &Condition::Always,
            )?;
            Ok(())
        })
        .await
    }
}

fn open(root: Option<PathBuf>, buckets: &[String]) -> Result<(Store, Option<TempDir>), StoreError> {
    let (root, throwaway) = if let Some(root) = root {
        (root, None)
    } else {
        let made = tempfile::Builder::new().prefix("sbw-s3-").tempdir();
        let dir = made.map_err(StoreError::io("make a directory in", &std::env::temp_dir()))?;
        (dir.path().to_path_buf(), Some(dir))
    };
    let store = Store::open(&root)?;
    for bucket in buckets {
        store.create_bucket(bucket)?;
    }
    Ok((store, throwaway))
}

/// Runs what blocks on the disk where it may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let error = match tokio::task::spawn_blocking(work).await {
        Ok(done) => return done,
        Err(error) => error,
    };
    if error.is_panic() {
        std::panic::resume_unwind(error.into_panic());
    }
    // The runtime is going down, and with it whoever asked.
    std::future::pending().await
}
