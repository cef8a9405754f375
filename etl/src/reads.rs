//! What came of a run's reading of objects, and what follows from it.

use std::sync::{Mutex, PoisonError};

use crate::{
    bucket::{Fault, Kind},
    transform::RawObject,
};

/// Objects that could not be read, of which more is kept than their number. The others just remain.
const MOST: usize = 10_000;
/// When so many more could not be read than could, and this many at least, it is not their fault.
const MANY: u64 = 8;
/// The same when nothing at all could be read.
const SOME: u64 = 3;

/// The objects of a run that were read, or could not be.
#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<Outcomes>);

/// How many could be read, and which not.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    read: u64,
    refused: u64,
    failed: u64,
    pub(crate) gone: Vec<String>,
    pub(crate) unreadable: Vec<Unreadable>,
}

/// An object that could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) object: RawObject,
    pub(crate) kind: Kind,
    pub(crate) reason: String,
}

impl Reads {
    pub(crate) fn read(&self) {
        self.update(|outcomes| outcomes.read += 1);
    }

    pub(crate) fn gone(&self, key: String) {
        self.update(|outcomes| {
            if outcomes.gone.len() < MOST {
                outcomes.gone.push(key);
            }
        });
    }

    pub(crate) fn unreadable(&self, object: RawObject, fault: &Fault) {
        let unreadable = Unreadable {
            object,
            kind: fault.kind(),
            reason: fault.to_string(),
        };
        self.update(|outcomes| {
            match unreadable.kind {
                Kind::Refused => outcomes.refused += 1,
                Kind::Passing => outcomes.failed += 1,
                Kind::Unreadable | Kind::Gone | Kind::Fatal => {}
            }
            if outcomes.unreadable.len() < MOST {
                outcomes.unreadable.push(unreadable);
            }
        });
    }

    pub(crate) fn take(&self) -> Outcomes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn update(&self, change: impl FnOnce(&mut Outcomes)) {
        // An outcome is added or not; a panic elsewhere cannot leave half of one.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Outcomes {
    /// Whether the bucket, or the way to it, is at fault rather than its objects.
    pub(crate) fn bucket_is_at_fault(&self) -> bool {
        is_most(self.refused + self.failed, self.read)
    }

    /// Why the run has failed: most objects are refused.
    pub(crate) fn refusal(&self) -> Option<String> {
        if !is_most(self.refused, self.read) {
            return None;
        }
        let first = self
            .unreadable
            .iter()
            .find(|unreadable| unreadable.kind == Kind::Refused)?;
        Some(format!(
            "{} of {} objects are refused; the credentials must allow s3:GetObject on events/*, and kms:Decrypt where objects are encrypted with a key. Of {}: {}",
            self.refused,
            self.refused + self.read,
            first.object.key,
            first.reason
        ))
    }
}

fn is_most(bad: u64, good: u64) -> bool {
    bad > good && (bad >= MANY || (good == 0 && bad >= SOME))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one_alone(1, 0, false)]
    #[case::two_alone(2, 0, false)]
    #[case::all_of_three(3, 0, true)]
    #[case::few_but_more(7, 6, false)]
    #[case::many_and_more(8, 7, true)]
    #[case::many_among_more(500, 501, false)]
    fn most_objects_mean_the_bucket(#[case] bad: u64, #[case] good: u64, #[case] expected: bool) {
        assert_eq!(is_most(bad, good), expected);
    }
}
