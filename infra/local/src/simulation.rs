//! The shop's past and present: history first, then live.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::history::{self, Written};
use crate::home::Home;
use crate::raw::Direct;
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
    /// Whether people came while the platform ran last; homes of before do not say.
    #[serde(default)]
    traffic: Option<bool>,
    /// Everything before is written.
    until: Option<DateTime<Utc>>,
}

/// A simulation that knows what is to be written.
#[derive(Debug)]
pub struct Simulation {
    catalogue: Arc<Catalogue>,
    progress: Progress,
    /// Whether people came until now, as far as this home knows.
    came: bool,
}

impl Simulation {
    /// Goes on with what a home holds, or plans a new history that ends now.
    pub fn of(home: &Home, settings: &Settings, now: DateTime<Utc>) -> Result<Self, Error> {
        let simulation = if let Some(text) = home.read(FILE)? {
            let progress: Progress = serde_json::from_str(&text).map_err(Error::Simulation)?;
            // Before it was written down, a home without history was most likely one
            // for somebody's own events.
            let came = progress.traffic.unwrap_or(progress.days != Some(0));
            Self {
                catalogue: catalogue(progress.products.unwrap_or(PRODUCTS))?,
                progress: Progress {
                    traffic: Some(settings.traffic().unwrap_or(came)),
                    ..progress
                },
                came,
            }
        } else {
            Self::planned(settings, now)?
        };
        simulation.save(home, None)?;
        Ok(simulation)
    }

    fn planned(settings: &Settings, now: DateTime<Utc>) -> Result<Self, Error> {
        let products = settings.products.unwrap_or(PRODUCTS);
        let catalogue = catalogue(products)?;
        let days = settings.days.unwrap_or(DAYS);
        let events = settings.events.unwrap_or(EVENTS);
        let seed = settings.seed.unwrap_or(SEED);
        // Without history the rhythm is that of the default one.
        let rhythm_of = if days == 0 { DAYS } else { days };
        let from = now - TimeDelta::days(i64::from(days));
        let came = settings.traffic().unwrap_or(true);
        let progress = Progress {
            plan: Plan::for_events(&catalogue, seed, from, events, rhythm_of),
            days: Some(days),
            events: Some(events),
            products: Some(products),
            traffic: Some(came),
            until: None,
        };
        Ok(Self {
            catalogue,
            progress,
            came,
        })
    }

    /// Whether people come from now on.
    #[must_use]
    pub fn has_traffic(&self) -> bool {
        self.progress.traffic == Some(true)
    }

    /// The end of what is to be written before now. Nobody came while the shop was
    /// closed to people: not before this start, or not from it on.
    fn history_ends(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let Progress {
            plan, days, until, ..
        } = self.progress;
        if self.came && self.has_traffic() {
            return now;
        }
        // One that was interrupted goes up to the start that it was planned at.
        let planned = plan.from + TimeDelta::days(days.unwrap_or_default().into());
        until.unwrap_or(planned).min(now)
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

    /// Writes what is missing of the time before now; the traffic that comes back
    /// goes on from there.
    pub async fn catch_up(
        &self,
        now: DateTime<Utc>,
        raw: Direct,
        written: Arc<Written>,
    ) -> Result<Traffic, Error> {
        let ends = self.history_ends(now);
        let traffic = self.traffic_from(self.progress.until).await?;
        let traffic = history::write(traffic, ends, raw, written).await?;
        if ends == now {
            return Ok(traffic);
        }
        // Whoever would have come in the time between stayed away.
        self.traffic_from(Some(now)).await
    }

    /// The people of this moment, or from the beginning.
    async fn traffic_from(&self, moment: Option<DateTime<Utc>>) -> Result<Traffic, Error> {
        let (plan, catalogue) = (self.progress.plan, Arc::clone(&self.catalogue));
        let traffic = tokio::task::spawn_blocking(move || match moment {
            Some(moment) => Traffic::resumed(catalogue, plan, moment),
            None => Traffic::new(catalogue, plan),
        });
        Ok(traffic.await.map_err(history::HistoryError::from)?)
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
        assert_eq!(again.progress.plan, first.progress.plan);
        assert_eq!(again.catalogue.products().len(), 80);
        assert_eq!(again.too_late(&settings(later)), too_late);
    }

    /// The moment up to which a history is written at its second start, an hour after
    /// the first; and whether people come then.
    #[rstest]
    #[case::they_go_on("", "", Some(0), (60, true))]
    #[case::own_events_only("--days=0 --no-traffic", "--days=0 --no-traffic", Some(0), (0, false))]
    #[case::and_the_flag_forgotten("--days=0 --no-traffic", "", Some(0), (0, false))]
    #[case::other_days_change_nothing("--days=0 --no-traffic", "--days=30", Some(0), (0, false))]
    #[case::nor_does_a_time_lapse("--no-traffic", "--speed=60", Some(0), (0, false))]
    #[case::people_from_now_on("--days=0 --no-traffic", "--shoppers=1", Some(0), (0, true))]
    #[case::no_more_people("--days=0", "--no-traffic", Some(0), (0, false))]
    #[case::killed_before_it_began("--days=0 --no-traffic", "", None, (0, false))]
    #[case::killed_in_its_history("--days=2 --no-traffic", "", None, (0, false))]
    #[case::and_then_with_people("--days=2 --no-traffic", "--shoppers=1", None, (0, true))]
    #[case::killed_with_people("--days=2", "", None, (60, true))]
    fn nobody_is_made_up_where_nobody_was_asked_for(
        #[case] first: &str,
        #[case] second: &str,
        #[case] written_until: Option<i64>,
        #[case] then: (i64, bool),
    ) {
        let settings = |flags: &str| {
            let flags = flags.split_whitespace();
            Settings::try_parse_from(std::iter::once("sbw-local").chain(flags)).unwrap()
        };
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(dir.path())).unwrap();
        let start: DateTime<Utc> = "2026-03-04T05:06:07.891Z".parse().unwrap();
        let made = Simulation::of(&home, &settings(first), start).unwrap();
        assert_eq!(made.history_ends(start), start);
        let until = written_until.map(|minutes| start + TimeDelta::minutes(minutes));
        made.save(&home, until).unwrap();
        let later = start + TimeDelta::hours(1);
        let again = Simulation::of(&home, &settings(second), later).unwrap();
        let minutes = (again.history_ends(later) - start).num_minutes();
        assert_eq!((minutes, again.has_traffic()), then);
        // What was asked for this time holds for the next.
        let third = Simulation::of(&home, &settings(""), later).unwrap();
        assert_eq!(third.has_traffic(), then.1);
    }

    #[rstest]
    #[case::with_history(r#""days":30,"#, true)]
    #[case::own_events(r#""days":0,"#, false)]
    #[case::older_still("", true)]
    fn a_home_that_does_not_say_goes_on_as_it_most_likely_was(
        #[case] days: &str,
        #[case] has_traffic: bool,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(dir.path())).unwrap();
        let old = format!(
            r#"{{"seed":1,"from":"2025-12-01T00:00:00Z","visits_per_day":9.5,{days}"until":"2025-12-31T00:00:00Z"}}"#
        );
        home.write_private(FILE, &old).unwrap();
        let now = Utc::now();
        let simulation = Simulation::of(&home, &Settings::parse_from(["sbw-local"]), now).unwrap();
        assert_eq!(simulation.has_traffic(), has_traffic);
        assert_eq!(simulation.history_ends(now) == now, has_traffic);
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
