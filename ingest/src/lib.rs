//! What a clickstream event is, and where it is kept.

pub mod field;
pub mod key;
