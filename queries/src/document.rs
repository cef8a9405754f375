//! An answer with its question: what `report` prints and other programs read.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::filter::Filter;
use crate::question::Question;

/// What an answer is called in documents and on the command line.
pub trait Answer: Serialize {
    /// The name.
    const VIEW: &'static str;
}

/// An answer under the question it belongs to, in the order people read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document<T> {
    /// Name of the view.
    pub view: &'static str,
    /// First instant asked for.
    pub from: DateTime<Utc>,
    /// First instant after.
    pub to: DateTime<Utc>,
    /// The filters that are set.
    pub filter: Filter,
    /// The answer's own fields.
    #[serde(flatten)]
    pub body: T,
}

impl<T: Answer> Document<T> {
    /// The document of an answer.
    pub fn new(question: &Question, body: T) -> Self {
        Self {
            view: T::VIEW,
            from: question.range.from(),
            to: question.range.to(),
            filter: question.filter.clone(),
            body,
        }
    }
}
