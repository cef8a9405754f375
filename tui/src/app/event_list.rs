//! A window on millions of events: the pages around the cursor, newest first.
//!
//! Pages are fetched by key, each older than the last row of the one before, so
//! that the millionth row costs what the first did. Only some pages are held;
//! where each of the others began is remembered for the way back.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::raw::{Cursor, RawEvent};
use sbw_queries::range::TimeRange;

use super::subject::{Answer, Body, Part, Subject};

/// Rows of a page.
pub const PAGE: usize = 200;

/// Pages held at once.
const HELD: usize = 8;

/// How near to the end of what is held the next page is asked for.
const NEAR: usize = 60;

/// The rows that are held and where the reader is among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventList {
    /// Whose events these are: the question for the newest page.
    subject: Option<Subject>,
    range: Option<TimeRange>,
    at: Option<DateTime<Utc>>,
    rows: VecDeque<RawEvent>,
    /// The pages that `rows` are made of.
    pages: VecDeque<Page>,
    /// Pages before those, from the newest; held no more.
    passed: Vec<Page>,
    /// Nothing is older than the last row.
    ended: bool,
    /// There is more that is newer than the first row than was merged.
    behind: bool,
    selected: usize,
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Page {
    /// It holds what is older than this; the newest page has none.
    start: Option<Cursor>,
    rows: usize,
}

impl EventList {
    /// The question that the rows answer.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The range they were asked for.
    #[must_use]
    pub fn range(&self) -> Option<TimeRange> {
        self.range
    }

    /// When the newest of them arrived.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// Rows that are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Is there nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The held rows from `first` on.
    pub fn rows_from(&self, first: usize) -> impl Iterator<Item = &RawEvent> {
        self.rows.range(first.min(self.rows.len())..)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&RawEvent> {
        self.rows.get(self.selected)
    }

    /// Where the cursor is among the held rows.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.selected
    }

    /// The first row that is drawn when `height` rows fit.
    #[must_use]
    pub fn offset(&self, height: usize) -> usize {
        let lowest = (self.selected + 1).saturating_sub(height.max(1));
        let fill = self.rows.len().saturating_sub(height);
        self.offset
            .min(fill.max(lowest))
            .clamp(lowest, self.selected.max(lowest))
    }

    /// How many newer rows were passed and are held no more.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.passed.iter().map(|page| page.rows).sum()
    }

    /// Is the last row the oldest of the range?
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Are there newer events than the list starts with?
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// Does the list follow the newest event?
    #[must_use]
    pub fn follows(&self) -> bool {
        self.selected == 0 && self.offset == 0
    }

    /// Moves the cursor, keeping it in sight of `height` rows.
    pub(super) fn step(&mut self, rows: isize, height: usize) {
        self.select(self.selected.saturating_add_signed(rows), height);
    }

    /// Moves the cursor to the newest row; it follows from here on.
    pub(super) fn go_to_newest(&mut self) {
        self.selected = 0;
        self.offset = 0;
    }

    /// Moves the cursor to the oldest row that is held.
    pub(super) fn go_to_oldest(&mut self, height: usize) {
        self.select(usize::MAX, height);
    }

    fn select(&mut self, row: usize, height: usize) {
        self.selected = row.min(self.rows.len().saturating_sub(1));
        self.offset = self.offset(height);
    }

    /// The page that is needed for where the cursor is.
    pub(super) fn wanted(&self) -> Option<Subject> {
        let subject = self.subject.as_ref()?;
        if self.follows() && (self.behind || !self.passed.is_empty()) {
            return Some(subject.clone());
        }
        if self.selected + NEAR >= self.rows.len() && !self.ended {
            return self
                .rows
                .back()
                .map(|row| subject.page_before(Some(cursor(row))));
        }
        let before = self.passed.last()?;
        (self.selected < NEAR).then(|| subject.page_before(before.start))
    }

    /// Takes a page in. Did that change anything?
    pub(super) fn take(&mut self, answer: &Answer) -> bool {
        let (Part::Page(start), Body::Page(page)) = (&answer.subject.part, &answer.body) else {
            return false;
        };
        let base = answer.subject.page_before(None);
        if self.subject.as_ref() != Some(&base) {
            if start.is_none() {
                self.restart(base, answer, &page.rows);
            }
            return start.is_none();
        }
        match start {
            None => self.take_newest(base, answer, &page.rows),
            Some(start) => self.take_page(*start, &page.rows),
        }
    }

    fn restart(&mut self, subject: Subject, answer: &Answer, rows: &[RawEvent]) {
        *self = Self {
            subject: Some(subject),
            range: Some(answer.range),
            at: Some(answer.at),
            rows: rows.iter().cloned().collect(),
            pages: VecDeque::from([Page {
                start: None,
                rows: rows.len(),
            }]),
            ended: rows.len() < PAGE,
            ..Self::default()
        };
    }

    fn take_newest(&mut self, base: Subject, answer: &Answer, rows: &[RawEvent]) -> bool {
        let nothing_new = rows.iter().eq(self.rows.iter().take(rows.len()));
        if self.follows() || self.rows.is_empty() {
            // A page that is not full is all there is: the oldest may have slid
            // out of the range. Rows of further pages stay when they still join on.
            let fewer = rows.len() < PAGE && rows.len() < self.rows.len();
            if !nothing_new || fewer || !self.passed.is_empty() || self.rows.len() < rows.len() {
                self.restart(base, answer, rows);
                return true;
            }
            self.at = Some(answer.at);
            self.range = Some(answer.range);
            return false;
        }
        if !self.passed.is_empty() {
            let was = std::mem::replace(&mut self.behind, true);
            return !was;
        }
        // The reader is somewhere below: what is new goes on top, and the row
        // under the cursor stays where it is on the screen.
        let known = self.rows.front().map(|row| row.event_id);
        let Some(new) = rows.iter().position(|row| Some(row.event_id) == known) else {
            let was = std::mem::replace(&mut self.behind, true);
            return !was;
        };
        for row in rows[..new].iter().rev() {
            self.rows.push_front(row.clone());
        }
        if let Some(first) = self.pages.front_mut() {
            first.rows += new;
        }
        self.selected += new;
        self.offset += new;
        self.behind = false;
        self.at = Some(answer.at);
        self.range = Some(answer.range);
        new > 0
    }

    fn take_page(&mut self, start: Cursor, rows: &[RawEvent]) -> bool {
        if self.rows.back().map(cursor) == Some(start) {
            self.ended = rows.len() < PAGE;
            self.rows.extend(rows.iter().cloned());
            self.pages.push_back(Page {
                start: Some(start),
                rows: rows.len(),
            });
            self.drop_newest_pages();
            return true;
        }
        match self.passed.pop() {
            Some(before) if before.start == Some(start) => {
                self.take_back(start, rows);
                true
            }
            Some(before) => {
                self.passed.push(before);
                false
            }
            None => false,
        }
    }

    fn take_back(&mut self, start: Cursor, rows: &[RawEvent]) {
        let joins = self.pages.front().and_then(|page| page.start) == rows.last().map(cursor);
        if !joins {
            // Late events came in between: go on from the page that was read anew.
            self.rows.clear();
            self.pages.clear();
            self.ended = false;
            self.selected = 0;
            self.offset = 0;
        }
        for row in rows.iter().rev() {
            self.rows.push_front(row.clone());
        }
        self.pages.push_front(Page {
            start: Some(start),
            rows: rows.len(),
        });
        self.selected += rows.len();
        self.offset += rows.len();
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        self.offset = self.offset.min(self.selected);
        while self.pages.len() > HELD {
            let last = self.pages.pop_back().map_or(0, |page| page.rows);
            self.rows.truncate(self.rows.len() - last);
            self.ended = false;
        }
    }

    fn drop_newest_pages(&mut self) {
        while self.pages.len() > HELD {
            let Some(first) = self.pages.front().copied() else {
                return;
            };
            if self.offset < first.rows {
                return;
            }
            // The newest page has no start of its own. Fetched again from just
            // above its first row it is the same page, whatever came since.
            let start = first.start.or_else(|| self.rows.front().map(just_above));
            self.pages.pop_front();
            self.rows.drain(..first.rows);
            self.passed.push(Page { start, ..first });
            self.selected -= first.rows;
            self.offset -= first.rows;
        }
    }
}

fn just_above(row: &RawEvent) -> Cursor {
    let time = row.event_timestamp + TimeDelta::microseconds(1);
    Cursor {
        time,
        id: row.event_id,
    }
}

fn cursor(row: &RawEvent) -> Cursor {
    Cursor {
        time: row.event_timestamp,
        id: row.event_id,
    }
}
