//! `sbw-etl exclude`.

use std::process::ExitCode;

use super::{FAILED, Stopped, args::ExcludeArgs, bar::Bar, days_or_all, print, until_interrupted};
use crate::{
    Etl,
    removal::{
        exclude::{exclude, include, list_exclusions},
        exclusion::{Exclusion, Kind},
    },
};

/// What was named is in force, and comes to an end with the same command.
const INTERRUPTED: &str = "interrupted; the same command does the rest";

pub(super) async fn command(etl: Etl, args: ExcludeArgs) -> Result<ExitCode, Stopped> {
    let exclusions = exclusions(&args)?;
    if exclusions.is_empty() {
        if args.undo || args.reason.is_some() {
            return Err(Stopped::Usage(
                "say whose events: --client, --session, --user, --network or --event".to_owned(),
            ));
        }
        print::exclusions(&list_exclusions(&etl.warehouse).await?, args.format);
        return Ok(ExitCode::SUCCESS);
    }
    let bar = Bar::new();
    let report = if args.undo {
        until_interrupted(include(&etl, &exclusions, &bar), INTERRUPTED).await?
    } else {
        let scope = days_or_all(args.from, args.to)?;
        let excluding = exclude(&etl, &exclusions, args.reason.as_deref(), scope, &bar);
        until_interrupted(excluding, INTERRUPTED).await?
    };
    bar.finish();
    print::json(&report);
    Ok(ExitCode::from(if report.remaining == 0 {
        0
    } else {
        FAILED
    }))
}

fn exclusions(args: &ExcludeArgs) -> Result<Vec<Exclusion>, Stopped> {
    let named = [
        (Kind::Client, &args.clients),
        (Kind::Session, &args.sessions),
        (Kind::User, &args.users),
        (Kind::Network, &args.networks),
        (Kind::Event, &args.events),
    ];
    let each = named
        .into_iter()
        .flat_map(|(kind, texts)| texts.iter().map(move |text| (kind, text)));
    each.map(|(kind, text)| {
        Exclusion::new(kind, text)
            .map_err(|error| Stopped::Usage(format!("--{} {text}: {error}", kind.as_str())))
    })
    .collect()
}
