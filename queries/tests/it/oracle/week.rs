//! The hours of the week.

use chrono::{Datelike, Timelike};
use sbw_queries::answers::heatmap::{Heatmap, Hour};

use super::filter::Filtered;
use super::traffic::FixedZone;

pub(crate) fn heatmap(kept: &[Filtered<'_>], zone: FixedZone) -> Heatmap {
    let mut heatmap = Heatmap::default();
    for kept in kept {
        let local = kept.event.event_timestamp.naive_utc() + zone.offset();
        let weekday = local.weekday().num_days_from_monday() as usize;
        heatmap.cells[weekday][local.hour() as usize] += 1;
    }
    for (weekday, hours) in (1..).zip(heatmap.cells) {
        for (hour, events) in (0..).zip(hours) {
            if events > heatmap.busiest.map_or(0, |busiest| busiest.events) {
                heatmap.busiest = Some(Hour {
                    weekday,
                    hour,
                    events,
                });
            }
        }
    }
    heatmap
}
