//! Rejects are read again after a fix, and settle exactly.

use sbw_etl::run_log::list_rejects;

use crate::support::{Platform, event, key};

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_object_loads_what_it_owed_and_nothing_twice() {
    let platform = Platform::start().await;
    let (mended, still_bad, other) = (key(1, 1), key(1, 2), key(1, 3));
    platform
        .put(
            &mended,
            format!("{}\n{{\"no\":\"name\"}}\n{}", event("a"), event("shared")),
        )
        .await;
    platform.put(&still_bad, "not json").await;
    platform
        .put(&other, format!("[{},{},7]", event("b"), event("shared")))
        .await;
    let first = platform.load().await;
    assert_eq!(
        (first.inserted, first.duplicates, first.rejected),
        (3, 1, 3),
        "{first:?}"
    );

    platform
        .put(
            &mended,
            format!(
                "{}\n{}\n{}",
                event("a"),
                event("now-named"),
                event("shared")
            ),
        )
        .await;
    let unchanged = platform.retry(Some(std::slice::from_ref(&other))).await;
    assert_eq!(
        (unchanged.objects, unchanged.inserted, unchanged.rejected),
        (1, 0, 1),
        "{unchanged:?}"
    );
    platform.verify().await;

    let report = platform.retry(None).await;
    assert_eq!(
        (report.objects, report.inserted, report.rejected),
        (3, 1, 2),
        "{report:?}"
    );
    assert_eq!(platform.events().await, 4);
    let left: Vec<String> = platform
        .rejects()
        .await
        .into_iter()
        .map(|(key, ..)| key)
        .collect();
    assert_eq!(left, [still_bad.clone(), other.clone()]);
    platform.verify().await;
    let counts = async |key: &str| {
        let figures =
            format!("'{key}' = object_key then inserted * 100 + duplicates * 10 + rejected");
        platform
            .number(&format!(
                "select sum(case when {figures} end) from etl.ledger"
            ))
            .await
    };
    assert_eq!(counts(&mended).await, 300);
    assert_eq!(counts(&other).await, 111);

    let again = platform.retry(None).await;
    assert_eq!((again.objects, again.inserted), (2, 0), "{again:?}");
    assert_eq!(platform.load().await.new_objects, 0);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_cannot_be_read_keeps_its_rejects() {
    let platform = Platform::start().await;
    let bad = key(1, 1);
    platform.put(&bad, "not json").await;
    platform.load().await;
    let path = bad.clone();
    platform.s3.inject(move |_, target| {
        target
            .contains(&path)
            .then_some(sbw_servers::s3::Fault::Status(500))
    });
    let report = platform.retry(None).await;
    assert_eq!((report.objects, report.remaining), (0, 1), "{report:?}");
    assert_eq!(
        list_rejects(&platform.warehouse(), None, 10)
            .await
            .unwrap()
            .len(),
        1
    );
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_retries_at_once_settle_once() {
    let platform = Platform::start().await;
    for n in 0..40 {
        platform.put(&key(1, n), "not json").await;
    }
    platform.load().await;
    for reject in platform.rejects().await {
        platform.put(&reject.0, event(&reject.0).to_string()).await;
    }
    let (one, two) = tokio::join!(platform.retry(None), platform.retry(None));
    assert_eq!(one.inserted + two.inserted, 40, "{one:?} {two:?}");
    assert_eq!(platform.events().await, 40);
    assert_eq!(platform.rejects().await, []);
    platform.verify().await;
}
