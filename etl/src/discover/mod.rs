//! Finds the objects of a scope: lists the bucket, many pieces at once.
//!
//! A piece of the key space is listed from its beginning. When its first page
//! is not all of it, the rest is cut in up to eight pieces, at days or at times
//! within a day, and these are listed at the same time, each from its own
//! start-after key. Keys sort by time, so the pieces come out about even; where
//! they do not, a piece that is still too long is cut again.

mod segment;

use std::future::Future;

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::{StreamExt, stream::FuturesUnordered};
use sbw_ingest::key;

use crate::{Scope, transform::RawObject};
use segment::Segment;

/// Into how many pieces the rest of a long listing is cut.
const PARTS: u32 = 8;
/// How many days a listing of what is new covers at least.
const LEAST_DAYS: u64 = 3;

/// Something that lists keys in byte order: a bucket.
pub trait Listing: Sync {
    /// What goes wrong.
    type Error;

    /// The first keys after `after` that start with `prefix`, up to a page.
    fn page(
        &self,
        prefix: &str,
        after: &str,
    ) -> impl Future<Output = Result<Page, Self::Error>> + Send;
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The objects, in order of their keys.
    pub objects: Vec<RawObject>,
    /// Whether there is more after the last.
    pub more: bool,
}

/// A range of keys to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    prefix: String,
    /// Disjoint.
    segments: Vec<Segment>,
}

impl Range {
    /// The keys of a scope. `last_complete` is when the last complete run began.
    #[must_use]
    pub fn of(scope: &Scope, last_complete: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        // A day's folder without its slash comes before everything in it.
        let before = |day: NaiveDate| key::day_prefix(day).trim_end_matches('/').to_owned();
        let end = |folder: String| Some(format!("{folder}{}", char::MAX));
        let segments = match scope {
            Scope::All | Scope::Prefix(_) => vec![Segment::default()],
            Scope::New => {
                let after = last_complete.map_or_else(String::new, |complete| {
                    let least = now.date_naive() - Days::new(LEAST_DAYS);
                    before(complete.date_naive().min(least))
                });
                vec![Segment { after, last: None }]
            }
            Scope::Days { first, last } => {
                vec![Segment {
                    after: before(*first),
                    last: end(key::day_prefix(*last)),
                }]
            }
            Scope::Hour { day, hour } => {
                let folder = key::hour_prefix(*day, *hour);
                let older = Segment {
                    after: folder.trim_end_matches('/').to_owned(),
                    last: end(folder),
                };
                vec![older, Segment::hour(*day, *hour)]
            }
        };
        let prefix = match scope {
            Scope::Prefix(prefix) => prefix.clone(),
            _ => key::PREFIX.to_owned(),
        };
        Self { prefix, segments }
    }
}

/// Lists a range, up to `at_once` pages at the same time, and hands every page
/// that holds something to `found`; stops when that answers false. Pages come
/// in no order, objects within a page in key order.
pub async fn discover<L, F>(
    listing: &L,
    range: Range,
    now: DateTime<Utc>,
    at_once: usize,
    mut found: impl FnMut(Vec<RawObject>) -> F,
) -> Result<(), L::Error>
where
    L: Listing,
    F: Future<Output = bool>,
{
    let prefix = range.prefix;
    let mut waiting = range.segments;
    let mut listings = FuturesUnordered::new();
    loop {
        while listings.len() < at_once
            && let Some(segment) = waiting.pop()
        {
            let prefix = prefix.as_str();
            listings.push(async move {
                let page = listing.page(prefix, &segment.after).await;
                (segment, page)
            });
        }
        let Some((segment, page)) = listings.next().await else {
            return Ok(());
        };
        let Page { mut objects, more } = page?;
        if let Some(last) = objects.last()
            && more
            && !segment.is_past(&last.key)
        {
            let seen = last.key.clone();
            let cuts = segment::boundaries(&seen, segment.last.as_deref(), now, PARTS);
            // Those outside the prefix would list nothing.
            let cuts = cuts
                .into_iter()
                .filter(|cut| cut.starts_with(&prefix))
                .collect();
            // The nearest is popped first.
            waiting.extend(segment.clone().rest(seen, cuts).into_iter().rev());
        }
        objects.retain(|object| segment.holds(&object.key) && !is_folder(object));
        if !objects.is_empty() && !found(objects).await {
            return Ok(());
        }
    }
}

/// Consoles make an empty object to show a folder; it is nothing to load.
fn is_folder(object: &RawObject) -> bool {
    object.size_bytes == 0 && object.key.ends_with('/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        collections::BTreeSet,
        convert::Infallible,
        ops::Bound,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use chrono::TimeDelta;
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::{NoContext, Timestamp, Uuid};

    use super::*;

    struct Bucket {
        keys: BTreeSet<String>,
        page: usize,
        asked: AtomicUsize,
    }

    impl Bucket {
        fn new(keys: impl IntoIterator<Item = String>, page: usize) -> Self {
            Self {
                keys: keys.into_iter().collect(),
                page,
                asked: AtomicUsize::new(0),
            }
        }
    }

    impl Listing for Bucket {
        type Error = Infallible;

        async fn page(&self, prefix: &str, after: &str) -> Result<Page, Infallible> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let mut keys = self
                .keys
                .range::<str, _>((Bound::Excluded(after), Bound::Unbounded))
                .filter(|key| key.starts_with(prefix));
            let objects = keys
                .by_ref()
                .take(self.page)
                .map(|key| RawObject {
                    key: key.clone(),
                    size_bytes: 1,
                    last_modified: now(),
                    etag: None,
                })
                .collect();
            Ok(Page {
                objects,
                more: keys.next().is_some(),
            })
        }
    }

    fn now() -> DateTime<Utc> {
        "2025-12-05T12:00:00Z".parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    async fn list(bucket: &Bucket, range: Range) -> Vec<String> {
        let mut keys = Vec::new();
        let Ok(()) = discover(bucket, range, now(), 8, |page| {
            keys.extend(page.into_iter().map(|object| object.key));
            std::future::ready(true)
        })
        .await;
        keys.sort();
        keys
    }

    #[rstest]
    #[case::first_run(Scope::New, None, &["events/!", "events/2024/01/01/a", "events/2025/12/01/a", "events/2025/12/02/a", "events/2025/12/05/a", "events/2031/01/01/a", "events/odd"])]
    #[case::three_days_at_least(Scope::New, Some("2025-12-05T11:00:00Z"), &["events/2025/12/02/a", "events/2025/12/05/a", "events/2031/01/01/a", "events/odd"])]
    #[case::since_the_last(Scope::New, Some("2025-12-01T23:00:00Z"), &["events/2025/12/01/a", "events/2025/12/02/a", "events/2025/12/05/a", "events/2031/01/01/a", "events/odd"])]
    #[case::one_day(Scope::Days { first: day("2025-12-01"), last: day("2025-12-01") }, None, &["events/2025/12/01/a"])]
    #[case::days(Scope::Days { first: day("2025-12-01"), last: day("2025-12-02") }, None, &["events/2025/12/01/a", "events/2025/12/02/a"])]
    #[case::hour(Scope::Hour { day: day("2025-12-05"), hour: 5 }, None, &["events/2025/12/05/05/a", "events/2025/12/05/event-019aece1-9c80-7a"])]
    #[case::prefix(Scope::Prefix("events/2025/12/0".into()), None, &["events/2025/12/01/a", "events/2025/12/02/a", "events/2025/12/05/a"])]
    #[tokio::test]
    async fn a_scope_is_a_range_of_keys(
        #[case] scope: Scope,
        #[case] last_complete: Option<&str>,
        #[case] expected: &[&str],
    ) {
        let keys = [
            "events/!",
            "events/2024/01/01/a",
            "events/2025/12/01/a",
            "events/2025/12/02/a",
            "events/2025/12/05/a",
            "events/2031/01/01/a",
            "events/odd",
            "other/2025/12/05/a",
        ];
        let hours = [
            "events/2025/12/05/04/a",
            "events/2025/12/05/05/a",
            "events/2025/12/05/06/a",
            "events/2025/12/05/event-019aece1-9c7f-7a",
            "events/2025/12/05/event-019aece1-9c80-7a",
            "events/2025/12/05/event-019aed18-8b00-7a",
        ];
        let hours = hours
            .into_iter()
            .filter(|_| matches!(scope, Scope::Hour { .. }));
        let bucket = Bucket::new(keys.into_iter().chain(hours).map(str::to_owned), 2);
        let last_complete = last_complete.map(|text| text.parse().unwrap());
        assert_eq!(
            list(&bucket, Range::of(&scope, last_complete, now())).await,
            expected
        );
    }

    #[tokio::test]
    async fn a_busy_day_takes_about_as_many_requests_as_pages() {
        let start = day("2025-12-01").and_hms_opt(0, 0, 0).unwrap().and_utc();
        let keys = (0..86_400).step_by(16).map(|second| {
            let at = start + TimeDelta::seconds(second);
            let id = Uuid::new_v7(Timestamp::from_unix(
                NoContext,
                at.timestamp().unsigned_abs(),
                0,
            ));
            key::object_key(at, id)
        });
        let bucket = Bucket::new(keys, 1_000);
        let scope = Scope::days(day("2025-12-01"), day("2025-12-01")).unwrap();
        assert_eq!(
            list(&bucket, Range::of(&scope, None, now())).await.len(),
            5_400
        );
        assert!(bucket.asked.load(Ordering::Relaxed) <= 10);
    }

    proptest! {
        #[test]
        fn every_key_is_found_once(
            seconds in proptest::collection::vec(0..40_i64 * 86_400, 0..200),
            odd in proptest::collection::vec("events/[0-9e/-]{0,12}[a-z]", 0..40),
            page in 1..7_usize,
        ) {
            let start = day("2025-11-01").and_hms_opt(0, 0, 0).unwrap().and_utc();
            let keys = seconds.into_iter().map(|second| {
                let at = start + TimeDelta::seconds(second);
                key::object_key(at, Uuid::new_v7(Timestamp::from_unix(NoContext, at.timestamp().unsigned_abs(), 0)))
            });
            let bucket = Bucket::new(keys.chain(odd), page);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let found = runtime.block_on(list(&bucket, Range::of(&Scope::All, None, now())));
            prop_assert_eq!(found, bucket.keys.iter().cloned().collect::<Vec<_>>());
        }
    }
}
