//! The contract of ingest, as a client, an operator and the loader see it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod contract;
mod encoding;
mod enrichment;
mod hostile;
mod lambda;
mod program;
mod properties;
mod s3;
mod stored;
mod support;
