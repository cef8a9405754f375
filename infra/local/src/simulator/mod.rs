//! People in the shop: a made-up crowd on the real catalogue, or a larger one.
//!
//! In: a seed, a moment to begin at, how many visits a day. Out: the same
//! [`Traffic`] every time, event by event in the order they are sent: visits
//! with think times, carts abandoned and bought, logins in mid-visit, first
//! visits and returns, lunch and evening peaks, and some events that are bad or
//! come twice. A third of the visits are sent in the shape of the site of today
//! (`site.rs`), the others in that of the SDK (`sdk.rs`).
//!
//! Start reading at `traffic.rs`; `journey.rs` is what a visitor does.

mod arrival;
mod browser;
mod catalogue;
mod crowd;
mod dice;
mod event;
mod journey;
mod rhythm;
mod sdk;
mod shop;
mod site;
mod traffic;
mod visit;

pub use catalogue::{CATALOGUE, Catalogue, CatalogueError, Product};
pub use event::{Cart, Element, Event, Flaw, Line, Offer, Order, Sender, Subject};
pub use traffic::{Plan, Sent, Traffic};
