//! Real servers on loopback, for one machine: PostgreSQL, and an S3-protocol store.
