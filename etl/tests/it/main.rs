//! The loader against real servers: an S3-protocol server and PostgreSQL, each
//! test with its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod context;
mod contract;
mod copy;
mod erase;
mod exclude;
mod faults;
mod formats;
mod hostile;
mod ids;
mod kill;
mod money;
mod poison;
mod quarantine;
mod random;
mod reconcile;
mod refresh;
mod rejects;
mod runs;
mod site_today;
mod small;
mod support;
mod traffic;
mod verify;
