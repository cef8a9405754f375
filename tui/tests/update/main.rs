//! What keys, answers and time do to the state.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;

mod anything;
mod asking;
mod clocks;
mod drills;
mod keys;
mod link;
mod paging;
mod tools;

use chrono::{DateTime, TimeDelta, Utc};

fn after(milliseconds: i64) -> DateTime<Utc> {
    common::answers::now() + TimeDelta::milliseconds(milliseconds)
}
