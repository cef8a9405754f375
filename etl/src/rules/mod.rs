//! What one value of an event means, by itself: text in, warehouse value out.
//!
//! Every rule is a pure function of a text, because a raw file may spell any
//! value as a string, a number or a boolean. `None` is SQL's NULL.

mod flag;
mod id;
mod instant;
mod number;
mod text;

pub use flag::flag;
pub use id::{Earlier, EventId, event_id};
pub use instant::{event_time, instant};
pub use number::{count, is_affordable, price, quantity};
pub use text::{clean, event_name, id, text};
