//! People in the shop: a made-up crowd on the real catalogue.
//!
//! In: a seed, a moment to begin at, how many visits a day. Out: the same
//! [`Traffic`] every time, event by event in the order they are sent: visits
//! with think times, carts abandoned and bought, logins in mid-visit, first
//! visits and returns, lunch and evening peaks, and some events that are bad or
//! come twice.
//!
//! Start reading at `traffic.rs`; `journey.rs` is what a visitor does.

mod catalogue;
mod crowd;
mod dice;
mod event;
mod journey;
mod rhythm;
mod shop;
mod traffic;

pub use catalogue::{Catalogue, CatalogueError, Product};
pub use event::Event;
pub use traffic::{Plan, Sent, Traffic};
