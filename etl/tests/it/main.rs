//! The loader against real servers: an S3-protocol server and PostgreSQL, each
//! test with its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod copy;
mod faults;
mod formats;
mod kill;
mod poison;
mod random;
mod rebuild;
mod rejects;
mod rollups;
mod runs;
mod small;
mod support;
mod traffic;
mod turns;
mod verify;
