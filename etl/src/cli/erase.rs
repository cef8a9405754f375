//! `sbw-etl erase`.

use std::process::ExitCode;

use super::{FAILED, Stopped, args::EraseArgs, bar::Bar, print, until_interrupted};
use crate::{
    Etl,
    removal::{
        erase::{erase, erase_again},
        person::Person,
    },
};

/// The tombstone stands: nothing of them is loaded any more.
const INTERRUPTED: &str = "interrupted; the same command does the rest";

const NOT_REACHED: &str = "sbw-etl: not reached: backups of the warehouse until they expire, logs, files that \
dashboards exported, and the shop's own database; see infra/docs/privacy.md";

pub(super) async fn command(etl: Etl, args: EraseArgs) -> Result<ExitCode, Stopped> {
    let bar = Bar::new();
    let report = if args.again {
        until_interrupted(erase_again(&etl, &bar), INTERRUPTED).await?
    } else {
        let people = people(&args)?;
        let erasing = erase(&etl, &people, args.with_sessions, &bar);
        Box::pin(until_interrupted(erasing, INTERRUPTED)).await?
    };
    bar.finish();
    print::json(&report);
    eprintln!("{NOT_REACHED}");
    Ok(ExitCode::from(if report.raw_unreachable == 0 {
        0
    } else {
        FAILED
    }))
}

fn people(args: &EraseArgs) -> Result<Vec<Person>, Stopped> {
    let users = args.users.iter().map(|id| Person::user(id));
    let clients = args.clients.iter().map(|id| Person::client(id));
    users
        .chain(clients)
        .collect::<Result<_, _>>()
        .map_err(|error| Stopped::Usage(error.to_string()))
}
