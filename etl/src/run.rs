//! One run, from the listing to the report.

use crate::{Deadline, Etl, EtlError, Progress, RunReport, Scope};

/// Who asked for a run; kept in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The clock.
    Schedule,
    /// A person, or a program of theirs.
    Operator,
}

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which objects to look at.
    pub scope: Scope,
    /// Who asks.
    pub trigger: Trigger,
    /// When it must be over.
    pub deadline: Deadline,
}

/// Loads what is new within the scope.
pub async fn run(etl: &Etl, order: &Order, progress: &dyn Progress) -> Result<RunReport, EtlError> {
    let _ = (etl, order, progress);
    std::future::ready(Err(EtlError::StageEnded)).await
}
