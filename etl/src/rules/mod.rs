//! What one value of an event means, by itself: text in, warehouse value out.
//!
//! Every rule is a pure function of a text, because a raw file may spell any
//! value as a string, a number or a boolean. `None` is SQL's NULL.

mod flag;
mod id;
mod instant;
mod price;
mod text;

pub use flag::flag;
pub use id::event_id;
pub use instant::{event_time, instant};
pub use price::price;
pub use text::{ID_CHARS, TEXT_CHARS, clean, event_name, is_clean};
