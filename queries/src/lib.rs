//! The warehouse: its schema, its questions and their exact answers.

pub mod answers;
pub mod filter;
pub mod range;
