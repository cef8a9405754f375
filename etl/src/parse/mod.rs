//! Bytes become events, without trees.
//!
//! [`unpack`] turns an object's bytes into text (gzip or not, UTF-8 or nearly),
//! [`Events`] walks the text and yields each event's known values as text, and
//! [`Item`] says what stands at each index: an event, or something that is none.
//!
//! ```text
//! bytes ─ unpack ─▶ text ─ Events ─▶ (index, Event(values) | Bad(reason, excerpt)) …
//! ```

mod document;
mod event;
mod fields;
mod network;
mod recover;
mod reject;
mod surrogate;
mod unpack;
mod values;

pub use document::{Events, Item, WHOLE_OBJECT};
pub use event::items;
pub use fields::{ContextField, Field};
pub(crate) use network::source_network;
pub use reject::{Reason, excerpt};
pub use unpack::{MAX_TEXT_BYTES, unpack};
pub use values::Values;
