//! The whole platform on one machine: shop, ingest, S3, ETL, warehouse, dashboard.
