//! The shop's past and present: history first, then live.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_servers::s3::Writer;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::history::{self, Written};
use crate::home::Home;
use crate::settings::Settings;
use crate::simulator::{Catalogue, Plan, Traffic};

const FILE: &str = "simulation.json";

/// How far the simulated shop has come. Kept with its home, so that the same
/// people go on shopping there next time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(flatten)]
    plan: Plan,
    /// Everything before is written.
    until: Option<DateTime<Utc>>,
}

/// A simulation that knows what is to be written.
#[derive(Debug)]
pub struct Simulation {
    catalogue: Arc<Catalogue>,
    progress: Progress,
}

impl Simulation {
    /// Goes on with what a home holds, or plans a new history that ends now.
    pub fn of(home: &Home, settings: &Settings, now: DateTime<Utc>) -> Result<Self, Error> {
        let catalogue = Arc::new(Catalogue::of_the_shop()?);
        if let Some(text) = home.read(FILE)? {
            let progress = serde_json::from_str(&text).map_err(Error::Simulation)?;
            return Ok(Self {
                catalogue,
                progress,
            });
        }
        // Without history the rhythm is that of the default one.
        let days = if settings.days == 0 {
            30
        } else {
            settings.days
        };
        let from = now - TimeDelta::days(i64::from(settings.days));
        let plan = Plan::for_events(&catalogue, settings.seed, from, settings.events, days);
        let progress = Progress { plan, until: None };
        let simulation = Self {
            catalogue,
            progress,
        };
        simulation.save(home, None)?;
        Ok(simulation)
    }

    /// Writes what is missing until now; the traffic that comes back goes on from there.
    pub async fn catch_up(
        &self,
        now: DateTime<Utc>,
        writer: Writer,
        written: Arc<Written>,
    ) -> Result<Traffic, Error> {
        let Progress { plan, until } = self.progress;
        let catalogue = Arc::clone(&self.catalogue);
        if until.is_none() && plan.from < now {
            let written = Arc::clone(&written);
            history::write_older(Arc::clone(&catalogue), plan, writer.clone(), written).await?;
        }
        let traffic = tokio::task::spawn_blocking(move || {
            let mut traffic = Traffic::new(catalogue, plan);
            // The same people did the same things before: nobody need hear of it again.
            while traffic.next_before(until.unwrap_or(plan.from)).is_some() {}
            traffic
        });
        let traffic = traffic.await.map_err(history::HistoryError::from)?;
        Ok(history::write(traffic, now, writer, written).await?)
    }

    /// Remembers that everything before this moment is written.
    pub fn save(&self, home: &Home, until: Option<DateTime<Utc>>) -> Result<(), Error> {
        let progress = Progress {
            until: until.or(self.progress.until),
            ..self.progress
        };
        let text = serde_json::to_string_pretty(&progress).map_err(Error::Simulation)?;
        Ok(home.write_private(FILE, &text)?)
    }
}
