//! The warehouse: its schema, its questions and their exact answers.
//!
//! In: a PostgreSQL and a [`question::Question`]. Out: one typed answer a view,
//! the same numbers for the dashboard, the reports and any other reader, since
//! the SQL under `sql/` is the only place where a number is computed.
//!
//! Start with `DEFINITIONS.md` for what the numbers mean, [`answers`] for their shapes
//! and the queries, `schema/` for the tables and functions, [`migrate`] for how these
//! get into a database, and [`connect`] for how a program reaches it.

pub mod answers;
pub mod connect;
pub mod document;
pub mod error;
pub mod filter;
pub mod migrate;
pub mod question;
pub mod range;
pub mod schema;
pub mod sql;
pub mod zone;

pub use document::{Answer, Document};
pub use error::QueryError;
pub use filter::Filter;
pub use question::Question;
pub use range::TimeRange;
pub use zone::Zone;
