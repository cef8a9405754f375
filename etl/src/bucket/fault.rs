//! What a failed call to the storage means: wait, skip, leave or stop.

use std::time::Duration;

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

use crate::error::in_full;

/// What to do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Try again: the storage is busy, slow or out of reach.
    Passing,
    /// The object is no longer there.
    Gone,
    /// This object cannot be read now; others can. Left for the next run.
    Unreadable,
    /// Nothing can be read: a right, a name or a credential is wrong.
    Fatal,
}

/// A call to the storage that failed.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Fault {
    kind: Kind,
    reason: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Fault {
    /// What to do about it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn may_pass(&self) -> bool {
        self.kind == Kind::Passing
    }

    pub(super) fn slow(after: Duration) -> Self {
        let reason = format!("no complete answer within {} ms", after.as_millis());
        Self {
            kind: Kind::Passing,
            reason,
            source: None,
        }
    }

    pub(super) fn broken_body(error: aws_sdk_s3::primitives::ByteStreamError) -> Self {
        let reason = format!("the answer broke off: {}", in_full(&error));
        Self {
            kind: Kind::Passing,
            reason,
            source: Some(Box::new(error)),
        }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let (kind, hint) = match &error {
            SdkError::ServiceError(answer) => kind_of_answer(
                answer.raw().status().as_u16(),
                answer.err().code().unwrap_or_default(),
            ),
            SdkError::DispatchFailure(failure) if !failure.is_timeout() && !failure.is_io() => {
                if in_full(&error).to_ascii_lowercase().contains("credential") {
                    (
                        Kind::Fatal,
                        "; give this process AWS credentials: a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    )
                } else {
                    (Kind::Passing, "")
                }
            }
            SdkError::ConstructionFailure(_) => (Kind::Fatal, ""),
            _ => (Kind::Passing, ""),
        };
        let reason = format!("{}{hint}", in_full(&error));
        Self {
            kind,
            reason,
            source: Some(Box::new(error)),
        }
    }
}

fn kind_of_answer(status: u16, code: &str) -> (Kind, &'static str) {
    match (status, code) {
        (_, "NoSuchBucket") => (
            Kind::Fatal,
            "; check RAW_BUCKET, and AWS_ENDPOINT_URL_S3 if it is set",
        ),
        (_, "InvalidObjectState") => (Kind::Unreadable, "; the object is archived, restore it"),
        (_, "RequestTimeTooSkewed") => (Kind::Fatal, "; set this machine's clock"),
        // These come as client errors, too.
        (_, "SlowDown" | "RequestTimeout" | "Throttling" | "ThrottlingException") => {
            (Kind::Passing, "")
        }
        (404, _) => (Kind::Gone, ""),
        (401 | 403, _) => (
            Kind::Fatal,
            "; the credentials must allow s3:ListBucket on the bucket and s3:GetObject on events/*",
        ),
        (301 | 307, _) => (
            Kind::Fatal,
            "; the bucket is in another region, set AWS_REGION to it",
        ),
        (408 | 429 | 500.., _) => (Kind::Passing, ""),
        _ => (Kind::Unreadable, ""),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(500, "InternalError", Kind::Passing)]
    #[case(503, "SlowDown", Kind::Passing)]
    #[case(503, "", Kind::Passing)]
    #[case(429, "", Kind::Passing)]
    #[case(400, "RequestTimeout", Kind::Passing)]
    #[case(404, "NoSuchKey", Kind::Gone)]
    #[case(404, "NoSuchBucket", Kind::Fatal)]
    #[case(403, "AccessDenied", Kind::Fatal)]
    #[case(403, "SignatureDoesNotMatch", Kind::Fatal)]
    #[case(403, "InvalidObjectState", Kind::Unreadable)]
    #[case(301, "PermanentRedirect", Kind::Fatal)]
    #[case(400, "KMS.DisabledException", Kind::Unreadable)]
    fn an_answer_says_what_to_do(#[case] status: u16, #[case] code: &str, #[case] expected: Kind) {
        assert_eq!(kind_of_answer(status, code).0, expected);
    }
}
