//! What the benchmarks share: warehouses with made-up traffic, and the times of views.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each benchmark uses a part of this, and ends when something fails"
)]

pub(crate) mod times;
pub(crate) mod traffic;
pub(crate) mod views;
pub(crate) mod warehouse;

/// A number from the environment.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| {
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

/// Numbers from the environment, with commas.
pub(crate) fn settings(name: &str, default: &str) -> Vec<i64> {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let numbers = text.split(',').map(|number| number.trim().parse());
    numbers
        .collect::<Result<_, _>>()
        .unwrap_or_else(|_| panic!("{name}: numbers, with commas"))
}
