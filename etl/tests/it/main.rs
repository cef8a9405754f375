//! The loader against real servers: an S3-protocol server and PostgreSQL, each
//! test with its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod context;
mod contract;
mod copy;
mod disk;
mod erase;
mod exclude;
mod faults;
mod formats;
mod hostile;
mod ids;
mod kill;
mod memory;
mod money;
mod networks;
mod poison;
mod quarantine;
mod random;
mod reconcile;
mod refresh;
mod rejects;
mod runs;
mod site_today;
mod small;
mod stored_again;
mod support;
mod traffic;
mod unreadable;
mod verify;
