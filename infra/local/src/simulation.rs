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
/// What a history is made from unless the command line says otherwise.
const DAYS: u32 = 30;
const EVENTS: u32 = 250_000;
const SEED: u64 = 1;
/// As many products as the shop has.
const PRODUCTS: u32 = 64;

/// How far the simulated shop has come. Kept with its home, so that the same
/// people go on shopping there next time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(flatten)]
    plan: Plan,
    /// What the history was made from; homes of before do not say.
    #[serde(default)]
    days: Option<u32>,
    #[serde(default)]
    events: Option<u32>,
    #[serde(default)]
    products: Option<u32>,
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
        if let Some(text) = home.read(FILE)? {
            let progress: Progress = serde_json::from_str(&text).map_err(Error::Simulation)?;
            return Ok(Self {
                catalogue: catalogue(progress.products.unwrap_or(PRODUCTS))?,
                progress,
            });
        }
        let products = settings.products.unwrap_or(PRODUCTS);
        let catalogue = catalogue(products)?;
        let days = settings.days.unwrap_or(DAYS);
        let events = settings.events.unwrap_or(EVENTS);
        let seed = settings.seed.unwrap_or(SEED);
        // Without history the rhythm is that of the default one.
        let rhythm_of = if days == 0 { DAYS } else { days };
        let from = now - TimeDelta::days(i64::from(days));
        let progress = Progress {
            plan: Plan::for_events(&catalogue, seed, from, events, rhythm_of),
            days: Some(days),
            events: Some(events),
            products: Some(products),
            until: None,
        };
        let simulation = Self {
            catalogue,
            progress,
        };
        simulation.save(home, None)?;
        Ok(simulation)
    }

    /// The flags that say something else than what this home's history was made
    /// from: they come too late.
    #[must_use]
    pub fn too_late(&self, settings: &Settings) -> Vec<&'static str> {
        let Progress {
            plan,
            days,
            events,
            products,
            ..
        } = self.progress;
        let asked = [
            ("--days", settings.days.is_some() && settings.days != days),
            (
                "--events",
                settings.events.is_some() && settings.events != events,
            ),
            ("--seed", settings.seed.is_some_and(|it| it != plan.seed)),
            (
                "--products",
                settings
                    .products
                    .is_some_and(|it| it != products.unwrap_or(PRODUCTS)),
            ),
        ];
        asked
            .into_iter()
            .filter_map(|(flag, differs)| differs.then_some(flag))
            .collect()
    }

    /// Writes what is missing until now; the traffic that comes back goes on from there.
    pub async fn catch_up(
        &self,
        now: DateTime<Utc>,
        writer: Writer,
        written: Arc<Written>,
    ) -> Result<Traffic, Error> {
        let Progress { plan, until, .. } = self.progress;
        let catalogue = Arc::clone(&self.catalogue);
        let traffic = tokio::task::spawn_blocking(move || match until {
            Some(until) => Traffic::resumed(catalogue, plan, until),
            None => Traffic::new(catalogue, plan),
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

fn catalogue(products: u32) -> Result<Arc<Catalogue>, Error> {
    // A number that no machine can count to is too large for a catalogue, too.
    let products = usize::try_from(products).unwrap_or(usize::MAX);
    Ok(Arc::new(Catalogue::of_size(products)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser;
    use rstest::rstest;

    use super::*;

    const MADE_SO: [&str; 4] = ["--days=2", "--events=500", "--seed=3", "--products=80"];

    #[rstest]
    #[case(&[], &[])]
    #[case(&MADE_SO, &[])]
    #[case(&["--days=3", "--events=500"], &["--days"])]
    #[case(&["--days=0", "--events=1", "--seed=1", "--products=64"],
           &["--days", "--events", "--seed", "--products"])]
    fn flags_of_a_history_that_is_made_come_too_late(
        #[case] later: &[&str],
        #[case] too_late: &[&str],
    ) {
        let settings =
            |flags: &[&str]| Settings::try_parse_from(["sbw-local"].iter().chain(flags)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(dir.path())).unwrap();
        let first = Simulation::of(&home, &settings(&MADE_SO), Utc::now()).unwrap();
        assert!(first.too_late(&settings(&MADE_SO)).is_empty());
        let again = Simulation::of(&home, &settings(later), Utc::now()).unwrap();
        assert_eq!(again.progress, first.progress);
        assert_eq!(again.catalogue.products().len(), 80);
        assert_eq!(again.too_late(&settings(later)), too_late);
    }

    #[test]
    fn a_home_of_before_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(dir.path())).unwrap();
        let old = r#"{"seed":1,"from":"2025-12-01T00:00:00Z","visits_per_day":9.5,"until":null}"#;
        home.write_private(FILE, old).unwrap();
        let settings =
            Settings::parse_from(["sbw-local", "--days=30", "--seed=1", "--products=64"]);
        let simulation = Simulation::of(&home, &settings, Utc::now()).unwrap();
        assert_eq!(simulation.too_late(&settings), ["--days"]);
    }
}
