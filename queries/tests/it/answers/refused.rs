//! Questions that cannot be answered.

use sbw_queries::QueryError;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::pipeline::pipeline;

use crate::common::{Warehouse, at, between};

#[tokio::test]
async fn a_database_without_a_warehouse_says_what_to_do() {
    let warehouse = Warehouse::empty().await;
    let question = between("2025-12-01", "2025-12-02");
    let error = overview(&warehouse.client, &question).await.unwrap_err();
    assert!(matches!(error, QueryError::SchemaMissing(_)), "{error:?}");
    assert!(error.to_string().contains("sbw-etl migrate"));
    let error = pipeline(&warehouse.client, at("2025-12-01"))
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::SchemaMissing(_)), "{error:?}");
}

#[tokio::test]
async fn a_role_without_rights_says_what_to_do() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute("create role stranger login")
        .await
        .unwrap();
    let stranger = warehouse.of("stranger").await;
    let error = overview(&stranger, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::NoRights { .. }), "{error:?}");
}
