//! When in the week things happen.

use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;
use crate::zone::Zone;

/// Events per hour of the week, by the clock and calendar of the asked zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Heatmap {
    /// A row per weekday from Monday, a count per hour of the day.
    pub cells: [[i64; 24]; 7],
    /// The busiest hour, of several the earliest of the week; none without events.
    pub busiest: Option<Hour>,
}

/// One hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// ISO: 1 is Monday, 7 is Sunday.
    pub weekday: i32,
    /// 0 to 23.
    pub hour: i32,
    /// Kept events in it.
    pub events: i64,
}

impl Answer for Heatmap {
    const VIEW: &'static str = "heatmap";
}

/// When in the week of `zone` things happen.
pub async fn heatmap(
    client: &impl GenericClient,
    question: &Question,
    zone: &Zone,
) -> Result<Heatmap, QueryError> {
    let place = zone.as_str();
    let rows = client
        .query_typed(sql::HEATMAP, &question.with(&[(&place, Type::TEXT)]))
        .await
        .map_err(|source| QueryError::in_zone(zone, source))?;
    let mut heatmap = Heatmap::default();
    for row in &rows {
        let hour = Hour {
            weekday: row.try_get("weekday")?,
            hour: row.try_get("hour")?,
            events: row.try_get("events")?,
        };
        if let Some(cell) = heatmap.cell_mut(hour) {
            *cell = hour.events;
        }
        if row.try_get("busiest")? {
            heatmap.busiest = Some(hour);
        }
    }
    Ok(heatmap)
}

impl Heatmap {
    fn cell_mut(&mut self, hour: Hour) -> Option<&mut i64> {
        let weekday = usize::try_from(hour.weekday.checked_sub(1)?).ok()?;
        let hour = usize::try_from(hour.hour).ok()?;
        self.cells.get_mut(weekday)?.get_mut(hour)
    }
}
