//! Storage and warehouse misbehave; nothing is lost, nothing comes twice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rstest::rstest;
use sbw_etl::{Deadline, EtlError, RunReport, RunRequest, Scope, Trigger};
use sbw_servers::s3::Fault;
use tokio::time::Instant;

use crate::support::{Platform, event, key, last_status, load_with};

async fn with_events(count: i64) -> Platform {
    let platform = Platform::start().await;
    platform
        .put_all((0..count).map(|n| (key(1, n % 1_440), event(&format!("e-{n}")).to_string())))
        .await;
    platform
}

/// A loader that does not wait long for the storage.
fn hasty(platform: &Platform) -> sbw_etl::Etl {
    let mut etl = platform.etl();
    etl.limits.answer_within = Duration::from_millis(300);
    etl
}

/// Every so manieth request fails.
fn sometimes(every: usize, fault: Fault) -> impl Fn(&str, &str) -> Option<Fault> {
    let count = AtomicUsize::new(0);
    move |_, _| {
        count
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(every)
            .then_some(fault)
    }
}

#[rstest]
#[case::error(Fault::Status(500))]
#[case::busy(Fault::Status(503))]
#[case::silence(Fault::Silence)]
#[case::cut(Fault::Cut)]
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again_within_the_run(#[case] fault: Fault) {
    let platform = with_events(200).await;
    platform.s3.inject(sometimes(4, fault));
    let report = load_with(&hasty(&platform), Scope::New).await.unwrap();
    assert!(report.inserted >= 190, "{report:?}");
    platform.s3.heal();
    let rest = platform.load().await;
    assert_eq!(report.inserted + rest.inserted, 200);
    assert_eq!((platform.events().await, rest.remaining), (200, 0));
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_cannot_be_read_is_left_and_the_rest_goes_on() {
    let platform = with_events(50).await;
    let stubborn = key(2, 0);
    platform.put(&stubborn, event("stubborn").to_string()).await;
    let target = stubborn.clone();
    platform
        .s3
        .inject(move |_, path| path.contains(&target).then_some(Fault::Status(500)));
    let report = platform.load().await;
    assert_eq!(
        (report.inserted, report.remaining, report.rejected),
        (50, 1, 0),
        "{report:?}"
    );
    assert_eq!(last_status(&platform).await, "incomplete");
    platform.s3.heal();
    let report = platform.load().await;
    assert_eq!((report.inserted, report.remaining), (1, 0), "{report:?}");
    assert_eq!(last_status(&platform).await, "complete");
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_stops_answering_ends_the_fetching() {
    let platform = with_events(2_000).await;
    let gets = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&gets);
    platform.s3.inject(move |_, path| {
        let is_get = !path.contains("list-type");
        (is_get && counted.fetch_add(1, Ordering::Relaxed) > 100).then_some(Fault::Status(503))
    });
    let report = platform.load().await;
    assert!(report.inserted > 0 && report.remaining > 0, "{report:?}");
    assert!(
        gets.load(Ordering::Relaxed) < 2_000,
        "not one by one: {gets:?}"
    );
    platform.s3.heal();
    platform.load().await;
    assert_eq!(platform.events().await, 2_000);
    platform.verify().await;
}

#[rstest]
#[case::forbidden(Fault::Status(403), "s3:GetObject")]
#[case::redirected(Fault::Status(301), "AWS_REGION")]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pass_fails_the_run_and_says_what_to_do(
    #[case] fault: Fault,
    #[case] words: &str,
) {
    let platform = with_events(3).await;
    platform.s3.inject(move |_, _| Some(fault));
    let error = platform.load_scope(Scope::New).await.unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(last_status(&platform).await, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_named() {
    let platform = with_events(1).await;
    let mut etl = platform.etl();
    etl.bucket = "no-such-bucket".into();
    let error = load_with(&etl, Scope::New).await.unwrap_err();
    assert!(matches!(error, EtlError::Bucket { .. }), "{error}");
    assert!(error.to_string().contains("no-such-bucket"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_deleted_since_it_was_listed_is_skipped() {
    let platform = with_events(20).await;
    let gone = key(1, 5);
    platform.put(&gone, event("gone").to_string()).await;
    let target = gone.clone();
    platform
        .s3
        .inject(move |_, path| path.contains(&target).then_some(Fault::Status(404)));
    let report = platform.load().await;
    assert_eq!(
        (report.inserted, report.remaining, report.gone),
        (20, 0, 1),
        "{report:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loaders_at_once_load_everything_once() {
    let platform = with_events(3_000).await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 100;
    let runs = (0..3).map(|_| load_with(&etl, Scope::New));
    let reports: Vec<RunReport> = futures::future::join_all(runs)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let sum = |figure: fn(&RunReport) -> u64| reports.iter().map(figure).sum::<u64>();
    assert_eq!(
        (
            sum(|r| r.inserted),
            sum(|r| r.objects),
            sum(|r| r.duplicates)
        ),
        (3_000, 3_000, 0),
        "{reports:?}"
    );
    assert_eq!(sum(|r| r.remaining), 0);
    assert_eq!(platform.events().await, 3_000);
    platform.verify().await;
}

/// Chunks that are loaded at the same time, and have the same events.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_chunks_share_is_loaded_once() {
    let platform = Platform::start().await;
    let id = |n: i64| format!("e-{}", n / 100 * 50 + n % 50);
    platform
        .put_all((0..600).map(|n| (key(1, n), event(&id(n)).to_string())))
        .await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 50;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(
        (report.inserted, report.duplicates, report.remaining),
        (300, 300, 0),
        "{report:?}"
    );
    assert_eq!(platform.events().await, 300);
    platform.verify().await;
}

#[rstest]
#[case::in_order(false)]
#[case::by_a_crash(true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_restarted_while_loading_is_waited_for(#[case] crash: bool) {
    let mut platform = with_events(4_000).await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 50;
    let run = tokio::spawn(async move { load_with(&etl, Scope::New).await });
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        if crash {
            platform.postgres.kill9();
        } else {
            platform.postgres.stop();
        }
        platform.postgres.start_again().unwrap();
    }
    let report = run.await.unwrap().unwrap();
    assert_eq!(
        (report.inserted, report.duplicates, report.remaining),
        (4_000, 0, 0),
        "{report:?}"
    );
    assert_eq!(platform.events().await, 4_000);
    assert_eq!(last_status(&platform).await, "complete");
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_leaves_the_rest_and_says_how_much() {
    let platform = with_events(40).await;
    let request = |seconds| RunRequest {
        scope: Scope::New,
        trigger: Trigger::Schedule,
        deadline: Deadline::at(Instant::now() + Duration::from_secs(seconds)),
    };
    let etl = platform.etl();
    let report = Box::pin(sbw_etl::run(&etl, &request(10), &()))
        .await
        .unwrap();
    assert_eq!((report.inserted, report.remaining), (0, 40), "{report:?}");
    assert_eq!(last_status(&platform).await, "incomplete");
    let report = Box::pin(sbw_etl::run(&etl, &request(300), &()))
        .await
        .unwrap();
    assert_eq!((report.inserted, report.remaining), (40, 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_in_the_middle_ends_between_chunks() {
    let platform = with_events(1_500).await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 20;
    etl.limits.fetches = 2;
    // Slow enough that 22 s minus the margin of 20 s do not suffice.
    let slow = AtomicUsize::new(0);
    platform.s3.inject(move |_, path| {
        let is_get = !path.contains("list-type");
        if is_get && slow.fetch_add(1, Ordering::Relaxed) > 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    });
    let request = RunRequest {
        scope: Scope::New,
        trigger: Trigger::Schedule,
        deadline: Deadline::at(Instant::now() + Duration::from_secs(22)),
    };
    let report = Box::pin(sbw_etl::run(&etl, &request, &())).await.unwrap();
    assert!(report.inserted > 0 && report.remaining > 0, "{report:?}");
    assert_eq!(report.inserted + report.remaining, 1_500);
    assert_eq!(platform.events().await.unsigned_abs(), report.inserted);
    platform.s3.heal();
    platform.load().await;
    assert_eq!(platform.events().await, 1_500);
    platform.verify().await;
}
