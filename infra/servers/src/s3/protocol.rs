//! The operations of S3, each in terms of the store.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range as Span;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use s3s::dto::{
    Bucket, CommonPrefix, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, DeletedObject, ETag, ETagCondition, EncodingType, Error as DeleteError,
    GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
    HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object, PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::attributes::Attributes;
use super::blocking;
use super::digests::Digests;
use super::list::{After, MOST_KEYS, Query};
use super::path::escaped;
use super::store::{Condition, Entry, Store, StoreError};

/// Bodies move between disk and network in parts of this size.
const PART: usize = 1 << 20;
/// More deletions than this in one request S3 refuses.
const MOST_DELETIONS: usize = 1_000;

/// The store as S3 sees it.
#[derive(Debug)]
pub(super) struct Protocol {
    store: Arc<Store>,
}

impl Protocol {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// Does something with the store where it may block.
    async fn on_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> S3Result<T> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&store)).await.map_err(S3Error::from)
    }
}

#[async_trait]
impl S3 for Protocol {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = request.input.bucket;
        let location = Some(format!("/{name}"));
        if self
            .on_store(move |store| store.create_bucket(&name))
            .await?
        {
            Ok(S3Response::new(CreateBucketOutput { location }))
        } else {
            Err(s3_error!(BucketAlreadyOwnedByYou))
        }
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        let name = request.input.bucket;
        self.on_store(move |store| store.delete_bucket(&name))
            .await?;
        Ok(S3Response::new(DeleteBucketOutput::default()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.store.has_bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn list_buckets(
        &self,
        _request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let buckets = self
            .store
            .buckets()
            .into_iter()
            .map(|(name, created)| Bucket {
                name: Some(name),
                creation_date: Some(created.into()),
                ..Default::default()
            });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            ..Default::default()
        }))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let trailers = request.trailing_headers;
        let mut input = request.input;
        let condition = write_condition(&input)?;
        let mut digests = Digests::asked_for(&input, trailers.as_ref())?;
        let mut upload = self.store.upload();
        let mut part = Vec::new();
        if let Some(mut body) = input.body.take() {
            while let Some(chunk) = body.next().await {
                let chunk = chunk.map_err(broken_body)?;
                digests.update(&chunk);
                part.extend_from_slice(&chunk);
                if part.len() >= PART {
                    let full = std::mem::take(&mut part);
                    upload = blocking(move || upload.write(&full).map(|()| upload)).await?;
                }
            }
        }
        digests.check(trailers.as_ref())?;
        let attributes = Attributes {
            content_type: input.content_type,
            content_encoding: input.content_encoding,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        };
        let (bucket, key) = (input.bucket, input.key);
        let entry = self
            .on_store(move |store| {
                upload.write(&part)?;
                store.commit(upload, &bucket, &key, attributes, &condition)
            })
            .await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(ETag::Strong(entry.etag)),
            ..Default::default()
        }))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let (if_match, if_none_match) = (input.if_match, input.if_none_match);
        let (bucket, key, range) = (input.bucket, input.key, input.range);
        let (entry, mut file) = self
            .on_store(move |store| store.open_object(&bucket, &key))
            .await?;
        read_condition(&entry, if_match.as_ref(), if_none_match.as_ref())?;
        let span = match &range {
            Some(range) => range.check(entry.size)?,
            None => 0..entry.size,
        };
        if span.start > 0 {
            file.seek(SeekFrom::Start(span.start))
                .map_err(S3Error::internal_error)?;
        }
        let length = span.end - span.start;
        let Entry {
            size,
            modified,
            etag,
            attributes,
        } = entry;
        Ok(S3Response::new(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(contents(file, length)),
            content_length: Some(signed(length)),
            content_range: range.map(|_| content_range(&span, size)),
            content_type: attributes.content_type,
            content_encoding: attributes.content_encoding,
            metadata: Some(attributes.metadata.into_iter().collect()),
            e_tag: Some(ETag::Strong(etag)),
            last_modified: Some(modified.into()),
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let entry = self.store.head(&input.bucket, &input.key)?;
        read_condition(
            &entry,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(entry.size)),
            content_type: entry.attributes.content_type,
            content_encoding: entry.attributes.content_encoding,
            metadata: Some(entry.attributes.metadata.into_iter().collect()),
            e_tag: Some(ETag::Strong(entry.etag)),
            last_modified: Some(entry.modified.into()),
            ..Default::default()
        }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let (bucket, key) = (request.input.bucket, request.input.key);
        self.on_store(move |store| store.delete(&bucket, &key))
            .await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        let (bucket, quiet) = (input.bucket, input.delete.quiet.unwrap_or_default());
        let keys: Vec<String> = input
            .delete
            .objects
            .into_iter()
            .map(|object| object.key)
            .collect();
        if keys.len() > MOST_DELETIONS {
            return Err(s3_error!(
                MalformedXML,
                "at most {MOST_DELETIONS} keys can be deleted at once"
            ));
        }
        let (deleted, errors) = self
            .on_store(move |store| {
                store.has_bucket(&bucket)?;
                let (mut deleted, mut errors) = (Vec::new(), Vec::new());
                for key in keys {
                    match store.delete(&bucket, &key) {
                        Ok(()) => deleted.push(DeletedObject {
                            key: Some(key),
                            ..Default::default()
                        }),
                        Err(error) => errors.push(DeleteError {
                            key: Some(key),
                            code: Some("InternalError".to_owned()),
                            message: Some(error.to_string()),
                            ..Default::default()
                        }),
                    }
                }
                Ok((deleted, errors))
            })
            .await?;
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: Some(if quiet { Vec::new() } else { deleted }),
            errors: Some(errors),
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let after = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => After::from_token(token)
                .ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is not ours"))?,
            (None, Some(key)) => After::Key(key.clone()),
            (None, None) => After::Nothing,
        };
        let max_keys = input.max_keys.unwrap_or(1_000);
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            after,
            max_keys: usize::try_from(max_keys)
                .map_err(|_| s3_error!(InvalidArgument, "max-keys is negative"))?
                .min(MOST_KEYS),
        };
        let page = self.store.list(&input.bucket, &query)?;

        let as_url = input
            .encoding_type
            .as_ref()
            .is_some_and(|it| it.as_str() == EncodingType::URL);
        let text = |text: String| {
            if as_url {
                escaped(&text).replace("%2F", "/")
            } else {
                text
            }
        };
        let key_count = page.objects.len() + page.common_prefixes.len();
        let contents = page.objects.into_iter().map(|(key, entry)| Object {
            key: Some(text(key)),
            size: Some(signed(entry.size)),
            e_tag: Some(ETag::Strong(entry.etag)),
            last_modified: Some(entry.modified.into()),
            ..Default::default()
        });
        let prefixes = page.common_prefixes.into_iter().map(|prefix| CommonPrefix {
            prefix: Some(text(prefix)),
        });
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(contents.collect()),
            common_prefixes: Some(prefixes.collect()),
            key_count: i32::try_from(key_count).ok(),
            max_keys: i32::try_from(query.max_keys).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.and_then(|next| next.token()),
            continuation_token: input.continuation_token,
            name: Some(input.bucket),
            prefix: Some(text(query.prefix)),
            delimiter: input.delimiter.map(text),
            start_after: input.start_after.map(text),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }
}

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NoSuchBucket(_) => S3ErrorCode::NoSuchBucket,
            StoreError::NoSuchKey(_) => S3ErrorCode::NoSuchKey,
            StoreError::BucketNotEmpty(_) => S3ErrorCode::BucketNotEmpty,
            StoreError::BadBucketName(_) => S3ErrorCode::InvalidBucketName,
            StoreError::KeyTooLong(_) => S3ErrorCode::KeyTooLongError,
            StoreError::PreconditionFailed => S3ErrorCode::PreconditionFailed,
            // 507 rather than 503: trying again does not make room.
            StoreError::DiskFull { .. } => S3ErrorCode::Custom("InsufficientStorage".into()),
            StoreError::Io { .. } => S3ErrorCode::InternalError,
        };
        let disk_full = matches!(error, StoreError::DiskFull { .. });
        let mut answer = Self::with_message(code, error.to_string());
        if disk_full {
            answer.set_status_code(hyper::StatusCode::INSUFFICIENT_STORAGE);
        }
        answer.set_source(Box::new(error));
        answer
    }
}

fn broken_body(source: Box<dyn std::error::Error + Send + Sync>) -> S3Error {
    // s3s reports what is wrong with a signed stream as an error of its own.
    match source.downcast::<S3Error>() {
        Ok(error) => *error,
        Err(source) => {
            let mut error = s3_error!(IncompleteBody);
            error.set_source(source);
            error
        }
    }
}

fn write_condition(input: &PutObjectInput) -> S3Result<Condition> {
    match (&input.if_none_match, &input.if_match) {
        (None, None) => Ok(Condition::Always),
        (Some(ETagCondition::Any), None) => Ok(Condition::Absent),
        (None, Some(ETagCondition::ETag(etag))) => Ok(Condition::Matches(etag.value().to_owned())),
        _ => Err(s3_error!(
            NotImplemented,
            "a write takes If-None-Match: * or If-Match: <etag>"
        )),
    }
}

fn read_condition(
    entry: &Entry,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let matches = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == entry.etag,
    };
    if if_match.is_some_and(|condition| !matches(condition)) {
        return Err(s3_error!(PreconditionFailed));
    }
    if if_none_match.is_some_and(matches) {
        return Err(s3_error!(NotModified));
    }
    Ok(())
}

fn content_range(span: &Span<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1))
}

/// Sizes of files fit: no file system goes beyond.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The next `length` bytes of a file, part by part.
fn contents(file: File, length: u64) -> StreamingBlob {
    let parts = stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        blocking(move || {
            let size = usize::try_from(left).map_or(PART, |left| left.min(PART));
            let mut part = vec![0; size];
            // The file is the one that was opened, whatever has its name now.
            file.read_exact(&mut part)
                .map_err(StoreError::io("read", Path::new("an object")))?;
            Ok(Some((Bytes::from(part), (file, left - size as u64))))
        })
        .await
    });
    StreamingBlob::wrap(parts)
}
