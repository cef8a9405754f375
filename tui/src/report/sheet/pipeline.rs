//! How the warehouse is filled.

use sbw_queries::answers::pipeline::Pipeline;

use super::{Cell, Sheet, ToSheet, count, maybe, text};

impl ToSheet for Pipeline {
    fn to_sheet(&self) -> Sheet {
        let rows = self.runs.iter().map(|run| {
            vec![
                Cell::from(run.started_at),
                run.finished_at.map_or(Cell::None, Cell::from),
                text(&run.status),
                Cell::Count(run.objects),
                Cell::Count(run.inserted),
                Cell::Count(run.duplicates),
                Cell::Count(run.rejected),
                maybe(run.error.as_ref()),
            ]
        });
        Sheet {
            facts: vec![
                (
                    "newest_event",
                    self.newest_event.map_or(Cell::None, Cell::from),
                ),
                ("lag_seconds", count(self.lag_seconds)),
                ("rejects", Cell::Count(self.rejects)),
                ("long_sessions", Cell::Count(self.long_sessions)),
            ],
            columns: vec![
                "started_at",
                "finished_at",
                "status",
                "objects",
                "inserted",
                "duplicates",
                "rejected",
                "error",
            ],
            rows: rows.collect(),
        }
    }
}
