//! Erases a person: their events go from the warehouse, from the rollups and from the raw files, and
//! what comes of them later is left out.
//!
//! ```text
//! tombstone in the warehouse, from then on loads leave their events out
//! tombstone in the bucket, for a warehouse that is restored from before
//! raw files                (raw.rs)
//! excerpts of rejects, events, excluded events, dictionaries; then a refresh
//! ```
//!
//! Each step finds what an earlier attempt has left to it, so the command can be killed anywhere and
//! repeated. The raw files go first: the warehouse knows which visits are theirs.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{
    between_chunks,
    exclusion::Kind,
    operator,
    person::{People, Person},
    raw::erase_raw,
    tombstone::{self, Tombstone},
};
use crate::{Deadline, Etl, EtlError, Progress, run::refresh_after};

/// What was done. Of what was done already, nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseReport {
    /// Versions of raw objects that were read.
    pub raw_versions: u64,
    /// Raw objects that were written anew.
    pub raw_objects: u64,
    /// Events that are not in them any more.
    pub raw_events: u64,
    /// Older versions that were deleted.
    pub raw_versions_deleted: u64,
    /// Versions that could not be read or written; named in the log. Run it again.
    pub raw_unreachable: u64,
    /// Rejects whose excerpts were emptied because they named the person.
    pub excerpts: u64,
    /// Events that were deleted from the warehouse, excluded ones among them.
    pub events: u64,
    /// Other ids of these events, such as `client c-1`: whether they are the same person is for a person to say.
    pub also_seen_as: Vec<String>,
    /// Hours and days of the rollups that are still to be refreshed; absent when nobody knows.
    pub refresh_pending: Option<u64>,
    /// How long it took.
    pub duration_ms: u64,
}

/// Erases these people; `with_sessions`, also what others, or nobody, did in their visits.
pub async fn erase(
    etl: &Etl,
    people: &[Person],
    with_sessions: bool,
    progress: &dyn Progress,
) -> Result<EraseReport, EtlError> {
    let started = Instant::now();
    let mut client = operator(&etl.warehouse).await?;
    let mut people = people.to_vec();
    let (sessions, also_seen_as) = other_ids(&client, &people).await?;
    if with_sessions {
        people.extend(sessions);
    }
    for tombstone in bury(&mut client, &people).await? {
        tombstone.keep(etl).await?;
    }
    let people = People(people);
    let raw = erase_raw(etl, &client, &people).await?;
    let excerpts = client
        .execute(
            include_str!("../../sql/forget_mentions.sql"),
            &[&people.quoted()],
        )
        .await?;
    Ok(EraseReport {
        raw_versions: raw.read,
        raw_objects: raw.rewritten,
        raw_events: raw.events,
        raw_versions_deleted: raw.versions_deleted,
        raw_unreachable: raw.unreachable,
        excerpts: excerpts + raw.excerpts,
        also_seen_as,
        ..erase_loaded(etl, &client, started, progress).await?
    })
}

/// Erases again everybody who was: what a restore, or a copy by hand, has brought back into the warehouse.
pub async fn erase_again(etl: &Etl, progress: &dyn Progress) -> Result<EraseReport, EtlError> {
    let started = Instant::now();
    let mut client = operator(&etl.warehouse).await?;
    let tombstones = tombstone::kept(etl).await?;
    let transaction = between_chunks(&mut client).await?;
    tombstone::enter(&transaction, &tombstones).await?;
    transaction.commit().await?;
    erase_loaded(etl, &client, started, progress).await
}

async fn erase_loaded(
    etl: &Etl,
    client: &Client,
    started: Instant,
    progress: &dyn Progress,
) -> Result<EraseReport, EtlError> {
    let row = client
        .query_one(include_str!("../../sql/take_out_erased.sql"), &[])
        .await?;
    Ok(EraseReport {
        events: row.get::<_, i64>("events").unsigned_abs(),
        refresh_pending: refresh_after(etl, Deadline::NONE, progress).await,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..EraseReport::default()
    })
}

/// Has loads leave out these people from now on.
async fn bury(client: &mut Client, people: &[Person]) -> Result<Vec<Tombstone>, EtlError> {
    let kinds: Vec<&str> = people.iter().map(|person| person.kind().as_str()).collect();
    let ids: Vec<&str> = people.iter().map(Person::id).collect();
    // Two random ids: more than anybody tries.
    let salt = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let transaction = between_chunks(client).await?;
    let rows = transaction
        .query(
            include_str!("../../sql/insert_erasures.sql"),
            &[&kinds, &ids, &salt],
        )
        .await?;
    transaction.commit().await?;
    Ok(rows.iter().map(Tombstone::of).collect())
}

/// Their visits, and under which other ids their events are known.
async fn other_ids(
    client: &Client,
    people: &[Person],
) -> Result<(Vec<Person>, Vec<String>), EtlError> {
    let ids = |kind| {
        let of_kind = people.iter().filter(move |person| person.kind() == kind);
        of_kind.map(Person::id).collect::<Vec<_>>()
    };
    let (clients, users) = (ids(Kind::Client), ids(Kind::User));
    let rows = client
        .query(
            include_str!("../../sql/ids_of_people.sql"),
            &[&clients, &users],
        )
        .await?;
    let (mut sessions, mut others) = (Vec::new(), Vec::new());
    for row in rows {
        let (kind, id): (&str, String) = (row.get("kind"), row.get("id"));
        let is_named = people
            .iter()
            .any(|p| p.kind().as_str() == kind && p.id() == id);
        if kind == Kind::Session.as_str() {
            sessions.push(Person::session(id));
        } else if !is_named {
            others.push(format!("{kind} {id}"));
        }
    }
    Ok((sessions, others))
}
