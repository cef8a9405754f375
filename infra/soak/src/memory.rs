//! Memory of processes: their own pages, not those that they share or map.

use std::fs;
use std::time::Duration;

/// The first part of a run, in which caches and pools fill: not judged.
const WARM_UP: f64 = 0.3;
/// What a series may grow by from the first half of the rest to the second.
const GROWTH_KB: u64 = 16 * 1_024;
const GROWTH_SHARE: f64 = 0.15;
/// Fewer samples say nothing.
const ENOUGH: usize = 12;

/// Samples of one part, in kB.
#[derive(Debug, Default)]
pub(crate) struct Series(Vec<u64>);

impl Series {
    pub(crate) fn add(&mut self, kb: u64) {
        self.0.push(kb);
    }

    pub(crate) fn most(&self) -> u64 {
        self.0.iter().copied().max().unwrap_or_default()
    }

    /// The means of both halves after the warm-up, in kB; `None`: too few samples.
    pub(crate) fn halves(&self) -> Option<(u64, u64)> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a share of a small count"
        )]
        let warm = (self.0.len() as f64 * WARM_UP) as usize;
        let judged = &self.0[warm..];
        if judged.len() < ENOUGH {
            return None;
        }
        let (first, second) = judged.split_at(judged.len() / 2);
        Some((mean(first), mean(second)))
    }

    /// Whether it does not grow.
    pub(crate) fn is_flat(&self) -> bool {
        self.halves().is_none_or(|(first, second)| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "kB of a machine"
            )]
            let share = (first as f64 * GROWTH_SHARE) as u64;
            second <= first + share.max(GROWTH_KB)
        })
    }
}

fn mean(samples: &[u64]) -> u64 {
    samples.iter().sum::<u64>() / samples.len().max(1) as u64
}

/// How often samples are taken.
pub(crate) const EVERY: Duration = Duration::from_secs(1);

/// A process's own memory, in kB; nothing once it is gone.
pub(crate) fn of(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    field(&status, "RssAnon:").unwrap_or_default()
}

/// The same of a process and its children.
pub(crate) fn of_family(pid: u32) -> u64 {
    let children = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = children.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |child: &u32| {
        let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        field(&status, "PPid:") == Some(pid.into())
    };
    of(pid) + pids.filter(is_child).map(of).sum::<u64>()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::flat(|_| 100_000, true)]
    #[case::warms_up(|second| 100_000.min(second * 1_000), true)]
    #[case::saw(|second| 100_000 + second % 60 * 500, true)]
    #[case::leaks(|second| 50_000 + second * 100, false)]
    #[case::large_and_leaks(|second| 500_000 + second * 600, false)]
    fn growth_is_told_from_noise(#[case] kb: fn(u64) -> u64, #[case] flat: bool) {
        let series = Series((0..600).map(kb).collect());
        assert_eq!(series.is_flat(), flat, "{:?}", series.halves());
    }

    #[test]
    fn memory_of_this_process_is_seen() {
        let before = of(std::process::id());
        let held = vec![1_u8; 32 << 20];
        assert!(of(std::process::id()) >= before + 30_000, "{}", held.len());
    }
}
