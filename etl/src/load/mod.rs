//! Chunks become rows, each in one transaction.
//!
//! ```text
//! add the chunk's new pages, origins and agents to the dictionaries
//! begin
//!   copy rows into a temporary table      (encode.rs: straight from the columns)
//!   claim the objects in the ledger       those that are there already are left out
//!   give events of before their ids       those that an earlier version loaded under another
//!   keep the new rows of claimed objects  known events stay as they are, counted
//!   take out what is excluded or erased   if anything ever was
//!   insert their context, then the rows
//!   settle the ledger's counts, keep the rejects
//! commit
//! ```
//!
//! So an object is in the ledger if and only if its events are in the
//! warehouse, and whatever interrupts this leaves nothing to clean up. A
//! transaction that failed for a passing reason is done again from its start on
//! a new connection; should it have been committed after all, the ledger says so.
//! Another loader that inserts the same event meanwhile is such a reason.

mod assemble;
mod chunk;
mod context;
mod earlier;
mod encode;
mod fill;
mod incoming;
mod ledger;
mod loader;
mod rejects;
mod removal;
mod session;
mod share;
mod transaction;

pub use assemble::assemble;
pub use chunk::{Aside, Chunk, LargeObject, Work};
pub use incoming::create_incoming;
pub use ledger::Claim;
pub(crate) use loader::{Ended, Loaded, Loader};
pub(crate) use session::session_options;
