//! Ports that nobody is using.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

/// Below the range that systems hand to outgoing connections (Linux: from
/// 32768). A server that restarts must find its port again, and in that range a
/// client that keeps knocking may take it, even connect to itself.
const CANDIDATES: Range<u64> = 15_000..32_000;

/// Whether a server could listen on this loopback port now.
#[must_use]
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A random loopback port that is free now. Someone may take it before the
/// caller does, so callers retry with another.
#[must_use]
pub fn free() -> u16 {
    loop {
        let random = RandomState::new().build_hasher().finish();
        let port = CANDIDATES.start + random % (CANDIDATES.end - CANDIDATES.start);
        if let Ok(port) = u16::try_from(port)
            && is_free(port)
        {
            return port;
        }
    }
}
