//! The parts that have processes of their own. Each says on its first line where it is,
//! and goes when its standard input ends, as it does with whoever started it.

use std::env;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sbw_etl::{Etl, EtlError, RunReport};
use sbw_ingest::{Ingest, Policy, S3Store, SystemClock};
use sbw_local::api::{Api, TimeLimits};
use sbw_local::raw::{BUCKET, client_of};
use sbw_local::schedule::keep_loading;
use sbw_local::warehouse::DATABASE;
use sbw_queries::connect::{SslMode, Target};
use sbw_servers::s3::{S3Options, S3Server};
use secrecy::SecretString;

use crate::soak::SoakError;
use crate::{Arguments, Part};

/// Between two runs of the loader.
const LOAD_EVERY: Duration = Duration::from_secs(1);

/// The variables by which a part learns what it needs.
pub(crate) const ROOT: &str = "SBW_SOAK_ROOT";
pub(crate) const ENDPOINT: &str = "SBW_SOAK_ENDPOINT";
pub(crate) const ACCESS_KEY: &str = "SBW_SOAK_ACCESS_KEY";
pub(crate) const SECRET_KEY: &str = "SBW_SOAK_SECRET_KEY";
pub(crate) const POSTGRES_PORT: &str = "SBW_SOAK_POSTGRES_PORT";
pub(crate) const LOADER_PASSWORD: &str = "SBW_SOAK_LOADER_PASSWORD";

pub(crate) async fn run(part: Part, arguments: &Arguments) -> Result<(), SoakError> {
    match part {
        Part::S3 => {
            let server = S3Server::start(S3Options {
                root: Some(PathBuf::from(given(ROOT)?)),
                port: 0,
                access_key: given(ACCESS_KEY)?,
                secret_key: SecretString::from(given(SECRET_KEY)?),
                buckets: vec![BUCKET.to_owned()],
            })
            .await
            .map_err(SoakError::part)?;
            let (faults, started) = (arguments.schedule().s3, Instant::now());
            server.inject(move |_, _| {
                let now = started.elapsed();
                let fault = faults.iter().find(|(span, _)| span.contains(&now));
                fault.map(|(_, fault)| *fault)
            });
            stay(&server.endpoint()).await
        }
        Part::Api => {
            let store = S3Store::new(&client()?, BUCKET);
            let ingest = Ingest::new(store, SystemClock, Policy::default());
            let api = Api::start(0, ingest, TimeLimits::default())
                .await
                .map_err(SoakError::part)?;
            stay(&format!("http://{}/clickstream", api.address())).await
        }
        Part::Etl => {
            let etl = Etl::new(client()?, BUCKET, loader()?);
            let ignore = |_: Result<&RunReport, &EtlError>| {};
            tokio::select! {
                () = keep_loading(etl, LOAD_EVERY, &ignore) => Ok(()),
                done = stay("loading") => done,
            }
        }
    }
}

/// The raw bucket, as a part reaches it.
fn client() -> Result<aws_sdk_s3::Client, SoakError> {
    let (access_key, secret_key) = (given(ACCESS_KEY)?, given(SECRET_KEY)?);
    Ok(client_of(given(ENDPOINT)?, &access_key, &secret_key))
}

fn loader() -> Result<Target, SoakError> {
    let port = given(POSTGRES_PORT)?.parse().map_err(SoakError::part)?;
    let mut target = Target::new("127.0.0.1", port, "sbw_loader", DATABASE);
    target.sslmode = SslMode::Disable;
    Ok(target.with_password(SecretString::from(given(LOADER_PASSWORD)?)))
}

fn given(name: &str) -> Result<String, SoakError> {
    env::var(name).map_err(|_| SoakError::Part(format!("{name} is not set").into()))
}

/// Says where it is, and stays until standard input ends.
async fn stay(place: &str) -> Result<(), SoakError> {
    let mut out = std::io::stdout();
    writeln!(out, "{place}").and_then(|()| out.flush())?;
    let input_ends = || std::io::stdin().read_to_end(&mut Vec::new());
    let ended = tokio::task::spawn_blocking(input_ends).await;
    ended.map_err(SoakError::part)??;
    Ok(())
}
