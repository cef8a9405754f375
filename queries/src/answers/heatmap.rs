//! When in the week things happen.

use chrono::{DateTime, Utc};
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
    /// Filtered events in it.
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

/// One hour of the calendar, cut to the range that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellHour {
    /// First instant inside.
    pub from: DateTime<Utc>,
    /// First instant after.
    pub to: DateTime<Utc>,
    /// Filtered events in it.
    pub events: i64,
}

/// The hours that a cell of the heatmap adds up, newest first; only those with events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CellHours {
    /// ISO: 1 is Monday, 7 is Sunday.
    pub weekday: i32,
    /// 0 to 23.
    pub hour: i32,
    /// The hours.
    pub rows: Vec<CellHour>,
}

impl Answer for CellHours {
    const VIEW: &'static str = "heatmap_hours";
}

/// Which hours of the calendar made one cell of [`heatmap`]: `weekday` from 1, `hour` from 0.
pub async fn heatmap_hours(
    client: &impl GenericClient,
    question: &Question,
    zone: &Zone,
    (weekday, hour): (i32, i32),
    limit: u32,
) -> Result<CellHours, QueryError> {
    let place = zone.as_str();
    let limit = i64::from(limit);
    let parameters = question.with(&[
        (&place, Type::TEXT),
        (&weekday, Type::INT4),
        (&hour, Type::INT4),
        (&limit, Type::INT8),
    ]);
    let rows = client
        .query_typed(sql::HEATMAP_HOURS, &parameters)
        .await
        .map_err(|source| QueryError::in_zone(zone, source))?;
    let rows = rows.iter().map(|row| {
        Ok(CellHour {
            from: row.try_get("from_time")?,
            to: row.try_get("to_time")?,
            events: row.try_get("events")?,
        })
    });
    Ok(CellHours {
        weekday,
        hour,
        rows: rows.collect::<Result<_, QueryError>>()?,
    })
}
