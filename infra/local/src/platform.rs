//! All parts together: up in the order they need each other, down in the reverse.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_etl::{Etl, EtlError, Limits, RunReport};
use sbw_ingest::{Ingest, Origins, Policy, S3Store, SystemClock};
use sbw_queries::connect::Target;
use sbw_servers::postgres::{KillSwitch, Postgres};
use sbw_servers::s3::{S3Options, S3Server};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::api::{Api, TimeLimits};
use crate::console::Console;
use crate::database::{self, Database};
use crate::history::Written;
use crate::home::Home;
use crate::keys::Keys;
use crate::live::{self, TimeLapse};
use crate::raw::{self, BUCKET, Direct};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::simulation::Simulation;
use crate::storefront::{Place, Setup, Storefront};
use crate::{Error, addresses, dashboard, oltp, schedule, warehouse};

/// What has troubles, as the console counts them.
const ETL: &str = "the ETL";
const HISTORY: &str = "the history";
const PROGRESS: &str = "the simulation's progress";

/// Live visits to those of the history, unless the command line says otherwise.
const SHOPPERS: f64 = 4.0;
/// How often the simulation's progress is written down.
const SAVED_EVERY: Duration = Duration::from_secs(30);
/// How long the shop may take to close: requests on their way, then its books.
const CLOSING_TIME: Duration = Duration::from_secs(5);

/// Runs the platform until the dashboard is left or a signal comes. Returns when
/// everything has stopped, or is about to after a second signal.
pub async fn run(settings: &Settings, home: &Arc<Home>) -> Result<(), Error> {
    let console = Arc::new(Console::default());
    let mut signals = Signals::new()?;
    let mut platform = Platform::default();
    let result = tokio::select! {
        result = platform.live(settings, home, &console) => result,
        () = signals.asked_to_stop() => Ok(()),
    };
    console.speak_again();
    if result.is_ok() {
        console.say("stopping");
    }
    // The dashboard hears signals, too: the one it left for is not a second one.
    signals.forget().await;
    tokio::select! {
        () = platform.stop() => result,
        () = signals.insisted() => {
            platform.kill();
            result.and(Err(Error::Killed))
        }
    }
}

/// The parts that are up.
#[derive(Default)]
struct Platform {
    // Declared in the order of dropping, should it come to that.
    storefront: Option<Storefront>,
    shop: Option<OpenShop>,
    loading: Option<JoinHandle<()>>,
    api: Option<Api>,
    s3: Option<S3Server>,
    /// While it is set up; from then on it is the database's.
    postgres: Option<Postgres>,
    database: Option<Database>,
    /// PostgreSQL's, for when it is slow to start or to stop.
    kill_switch: KillSwitch,
}

/// The shop from outside. Gone, it tells the shop to close.
struct OpenShop {
    close: oneshot::Sender<()>,
    closed: JoinHandle<()>,
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
        let too_late = simulation.too_late(settings);
        if !too_late.is_empty() {
            console.warn(&format!(
                "{} ignored: {} has its history already. Choose another --data-dir for another one",
                too_late.join(" and "),
                home.path().display()
            ));
        }

        if settings.traffic().is_none() && !simulation.has_traffic() {
            console.say("no live visits, as last time; --shoppers 4 brings them");
        }

        // What fails fast comes first: ports, then the slow database.
        let place = Place::asked_for(settings).await?;
        let s3 = S3Server::start(S3Options {
            root: Some(home.join("s3")),
            port: settings.s3_port,
            access_key: keys.access_key.clone(),
            secret_key: keys.secret_key.clone(),
            buckets: vec![BUCKET.to_owned()],
        })
        .await?;
        let client = raw::client(&s3);
        let raw = Direct::new(s3.writer(), Arc::clone(console));
        self.s3 = Some(s3);
        let origins = Origins::from_list(&origins(settings, place.as_ref()));
        if let Some(warning) = origins.warning() {
            tracing::warn!("{warning}");
        }
        let policy = Policy {
            origins,
            ..Policy::default()
        };
        let ingest = Ingest::new(S3Store::new(&client, BUCKET), SystemClock, policy);
        let api = Api::start(settings.api_port, ingest, TimeLimits::default()).await?;
        let api_address = api.address();
        self.api = Some(api);

        let (history_done, history_is_done) = oneshot::channel();
        let shop = Shop {
            simulation,
            home: Arc::clone(home),
            console: Arc::clone(console),
            settings: settings.clone(),
        };
        let (close, closing) = oneshot::channel();
        let closed = tokio::spawn(async move {
            shop.keep_open(started, raw, history_done, api_address, closing)
                .await;
        });
        self.shop = Some(OpenShop { close, closed });

        console.say("starting PostgreSQL");
        let durable = !home.is_throwaway();
        let password = keys.superuser.clone();
        let postgres = warehouse::start(
            home.join("postgres"),
            settings.pg_port,
            durable,
            password,
            self.kill_switch.clone(),
        );
        let postgres = postgres.await?;
        let postgres = self.postgres.insert(postgres);
        let migrated = warehouse::prepare(postgres, &keys).await?;
        console.say(&format!("warehouse: {migrated}"));
        oltp::prepare(postgres, &keys).await?;
        let shop_database = oltp::url(postgres, &keys).into();
        let reader = warehouse::for_reader(postgres, &keys);
        let etl = Etl {
            s3: client,
            bucket: BUCKET.to_owned(),
            warehouse: warehouse::for_loader(postgres, &keys),
            limits: Limits::default(),
        };
        self.database = self
            .postgres
            .take()
            .map(|postgres| Database::keep(postgres, self.kill_switch.clone(), console));
        let (every, to_tell) = (settings.etl_every, Arc::clone(console));
        self.loading = Some(tokio::spawn(async move {
            // The first run takes the whole history; whether it was written in
            // full or not, there is something to load by now.
            let _ = history_is_done.await;
            let watch = move |result: Result<&RunReport, &EtlError>| tell(&to_tell, result);
            schedule::keep_loading(etl, every, &watch).await;
        }));

        if let Some(place) = place {
            console.say("starting the shop");
            let setup = Setup {
                place,
                database: shop_database,
                secret: keys.shop_secret.clone(),
                clickstream: format!("http://{api_address}/clickstream"),
            };
            let storefront = Storefront::start(setup, home, console).await?;
            self.storefront = Some(storefront);
        }
        self.show(settings, home, console, api_address, reader)
            .await
    }

    /// Says where everything is, or opens the dashboard; comes back when that is left.
    async fn show(
        &self,
        settings: &Settings,
        home: &Home,
        console: &Console,
        api: SocketAddr,
        reader: Target,
    ) -> Result<(), Error> {
        if let Some(storefront) = &self.storefront {
            console.say(&format!(
                "shop       {} (buy something and watch it arrive)",
                storefront.origin()
            ));
        }
        if settings.headless || !has_terminal() {
            let s3_endpoint = self.s3.as_ref().map(S3Server::endpoint).unwrap_or_default();
            let dashboard = dashboard::link(home)?;
            for line in addresses::lines(home, api, &s3_endpoint, &reader, &dashboard) {
                console.say(&line);
            }
            console.say(if home.is_throwaway() {
                "Ctrl-C stops everything and leaves nothing behind"
            } else {
                "Ctrl-C stops everything; the same --data-dir goes on from there"
            });
            return std::future::pending().await;
        }
        if self.storefront.is_some() {
            // The dashboard takes the whole terminal, and the addresses with it.
            console.say(&format!("API        http://{api}/clickstream"));
            console.say("Enter opens the dashboard; leaving it stops everything");
            enter().await?;
        }
        show_dashboard(reader, console).await
    }

    /// Everything in order, each part before those that it uses.
    async fn stop(&mut self) {
        if self.postgres.is_none() && self.database.is_none() {
            // It may be in mid-start, with nothing in it yet to be careful of.
            self.kill_switch.pull();
        }
        if let Some(storefront) = self.storefront.take() {
            storefront.shutdown().await;
        }
        if let Some(OpenShop { close, mut closed }) = self.shop.take() {
            // A shop that has closed by itself does not hear it.
            let _ = close.send(());
            if tokio::time::timeout(CLOSING_TIME, &mut closed)
                .await
                .is_err()
            {
                closed.abort();
                let _ = closed.await;
            }
        }
        if let Some(loading) = self.loading.take() {
            loading.abort();
            // Aborted or done, it must be gone before what it uses goes.
            let _ = loading.await;
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
            database::stop(postgres).await;
        }
        if let Some(database) = self.database.take() {
            database.shutdown().await;
            tracing::info!("PostgreSQL has stopped");
        }
    }

    /// Whatever is still up goes at once. Committed data and stored objects are
    /// safe, as they are from any kill.
    fn kill(&mut self) {
        tracing::warn!("a second signal: stopping at once");
        self.kill_switch.pull();
        *self = Self::default();
    }
}

async fn show_dashboard(reader: Target, console: &Console) -> Result<(), Error> {
    console.hush();
    let shown = Box::pin(sbw_tui::run(sbw_tui::Options::new(reader))).await;
    console.speak_again();
    Ok(shown?)
}

/// The origins whose pages may send events: the shop's own among them.
fn origins(settings: &Settings, place: Option<&Place>) -> String {
    let asked_for = &settings.allowed_origins;
    match place {
        Some(place) => format!("{asked_for},{}", place.origin()),
        None => asked_for.clone(),
    }
}

/// Waits for the end of a line. The thread is none of the runtime's, which would wait
/// for it after a signal.
async fn enter() -> Result<(), Error> {
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("enter".into())
        .spawn(move || {
            let _ = std::io::stdin().read_line(&mut String::new());
            let _ = tell.send(());
        })?;
    // The thread ends by telling.
    let _ = told.await;
    Ok(())
}

fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

fn tell(console: &Console, result: Result<&RunReport, &EtlError>) {
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            let line = format!("the ETL failed and will try again: {error}");
            return console.trouble(ETL, &line);
        }
    };
    console.well(ETL);
    if report.objects > 0 || report.rejected > 0 {
        console.say(&format!(
            "loaded {} events from {} objects in {} ms ({} duplicates, {} rejected, {} objects left)",
            report.inserted,
            report.objects,
            report.duration_ms,
            report.duplicates,
            report.rejected,
            report.remaining
        ));
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
        raw: Direct,
        history_done: oneshot::Sender<()>,
        api: std::net::SocketAddr,
        mut closing: oneshot::Receiver<()>,
    ) {
        let written = Arc::new(Written::default());
        let caught_up = tokio::select! {
            caught_up = self.simulation.catch_up(started, raw, Arc::clone(&written)) => caught_up,
            // What is written will be found to be duplicates next time.
            _ = &mut closing => return,
        };
        let (events, objects) = written.so_far();
        if objects > 0 {
            self.console
                .say(&format!("history: {events} events in {objects} objects"));
        }
        // The other side is gone only when the platform stops.
        let _ = history_done.send(());
        let mut traffic = match caught_up {
            Ok(traffic) => traffic,
            Err(error) => return self.console.trouble(HISTORY, &error.in_words()),
        };
        self.remember(started);
        if !self.simulation.has_traffic() {
            return;
        }
        traffic.go_live(started, self.settings.shoppers.unwrap_or(SHOPPERS));
        let clock = TimeLapse {
            from: started,
            speed: self.settings.speed,
        };
        let (sent, until) = watch::channel(started);
        let remembering = async {
            loop {
                tokio::time::sleep(SAVED_EVERY).await;
                self.remember(*until.borrow());
            }
        };
        tokio::select! {
            () = live::send(traffic, api, clock, &sent, &mut closing) => {}
            () = remembering => {}
        }
        self.remember(*until.borrow());
    }

    fn remember(&self, until: DateTime<Utc>) {
        match self.simulation.save(&self.home, Some(until)) {
            Ok(()) => self.console.well(PROGRESS),
            Err(error) => self.console.trouble(PROGRESS, &error.in_words()),
        }
    }
}
