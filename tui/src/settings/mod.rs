//! What the reader has settled: a file of settings, and what was left last time.
//!
//! A flag wins over the file, the file over what was left, that over the defaults.

mod file;
mod left;

pub use self::file::{ConfigError, Settings, keymap, load, parse};
pub(crate) use self::left::{Recalled, forget_nothing, recall};
