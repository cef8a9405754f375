//! Objects that the storage does not give: each is one object, and the run goes on; unless it is
//! all of them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rstest::rstest;
use sbw_etl::{EtlError, Scope};
use sbw_servers::s3::Fault;

use crate::support::{Platform, event, key, last_status, load_with};

/// What the storage says of an object that it does not give, and a word that is kept of it.
const NOT_GIVEN: [(Fault, &str); 14] = [
    (Fault::Refused(403, "AccessDenied"), "s3:GetObject"),
    (Fault::Refused(403, "InvalidObjectState"), "archived"),
    (Fault::Refused(409, "InvalidObjectState"), "archived"),
    (Fault::Refused(400, "KMS.DisabledException"), "key"),
    (Fault::Refused(400, "KMSInvalidStateException"), "key"),
    (Fault::Refused(404, "KMS.NotFoundException"), "key"),
    (Fault::Refused(400, "InvalidRequest"), "SSE-C"),
    (Fault::Refused(405, "MethodNotAllowed"), "MethodNotAllowed"),
    (Fault::Refused(409, "Conflict"), "Conflict"),
    (Fault::Refused(416, "InvalidRange"), "InvalidRange"),
    (Fault::Refused(501, "NotImplemented"), "NotImplemented"),
    // As a proxy answers.
    (
        Fault::Answer {
            status: 403,
            headers: &[("content-type", "text/html")],
            body: "<html>blocked</html>",
        },
        "s3:GetObject",
    ),
    // Shorter than it says.
    (
        Fault::Answer {
            status: 200,
            headers: &[("content-length", "100")],
            body: "{\"eventName\":",
        },
        "broke off",
    ),
    (
        Fault::Answer {
            status: 200,
            headers: &[("x-amz-checksum-crc32", "AAAAAA==")],
            body: "{\"eventName\":\"click\"}",
        },
        "checksum",
    ),
];

/// Thirty good objects, and one for each of these.
async fn with_objects_not_given(faults: &[Fault]) -> (Platform, Vec<String>) {
    let platform = Platform::start().await;
    platform
        .put_all((0..30).map(|n| (key(1, n), event(&format!("good-{n}")).to_string())))
        .await;
    let mut keys = Vec::new();
    for (n, _) in faults.iter().enumerate() {
        let key = key(2, i64::try_from(n).unwrap());
        platform
            .put(&key, event(&format!("not-given-{n}")).to_string())
            .await;
        keys.push(key);
    }
    (platform, keys)
}

fn inject(platform: &Platform, keys: &[String], faults: &[Fault]) {
    let rules: Vec<(String, Fault)> = keys.iter().cloned().zip(faults.iter().copied()).collect();
    platform.s3.inject(move |_, path| {
        let rule = rules.iter().find(|(key, _)| path.contains(key));
        rule.map(|(_, fault)| *fault)
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_not_given_is_one_object() {
    let faults = NOT_GIVEN.map(|(fault, _)| fault);
    let (platform, keys) = with_objects_not_given(&faults).await;
    inject(&platform, &keys, &faults);
    let report = platform.load().await;
    assert_eq!(
        (report.inserted, report.rejected, report.remaining),
        (30, 0, 14),
        "{report:?}"
    );
    assert_eq!(last_status(&platform).await, "incomplete");
    let waiting = platform
        .admin()
        .await
        .query("select object_key, reason from etl.waiting order by 1", &[])
        .await
        .unwrap();
    for ((row, key), (_, word)) in waiting.iter().zip(&keys).zip(NOT_GIVEN) {
        let reason: String = row.get("reason");
        assert_eq!(row.get::<_, &str>("object_key"), key);
        assert!(
            reason.to_lowercase().contains(&word.to_lowercase()),
            "{reason} lacks {word}"
        );
    }
    assert_eq!(waiting.len(), 14);

    platform.s3.heal();
    let report = platform.load().await;
    assert_eq!((report.inserted, report.remaining), (14, 0), "{report:?}");
    assert_eq!(last_status(&platform).await, "complete");
    let waiting = platform.number("select count(*) from etl.waiting").await;
    assert_eq!(waiting, 0);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_given_becomes_a_reject_of_its_own() {
    let faults = [
        Fault::Refused(403, "InvalidObjectState"),
        Fault::Refused(403, "AccessDenied"),
    ];
    let (platform, keys) = with_objects_not_given(&faults).await;
    inject(&platform, &keys, &faults);
    for run in 1..5 {
        let report = platform.load().await;
        assert_eq!(
            (report.remaining, report.rejected),
            (2, 0),
            "{run}: {report:?}"
        );
    }
    let report = platform.load().await;
    assert_eq!((report.remaining, report.rejected), (0, 2), "{report:?}");
    assert_eq!(last_status(&platform).await, "complete");
    let rejects = platform.rejects().await;
    for ((key, index, reason), (expected, word)) in
        rejects.iter().zip(keys.iter().zip(["archived", "kms"]))
    {
        assert_eq!((key, *index), (expected, -1));
        assert!(reason.contains(word), "{reason}");
    }
    platform.verify().await;

    // It is not asked for any more, but by a retry.
    let next = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((next.new_objects, next.remaining), (0, 0), "{next:?}");
    let still = platform.retry(None).await;
    assert_eq!((still.inserted, still.remaining), (0, 2), "{still:?}");
    assert_eq!(platform.rejects().await.len(), 2);
    platform.s3.heal();
    let report = platform.retry(None).await;
    assert_eq!((report.inserted, report.remaining), (2, 0), "{report:?}");
    assert!(platform.rejects().await.is_empty());
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_waits_no_longer() {
    let faults = [Fault::Refused(403, "AccessDenied")];
    let (platform, keys) = with_objects_not_given(&faults).await;
    inject(&platform, &keys, &faults);
    platform.load().await;
    inject(&platform, &keys, &[Fault::Status(404)]);
    let report = platform.load().await;
    assert_eq!((report.gone, report.remaining), (1, 0), "{report:?}");
    let waiting = platform.number("select count(*) from etl.waiting").await;
    assert_eq!(waiting, 0);
}

/// A right that is missing is not the objects' fault, however many runs it is missing for.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_to_which_most_objects_are_refused_fails_and_says_so() {
    let platform = Platform::start().await;
    platform
        .put_all((0..20).map(|n| (key(1, n), event(&format!("e-{n}")).to_string())))
        .await;
    let given = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    platform.s3.inject(move |_, path| {
        let is_object = !path.contains("list-type");
        (is_object && counted.fetch_add(1, Ordering::Relaxed) >= 5)
            .then_some(Fault::Refused(403, "AccessDenied"))
    });
    for run in 0..8 {
        let error = platform.load_scope(Scope::New).await.unwrap_err();
        assert!(matches!(error, EtlError::Bucket { .. }), "{error}");
        assert!(error.to_string().contains("s3:GetObject"), "{error}");
        assert_eq!(last_status(&platform).await, "failed");
        assert_eq!(platform.events().await, 5, "run {run} keeps what it loaded");
    }
    assert!(platform.rejects().await.is_empty());
    platform.s3.heal();
    let report = platform.load().await;
    assert_eq!((report.inserted, report.remaining), (15, 0), "{report:?}");
    platform.verify().await;
}

#[rstest]
#[case(400, "ExpiredToken", "expired")]
#[case(400, "TokenRefreshRequired", "expired")]
#[case(400, "InvalidToken", "AWS_SESSION_TOKEN")]
#[case(403, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID")]
#[case(403, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY")]
#[case(400, "AuthorizationHeaderMalformed", "AWS_REGION")]
#[case(301, "PermanentRedirect", "AWS_REGION")]
#[case(307, "TemporaryRedirect", "AWS_REGION")]
#[case(403, "RequestTimeTooSkewed", "clock")]
#[case(403, "AccountProblem", "account")]
#[case(404, "NoSuchBucket", "RAW_BUCKET")]
#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_do_not_serve_end_the_run_at_once(
    #[case] status: u16,
    #[case] code: &'static str,
    #[case] words: &str,
) {
    let platform = Platform::start().await;
    platform
        .put_all((0..300).map(|n| (key(1, n), event(&format!("e-{n}")).to_string())))
        .await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 10;
    etl.limits.fetches = 4;
    // In the middle of a run, and from its beginning.
    for from in [100, 0] {
        let refused = Arc::new(AtomicUsize::new(0));
        let (asked, counted) = (AtomicUsize::new(0), Arc::clone(&refused));
        platform.s3.inject(move |_, path| {
            let is_due = from == 0 || !path.contains("list-type");
            if is_due && asked.fetch_add(1, Ordering::Relaxed) >= from {
                counted.fetch_add(1, Ordering::Relaxed);
                return Some(Fault::Refused(status, code));
            }
            None
        });
        let error = load_with(&etl, Scope::New).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(refused.load(Ordering::Relaxed) <= 8, "{refused:?}");
        assert_eq!(last_status(&platform).await, "failed");
    }
    platform.s3.heal();
    platform.load().await;
    assert_eq!(platform.events().await, 300);
    platform.verify().await;
}
