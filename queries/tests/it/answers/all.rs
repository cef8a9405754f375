//! Every view at once.

use sbw_queries::answers::all::{All, Choices, all};
use sbw_queries::answers::breakdown::{self, brands, categories};
use sbw_queries::answers::events::{self, events};
use sbw_queries::answers::funnel::{Segment, funnel};
use sbw_queries::answers::heatmap::heatmap;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::pipeline::pipeline;
use sbw_queries::answers::products::{self, products};
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::answers::session::session;
use sbw_queries::answers::session_list::{SessionPage, session_list};
use sbw_queries::answers::sessions::sessions;
use sbw_queries::answers::timeseries::{Bucket, timeseries};
use sbw_queries::{Document, Filter, Question};

use super::{text, with};
use crate::common::{Warehouse, at, between, step};

/// A product's way through the shop, once an hour.
fn traffic() -> Vec<sbw_queries::answers::raw::RawEvent> {
    let names = [
        "product_view",
        "add_to_cart_click",
        "checkout_start",
        "checkout_complete",
    ];
    (0..40_u32)
        .map(|n| {
            let time = format!("2025-12-01T{:02}:00:0{}Z", n / 4, n % 4);
            let name = names[n as usize % 4];
            with(
                step(u128::from(n), &format!("s-{}", n / 8), &time, name),
                |e| {
                    e.context_product_id = Some(format!("p-{}", n % 12));
                    e.context_product_brand = Some(format!("brand {}", n % 11));
                    e.context_product_price = Some(n.into());
                    e.user_login_state = text(if n % 3 == 0 { "guest" } else { "logged_in" });
                },
            )
        })
        .collect()
}

#[tokio::test]
async fn all_is_each_view_with_the_same_choices() {
    let warehouse = Warehouse::migrated().await;
    warehouse.hold(&traffic()).await;
    let client = &warehouse.client;
    let question = Question {
        filter: Filter {
            login: text("logged_in"),
            ..Filter::default()
        },
        ..between("2025-12-01", "2025-12-02")
    };
    let now = at("2025-12-02");
    let chosen = Choices {
        bucket: Some(Bucket::Week),
        zone: "Asia/Ho_Chi_Minh".parse().unwrap(),
        steps: "add_to_cart_click,checkout_complete".parse().unwrap(),
        by: Some(Segment::Brand),
        limit: Some(3),
    };
    for choices in [Choices::default(), chosen] {
        let limit = |usual| choices.limit.unwrap_or(usual);
        let (zone, steps) = (&choices.zone, &choices.steps);
        let list = SessionPage {
            steps: steps.clone(),
            limit: limit(20),
            ..SessionPage::default()
        };
        let page = Page {
            limit: limit(20),
            ..Page::default()
        };
        let expected = All {
            overview: overview(client, &question).await.unwrap(),
            timeseries: timeseries(client, &question, choices.bucket, zone)
                .await
                .unwrap(),
            events: events(client, &question, limit(events::DEFAULT_LIMIT))
                .await
                .unwrap(),
            logins: logins(client, &question).await.unwrap(),
            categories: categories(client, &question, limit(breakdown::DEFAULT_LIMIT))
                .await
                .unwrap(),
            brands: brands(client, &question, limit(breakdown::DEFAULT_LIMIT))
                .await
                .unwrap(),
            products: products(client, &question, limit(products::DEFAULT_LIMIT))
                .await
                .unwrap(),
            funnel: funnel(client, &question, steps, choices.by).await.unwrap(),
            sessions: sessions(client, &question).await.unwrap(),
            heatmap: heatmap(client, &question, zone).await.unwrap(),
            session_list: session_list(client, &question, &list).await.unwrap(),
            raw: raw(client, &question, page).await.unwrap(),
            pipeline: pipeline(client, now).await.unwrap(),
        };
        let found = all(client, &question, &choices, now).await.unwrap();
        assert_eq!(found, expected);
        assert!(found.overview.current.revenue_vnd > 0);
    }
}

#[tokio::test]
async fn its_document_has_a_field_for_each_view_in_order() {
    let warehouse = Warehouse::migrated().await;
    let question = between("2025-12-01", "2025-12-02");
    let answer = all(
        &warehouse.client,
        &question,
        &Choices::default(),
        at("2025-12-02"),
    )
    .await
    .unwrap();
    let written = serde_json::to_string(&Document::new(&question, answer)).unwrap();
    let mut from = 0;
    for field in [
        "view",
        "from",
        "to",
        "filter",
        "overview",
        "timeseries",
        "events",
        "logins",
        "categories",
        "brands",
        "products",
        "funnel",
        "sessions",
        "heatmap",
        "session_list",
        "raw",
        "pipeline",
    ] {
        let place = written[from..].find(&format!("\"{field}\":"));
        from += place.unwrap_or_else(|| panic!("{field} is missing or too early: {written}"));
    }
    let document: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(document.as_object().unwrap().len(), 17);
}

/// A table that was taken over may hold times that no calendar shows.
#[tokio::test]
async fn times_without_end_stop_no_answer() {
    let warehouse = Warehouse::migrated().await;
    warehouse.hold(&traffic()).await;
    let question = between("1950-01-01", "2850-01-01");
    let now = at("2025-12-02");
    let choices = Choices {
        // The series is the one that costs a row a bucket.
        bucket: Some(Bucket::Week),
        limit: Some(3),
        ..Choices::default()
    };
    let before = all(&warehouse.client, &question, &choices, now)
        .await
        .unwrap();
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events
                 (event_id, event_timestamp, event_name, session_id, context_product_id)
             select gen_random_uuid(), t, 'product_view', 's-1', 'p-1'
               from unnest(array['infinity', '-infinity', '294276-12-31', '4713-01-01 BC']::timestamptz[]) t",
        )
        .await
        .unwrap();
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let after = all(&warehouse.client, &question, &choices, now)
            .await
            .unwrap();
        assert_eq!(
            (&after.overview, &after.products, &after.session_list),
            (&before.overview, &before.products, &before.session_list),
            "refreshed: {refreshed}"
        );
        assert_eq!(
            (&after.heatmap, &after.sessions),
            (&before.heatmap, &before.sessions)
        );
    }
    let rows = session(&warehouse.client, "s-1", None, 100)
        .await
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 8);
}
