//! Real servers on loopback, for one machine: PostgreSQL, and an S3-protocol store.
//!
//! Tests run against these instead of doubles, and `sbw-local` keeps its
//! warehouse and its raw files in them. In: where the files live and which
//! ports to take (throwaway directories and free ports by default). Out: a
//! handle that knows the address, can stop, crash and start its server, and
//! takes it down when dropped, files included if they were throwaway.
//!
//! Start reading at [`postgres::Postgres`] and `s3::S3Server` (feature `s3`).

#[cfg(feature = "s3")]
pub mod http;
pub mod ports;
pub mod postgres;
#[cfg(feature = "s3")]
pub mod s3;
