//! The run itself: starts the parts, keeps the schedule, takes the samples.

use std::error::Error;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sbw_ingest::key::object_key;
use sbw_ingest::{Clock, SystemClock};
use sbw_local::home::Home;
use sbw_local::keys::Keys;
use sbw_local::raw::{BUCKET, client_of};
use sbw_local::warehouse;
use sbw_servers::postgres::{KillSwitch, Postgres};
use secrecy::ExposeSecret;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;

use crate::balance::Balance;
use crate::load::{self, Sent};
use crate::memory::{self, Series};
use crate::parts::{ACCESS_KEY, ENDPOINT, LOADER_PASSWORD, POSTGRES_PORT, ROOT, SECRET_KEY};
use crate::schedule::{Outage, Schedule};
use crate::{Arguments, Part};

/// Raw objects with a broken line, put beside those of the API.
const BROKEN_EVERY: Duration = Duration::from_secs(2);
/// A loader that was killed starts again.
const LOADER_AWAY: Duration = Duration::from_millis(500);

/// Why a soak did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SoakError {
    /// A part could not start, or a question was not answered.
    #[error("a part failed: {0}")]
    Part(Box<dyn Error + Send + Sync>),
    /// A process or a pipe.
    #[error("the system refuses to go on: {0}")]
    System(#[from] std::io::Error),
}

impl SoakError {
    pub(crate) fn part(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Part(error.into())
    }
}

/// What a run has seen.
#[derive(Debug, Default)]
struct Seen {
    api: Series,
    s3: Series,
    postgres: Series,
    /// The most of each life of the loader: it is killed too often for more.
    etl: Series,
    etl_now: u64,
    etl_kills: usize,
    outages: usize,
    broken_lines: i64,
}

/// Runs it; whether nothing was lost and nothing grew.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool, SoakError> {
    let home = Home::open(None).map_err(SoakError::part)?;
    let keys = Keys::of(&home).map_err(SoakError::part)?;
    let password = keys.superuser.clone();
    let postgres = warehouse::start(
        home.join("postgres"),
        0,
        false,
        password,
        KillSwitch::default(),
    );
    let postgres = postgres.await.map_err(SoakError::part)?;
    warehouse::prepare(&postgres, &keys)
        .await
        .map_err(SoakError::part)?;
    let loader = warehouse::for_loader(&postgres, &keys);

    let mut parts = Parts {
        arguments,
        variables: vec![
            (ROOT, home.join("s3").display().to_string()),
            (ACCESS_KEY, keys.access_key.clone()),
            (SECRET_KEY, keys.secret_key.expose_secret().to_owned()),
            (POSTGRES_PORT, postgres.port().to_string()),
            (LOADER_PASSWORD, keys.loader.expose_secret().to_owned()),
        ],
    };
    let (s3, endpoint) = parts.start(Part::S3).await?;
    parts.variables.push((ENDPOINT, endpoint.clone()));
    let (api, url) = parts.start(Part::Api).await?;
    println!(
        "soaking for {} s with {} events a second, seed {}",
        arguments.seconds, arguments.rate, arguments.seed
    );
    let sent = Arc::new(Sent::default());
    let senders = load::send(&url, arguments.rate, &sent);
    let bucket = client_of(endpoint, &keys.access_key, keys.secret_key.expose_secret());
    let mut trial = Trial {
        seen: Seen::default(),
        postgres: Some(postgres),
        etl: parts.start(Part::Etl).await?.0,
        api,
        s3,
        parts,
        bucket,
    };
    trial
        .last(
            &arguments.schedule(),
            Duration::from_secs(arguments.seconds),
        )
        .await?;

    sent.stop();
    senders.join_all().await;
    let seen = trial.seen;
    let balance = Balance::of(&loader, &sent, seen.broken_lines).await;
    print!("{balance}");
    println!(
        "loader killed {} times, PostgreSQL {} times",
        seen.etl_kills, seen.outages
    );
    let judged = [
        ("API", &seen.api, true),
        ("loader, most of each life", &seen.etl, true),
        ("PostgreSQL, all processes", &seen.postgres, true),
        // It keeps an index of its objects in memory.
        ("S3 server (grows by objects)", &seen.s3, false),
    ];
    let mut flat = true;
    for (name, series, counts) in judged {
        let most = series.most();
        match series.halves() {
            Some((first, second)) => {
                println!("{name:30} most {most:>7} kB, mean {first:>7} kB then {second:>7} kB");
            }
            None => println!("{name:30} most {most:>7} kB, too few samples to judge"),
        }
        if counts && !series.is_flat() {
            println!("{name}: memory grows");
            flat = false;
        }
    }
    let holds = balance.holds();
    println!(
        "{}",
        if holds && flat {
            "nothing was lost and nothing grew"
        } else {
            "the soak FAILED"
        }
    );
    Ok(holds && flat)
}

/// How parts are started.
#[derive(Debug)]
struct Parts<'a> {
    arguments: &'a Arguments,
    variables: Vec<(&'static str, String)>,
}

impl Parts<'_> {
    /// A part, and where it says it is. It goes with this program.
    async fn start(&self, part: Part) -> Result<(Child, String), SoakError> {
        let name = match part {
            Part::S3 => "s3",
            Part::Api => "api",
            Part::Etl => "etl",
        };
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["--part", name])
            .args(["--seconds", &self.arguments.seconds.to_string()])
            .args(["--seed", &self.arguments.seed.to_string()])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut place = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut place).await?;
        }
        match place.trim() {
            "" => Err(SoakError::Part(format!("{name} did not start").into())),
            place => Ok((child, place.to_owned())),
        }
    }
}

/// The parts while they are tried.
struct Trial<'a> {
    seen: Seen,
    postgres: Option<Postgres>,
    etl: Child,
    api: Child,
    s3: Child,
    parts: Parts<'a>,
    bucket: aws_sdk_s3::Client,
}

impl Trial<'_> {
    /// Keeps the schedule to its end.
    async fn last(&mut self, schedule: &Schedule, length: Duration) -> Result<(), SoakError> {
        let started = Instant::now();
        let mut kills = schedule.etl.iter().peekable();
        let mut outages = schedule.postgres.iter().peekable();
        let mut broken = Duration::ZERO;
        let mut ticks = tokio::time::interval(memory::EVERY);
        loop {
            ticks.tick().await;
            let now = started.elapsed();
            if now >= length {
                self.end_of_a_loader();
                return Ok(());
            }
            self.sample();
            if kills.next_if(|at| **at <= now).is_some() {
                self.kill_the_loader().await?;
            }
            if let Some((_, outage)) = outages.next_if(|(at, _)| *at <= now) {
                self.take_postgres_down(*outage).await?;
            }
            if now >= broken {
                broken = now + BROKEN_EVERY;
                self.put_a_broken_line().await;
            }
        }
    }

    fn sample(&mut self) {
        let seen = &mut self.seen;
        seen.api.add(self.api.id().map_or(0, memory::of));
        seen.s3.add(self.s3.id().map_or(0, memory::of));
        let postgres = self.postgres.as_ref().and_then(Postgres::pid);
        seen.postgres.add(postgres.map_or(0, memory::of_family));
        seen.etl_now = seen.etl_now.max(self.etl.id().map_or(0, memory::of));
    }

    fn end_of_a_loader(&mut self) {
        let most = std::mem::take(&mut self.seen.etl_now);
        self.seen.etl.add(most);
    }

    async fn kill_the_loader(&mut self) -> Result<(), SoakError> {
        self.etl.kill().await?;
        self.end_of_a_loader();
        self.seen.etl_kills += 1;
        tokio::time::sleep(LOADER_AWAY).await;
        self.etl = self.parts.start(Part::Etl).await?.0;
        Ok(())
    }

    async fn take_postgres_down(&mut self, outage: Outage) -> Result<(), SoakError> {
        let Some(mut postgres) = self.postgres.take() else {
            return Ok(());
        };
        let again = spawn_blocking(move || {
            match outage {
                Outage::Kill => postgres.kill9(),
                Outage::Crash => postgres.crash(),
                Outage::Restart => {
                    postgres.stop();
                }
            }
            postgres.start_again().map(|()| postgres)
        });
        let again = again.await.map_err(SoakError::part)?;
        self.postgres = Some(again.map_err(SoakError::part)?);
        self.seen.outages += 1;
        Ok(())
    }

    /// An object as a sender that was killed leaves it.
    async fn put_a_broken_line(&mut self) {
        let now = SystemClock.now();
        let key = object_key(now, SystemClock.mint(now));
        loop {
            let line = Bytes::from_static(b"{\"eventName\":\"product_vi");
            let put = self.bucket.put_object().bucket(BUCKET).key(&key);
            let put = put.if_none_match("*").body(line.into()).send();
            let done = tokio::time::timeout(memory::EVERY, put).await;
            let is_there = match done {
                Ok(Ok(_)) => true,
                // A try that was not answered has written it.
                Ok(Err(error)) => error
                    .raw_response()
                    .is_some_and(|it| it.status().as_u16() == 412),
                Err(_) => false,
            };
            if is_there {
                self.seen.broken_lines += 1;
                return;
            }
        }
    }
}
