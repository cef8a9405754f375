//! Whether a table that is there has the columns of the contract, `event_id` as its key. Their
//! order does not matter: every statement names its columns.

use std::fmt;

use sbw_contract::Column;
use tokio_postgres::Row;

/// One way in which an existing `clickstream_events` is another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is a view, or something else that holds no rows of its own.
    NotATable,
    /// It is emptied when the server crashes.
    Unlogged,
    /// It shows not everybody all of its rows.
    RowSecurity,
    /// A column is not there.
    Missing {
        /// Its name.
        column: String,
        /// The contract's type.
        expected: String,
    },
    /// A column is there that is not in the contract.
    Extra {
        /// Its name.
        column: String,
        /// Its type.
        found: String,
    },
    /// A column has another type.
    Type {
        /// Its name.
        column: String,
        /// Its type.
        found: String,
        /// The contract's type.
        expected: String,
    },
    /// A column refuses NULL and should not, or takes it and should not.
    Nullability {
        /// Its name.
        column: String,
        /// Whether NULL should be refused.
        expected_not_null: bool,
    },
    /// A column is computed by the server.
    Computed {
        /// Its name.
        column: String,
    },
    /// `event_id` alone is not the primary key.
    PrimaryKey,
}

/// A column as it is. A table without columns is one row without a name.
#[derive(Debug, Clone)]
pub(super) struct Found {
    kind: String,
    /// What is wrong with the table as a whole.
    of_table: Vec<Difference>,
    name: Option<String>,
    kind_of_value: Option<String>,
    not_null: bool,
    computed: bool,
    primary_key: bool,
}

impl Found {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            kind: row.try_get("kind")?,
            of_table: of_table(row)?,
            name: row.try_get("column_name")?,
            kind_of_value: row.try_get("type")?,
            not_null: row
                .try_get::<_, Option<bool>>("not_null")?
                .unwrap_or_default(),
            computed: row
                .try_get::<_, Option<bool>>("is_computed")?
                .unwrap_or_default(),
            primary_key: row.try_get("is_primary_key")?,
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

fn of_table(row: &Row) -> Result<Vec<Difference>, tokio_postgres::Error> {
    let mut differences = Vec::new();
    if row.try_get("is_unlogged")? {
        differences.push(Difference::Unlogged);
    }
    if row.try_get("has_row_security")? {
        differences.push(Difference::RowSecurity);
    }
    Ok(differences)
}

/// Every difference, in the order of the contract, extra columns last.
pub(super) fn differences(found: &[Found]) -> Vec<Difference> {
    if found
        .iter()
        .any(|column| !matches!(column.kind.as_str(), "r" | "p"))
    {
        return vec![Difference::NotATable];
    }
    let mut differences = found
        .first()
        .map(|column| column.of_table.clone())
        .unwrap_or_default();
    let columns = Column::ALL.into_iter();
    differences.extend(columns.flat_map(|column| compare(column, found)));
    if !found
        .iter()
        .any(|column| column.is("event_id") && column.primary_key)
    {
        differences.push(Difference::PrimaryKey);
    }
    let extra = found
        .iter()
        .filter(|found| !Column::ALL.iter().any(|column| found.is(column.name())));
    differences.extend(extra.filter_map(|column| {
        Some(Difference::Extra {
            column: column.name.clone()?,
            found: column.kind_of_value.clone()?,
        })
    }));
    differences
}

fn compare(column: Column, found: &[Found]) -> Vec<Difference> {
    let (kind, not_null) = (column.kind().sql_type(), column.kind().is_required());
    let column = column.name().to_owned();
    let expected = kind.to_owned();
    let Some(there) = found.iter().find(|found| found.is(&column)) else {
        return vec![Difference::Missing { column, expected }];
    };
    let mut differences = Vec::new();
    if there.kind_of_value.as_deref() != Some(kind) {
        let found = there.kind_of_value.clone().unwrap_or_default();
        differences.push(Difference::Type {
            column: column.clone(),
            found,
            expected,
        });
    }
    if there.not_null != not_null {
        differences.push(Difference::Nullability {
            column: column.clone(),
            expected_not_null: not_null,
        });
    }
    if there.computed {
        differences.push(Difference::Computed { column });
    }
    differences
}

/// A line for each.
pub(super) struct List<'a>(pub(super) &'a [Difference]);

impl fmt::Display for List<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|difference| write!(out, "\n  - {difference}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATable => out.write_str("it is not an ordinary table"),
            Self::Unlogged => out.write_str(
                "it is unlogged, so a crash empties it: alter table public.clickstream_events set logged",
            ),
            Self::RowSecurity => out.write_str(
                "it has row security, by which counts would differ from reader to reader: alter table public.clickstream_events disable row level security",
            ),
            Self::Missing { column, expected } => {
                write!(out, "{column} is missing (expected {expected})")
            }
            Self::Extra { column, found } => write!(out, "{column} ({found}) is not expected"),
            Self::Type {
                column,
                found,
                expected,
            } => write!(out, "{column} is {found}, expected {expected}"),
            Self::Nullability {
                column,
                expected_not_null: true,
            } => write!(out, "{column} must be not null"),
            Self::Nullability {
                column,
                expected_not_null: false,
            } => write!(out, "{column} must allow null"),
            Self::Computed { column } => {
                write!(out, "{column} is computed by the server, and must be plain")
            }
            Self::PrimaryKey => out.write_str("event_id must be the primary key, alone"),
        }
    }
}
