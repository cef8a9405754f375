//! How long loads took, in words.

use std::time::Duration;

/// What a load does besides writing events and their context.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing.
    Bare,
    /// It logs what changed.
    Logged,
    /// It refreshes the rollups, too.
    Refreshed,
}

/// How long loads took each way, and refreshes alone.
#[derive(Default)]
pub(crate) struct Rounds {
    pub(crate) bare: Vec<Duration>,
    pub(crate) logged: Vec<Duration>,
    pub(crate) refreshes: Vec<Duration>,
    pub(crate) refreshed: Vec<Duration>,
}

impl Rounds {
    pub(crate) fn tell(&self, events: u64, of_best: &str) {
        let of_bare = |times: &[Duration], least: u32| {
            format!("{} of bare (at least {least})", shares(&self.bare, times))
        };
        tell("sbw-etl run, bare", events, &self.bare, of_best);
        tell(
            "  and the log",
            events,
            &self.logged,
            &of_bare(&self.logged, 90),
        );
        tell(
            "  and a refresh",
            events,
            &self.refreshed,
            &of_bare(&self.refreshed, 50),
        );
        tell(
            "sbw-etl refresh",
            events,
            &self.refreshes,
            "(at least 60,000 rows/s)",
        );
    }
}

pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

pub(crate) fn tell(what: &str, events: u64, times: &[Duration], share: &str) {
    let took = median(times);
    println!(
        "  {what:<24} {:>8.0} rows/s  {:>6.0} ms  {share}",
        rate(events, took),
        millis(took)
    );
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(crate) fn rate(count: u64, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let count = count as f64;
    count / time.as_secs_f64()
}

/// How much of the best each round kept: the median, the lowest, and the highest.
pub(crate) fn shares(best: &[Duration], actual: &[Duration]) -> String {
    let mut shares: Vec<f64> = best
        .iter()
        .zip(actual)
        .map(|(best, actual)| 100.0 * best.as_secs_f64() / actual.as_secs_f64())
        .collect();
    shares.sort_by(f64::total_cmp);
    let (lowest, highest) = (shares[0], shares[shares.len() - 1]);
    format!(
        "{:.0} % ({lowest:.0} to {highest:.0})",
        shares[shares.len() / 2]
    )
}
