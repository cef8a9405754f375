//! A soak: the platform's real parts under load, while they are killed and fail by a
//! schedule that a seed decides. It ends with a balance: every event that the API
//! accepted is in the warehouse, every broken line is a reject, memory is flat.
//!
//! ```text
//! senders ─▶ api ─▶ s3 (with faults) ─▶ etl (killed) ─▶ PostgreSQL (killed, crashed, restarted)
//! ```
//!
//! Each part is a process of its own, this program with another argument, so that it
//! can be killed and its memory read. In: how long, how much, a seed. Out: figures, and
//! an exit status. Start reading at [`soak`].

mod balance;
mod load;
mod memory;
mod parts;
mod schedule;
mod soak;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::schedule::Schedule;

/// Runs the platform under load while its parts fail, and says whether anything was lost.
#[derive(Debug, Parser)]
#[command(name = "sbw-soak", version, about, max_term_width = 100)]
struct Arguments {
    /// Seconds of load
    #[arg(long, default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    seconds: u64,
    /// Events a second
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// The same seed makes the same faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A part's own process
    #[arg(long, hide = true)]
    part: Option<Part>,
}

/// What runs in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    S3,
    Api,
    Etl,
}

impl Arguments {
    fn schedule(&self) -> Schedule {
        Schedule::new(self.seed, Duration::from_secs(self.seconds))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("sbw-soak: the system refuses to go on: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match arguments.part {
            Some(part) => parts::run(part, &arguments).await.map(|()| true),
            None => soak::run(&arguments).await,
        }
    });
    runtime.shutdown_background();
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sbw-soak: {error}");
            ExitCode::FAILURE
        }
    }
}
