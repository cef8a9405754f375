//! The shop that people see in a browser: the built Next.js server, as a child that
//! is started again should it end.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::backoff::Backoff;
use crate::console::Console;
use crate::home::{Home, HomeError};
use crate::settings::Settings;

const PART: &str = "the shop";
/// The name of its log in the data directory.
pub const LOG: &str = "shop.log";
/// What starts it: the server, which goes when its standard input ends.
const PROGRAM: &str = "supervised.mjs";
/// How long it may take to answer for the first time.
const STARTING_TIME: Duration = Duration::from_mins(1);
/// How long the shop of a platform that was killed may take to go.
const GOING_TIME: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(100);
/// How long requests on their way may take once it is told to go.
const CLOSING_TIME: Duration = Duration::from_secs(3);

/// Why the shop does not run.
#[derive(Debug, thiserror::Error)]
pub enum StorefrontError {
    /// Another program listens there.
    #[error("port {0} is taken by another program")]
    PortTaken(u16),
    /// The directory is not the built shop.
    #[error("{} holds no built shop. `make shop` builds it and starts it", .0.display())]
    NotBuilt(PathBuf),
    /// There is no Node.js.
    #[error("Node.js is not found. `make shop` installs it; or name its program in SBW_NODE")]
    NoNode(#[source] std::io::Error),
    /// It started and never answered.
    #[error("it did not answer within {} s; {} says why", STARTING_TIME.as_secs(), .0.display())]
    Silent(PathBuf),
    /// Its log or its secret cannot be written.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The system refuses something basic.
    #[error("the system refuses to start it")]
    System(#[from] std::io::Error),
}

/// A built shop and the port for it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The standalone output of `npm run build`.
    dir: PathBuf,
    port: u16,
}

impl Place {
    /// The one that the command line names, once it is there and its port is free.
    pub async fn asked_for(settings: &Settings) -> Result<Option<Self>, StorefrontError> {
        let Some(dir) = &settings.shop else {
            return Ok(None);
        };
        // The child's own directory will be another.
        let dir = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.clone());
        if !dir.join(PROGRAM).is_file() {
            return Err(StorefrontError::NotBuilt(dir));
        }
        let port = settings.shop_port;
        let given_up = Instant::now() + GOING_TIME;
        loop {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => {
                    let port = listener.local_addr()?.port();
                    return Ok(Some(Self { dir, port }));
                }
                Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
                    return Err(error.into());
                }
                Err(_) if Instant::now() > given_up => {
                    return Err(StorefrontError::PortTaken(port));
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// Where browsers reach it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

/// What the shop is told by its environment (`shop/README.md`).
#[derive(Debug, Clone)]
pub struct Setup {
    /// Which one, and where it listens.
    pub place: Place,
    /// Its database, password and all.
    pub database: SecretString,
    /// What seals its cookies.
    pub secret: SecretString,
    /// Where its events go.
    pub clickstream: String,
}

/// The running shop. Gone, it takes the server along.
#[derive(Debug)]
pub struct Storefront {
    close: oneshot::Sender<()>,
    closed: JoinHandle<()>,
    origin: String,
}

impl Storefront {
    /// Starts it and waits until it sells.
    pub async fn start(
        setup: Setup,
        home: &Arc<Home>,
        console: &Arc<Console>,
    ) -> Result<Self, StorefrontError> {
        let origin = setup.place.origin();
        let port = setup.place.port;
        let child = setup.spawn(home)?;
        let (close, closing) = oneshot::channel();
        let keeper = Keeper {
            setup,
            home: Arc::clone(home),
            console: Arc::clone(console),
        };
        let closed = tokio::spawn(keeper.keep(child, closing));
        let storefront = Self {
            close,
            closed,
            origin,
        };
        if tokio::time::timeout(STARTING_TIME, answers(port))
            .await
            .is_err()
        {
            storefront.shutdown().await;
            return Err(StorefrontError::Silent(home.join(LOG)));
        }
        Ok(storefront)
    }

    /// Where browsers reach it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Lets it finish what it is at, for a moment.
    pub async fn shutdown(self) {
        let _ = self.close.send(());
        let _ = self.closed.await;
    }
}

impl Setup {
    fn spawn(&self, home: &Home) -> Result<Child, StorefrontError> {
        let log = home.append(LOG)?;
        let node = std::env::var_os("SBW_NODE").unwrap_or_else(|| "node".into());
        Command::new(node)
            .arg(PROGRAM)
            .current_dir(&self.place.dir)
            .env("NODE_ENV", "production")
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .env("HOSTNAME", Ipv4Addr::LOCALHOST.to_string())
            .env("PORT", self.place.port.to_string())
            .env("SHOP_ORIGIN", self.place.origin())
            .env("DATABASE_URL", self.database.expose_secret())
            .env("SHOP_SECRET", self.secret.expose_secret())
            .env("CLICKSTREAM_URL", &self.clickstream)
            .env("LOGIN", "demo")
            // Its end is the child's, however this program ends.
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => StorefrontError::NoNode(error),
                _ => error.into(),
            })
    }
}

/// Watches the child.
struct Keeper {
    setup: Setup,
    home: Arc<Home>,
    console: Arc<Console>,
}

impl Keeper {
    /// Starts it again whenever it ends, until it is to close.
    async fn keep(self, mut child: Child, mut closing: oneshot::Receiver<()>) {
        let mut backoff = Backoff::default();
        loop {
            // Held here: waiting for a child closes the one that it has.
            let lifeline = child.stdin.take();
            let how = tokio::select! {
                status = child.wait() => status.map_or_else(|error| error.to_string(), |it| it.to_string()),
                how = self.answers_and_goes_on() => how,
                _ = &mut closing => return end(child, lifeline).await,
            };
            let mut why = format!("the shop has ended ({how})");
            child = loop {
                let wait = backoff.wait();
                let log = self.home.join(LOG);
                let (wait_s, log) = (wait.as_secs(), log.display());
                let line = format!("{why} and starts again in {wait_s} s; see {log}");
                self.console.trouble(PART, &line);
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    _ = &mut closing => return,
                }
                match self.setup.spawn(&self.home) {
                    Ok(again) => break again,
                    Err(error) => why = format!("the shop did not start ({error})"),
                }
            };
        }
    }

    /// Says that the shop sells, and no more.
    async fn answers_and_goes_on<T>(&self) -> T {
        answers(self.setup.place.port).await;
        self.console.well(PART);
        std::future::pending().await
    }
}

async fn end(mut child: Child, lifeline: Option<ChildStdin>) {
    drop(lifeline);
    // Past its time it is killed, by being dropped.
    let _ = tokio::time::timeout(CLOSING_TIME, child.wait()).await;
}

/// Comes back when the shop reads its database.
async fn answers(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    loop {
        let request = Request::get(format!("http://{address}/health")).body(Empty::new());
        if let Ok(request) = request
            && let Ok(response) = client.request(request).await
            && response.status() == StatusCode::OK
        {
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}
