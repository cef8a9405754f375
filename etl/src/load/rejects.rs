//! Which rejects are kept: not more of an object than anyone reads.

use std::collections::HashMap;

use crate::transform::Reject;

/// Rejects of an object that are kept. One row more says how many there were besides.
pub(super) const MOST: u64 = 1_000;

/// Counts the rejects of objects, and keeps the first of each.
#[derive(Debug, Default)]
pub(super) struct FirstRejects(HashMap<u32, Seen>);

#[derive(Debug, Default)]
struct Seen {
    rejects: u64,
    /// Place of the first that is not kept.
    first_left_out: i32,
}

impl FirstRejects {
    /// Whether to keep the next reject of its object.
    pub(super) fn keeps(&mut self, reject: &Reject) -> bool {
        let seen = self.0.entry(reject.object_no).or_default();
        seen.rejects += 1;
        if seen.rejects == MOST + 1 {
            seen.first_left_out = reject.index;
        }
        seen.rejects <= MOST
    }

    /// For each object of which some were left out, a reject that says how many.
    pub(super) fn left_out(&self) -> Vec<Reject> {
        self.0
            .iter()
            .filter(|(_, seen)| seen.rejects > MOST)
            .map(|(&object_no, seen)| Reject {
                object_no,
                index: seen.first_left_out,
                reason: format!("and {} more", seen.rejects - MOST),
                excerpt: String::new(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(object_no: u32, index: i32) -> Reject {
        Reject {
            object_no,
            index,
            reason: "bad".to_owned(),
            excerpt: String::new(),
        }
    }

    #[test]
    fn the_first_thousand_are_kept_and_the_rest_is_counted() {
        let mut rejects = FirstRejects::default();
        let kept = (0..1_203)
            .filter(|&index| rejects.keeps(&reject(0, index)))
            .count();
        assert!(rejects.keeps(&reject(1, 5)), "another object's");
        assert_eq!(kept, 1_000);
        let left_out = rejects.left_out();
        assert_eq!(left_out.len(), 1);
        assert_eq!((left_out[0].object_no, left_out[0].index), (0, 1_000));
        assert_eq!(left_out[0].reason, "and 203 more");
    }
}
