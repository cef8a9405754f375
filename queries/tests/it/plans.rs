//! What the server reads for a question, and for a refresh.

use sbw_queries::sql;

use crate::common::Warehouse;

/// Values whose dictionaries were empty when the server planned how to look them up.
#[tokio::test]
async fn dictionaries_that_grow_are_looked_up_by_their_index() {
    let warehouse = Warehouse::migrated().await;
    warehouse.client.batch_execute("analyze").await.unwrap();
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events
                    (event_id, event_timestamp, event_name, session_id, client_id, context_product_name)
             select gen_random_uuid(), '2025-12-01T10:00:00Z'::timestamptz + n * interval '1 second',
                    'name ' || n, 's-' || n, 'c-' || n, 'product ' || n
               from generate_series(1, 10000) n",
        )
        .await
        .unwrap();
    warehouse.refresh().await;
    for table in ["names", "people", "subjects", "sessions"] {
        let counted = format!(
            "select n_tup_ins from pg_stat_all_tables where relid = 'rollups.{table}'::regclass"
        );
        while warehouse.number(&counted).await < 10_000 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let read = format!(
            "select seq_tup_read from pg_stat_all_tables where relid = 'rollups.{table}'::regclass"
        );
        // Once or twice as a whole, and not for each value.
        let read = warehouse.number(&read).await;
        assert!(read <= 100_000, "{read} rows of {table}");
    }
}

/// Events every five seconds, from one number to another.
const STEADY: &str = "
    insert into public.clickstream_events
           (event_id, event_timestamp, event_name, session_id, client_id, context_product_id, context_product_category)
    select gen_random_uuid(), '2025-12-01T00:00:00Z'::timestamptz + n * interval '5 seconds',
           (array['product_view', 'add_to_cart_click', 'page_view', 'checkout_start', 'checkout_complete'])[1 + n % 5],
           's-' || n / 10, 'c-' || n % 977, 'p-' || n % 61, 'category ' || n % 7
      from generate_series(";

/// A short range costs what it holds, wherever it is cut and whatever else the table holds.
#[tokio::test]
async fn a_short_range_does_not_read_all_events() {
    let warehouse = Warehouse::migrated().await;
    let mut blocks_before = Vec::new();
    for (from, to) in [(1, 20_000), (20_001, 120_000)] {
        let events = format!("{STEADY}{from}, {to}) n; analyze");
        warehouse.client.batch_execute(&events).await.unwrap();
        warehouse.refresh().await;
        // Without what the refresh left behind, as autovacuum leaves a table: planning looks at the ends of
        // indexes, and would count every row that is gone.
        let vacuum = "vacuum (analyze)";
        warehouse.client.batch_execute(vacuum).await.unwrap();
        let blocks = blocks_of_half_an_hour(&warehouse).await;
        if blocks_before.is_empty() {
            blocks_before = blocks;
            continue;
        }
        for ((what, before), (_, now)) in blocks_before.iter().zip(&blocks) {
            assert!(
                *now < before * 3 / 2 + 300,
                "{what}: {before} blocks, and {now} of six times as many events"
            );
        }
    }
}

/// A day that is refreshed costs what it holds, however many sessions other days have.
#[tokio::test]
async fn a_day_is_refreshed_without_reading_all_sessions() {
    let warehouse = Warehouse::migrated().await;
    let read =
        "select seq_tup_read from pg_stat_all_tables where relid = 'rollups.sessions'::regclass";
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
             select gen_random_uuid(), '2025-12-01T00:00:00Z'::timestamptz + n * interval '30 seconds', 'page_view', 's-' || n
               from generate_series(1, 60000) n",
        )
        .await
        .unwrap();
    warehouse.refresh().await;
    let vacuum = "vacuum (analyze)";
    warehouse.client.batch_execute(vacuum).await.unwrap();
    let before = warehouse.number(read).await;
    let day = "update public.clickstream_events set client_id = 'c'
                where event_timestamp >= '2025-12-10T00:00:00Z' and event_timestamp < '2025-12-11T00:00:00Z'";
    warehouse.client.batch_execute(day).await.unwrap();
    warehouse.refresh().await;
    let flushed =
        "select n_tup_del from pg_stat_all_tables where relid = 'rollups.sessions'::regclass";
    while warehouse.number(flushed).await < 2_880 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let read = warehouse.number(read).await - before;
    assert!(read < 30_000, "{read} of 60,000 rows for 2,880 sessions");
}

/// What is rare is found by its own index, in a session that makes each plan once as readers do.
#[tokio::test]
async fn a_rare_product_is_not_looked_for_in_all_events() {
    let warehouse = Warehouse::migrated().await;
    let events = format!(
        "{STEADY}1, 120000) n; update public.clickstream_events set context_product_id = 'rare'
          where event_timestamp = '2025-12-02T00:00:00Z'"
    );
    warehouse.client.batch_execute(&events).await.unwrap();
    warehouse.refresh().await;
    let vacuum = "vacuum (analyze)";
    warehouse.client.batch_execute(vacuum).await.unwrap();
    let sql = sql::OVERVIEW;
    let explained = format!(
        "set plan_cache_mode = force_generic_plan;
         prepare asked (timestamptz, timestamptz, text, text, text, text, text) as {sql};
         explain (analyze, buffers, format json)
         execute asked ('2025-12-01T00:00:00Z', '2025-12-08T00:00:00Z', null, null, null, 'rare', null)"
    );
    let told = warehouse.client.simple_query(&explained).await.unwrap();
    let read = blocks_read(&told);
    // Planning included; 150,000 when the events of the range are all looked at.
    assert!(read < 12_000, "{read} blocks for one event of 120,000");
}

/// A dashboard keeps its plans while the shop's catalogue grows.
#[tokio::test]
async fn products_are_listed_by_a_plan_that_knows_how_many_there_are() {
    let warehouse = Warehouse::migrated().await;
    let ask = format!(
        "prepare listed (timestamptz, timestamptz, text, text, text, text, text, int8) as {};
         set plan_cache_mode = force_generic_plan",
        sql::PRODUCTS
    );
    let few = format!("{STEADY}1, 2000) n");
    warehouse.client.batch_execute(&few).await.unwrap();
    warehouse.refresh().await;
    let vacuum = "vacuum (analyze)";
    warehouse.client.batch_execute(vacuum).await.unwrap();
    warehouse.client.batch_execute(&ask).await.unwrap();
    let listed = "execute listed ('2025-12-01T00:00:00Z', '2025-12-03T00:00:00Z', null, null, null, null, null, 20)";
    warehouse.client.simple_query(listed).await.unwrap();

    let many = "
        insert into public.clickstream_events (event_id, event_timestamp, event_name, context_product_name)
        select gen_random_uuid(), '2025-12-01T00:00:00Z'::timestamptz + n * interval '2 seconds', 'product_view', 'product ' || n
          from generate_series(1, 20000) n";
    warehouse.client.batch_execute(many).await.unwrap();
    warehouse.refresh().await;
    // Half a second; four minutes when the subjects are gone through for each product.
    let limit = "set statement_timeout = '30s'";
    warehouse.client.batch_execute(limit).await.unwrap();
    warehouse.client.simple_query(listed).await.unwrap();
}

/// The events of an order are looked up by their ids, also before the tables have statistics: without them
/// the planner takes an order to have one in two hundred of all events.
#[tokio::test]
async fn an_order_is_looked_up_without_statistics() {
    let warehouse = Warehouse::migrated().await;
    let orders = "
        alter table context.orders set (autovacuum_enabled = off);
        alter table public.clickstream_events set (autovacuum_enabled = off);
        create temporary table sent as select gen_random_uuid() as id, n from generate_series(1, 20000) n;
        insert into context.orders (event_id, order_id) select id, 'o-' || n from sent;
        insert into public.clickstream_events (event_id, event_timestamp, event_name)
        select id, '2025-12-01T00:00:00Z'::timestamptz + n * interval '1 second', 'checkout_complete' from sent";
    warehouse.client.batch_execute(orders).await.unwrap();
    let explained = "
        explain (analyze, buffers, format json)
        select count(*) from generate_series(1, 100) n cross join lateral metrics.events_of_order('o-' || n)";
    let told = warehouse.client.simple_query(explained).await.unwrap();
    let read = blocks_read(&told);
    assert!(read < 5_000, "{read} blocks for a hundred orders");
}

/// The blocks that views read, by a plan for any range and by one for this range.
async fn blocks_of_half_an_hour(warehouse: &Warehouse) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for category in ["null", "'category 3'"] {
        for (name, sql, own_types, own) in [
            ("overview", sql::OVERVIEW, "", ""),
            ("events", sql::EVENTS, ", int8", ", 10"),
            ("products", sql::PRODUCTS, ", int8", ", 20"),
            ("sessions", sql::SESSIONS, "", ""),
            (
                "timeseries",
                sql::TIMESERIES,
                ", text, text",
                ", 'minute', 'UTC'",
            ),
        ] {
            for mode in ["force_generic_plan", "force_custom_plan"] {
                let explained = format!(
                    "set plan_cache_mode = {mode};
                     prepare asked (timestamptz, timestamptz, text, text, text, text, text{own_types}) as {sql};
                     explain (analyze, buffers, format json)
                     execute asked ('2025-12-01T10:20:00Z', '2025-12-01T10:50:00Z', null, {category}, null, null, null{own});
                     deallocate asked"
                );
                let told = warehouse.client.simple_query(&explained).await.unwrap();
                let what = format!("{name}, category {category}, {mode}");
                found.push((what, blocks_read(&told)));
            }
        }
    }
    found
}

/// Shared blocks that the plan of `explain (analyze, buffers, format json)` touched.
fn blocks_read(told: &[tokio_postgres::SimpleQueryMessage]) -> i64 {
    let text: String = told
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let top = &plan[0]["Plan"];
    let of = |key: &str| top[key].as_i64().unwrap();
    of("Shared Hit Blocks") + of("Shared Read Blocks")
}
