//! How long to wait before a connection is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(20);

/// The wait before try `tries` (0 is the first): doubling up to a cap, with the
/// upper half of it by chance, so that many dashboards do not come back at once.
/// `chance` is any number, evenly spread.
#[must_use]
pub(super) fn wait(tries: u32, chance: u64) -> Duration {
    let full = FIRST.saturating_mul(1 << tries.min(16)).min(LONGEST);
    let half = full / 2;
    let part = u32::try_from(chance % 1_000).unwrap_or(0);
    half + half * part / 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_are_capped_and_never_nothing(tries in any::<u32>(), chance in any::<u64>()) {
            let wait = wait(tries, chance);
            prop_assert!(wait >= FIRST / 2 && wait <= LONGEST);
        }

        #[test]
        fn waits_grow(tries in 0_u32..5, chance in any::<u64>()) {
            let millisecond = Duration::from_millis(1);
            prop_assert!(wait(tries + 1, chance) + millisecond >= 2 * wait(tries, chance));
        }
    }
}
