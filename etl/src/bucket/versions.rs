//! Every version of the objects of a bucket, and taking one's place.

use std::collections::HashMap;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use backon::Retryable;
use bytes::Bytes;

use super::{Bucket, Fault, Kind, fault::Asked};
use crate::discover::Listing;

/// The version of an object that was stored while its bucket kept none.
const UNVERSIONED: &str = "null";

/// A version of an object; of a bucket that keeps none, the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The object's key.
    pub key: String,
    /// Which one; none where there are no versions.
    pub id: Option<String>,
    /// Bytes stored.
    pub size_bytes: u64,
    /// Whether it is what the key names now.
    pub is_latest: bool,
    /// Whether it says that the object was deleted: then it has no bytes.
    pub is_deletion: bool,
}

/// A version's bytes, and what has to be kept when they are replaced.
#[derive(Debug, Clone)]
pub struct Content {
    /// The bytes, as stored.
    pub bytes: Bytes,
    /// Tells this content from any other.
    etag: Option<String>,
    /// Which version it is.
    pub version: Option<String>,
    media_type: Option<String>,
    encoding: Option<String>,
    metadata: Option<HashMap<String, String>>,
}

/// From where a listing goes on.
#[derive(Debug, Clone, Default)]
pub struct After {
    key: Option<String>,
    version: Option<String>,
}

/// What became of a conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is stored, as this version; none in the place of what was read.
    Stored(Option<String>),
    /// The object was changed meanwhile, or is gone: nothing was written.
    Changed,
}

impl Bucket {
    /// A page of versions, in the order of keys, and from where the next one goes on. A storage
    /// that knows no versions gives its objects.
    pub async fn versions(
        &self,
        prefix: &str,
        after: After,
    ) -> Result<(Vec<Version>, Option<After>), Fault> {
        let attempt = || self.versions_once(prefix, &after);
        match attempt.retry(self.pauses()).when(Fault::may_pass).await? {
            Some(page) => Ok(page),
            None => self.objects_as_versions(prefix, after).await,
        }
    }

    /// None when the storage does not know the question.
    async fn versions_once(
        &self,
        prefix: &str,
        after: &After,
    ) -> Result<Option<(Vec<Version>, Option<After>)>, Fault> {
        let answer = self
            .client
            .list_object_versions()
            .bucket(&self.name)
            .prefix(prefix)
            .set_key_marker(after.key.clone())
            .set_version_id_marker(after.version.clone())
            .send()
            .await;
        let answer = match answer {
            Err(SdkError::ServiceError(answer))
                if answer.err().code() == Some("NotImplemented") =>
            {
                return Ok(None);
            }
            other => other.map_err(|error| Fault::of(Asked::List, error))?,
        };
        let contents = answer.versions.unwrap_or_default().into_iter();
        let contents = contents.filter_map(|version| {
            Some(Version {
                key: version.key?,
                id: version.version_id,
                size_bytes: version.size.and_then(|n| n.try_into().ok()).unwrap_or(0),
                is_latest: version.is_latest.unwrap_or(true),
                is_deletion: false,
            })
        });
        let deletions = answer.delete_markers.unwrap_or_default().into_iter();
        let deletions = deletions.filter_map(|marker| {
            Some(Version {
                key: marker.key?,
                id: marker.version_id,
                size_bytes: 0,
                is_latest: marker.is_latest.unwrap_or(false),
                is_deletion: true,
            })
        });
        let mut versions: Vec<Version> = contents.chain(deletions).collect();
        versions.sort_by(|a, b| a.key.cmp(&b.key));
        let more = answer.is_truncated.unwrap_or(false);
        let next = more.then_some(After {
            key: answer.next_key_marker,
            version: answer.next_version_id_marker,
        });
        Ok(Some((versions, next)))
    }

    async fn objects_as_versions(
        &self,
        prefix: &str,
        after: After,
    ) -> Result<(Vec<Version>, Option<After>), Fault> {
        let attempt = || self.page_once(prefix, after.key.as_deref().unwrap_or_default());
        let page = attempt.retry(self.pauses()).when(Fault::may_pass).await?;
        let last = page.objects.last().map(|object| object.key.clone());
        let versions = page.objects.into_iter().map(|object| Version {
            key: object.key,
            id: None,
            size_bytes: object.size_bytes,
            is_latest: true,
            is_deletion: false,
        });
        let next = After {
            key: last,
            version: None,
        };
        Ok((versions.collect(), page.more.then_some(next)))
    }

    /// What an object holds, or this version of it; none when that is gone.
    pub async fn content(
        &self,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Content>, Fault> {
        let attempt = || async {
            let answer = self
                .client
                .get_object()
                .bucket(&self.name)
                .key(key)
                .set_version_id(version.map(str::to_owned))
                .send()
                .await
                .map_err(|error| Fault::of(Asked::Object, error))?;
            let (etag, media_type) = (answer.e_tag, answer.content_type);
            let (encoding, metadata) = (answer.content_encoding, answer.metadata);
            let version = answer.version_id;
            let body = answer.body.collect().await.map_err(Fault::broken_body)?;
            Ok(Content {
                bytes: body.into_bytes(),
                etag,
                version,
                media_type,
                encoding,
                metadata,
            })
        };
        let content = attempt.retry(self.pauses()).when(Fault::may_pass).await;
        match content {
            Ok(content) => Ok(Some(content)),
            Err(fault) if fault.kind() == Kind::Gone => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Puts these bytes in the place of what was read, if it is still there.
    pub async fn replace(&self, key: &str, read: &Content, bytes: Bytes) -> Result<Written, Fault> {
        let put = || async {
            let answer = self
                .client
                .put_object()
                .bucket(&self.name)
                .key(key)
                .set_if_match(read.etag.clone())
                .set_content_type(read.media_type.clone())
                .set_content_encoding(read.encoding.clone())
                .set_metadata(read.metadata.clone())
                .body(bytes.clone().into())
                .send()
                .await;
            match answer {
                Ok(stored) => Ok(Written::Stored(
                    stored.version_id.filter(|id| id != UNVERSIONED),
                )),
                Err(SdkError::ServiceError(answer))
                    if [404, 409, 412].contains(&answer.raw().status().as_u16()) =>
                {
                    Ok(Written::Changed)
                }
                Err(error) => Err(Fault::of(Asked::Object, error)),
            }
        };
        put.retry(self.pauses()).when(Fault::may_pass).await
    }

    /// Stores a small object of our own.
    pub async fn keep(&self, key: &str, bytes: Bytes) -> Result<(), Fault> {
        let put = || async {
            self.client
                .put_object()
                .bucket(&self.name)
                .key(key)
                .content_type("application/json")
                .body(bytes.clone().into())
                .send()
                .await
                .map_err(|error| Fault::of(Asked::Object, error))?;
            Ok(())
        };
        put.retry(self.pauses()).when(Fault::may_pass).await
    }

    /// Deletes a version for good.
    pub async fn forget(&self, key: &str, version: &str) -> Result<(), Fault> {
        let delete = || async {
            self.client
                .delete_object()
                .bucket(&self.name)
                .key(key)
                .version_id(version)
                .send()
                .await
                .map_err(|error| Fault::of(Asked::Object, error))?;
            Ok(())
        };
        delete.retry(self.pauses()).when(Fault::may_pass).await
    }

    /// The keys of objects of our own.
    pub(crate) async fn keys(&self, prefix: &str) -> Result<Vec<String>, crate::EtlError> {
        let (mut keys, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.page(prefix, &after).await?;
            keys.extend(page.objects.into_iter().map(|object| object.key));
            match keys.last() {
                Some(last) if page.more => after.clone_from(last),
                _ => return Ok(keys),
            }
        }
    }
}
