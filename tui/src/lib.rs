//! The clickstream dashboard in a terminal, and its numbers without one.
//!
//! In: a [`Target`](sbw_queries::connect::Target), keys, answers of the
//! warehouse. Out: frames on the terminal, or documents on standard output.
//! Everything that is computed is computed by `sbw-queries`.
//!
//! Start with [`app`]: the state, what can happen to it, and the pure function
//! between them. [`keymap`] says what a key means, [`view`] how the state is
//! drawn, [`run`] is the edge: terminal, clock, connection. [`report`] asks the
//! same questions without a terminal, [`main`] is the program around both.

pub mod app;
pub mod args;
mod cli;
pub mod input;
pub mod keymap;
pub mod layout;
mod logging;
pub mod number;
pub mod period;
pub mod report;
mod runtime;
pub mod settings;
mod terminal;
pub mod text;
pub mod theme;
pub mod view;

pub use cli::main;
pub use runtime::{
    APPLICATION_NAME, InstanceId, NotAnInstance, Options, RunError, TunnelError, run,
};
