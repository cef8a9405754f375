//! Where raw objects go.

use std::{error::Error, future::Future, sync::Arc};

use bytes::Bytes;

/// Keeps raw objects under their keys.
pub trait RawStore: Send + Sync {
    /// Writes one JSON object; returns once it is kept for good.
    ///
    /// An error means that it may or may not have been written: the caller must
    /// not acknowledge what it holds.
    fn put(&self, key: &str, body: Bytes) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<S: RawStore> RawStore for Arc<S> {
    fn put(&self, key: &str, body: Bytes) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::put(self, key, body)
    }
}

impl<S: RawStore> RawStore for &S {
    fn put(&self, key: &str, body: Bytes) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::put(self, key, body)
    }
}

/// A raw object was not kept.
#[derive(Debug, thiserror::Error)]
#[error("the raw object was not written")]
pub struct StoreError {
    source: Box<dyn Error + Send + Sync>,
}

impl StoreError {
    /// Wraps what the store said.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
        }
    }

    /// The whole chain of causes in one line, for a log.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next: Option<&dyn Error> = Some(self.source.as_ref());
        while let Some(cause) = next {
            let said = cause.to_string();
            // Layers that only repeat the one below add nothing to a log line.
            if !text.ends_with(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            next = cause.source();
        }
        text
    }
}
