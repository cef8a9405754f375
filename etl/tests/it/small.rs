//! Tables that were small when the server planned how to read them, and grew.

use std::time::Duration;

use sbw_etl::Scope;

use crate::support::{Platform, event, key, load_with};

/// What the server has counted of a table, once it has counted that so many rows went in.
async fn counted(platform: &Platform, table: &str, inserted: i64, what: &str) -> i64 {
    let count = |what| {
        format!(
            "select {what} from pg_stat_all_tables join pg_statio_all_tables using (relid)
              where relid = '{table}'::regclass"
        )
    };
    while platform.number(&count("n_tup_ins")).await < inserted {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    platform.number(&count(what)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_chunk_is_not_compared_with_itself() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    admin
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name)
             select gen_random_uuid(), '2025-12-01', 'page_view' from generate_series(1, 30);
             analyze public.clickstream_events",
        )
        .await
        .unwrap();
    let names: Vec<String> = (0..2_000)
        .map(|n| event(&format!("e-{n}")).to_string())
        .collect();
    let files = names.chunks(50).zip(1..);
    let files = files.map(|(events, minute)| (key(1, minute), format!("[{}]", events.join(","))));
    platform.put_all(files).await;
    assert_eq!(platform.load().await.inserted, 2_000);
    let table = "public.clickstream_events";
    let blocks = counted(&platform, table, 2_030, "heap_blks_hit + heap_blks_read").await;
    // Each of the new against those of before, which are in one block, and not against
    // each other.
    assert!(blocks < 20_000, "{blocks} blocks");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_is_not_compared_with_all_before_it() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    // The server knows now that there is nothing, and plans are kept from chunk to chunk.
    admin.batch_execute("analyze").await.unwrap();
    platform
        .put_all((0..2_000).map(|n| (key(1, n % 1_440), event(&format!("e-{n}")).to_string())))
        .await;
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 100;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(report.inserted, 2_000);
    // Half of all rows would be read for each.
    for table in ["public.clickstream_events", "etl.ledger"] {
        let read = counted(&platform, table, 2_000, "seq_tup_read").await;
        assert!(read < 10_000, "{read} rows of {table}");
    }
}
