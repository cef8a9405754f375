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
    /// Nobody can read this object as it is: it is archived, or encrypted with a key that is not
    /// available.
    Unreadable,
    /// This object is refused. Others may not be: it can have another owner, key or tag.
    Refused,
    /// Nothing can be read: a right, a name or a credential is wrong.
    Fatal,
}

/// What the storage was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// An object.
    Object,
    /// A page of keys: what is wrong with it is wrong with the bucket.
    List,
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

impl Fault {
    pub(super) fn of<E>(asked: Asked, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let (kind, hint) = match &error {
            SdkError::ServiceError(answer) => {
                let region = answer.raw().headers().get("x-amz-bucket-region");
                let code = answer.err().code().unwrap_or_default();
                let (kind, hint) = kind_of_answer(asked, answer.raw().status().as_u16(), code);
                match region {
                    Some(region) if hint == OTHER_REGION => (kind, format!("{hint}: {region}")),
                    _ => (kind, hint.to_owned()),
                }
            }
            SdkError::DispatchFailure(failure)
                if !failure.is_timeout() && !failure.is_io() && lacks_credentials(&error) =>
            {
                (Kind::Fatal, NO_CREDENTIALS.to_owned())
            }
            SdkError::ConstructionFailure(_) => (Kind::Fatal, String::new()),
            _ => (Kind::Passing, String::new()),
        };
        let reason = format!("{}{hint}", in_full(&error));
        Self {
            kind,
            reason,
            source: Some(Box::new(error)),
        }
    }
}

fn lacks_credentials(error: &dyn std::error::Error) -> bool {
    in_full(error).to_ascii_lowercase().contains("credential")
}

const NO_CREDENTIALS: &str =
    "; give this process AWS credentials: a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
const EXPIRED: &str = "; the credentials have expired: get new ones, or use a role that renews them, and run again; what was loaded stays";
const UNKNOWN_CREDENTIALS: &str = "; the storage does not take these credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN must belong together, and to the storage that AWS_ENDPOINT_URL_S3 names";
const OTHER_REGION: &str = "; the bucket is in another region, set AWS_REGION to it";
const ACCOUNT: &str =
    "; the account may not use S3 at present; its owner sees why in the AWS console";
const BUCKET: &str = "; check RAW_BUCKET, and AWS_ENDPOINT_URL_S3 if it is set";
const RIGHTS: &str =
    "; the credentials must allow s3:ListBucket on the bucket and s3:GetObject on events/*";
const ITS_RIGHTS: &str =
    "; it may have another owner, key or tag: allow s3:GetObject and kms:Decrypt for it";

/// Codes that speak of the request as a whole come with several statuses, and mean the same for a
/// list and an object. What is left is judged by its status.
fn kind_of_answer(asked: Asked, status: u16, code: &str) -> (Kind, &'static str) {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            (Kind::Fatal, EXPIRED)
        }
        "InvalidToken"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "UnrecognizedClientException"
        | "InvalidSecurity"
        | "CredentialsNotSupported"
        | "MissingSecurityHeader"
        | "MissingAuthenticationToken" => (Kind::Fatal, UNKNOWN_CREDENTIALS),
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "TemporaryRedirect"
        | "Redirect"
        | "IncorrectEndpoint"
        | "IllegalLocationConstraintException" => (Kind::Fatal, OTHER_REGION),
        "RequestTimeTooSkewed" => (Kind::Fatal, "; set this machine's clock"),
        "AccountProblem" | "AllAccessDisabled" | "NotSignedUp" | "OptInRequired" => {
            (Kind::Fatal, ACCOUNT)
        }
        "NoSuchBucket" | "InvalidBucketName" | "InvalidBucketState" => (Kind::Fatal, BUCKET),
        // These come as client errors, too.
        "SlowDown"
        | "RequestTimeout"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "OperationAborted"
        | "IncompleteBody" => (Kind::Passing, ""),
        _ if code.contains("Throttl") || code.contains("TooManyRequests") => (Kind::Passing, ""),
        _ => kind_of_status(asked, status, code),
    }
}

fn kind_of_status(asked: Asked, status: u16, code: &str) -> (Kind, &'static str) {
    match (status, asked) {
        (401 | 407, _) | (403, Asked::List) => (Kind::Fatal, RIGHTS),
        (300..=399, _) => (Kind::Fatal, OTHER_REGION),
        (501 | 505, Asked::Object) => (Kind::Unreadable, ""),
        (501 | 505, Asked::List) => (Kind::Fatal, BUCKET),
        (408 | 425 | 429 | 500.., _) => (Kind::Passing, ""),
        (_, Asked::List) => (Kind::Fatal, BUCKET),
        (404, Asked::Object) if code != "KMS.NotFoundException" => (Kind::Gone, ""),
        (_, Asked::Object) => match code {
            "InvalidObjectState" => (Kind::Unreadable, "; it is archived: restore it"),
            "InvalidRequest" => (
                Kind::Unreadable,
                "; it may be encrypted with a key of the sender's own (SSE-C): store it again without",
            ),
            _ if code.starts_with("KMS") => (
                Kind::Unreadable,
                "; its key is not to be had: enable the key, or store the object again with another",
            ),
            _ if status == 403 => (Kind::Refused, ITS_RIGHTS),
            _ => (Kind::Unreadable, ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(500, "InternalError", Kind::Passing, Kind::Passing)]
    #[case(503, "SlowDown", Kind::Passing, Kind::Passing)]
    #[case(503, "", Kind::Passing, Kind::Passing)]
    #[case(429, "", Kind::Passing, Kind::Passing)]
    #[case(400, "RequestTimeout", Kind::Passing, Kind::Passing)]
    #[case(400, "ThrottlingException", Kind::Passing, Kind::Passing)]
    #[case(400, "KMS.ThrottlingException", Kind::Passing, Kind::Passing)]
    #[case(409, "OperationAborted", Kind::Passing, Kind::Passing)]
    #[case(404, "NoSuchKey", Kind::Gone, Kind::Fatal)]
    #[case(404, "", Kind::Gone, Kind::Fatal)]
    #[case(403, "AccessDenied", Kind::Refused, Kind::Fatal)]
    #[case(403, "", Kind::Refused, Kind::Fatal)]
    #[case(403, "InvalidObjectState", Kind::Unreadable, Kind::Fatal)]
    #[case(409, "InvalidObjectState", Kind::Unreadable, Kind::Fatal)]
    #[case(400, "KMS.DisabledException", Kind::Unreadable, Kind::Fatal)]
    #[case(400, "KMS.NotFoundException", Kind::Unreadable, Kind::Fatal)]
    #[case(404, "KMS.NotFoundException", Kind::Unreadable, Kind::Fatal)]
    #[case(400, "KMSInvalidStateException", Kind::Unreadable, Kind::Fatal)]
    #[case(400, "InvalidRequest", Kind::Unreadable, Kind::Fatal)]
    #[case(400, "", Kind::Unreadable, Kind::Fatal)]
    #[case(405, "MethodNotAllowed", Kind::Unreadable, Kind::Fatal)]
    #[case(409, "", Kind::Unreadable, Kind::Fatal)]
    #[case(412, "PreconditionFailed", Kind::Unreadable, Kind::Fatal)]
    #[case(416, "InvalidRange", Kind::Unreadable, Kind::Fatal)]
    #[case(501, "NotImplemented", Kind::Unreadable, Kind::Fatal)]
    #[case(404, "NoSuchBucket", Kind::Fatal, Kind::Fatal)]
    #[case(400, "InvalidBucketName", Kind::Fatal, Kind::Fatal)]
    #[case(400, "ExpiredToken", Kind::Fatal, Kind::Fatal)]
    #[case(403, "RequestExpired", Kind::Fatal, Kind::Fatal)]
    #[case(400, "TokenRefreshRequired", Kind::Fatal, Kind::Fatal)]
    #[case(400, "InvalidToken", Kind::Fatal, Kind::Fatal)]
    #[case(403, "InvalidAccessKeyId", Kind::Fatal, Kind::Fatal)]
    #[case(403, "SignatureDoesNotMatch", Kind::Fatal, Kind::Fatal)]
    #[case(400, "AuthorizationHeaderMalformed", Kind::Fatal, Kind::Fatal)]
    #[case(403, "RequestTimeTooSkewed", Kind::Fatal, Kind::Fatal)]
    #[case(403, "AccountProblem", Kind::Fatal, Kind::Fatal)]
    #[case(403, "AllAccessDisabled", Kind::Fatal, Kind::Fatal)]
    #[case(401, "", Kind::Fatal, Kind::Fatal)]
    #[case(407, "", Kind::Fatal, Kind::Fatal)]
    #[case(301, "PermanentRedirect", Kind::Fatal, Kind::Fatal)]
    #[case(301, "", Kind::Fatal, Kind::Fatal)]
    #[case(307, "TemporaryRedirect", Kind::Fatal, Kind::Fatal)]
    fn an_answer_says_what_to_do(
        #[case] status: u16,
        #[case] code: &str,
        #[case] of_an_object: Kind,
        #[case] of_a_list: Kind,
    ) {
        assert_eq!(kind_of_answer(Asked::Object, status, code).0, of_an_object);
        assert_eq!(kind_of_answer(Asked::List, status, code).0, of_a_list);
    }
}
