//! A window on millions of rows: the pages around the cursor, newest first.
//!
//! Pages are fetched by key, each older than the last row of the one before, so
//! that the millionth row costs what the first did. Only some pages are held;
//! where each of the others began is remembered for the way back.

use std::collections::VecDeque;
use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::raw::{Cursor, RawEvent};
use sbw_queries::answers::session_list::{SessionCursor, SessionRow};
use sbw_queries::range::TimeRange;

use super::subject::{Answer, Body, Part, Subject};

/// Rows of a page.
pub const PAGE: usize = 200;

/// Pages held at once.
const HELD: usize = 8;

/// How near to the end of what is held the next page is asked for.
const NEAR: usize = 60;

/// A row of a list that is read page by page.
pub trait Listed: Clone + Debug + PartialEq {
    /// What a page starts after.
    type Place: Clone + Debug + PartialEq;

    /// Its own place.
    fn place(&self) -> Self::Place;

    /// The place of nothing in particular just before it.
    fn just_above(&self) -> Self::Place;

    /// Are both the same thing, though it may have grown?
    fn is_same(&self, other: &Self) -> bool;

    /// Where the page of a question starts, if it asks for one of these:
    /// the newest page starts nowhere.
    fn start(subject: &Subject) -> Option<Option<Self::Place>>;

    /// The question for another page of the same list.
    fn page_at(subject: &Subject, start: Option<Self::Place>) -> Subject;

    /// The rows of an answer.
    fn rows(body: &Body) -> Option<&[Self]>;
}

/// The rows that are held and where the reader is among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages<R: Listed> {
    /// Whose rows these are: the question for the newest page.
    subject: Option<Subject>,
    range: Option<TimeRange>,
    at: Option<DateTime<Utc>>,
    rows: VecDeque<R>,
    /// The pages that `rows` are made of.
    held: VecDeque<Page<R::Place>>,
    /// Pages before those, from the newest; held no more.
    passed: Vec<Page<R::Place>>,
    /// Nothing is older than the last row.
    ended: bool,
    /// There is more that is newer than the first row than was merged.
    behind: bool,
    selected: usize,
    offset: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Page<P> {
    /// It holds what is older than this; the newest page has none.
    start: Option<P>,
    rows: usize,
}

impl<R: Listed> Default for Pages<R> {
    fn default() -> Self {
        Self {
            subject: None,
            range: None,
            at: None,
            rows: VecDeque::new(),
            held: VecDeque::new(),
            passed: Vec::new(),
            ended: false,
            behind: false,
            selected: 0,
            offset: 0,
        }
    }
}

impl<R: Listed> Pages<R> {
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
    pub fn rows_from(&self, first: usize) -> impl Iterator<Item = &R> {
        self.rows.range(first.min(self.rows.len())..)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&R> {
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

    /// Puts the cursor on a held row.
    pub(super) fn go_to(&mut self, row: usize, height: usize) {
        self.select(row, height);
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
                .map(|row| R::page_at(subject, Some(row.place())));
        }
        let before = self.passed.last()?;
        (self.selected < NEAR).then(|| R::page_at(subject, before.start.clone()))
    }

    /// Takes a page in. Did that change anything?
    pub(super) fn take(&mut self, answer: &Answer) -> bool {
        let (Some(start), Some(rows)) = (R::start(&answer.subject), R::rows(&answer.body)) else {
            return false;
        };
        let base = R::page_at(&answer.subject, None);
        if self.subject.as_ref() != Some(&base) {
            if start.is_none() {
                self.restart(base, answer, rows);
            }
            return start.is_none();
        }
        match start {
            None => self.take_newest(base, answer, rows),
            Some(start) => self.take_page(start, rows),
        }
    }

    fn restart(&mut self, subject: Subject, answer: &Answer, rows: &[R]) {
        *self = Self {
            subject: Some(subject),
            range: Some(answer.range),
            at: Some(answer.at),
            rows: rows.iter().cloned().collect(),
            held: VecDeque::from([Page {
                start: None,
                rows: rows.len(),
            }]),
            ended: rows.len() < PAGE,
            ..Self::default()
        };
    }

    fn take_newest(&mut self, base: Subject, answer: &Answer, rows: &[R]) -> bool {
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
        let known = self.rows.front().cloned();
        let is_known = |row: &R| known.as_ref().is_some_and(|known| known.is_same(row));
        let Some(new) = rows.iter().position(is_known) else {
            let was = std::mem::replace(&mut self.behind, true);
            return !was;
        };
        for row in rows[..new].iter().rev() {
            self.rows.push_front(row.clone());
        }
        if let Some(first) = self.held.front_mut() {
            first.rows += new;
        }
        let mut grown = false;
        for (held, row) in self.rows.iter_mut().zip(rows).skip(new) {
            if held.is_same(row) && held != row {
                held.clone_from(row);
                grown = true;
            }
        }
        self.selected += new;
        self.offset += new;
        self.behind = false;
        self.at = Some(answer.at);
        self.range = Some(answer.range);
        new > 0 || grown
    }

    fn take_page(&mut self, start: R::Place, rows: &[R]) -> bool {
        if self.rows.back().map(R::place).as_ref() == Some(&start) {
            self.ended = rows.len() < PAGE;
            self.rows.extend(rows.iter().cloned());
            self.held.push_back(Page {
                start: Some(start),
                rows: rows.len(),
            });
            self.drop_newest_pages();
            return true;
        }
        match self.passed.pop() {
            Some(before) if before.start.as_ref() == Some(&start) => {
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

    fn take_back(&mut self, start: R::Place, rows: &[R]) {
        let joins =
            self.held.front().and_then(|page| page.start.clone()) == rows.last().map(R::place);
        if !joins {
            // Late events came in between: go on from the page that was read anew.
            self.rows.clear();
            self.held.clear();
            self.ended = false;
            self.selected = 0;
            self.offset = 0;
        }
        for row in rows.iter().rev() {
            self.rows.push_front(row.clone());
        }
        self.held.push_front(Page {
            start: Some(start),
            rows: rows.len(),
        });
        self.selected += rows.len();
        self.offset += rows.len();
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        self.offset = self.offset.min(self.selected);
        while self.held.len() > HELD {
            let last = self.held.pop_back().map_or(0, |page| page.rows);
            self.rows.truncate(self.rows.len() - last);
            self.ended = false;
        }
    }

    fn drop_newest_pages(&mut self) {
        while self.held.len() > HELD {
            let Some(first) = self.held.front().cloned() else {
                return;
            };
            if self.offset < first.rows {
                return;
            }
            // The newest page has no start of its own. Fetched again from just
            // above its first row it is the same page, whatever came since.
            let start = first.start.or_else(|| self.rows.front().map(R::just_above));
            self.held.pop_front();
            self.rows.drain(..first.rows);
            self.passed.push(Page {
                start,
                rows: first.rows,
            });
            self.selected -= first.rows;
            self.offset -= first.rows;
        }
    }
}

impl Listed for RawEvent {
    type Place = Cursor;

    fn place(&self) -> Cursor {
        self.cursor()
    }

    fn just_above(&self) -> Cursor {
        Cursor {
            time: self.event_timestamp + TimeDelta::microseconds(1),
            id: self.event_id,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.event_id == other.event_id
    }

    fn start(subject: &Subject) -> Option<Option<Cursor>> {
        match &subject.part {
            Part::Page(start) => Some(*start),
            _ => None,
        }
    }

    fn page_at(subject: &Subject, start: Option<Cursor>) -> Subject {
        Subject {
            part: Part::Page(start),
            ..subject.clone()
        }
    }

    fn rows(body: &Body) -> Option<&[Self]> {
        match body {
            Body::Page(page) => Some(&page.rows),
            _ => None,
        }
    }
}

impl Listed for SessionRow {
    type Place = SessionCursor;

    fn place(&self) -> SessionCursor {
        self.cursor()
    }

    fn just_above(&self) -> SessionCursor {
        SessionCursor {
            started_at: self.started_at + TimeDelta::microseconds(1),
            session_id: self.session_id.clone(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.session_id == other.session_id
    }

    fn start(subject: &Subject) -> Option<Option<SessionCursor>> {
        match &subject.part {
            Part::Sessions { before, .. } => Some(before.clone()),
            _ => None,
        }
    }

    fn page_at(subject: &Subject, start: Option<SessionCursor>) -> Subject {
        let at = match subject.part {
            Part::Sessions { at, .. } => at,
            _ => None,
        };
        Subject {
            part: Part::Sessions { at, before: start },
            ..subject.clone()
        }
    }

    fn rows(body: &Body) -> Option<&[Self]> {
        match body {
            Body::Sessions(screen) => Some(&screen.list.rows),
            Body::StepSessions(screen) => Some(&screen.list.rows),
            Body::SessionPage(page) => Some(&page.rows),
            _ => None,
        }
    }
}
