//! What `migrate` did.

use std::fmt;

/// What `migrate` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// The version before; none in a database that had no warehouse.
    pub before: Option<i32>,
    /// The version now.
    pub now: i32,
    /// The migrations that were applied, such as `V20261201__events`.
    pub applied: Vec<String>,
    /// Whether the definitions were made anew.
    pub functions_renewed: bool,
    /// Whether the rollups were made anew: they are empty, and answers come from
    /// events until a refresh has filled them.
    pub rollups_renewed: bool,
    /// Days that were changed past the rollups, and are refreshed next.
    pub unlogged_days: i64,
    /// The rows of a `clickstream_events` that was there before the first migration.
    pub taken_over: Option<i64>,
    /// What readers may still do, which only a superuser can take from them.
    pub readers_may: Vec<String>,
}

impl MigrationReport {
    /// Whether the schema is what it was before.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.applied.is_empty() && !self.functions_renewed && !self.rollups_renewed
    }
}

impl fmt::Display for MigrationReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.before {
            _ if self.applied.is_empty() => write!(out, "already at version {}", self.now)?,
            Some(before) => write!(out, "from version {before} to {}", self.now)?,
            None => write!(out, "a new warehouse at version {}", self.now)?,
        }
        if !self.applied.is_empty() {
            write!(out, " ({})", self.applied.join(", "))?;
        }
        if let Some(rows) = self.taken_over {
            write!(out, "; took over clickstream_events with {rows} rows")?;
        }
        if self.functions_renewed {
            out.write_str("; functions renewed")?;
        }
        if self.rollups_renewed {
            out.write_str("; rollups renewed")?;
        }
        if self.unlogged_days > 0 {
            write!(
                out,
                "; {} days had changed past the rollups",
                self.unlogged_days
            )?;
        }
        out.write_str("; roles and grants renewed")?;
        if !self.readers_may.is_empty() {
            write!(
                out,
                "; readers may still {}: a superuser who runs this once takes it from them",
                self.readers_may.join(", ")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn report(before: Option<i32>, applied: &[&str]) -> MigrationReport {
        MigrationReport {
            before,
            now: 7,
            applied: applied.iter().map(|&name| name.to_owned()).collect(),
            functions_renewed: false,
            rollups_renewed: false,
            unlogged_days: 0,
            taken_over: None,
            readers_may: Vec::new(),
        }
    }

    #[rstest]
    #[case::again(report(Some(7), &[]), "already at version 7; roles and grants renewed")]
    #[case::upgrade(
        MigrationReport { functions_renewed: true, rollups_renewed: true, ..report(Some(5), &["V6__a", "V7__b"]) },
        "from version 5 to 7 (V6__a, V7__b); functions renewed; rollups renewed; roles and grants renewed"
    )]
    #[case::taken_over(
        MigrationReport { taken_over: Some(9), ..report(None, &["V7__b"]) },
        "a new warehouse at version 7 (V7__b); took over clickstream_events with 9 rows; roles and grants renewed"
    )]
    #[case::unlogged(
        MigrationReport { unlogged_days: 2, ..report(Some(7), &[]) },
        "already at version 7; 2 days had changed past the rollups; roles and grants renewed"
    )]
    #[case::left_open(
        MigrationReport { readers_may: vec!["a".to_owned(), "b".to_owned()], ..report(Some(7), &[]) },
        "already at version 7; roles and grants renewed; readers may still a, b: a superuser who runs this once takes it from them"
    )]
    fn a_person_reads_what_happened(#[case] report: MigrationReport, #[case] words: &str) {
        assert_eq!(report.to_string(), words);
        assert_eq!(report.is_unchanged(), words.starts_with("already"));
    }
}
