//! Freshness and the last runs.

use sbw_queries::answers::pipeline::{pipeline, reject_reasons};

use crate::common::{Warehouse, at, event};

#[tokio::test]
async fn the_pipeline_shows_its_last_runs_and_its_lag() {
    let warehouse = Warehouse::migrated().await;
    let now = at("2025-12-01T12:00:00Z");
    let nothing = pipeline(&warehouse.client, now).await.unwrap();
    assert_eq!(
        (nothing.last_run, nothing.newest_event, nothing.lag_seconds),
        (None, None, None)
    );
    warehouse
        .hold(&[event(1, "2025-12-01T11:58:00.400Z", "click")])
        .await;
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name)
             values (gen_random_uuid(), 'infinity', 'click');
             insert into etl.runs (started_at, trigger, scope, status, objects, inserted)
             select timestamptz '2025-12-01' + n * interval '1 hour', 'test', 'new', 'complete', n, 10 * n
               from generate_series(1, 22) n;
             update etl.runs set status = 'failed', error = 'no bucket' where objects = 22;
             insert into etl.rejects values ('a', 0, 'why', '', 1), ('a', 1, 'why', '', 1)",
        )
        .await
        .unwrap();
    let reader = warehouse.of("sbw_reader").await;
    let state = pipeline(&reader, now).await.unwrap();
    assert_eq!(state.newest_event, Some(at("2025-12-01T11:58:00.400Z")));
    assert_eq!((state.lag_seconds, state.rejects), (Some(119), 2));
    assert_eq!(
        state.runs.iter().map(|run| run.objects).collect::<Vec<_>>(),
        (3..=22).rev().collect::<Vec<_>>()
    );
    let last = state.last_run.unwrap();
    assert_eq!(
        (
            last.status.as_str(),
            last.error.as_deref(),
            last.finished_at
        ),
        ("failed", Some("no bucket"), None)
    );
}

#[tokio::test]
async fn the_most_frequent_reason_comes_first() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute(
            "insert into etl.rejects (object_key, event_index, reason, excerpt, run_id, rejected_at)
             select 'k' || n, 0, (array['b', 'a', 'no name', 'no name'])[n % 4 + 1], '', 1,
                    timestamptz '2025-12-01Z' + n * interval '1 minute'
               from generate_series(1, 12) n",
        )
        .await
        .unwrap();
    let reader = warehouse.of("sbw_reader").await;
    let reasons = reject_reasons(&reader, 2).await.unwrap();
    let reasons: Vec<_> = reasons
        .iter()
        .map(|row| (row.reason.as_str(), row.rejects, row.last_at))
        .collect();
    assert_eq!(
        reasons,
        [
            ("no name", 6, at("2025-12-01T00:11:00Z")),
            ("a", 3, at("2025-12-01T00:09:00Z"))
        ]
    );
}
