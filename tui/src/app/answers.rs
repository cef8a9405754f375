//! The last answers, so that coming back to a screen is instant.

use chrono::{DateTime, Utc};

use super::subject::{Answer, Subject};
use super::view::View;

/// Enough for every view under a handful of filters, and little memory.
const KEPT: usize = 32;

/// Answers by subject, the one that was used last first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    kept: Vec<Answer>,
}

/// What there is to show for a subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown<'a> {
    /// Its answer.
    Exact(&'a Answer),
    /// Not yet; this is what the screen showed before, under its own heading.
    Older(&'a Answer),
    /// Nothing at all yet.
    Nothing,
}

impl<'a> Shown<'a> {
    /// Whatever there is.
    #[must_use]
    pub fn answer(self) -> Option<&'a Answer> {
        match self {
            Self::Exact(answer) | Self::Older(answer) => Some(answer),
            Self::Nothing => None,
        }
    }
}

impl Answers {
    /// What there is to show for `subject`.
    #[must_use]
    pub fn shown(&self, subject: &Subject) -> Shown<'_> {
        match self.exact(subject) {
            Some(answer) => Shown::Exact(answer),
            // Another session or another step is no older answer to the same question.
            None if View::DEEPER.contains(&subject.view) => self
                .kept
                .iter()
                .find(|answer| {
                    answer.subject.view == subject.view && answer.subject.part == subject.part
                })
                .map_or(Shown::Nothing, Shown::Older),
            None => self
                .last_of(subject.view)
                .map_or(Shown::Nothing, Shown::Older),
        }
    }

    /// All of them, the one that was used last first.
    pub fn iter(&self) -> impl Iterator<Item = &Answer> {
        self.kept.iter()
    }

    /// The answer to exactly this.
    #[must_use]
    pub fn exact(&self, subject: &Subject) -> Option<&Answer> {
        self.kept.iter().find(|answer| answer.subject == *subject)
    }

    /// The newest answer of all: what it says about freshness holds everywhere.
    #[must_use]
    pub fn newest(&self) -> Option<&Answer> {
        self.kept.iter().max_by_key(|answer| answer.at)
    }

    fn last_of(&self, view: View) -> Option<&Answer> {
        self.kept.iter().find(|answer| answer.subject.view == view)
    }

    /// Keeps an answer in the place of an older one to the same subject. Did it
    /// say anything new?
    pub(super) fn put(&mut self, answer: Answer) -> bool {
        let before = self
            .kept
            .iter()
            .position(|kept| kept.subject == answer.subject);
        let news = match before.map(|at| self.kept.remove(at)) {
            Some(old) => {
                old.body != answer.body
                    || old.before != answer.before
                    || !same_books(&old, &answer)
                    || (answer.subject.view.is_of_a_range() && old.range != answer.range)
            }
            None => true,
        };
        self.kept.insert(0, answer);
        self.kept.truncate(KEPT);
        news
    }

    /// When each of them came.
    pub(super) fn times(&mut self) -> impl Iterator<Item = &mut DateTime<Utc>> {
        self.kept.iter_mut().map(|answer| &mut answer.at)
    }

    /// Remembers that `subject` is on the screen now.
    pub(super) fn touch(&mut self, subject: &Subject) {
        if let Some(at) = self.kept.iter().position(|kept| kept.subject == *subject) {
            self.kept[..=at].rotate_right(1);
        }
    }
}

/// Do both say the same about the pipeline? The lag is left out: it grows by
/// itself, and the screen counts it from the newest event.
fn same_books(old: &Answer, new: &Answer) -> bool {
    old.pipeline.newest_event == new.pipeline.newest_event
        && old.pipeline.rejects == new.pipeline.rejects
        && old.pipeline.runs == new.pipeline.runs
}
