//! All parts together: up in the order they need each other, down in the reverse.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_etl::{Etl, EtlError, Limits, RunReport};
use sbw_ingest::{Ingest, Origins, Policy, S3Store, SystemClock};
use sbw_queries::connect::Target;
use sbw_servers::postgres::Postgres;
use sbw_servers::s3::{S3Options, S3Server};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api::Api;
use crate::console::Console;
use crate::history::Written;
use crate::home::Home;
use crate::keys::Keys;
use crate::live::{self, TimeLapse};
use crate::raw::{self, BUCKET};
use crate::settings::Settings;
use crate::signals;
use crate::simulation::Simulation;
use crate::{Error, addresses, schedule, warehouse};

/// How often the simulation's progress is written down.
const SAVED_EVERY: Duration = Duration::from_secs(30);

/// Runs the platform until the dashboard is left or a signal comes. Returns when
/// everything has stopped.
pub async fn run(settings: &Settings, home: &Arc<Home>) -> Result<(), Error> {
    let console = Arc::new(Console::default());
    let mut platform = Platform::default();
    let result = tokio::select! {
        result = platform.live(settings, home, &console) => result,
        signal = signals::asked_to_stop() => signal.map(drop).map_err(Error::from),
    };
    console.speak_again();
    console.say("stopping");
    platform.stop().await;
    result
}

/// The parts that are up.
#[derive(Default)]
struct Platform {
    // Declared in the order of dropping, should it come to that.
    shop: Option<JoinHandle<()>>,
    loading: Option<JoinHandle<()>>,
    api: Option<Api>,
    s3: Option<S3Server>,
    postgres: Option<Postgres>,
}

impl Platform {
    async fn live(
        &mut self,
        settings: &Settings,
        home: &Arc<Home>,
        console: &Arc<Console>,
    ) -> Result<(), Error> {
        let keys = Keys::of(home)?;
        let started = Utc::now();
        let simulation = Simulation::of(home, settings, started)?;

        // What fails fast comes first: ports, then the slow database.
        let s3 = S3Server::start(S3Options {
            root: Some(home.join("s3")),
            port: settings.s3_port,
            access_key: keys.access_key.clone(),
            secret_key: keys.secret_key.clone(),
            buckets: vec![BUCKET.to_owned()],
        })
        .await?;
        let client = raw::client(&s3);
        let writer = s3.writer();
        self.s3 = Some(s3);
        let policy = Policy {
            origins: Origins::from_list(&settings.allowed_origins),
            keep_full_ip: false,
        };
        let ingest = Ingest::new(S3Store::new(&client, BUCKET), SystemClock, policy);
        let api = Api::start(settings.api_port, ingest).await?;
        let api_address = api.address();
        self.api = Some(api);

        let written = Arc::new(Written::default());
        let (history_done, history_is_done) = oneshot::channel();
        let shop = Shop {
            simulation,
            home: Arc::clone(home),
            console: Arc::clone(console),
            settings: settings.clone(),
        };
        let watched = Arc::clone(&written);
        self.shop = Some(tokio::spawn(async move {
            shop.keep_open(started, writer, watched, history_done, api_address)
                .await;
        }));

        console.say("starting PostgreSQL");
        let durable = !home.is_throwaway();
        let password = keys.superuser.clone();
        let postgres =
            warehouse::start(home.join("postgres"), settings.pg_port, durable, password).await?;
        let postgres = self.postgres.insert(postgres);
        let migrated = warehouse::prepare(postgres, &keys).await?;
        console.say(&format!("warehouse: {migrated}"));

        let reader = warehouse::for_reader(postgres, &keys);
        let etl = Etl {
            s3: client,
            bucket: BUCKET.to_owned(),
            warehouse: warehouse::for_loader(postgres, &keys),
            limits: Limits::default(),
        };
        let (every, to_tell) = (settings.etl_every, Arc::clone(console));
        self.loading = Some(tokio::spawn(async move {
            // The first run takes the whole history; whether it was written in
            // full or not, there is something to load by now.
            let _ = history_is_done.await;
            let watch = move |result: Result<&RunReport, &EtlError>| tell(&to_tell, result);
            schedule::keep_loading(etl, every, &watch).await;
        }));

        let s3_endpoint = self.s3.as_ref().map(S3Server::endpoint).unwrap_or_default();
        let lines = addresses::lines(home, api_address, &s3_endpoint, &reader);
        if settings.headless || !has_terminal() {
            for line in lines {
                console.say(&line);
            }
            std::future::pending().await
        } else {
            show_dashboard(reader, console).await
        }
    }

    async fn stop(&mut self) {
        for task in [self.shop.take(), self.loading.take()]
            .into_iter()
            .flatten()
        {
            task.abort();
            // Aborted or done, it must be gone before what it uses goes.
            let _ = task.await;
        }
        tracing::info!("the shop and the ETL have stopped");
        if let Some(api) = self.api.take() {
            api.shutdown().await;
            tracing::info!("the API has stopped");
        }
        if let Some(s3) = self.s3.take() {
            s3.shutdown().await;
            tracing::info!("the S3 server has stopped");
        }
        if let Some(postgres) = self.postgres.take() {
            // If the runtime cannot do it any more, dropping does it here.
            let _ = tokio::task::spawn_blocking(move || drop(postgres)).await;
            tracing::info!("PostgreSQL has stopped");
        }
    }
}

async fn show_dashboard(reader: Target, console: &Console) -> Result<(), Error> {
    console.hush();
    let shown = Box::pin(sbw_tui::run(sbw_tui::Options::new(reader))).await;
    console.speak_again();
    Ok(shown?)
}

fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

fn tell(console: &Console, result: Result<&RunReport, &EtlError>) {
    match result {
        Ok(report) if report.objects > 0 || report.rejected > 0 => console.say(&format!(
            "loaded {} events from {} objects in {} ms ({} duplicates, {} rejected, {} objects left)",
            report.inserted,
            report.objects,
            report.duration_ms,
            report.duplicates,
            report.rejected,
            report.remaining
        )),
        Ok(_) => {}
        Err(error) => console.trouble(&format!("the ETL failed and will try again: {error}")),
    }
}

/// The simulated shop and all it needs.
struct Shop {
    simulation: Simulation,
    home: Arc<Home>,
    console: Arc<Console>,
    settings: Settings,
}

impl Shop {
    async fn keep_open(
        self,
        started: DateTime<Utc>,
        writer: sbw_servers::s3::Writer,
        written: Arc<Written>,
        history_done: oneshot::Sender<()>,
        api: std::net::SocketAddr,
    ) {
        let caught_up = self
            .simulation
            .catch_up(started, writer, Arc::clone(&written))
            .await;
        let (events, objects) = written.so_far();
        if objects > 0 {
            self.console
                .say(&format!("history: {events} events in {objects} objects"));
        }
        // The other side is gone only when the platform stops.
        let _ = history_done.send(());
        let mut traffic = match caught_up {
            Ok(traffic) => traffic,
            Err(error) => return self.console.trouble(&error.in_words()),
        };
        self.remember(started);
        if self.settings.no_traffic {
            return;
        }
        traffic.multiply(self.settings.shoppers);
        let clock = TimeLapse {
            from: started,
            speed: self.settings.speed,
        };
        let remembering = async {
            loop {
                tokio::time::sleep(SAVED_EVERY).await;
                self.remember(Utc::now());
            }
        };
        tokio::select! {
            () = live::send(traffic, api, clock) => {}
            () = remembering => {}
        }
    }

    fn remember(&self, until: DateTime<Utc>) {
        if let Err(error) = self.simulation.save(&self.home, Some(until)) {
            self.console.trouble(&error.in_words());
        }
    }
}
