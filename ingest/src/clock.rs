//! The time and fresh ids: what a handler cannot compute from its input.

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// Tells the time and mints ids.
///
/// One trait for both, because an id carries its time: a clock set in the past
/// (to write history) or standing still (in a test) must mint ids that agree.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> DateTime<Utc>;

    /// A fresh `UUIDv7` of that moment, random: the ids of a request count on from one.
    fn mint(&self, at: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            seconds,
            at.timestamp_subsec_nanos(),
        ))
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The id that lies `n` after another of its moment: as unique as that one is,
/// and without asking the machine for random bytes again.
pub(crate) fn nth_after(id: Uuid, n: usize) -> Uuid {
    // The last 62 bits of a UUIDv7 are random; before them stand its variant,
    // its version and its time.
    const RANDOM: u128 = (1 << 62) - 1;
    let bits = id.as_u128();
    Uuid::from_u128((bits & !RANDOM) | (bits.wrapping_add(n as u128) & RANDOM))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_carries_the_moment_it_was_minted_at() {
        let at: DateTime<Utc> = "2025-12-01T14:23:11.250Z".parse().unwrap();
        let id = SystemClock.mint(at);
        assert_eq!(id.get_version_num(), 7);
        let millis = id.as_u128() >> 80;
        assert_eq!(i64::try_from(millis).unwrap(), at.timestamp_millis());
    }

    #[test]
    fn ids_count_on_within_their_moment() {
        let last = Uuid::from_u128(0x019a_da4b_c992_7fff_bfff_ffff_ffff_ffff);
        let text = |n| nth_after(last, n).to_string();
        assert_eq!(text(0), "019ada4b-c992-7fff-bfff-ffffffffffff");
        assert_eq!(text(1), "019ada4b-c992-7fff-8000-000000000000");
        assert_eq!(text(500), "019ada4b-c992-7fff-8000-0000000001f3");
    }

    #[test]
    fn ids_of_one_moment_differ() {
        let at = SystemClock.now();
        assert_ne!(SystemClock.mint(at), SystemClock.mint(at));
    }
}
