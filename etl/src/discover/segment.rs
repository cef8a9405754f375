//! The space of keys, cut into pieces that are listed at the same time.
//!
//! Whatever the cuts, every key is in exactly one piece: keys that lie about
//! their time, or follow no layout, are found like all others.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sbw_ingest::key;

/// Keys `k` with `after < k <= last`, in byte order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Segment {
    /// Before the first; empty: from the beginning.
    pub(super) after: String,
    /// The end; none: no end.
    pub(super) last: Option<String>,
}

impl Segment {
    /// What was received in an hour, by the current layout.
    pub(super) fn hour(day: NaiveDate, hour: u32) -> Self {
        let start = day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(hour.into());
        let folder = key::day_prefix(day);
        let after = minted_from(&folder, start);
        let last = minted_from(&folder, start + TimeDelta::hours(1));
        Self {
            after,
            last: Some(last),
        }
    }

    pub(super) fn holds(&self, key: &str) -> bool {
        key > self.after.as_str() && !self.is_past(key)
    }

    /// Whether the key, and so all keys after it, lie behind the end.
    pub(super) fn is_past(&self, key: &str) -> bool {
        self.last.as_deref().is_some_and(|last| key > last)
    }

    /// What is left of it after `seen`, cut at those boundaries that lie inside.
    pub(super) fn rest(self, seen: String, boundaries: Vec<String>) -> Vec<Self> {
        let mut cuts: Vec<String> = boundaries
            .into_iter()
            .filter(|cut| *cut > seen && self.last.as_ref().is_none_or(|last| cut < last))
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces = Vec::with_capacity(cuts.len() + 1);
        let mut after = seen;
        for cut in cuts {
            pieces.push(Self {
                after,
                last: Some(cut.clone()),
            });
            after = cut;
        }
        pieces.push(Self {
            after,
            last: self.last,
        });
        pieces
    }
}

/// Where to cut what comes after `seen`: at days, or inside `seen`'s day at
/// times, because keys sort by time there. About `parts` cuts, more at most by
/// the days of a short range.
pub(super) fn boundaries(
    seen: &str,
    last: Option<&str>,
    now: DateTime<Utc>,
    parts: u32,
) -> Vec<String> {
    let Some(day) = key::day_of(seen) else {
        return Vec::new();
    };
    let tomorrow = now.date_naive() + Days::new(1);
    let end = last
        .and_then(key::day_of)
        .map_or(tomorrow, |end| end.min(tomorrow));
    let days = u32::try_from((end - day).num_days()).unwrap_or(0);
    if days > parts {
        let step = |part: u32| Days::new(u64::from(days) * u64::from(part) / u64::from(parts));
        return (1..=parts)
            .map(|part| key::day_prefix(day + step(part)))
            .collect();
    }
    let mut cuts: Vec<String> = (1..=days)
        .map(|ahead| key::day_prefix(day + Days::new(ahead.into())))
        .collect();
    cuts.extend(inside_day(day, seen, last, now, parts));
    cuts
}

fn inside_day(
    day: NaiveDate,
    seen: &str,
    last: Option<&str>,
    now: DateTime<Utc>,
    parts: u32,
) -> Vec<String> {
    let folder = key::day_prefix(day);
    let name = &seen[folder.len().min(seen.len())..];
    // The older layout's hours sort before the files that stand in the day itself.
    if let Some(hour) = name.get(..2).and_then(|hour| hour.parse::<u32>().ok()) {
        let mut cuts: Vec<String> = (hour + 1..24)
            .map(|hour| key::hour_prefix(day, hour))
            .collect();
        cuts.push(format!("{folder}{FILE}"));
        return cuts;
    }
    let (Some(from), Some(midnight)) = (minted_at(name), (day + Days::new(1)).and_hms_opt(0, 0, 0))
    else {
        return Vec::new();
    };
    let to = last
        .and_then(|last| last.strip_prefix(folder.as_str()))
        .and_then(stamp)
        .unwrap_or_else(|| midnight.and_utc().min(now));
    if to - from < TimeDelta::seconds(i64::from(parts)) {
        return Vec::new();
    }
    let step = (to - from) / i32::try_from(parts).unwrap_or(i32::MAX);
    (1..parts)
        .filter_map(|part| Some(from + step.checked_mul(i32::try_from(part).ok()?)?))
        .map(|at| minted_from(&folder, at))
        .collect()
}

/// Just before the keys of a day that were minted from `at` on.
fn minted_from(folder: &str, at: DateTime<Utc>) -> String {
    let hex = format!("{:012x}", at.timestamp_millis().max(0));
    format!("{folder}{FILE}{}-{}", &hex[..8], &hex[8..12])
}

/// How a file's name begins.
const FILE: &str = "event-";

/// When a file of the current layout was made; none for ids that tell no time.
fn minted_at(name: &str) -> Option<DateTime<Utc>> {
    let id = uuid::Uuid::try_parse(name.strip_prefix(FILE)?.get(..36)?).ok()?;
    (id.get_version_num() == 7).then(|| stamp(name)).flatten()
}

/// The time at the start of a UUIDv7 file name, whole or cut short.
fn stamp(name: &str) -> Option<DateTime<Utc>> {
    let hex = name.strip_prefix(FILE)?.get(..13)?;
    let millis = u64::from_str_radix(&hex.replacen('-', "", 1), 16).ok()?;
    DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::{NoContext, Timestamp, Uuid};

    use super::*;

    fn now() -> DateTime<Utc> {
        "2025-12-05T12:00:00Z".parse().unwrap()
    }

    fn file(at: &str) -> String {
        let at: DateTime<Utc> = at.parse().unwrap();
        let id = Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            at.timestamp().unsigned_abs(),
            0,
        ));
        key::object_key(at, id)
    }

    #[test]
    fn long_ranges_are_cut_at_days() {
        let cuts = boundaries(&file("2024-12-05T10:00:00Z"), None, now(), 8);
        assert_eq!(cuts.len(), 8);
        assert_eq!(cuts[0], "events/2025/01/19/");
        assert_eq!(cuts[7], "events/2025/12/06/");
    }

    #[test]
    fn a_day_is_cut_at_times() {
        let seen = file("2025-12-01T16:00:00Z");
        let cuts = boundaries(&seen, Some("events/2025/12/02/"), now(), 8);
        let hours: Vec<String> = (17..24)
            .map(|hour| file(&format!("2025-12-01T{hour}:00:00Z")))
            .collect();
        for (cut, hour) in cuts[1..].iter().zip(&hours) {
            assert!(hour.starts_with(cut.as_str()), "{cut} {hour}");
        }
        assert_eq!(cuts.len(), 8);
    }

    #[test]
    fn a_piece_of_a_day_is_cut_again() {
        let seen = file("2025-12-01T16:00:00Z");
        let last = &file("2025-12-01T17:00:00Z")[..37];
        let cuts = boundaries(&seen, Some(last), now(), 4);
        assert!(
            cuts.iter().all(|cut| cut.as_str() > seen.as_str()),
            "{cuts:?}"
        );
        assert!(
            file("2025-12-01T16:15:00Z").starts_with(cuts[0].as_str()),
            "{cuts:?}"
        );
    }

    #[test]
    fn the_older_layout_is_cut_at_hours() {
        let seen = "events/2025/06/01/05/event-0a3c1a52-5b1e-4f0e-9f39-0c1f8f0f2a11.json";
        let cuts = boundaries(seen, Some("events/2025/06/02/"), now(), 8);
        assert!(cuts.contains(&"events/2025/06/01/06/".to_owned()));
        assert!(cuts.contains(&"events/2025/06/01/23/".to_owned()));
        assert!(cuts.contains(&"events/2025/06/01/event-".to_owned()));
    }

    #[test]
    fn odd_keys_give_no_cuts_and_no_panic() {
        for key in [
            "events/",
            "events/odd.json",
            "events/2025/12/01/",
            "events/2025/12/01/ộộ",
            "x",
        ] {
            boundaries(key, None, now(), 8);
        }
        assert!(boundaries("events/odd.json", None, now(), 8).is_empty());
    }

    fn any_key() -> impl Strategy<Value = String> {
        prop_oneof![
            (0..40_u64, 0..86_400_i64).prop_map(|(days, seconds)| {
                let day = NaiveDate::from_ymd_opt(2025, 11, 1).unwrap() + Days::new(days);
                let at = day.and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::seconds(seconds);
                let id = Uuid::new_v7(Timestamp::from_unix(
                    NoContext,
                    at.timestamp().unsigned_abs(),
                    0,
                ));
                key::object_key(at, id)
            }),
            (1..28_u32, 0..24_u32).prop_map(|(day, hour)| {
                let day = NaiveDate::from_ymd_opt(2025, 12, day).unwrap();
                format!(
                    "{}event-{}.json",
                    key::hour_prefix(day, hour),
                    Uuid::new_v4()
                )
            }),
            "events/[ -~ộ]{0,20}",
            ".{0,10}",
        ]
    }

    proptest! {
        #[test]
        fn every_key_is_in_exactly_one_piece(
            seen in any_key(),
            last in proptest::option::of(any_key()),
            keys in proptest::collection::vec(any_key(), 1..50),
            parts in 1..10_u32,
        ) {
            let whole = Segment { after: seen.clone(), last: last.clone() };
            let cuts = boundaries(&seen, last.as_deref(), now(), parts);
            let pieces = whole.clone().rest(seen, cuts);
            for key in &keys {
                let holders = pieces.iter().filter(|piece| piece.holds(key)).count();
                prop_assert_eq!(holders, usize::from(whole.holds(key)), "{} in {:?}", key, pieces);
            }
        }
    }
}
