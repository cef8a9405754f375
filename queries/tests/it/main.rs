//! The warehouse on a real PostgreSQL: each test has its own, and takes it down.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod answers;
mod common;
mod long_texts;
mod migrate;
mod oracle;
mod past_triggers;
mod plans;
mod ranges;
mod reader;
mod refused;
mod rights;
mod rollups;
mod sent;
mod sessions;
mod settings;
mod tls;
mod upgrade;
mod weeks;
