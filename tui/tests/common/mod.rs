//! What the tests share: made-up answers, a real warehouse, the real program on
//! a terminal of its own.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

pub mod answers;
pub mod program;
pub mod proxy;
pub mod screen;
pub mod warehouse;
