//! The whole platform on one machine: shop, ingest, S3, ETL, warehouse, dashboard.
//!
//! Every part is the real one: the handler and the loader that are deployed, a
//! PostgreSQL, a server that speaks S3. Only the people are made up.
//!
//! ```text
//! simulator ─▶ history ─────────────▶ S3 ─▶ ETL ─▶ PostgreSQL ─▶ dashboard
//!          └─▶ live ─▶ API ─▶ ingest ─┘
//! ```
//!
//! In: a command line ([`Settings`]). Out: a platform that runs until somebody
//! leaves the dashboard or sends a signal, and that then leaves nothing behind
//! but a `--data-dir`, if one was named. Start reading at `platform.rs`.

pub mod addresses;
pub mod api;
mod backoff;
pub mod console;
pub mod dashboard;
pub mod database;
mod error;
pub mod history;
pub mod home;
pub mod keys;
pub mod live;
pub mod log;
pub mod oltp;
pub mod platform;
pub mod raw;
pub mod schedule;
pub mod settings;
pub mod signals;
pub mod simulation;
pub mod simulator;
pub mod storefront;
pub mod warehouse;

pub use error::Error;
pub use settings::Settings;

/// The name of the log in the data directory.
pub const LOG: &str = "sbw-local.log";
