//! The ETL every few seconds: what the hourly rule is in AWS.

use std::time::Duration;

use sbw_etl::{Deadline, Etl, EtlError, RunReport, RunRequest, Scope, Trigger, run};
use tokio::time::{MissedTickBehavior, interval};

/// Hears of every run.
pub type Watch = dyn Fn(Result<&RunReport, &EtlError>) + Send + Sync;

/// Runs the ETL now and then every so often, without end. Dropped in mid-run, it
/// leaves the run as a kill would: nothing lost, nothing twice.
pub async fn keep_loading(etl: Etl, every: Duration, watch: &Watch) {
    let mut ticks = interval(every);
    // A run that took longer than a tick is followed by one run, not by several.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let request = RunRequest {
            scope: Scope::New,
            trigger: Trigger::Schedule,
            deadline: Deadline::NONE,
        };
        let result = run(&etl, &request, &()).await;
        watch(result.as_ref());
    }
}
