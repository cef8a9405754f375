//! One page of a bucket's keys, the way `ListObjectsV2` gives it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::path::{escaped, unescaped};

/// S3 gives no more than this at once.
pub(super) const MOST_KEYS: usize = 1_000;

/// What part of a bucket to list.
#[derive(Debug, Default, Clone)]
pub(super) struct Query {
    pub(super) prefix: String,
    /// Keys that share what comes up to this after the prefix are one line.
    pub(super) delimiter: Option<String>,
    pub(super) after: After,
    pub(super) max_keys: usize,
}

/// Where a page begins.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum After {
    /// With the first key.
    #[default]
    Nothing,
    /// With the first key that is greater.
    Key(String),
    /// With the first key that is greater and does not start with it.
    CommonPrefix(String),
}

impl After {
    /// The continuation token that resumes here.
    pub(super) fn token(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Key(key) => Some(format!("k{}", escaped(key))),
            Self::CommonPrefix(prefix) => Some(format!("p{}", escaped(prefix))),
        }
    }

    /// Undoes [`Self::token`]; `None` for a token that is not ours.
    pub(super) fn from_token(token: &str) -> Option<Self> {
        match token.split_at_checked(1)? {
            ("k", key) => Some(Self::Key(unescaped(key)?)),
            ("p", prefix) => Some(Self::CommonPrefix(unescaped(prefix)?)),
            _ => None,
        }
    }
}

/// One page.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) objects: Vec<(String, T)>,
    pub(super) common_prefixes: Vec<String>,
    /// Where the next page begins, when there is one.
    pub(super) next: Option<After>,
}

/// Reads one page out of a sorted bucket.
pub(super) fn page<T: Clone>(bucket: &BTreeMap<String, T>, query: &Query) -> Page<T> {
    let mut page = Page {
        objects: Vec::new(),
        common_prefixes: Vec::new(),
        next: None,
    };
    let most = query.max_keys.min(MOST_KEYS);
    if most == 0 {
        return page;
    }
    let mut from = first_key(query);
    let mut last = After::Nothing;
    while let Some(start) = from {
        let mut keys =
            bucket.range::<str, _>((start.as_ref().map(String::as_str), Bound::Unbounded));
        let Some((key, object)) = keys
            .next()
            .filter(|(key, _)| key.starts_with(&query.prefix))
        else {
            break;
        };
        if page.objects.len() + page.common_prefixes.len() == most {
            page.next = Some(last);
            break;
        }
        if let Some(common) = common_prefix(key, query) {
            page.common_prefixes.push(common.to_owned());
            last = After::CommonPrefix(common.to_owned());
            from = past_prefix(common).map(Bound::Included);
        } else {
            page.objects.push((key.clone(), object.clone()));
            last = After::Key(key.clone());
            from = Some(Bound::Excluded(key.clone()));
        }
    }
    page
}

fn first_key(query: &Query) -> Option<Bound<String>> {
    let prefix = &query.prefix;
    match &query.after {
        After::Key(key) if key >= prefix => Some(Bound::Excluded(key.clone())),
        After::CommonPrefix(common) if common >= prefix => past_prefix(common).map(Bound::Included),
        _ => Some(Bound::Included(prefix.clone())),
    }
}

fn common_prefix<'a>(key: &'a str, query: &Query) -> Option<&'a str> {
    let delimiter = query
        .delimiter
        .as_deref()
        .filter(|delimiter| !delimiter.is_empty())?;
    let rest = &key[query.prefix.len()..];
    let end = query.prefix.len() + rest.find(delimiter)? + delimiter.len();
    Some(&key[..end])
}

/// The least string that is greater than everything that starts with `prefix`:
/// the order of UTF-8 bytes is that of code points.
fn past_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The next code point; a step over the surrogates, which are no chars.
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// What S3 documents, the slow way: filter, group, cut.
    fn expected(bucket: &BTreeMap<String, u8>, query: &Query) -> Vec<String> {
        let mut lines: Vec<String> = bucket
            .keys()
            .filter(|key| key.starts_with(&query.prefix))
            .filter(|key| match &query.after {
                After::Nothing => true,
                After::Key(after) => *key > after,
                After::CommonPrefix(after) => *key > after && !key.starts_with(after),
            })
            .map(|key| common_prefix(key, query).unwrap_or(key).to_owned())
            .collect();
        lines.dedup();
        lines
    }

    fn lines(page: &Page<u8>) -> Vec<String> {
        let keys = page.objects.iter().map(|(key, _)| key.clone());
        let mut lines: Vec<_> = keys.chain(page.common_prefixes.iter().cloned()).collect();
        lines.sort();
        lines
    }

    proptest! {
        #[test]
        fn pages_put_together_are_the_whole_list(
            keys in prop::collection::btree_set("[ab/\u{d7ff}\u{10ffff}]{1,5}", 0..40),
            prefix in "[ab/]{0,2}",
            delimiter in prop::option::of("[/b]{1,2}"),
            start_after in prop::option::of("[ab/]{0,3}"),
            max_keys in 1_usize..7,
        ) {
            let bucket: BTreeMap<String, u8> = keys.into_iter().map(|key| (key, 0)).collect();
            let after = start_after.map_or(After::Nothing, After::Key);
            let mut query = Query { prefix, delimiter, after, max_keys };
            let whole = expected(&bucket, &query);
            let mut listed = Vec::new();
            loop {
                let page = page(&bucket, &query);
                let got = lines(&page);
                prop_assert!(got.len() <= max_keys);
                listed.extend(got);
                let Some(next) = page.next else { break };
                query.after = After::from_token(&next.token().unwrap()).unwrap();
                prop_assert_eq!(&query.after, &next);
            }
            prop_assert_eq!(listed, whole);
        }
    }

    #[test]
    fn a_foreign_token_is_refused() {
        for token in ["", "x", "k%", "p%FF", "é"] {
            assert_eq!(After::from_token(token), None, "{token:?}");
        }
    }
}
