//! What every answer is asked for: a range of time and a filter.

use tokio_postgres::types::{ToSql, Type};

use crate::filter::Filter;
use crate::range::TimeRange;

/// The filtered events of a question are those in its range that match its filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// When.
    pub range: TimeRange,
    /// Which.
    pub filter: Filter,
}

/// A parameter with its type. Types are stated so that a query is one round
/// trip: nothing has to be asked of the server before it runs.
pub(crate) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

impl Question {
    /// All events of the range.
    #[must_use]
    pub fn of(range: TimeRange) -> Self {
        Self {
            range,
            filter: Filter::default(),
        }
    }

    /// `$1` to `$7` of every question's SQL, followed by the query's own.
    pub(crate) fn with<'a>(&'a self, extras: &[Parameter<'a>]) -> Vec<Parameter<'a>> {
        let mut all: Vec<Parameter<'a>> = vec![
            (&self.range.from, Type::TIMESTAMPTZ),
            (&self.range.to, Type::TIMESTAMPTZ),
            (&self.filter.login, Type::TEXT),
            (&self.filter.category, Type::TEXT),
            (&self.filter.brand, Type::TEXT),
            (&self.filter.product, Type::TEXT),
            (&self.filter.event, Type::TEXT),
        ];
        all.extend_from_slice(extras);
        all
    }
}
