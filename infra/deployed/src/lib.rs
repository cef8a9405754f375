//! Nothing but tests: both Lambda programs, as they are deployed, over the
//! Lambda Runtime API, against an S3 server that shares no code with ours.
//!
//! A crate of its own, because the simulator of the Runtime API brings
//! dependencies that nothing else needs, and one build of the workspace's
//! dependencies should serve the programs and the benchmarks alike.
