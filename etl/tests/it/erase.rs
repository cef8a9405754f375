//! A person is erased: nothing says their name any more, and nobody else lost anything.

use std::{process::Stdio, time::Duration};

use aws_sdk_s3::Client as S3;
use bytes::Bytes;
use sbw_etl::{
    Scope,
    bucket::{Bucket, Written},
    parse::unpack,
    removal::{
        erase::{EraseReport, erase, erase_again},
        exclude::exclude,
        exclusion::{Exclusion, Kind},
        person::Person,
    },
};
use serde_json::{Value, json};

use crate::support::{BUCKET, Platform, gzip, key};

const THEIR_ID: &str = "us-erased";

fn event(user: Option<&str>, client: &str, session: &str, minute: u32) -> Value {
    json!({
        "eventName": if minute.is_multiple_of(7) { "checkout_complete" } else { "product_view" },
        "eventTimestamp": format!("2025-12-01T10:{:02}:00Z", minute % 60),
        "userId": user, "clientId": client, "sessionId": session,
        "pageUrl": "https://shop.example/p", "search": {"query": format!("of {client}")},
        "order": {"id": format!("o-{client}-{minute}"), "items": [{"id": "p-1", "price": 5}]},
        "product": {"id": "p-1", "name": "Chuột", "category": "mouse"},
    })
}

fn theirs(minute: u32) -> Value {
    event(Some(THEIR_ID), "cl-erased", "se-erased", minute)
}

fn others(minute: u32) -> Value {
    event(Some("us-other"), "cl-other", "se-other", minute)
}

/// Files of every shape. Events without an id are known by their place in the file.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut first = theirs(1);
    first["_ingest"] = json!({"receivedAt": "2025-12-01T11:00:00Z", "sourceIp": "203.0.113.0", "userAgent": "Mozilla/5.0"});
    let mut no_time = others(2);
    no_time.as_object_mut().unwrap().remove("eventTimestamp");
    let array = json!([first, no_time, theirs(3), others(4)]).to_string();
    let lines = format!(
        "{}\n{{\"userId\":\"{THEIR_ID}\",\n{}\n{}\n",
        others(5),
        theirs(6),
        others(7)
    );
    let nameless = json!([{"userId": THEIR_ID, "note": "no name"}, others(8)]).to_string();
    vec![
        (key(1, 1), array.into_bytes()),
        (key(1, 2), lines.into_bytes()),
        (key(1, 3), gzip(&json!([others(9), theirs(14)]).to_string())),
        (key(1, 4), theirs(11).to_string().into_bytes()),
        (key(1, 5), nameless.into_bytes()),
        (
            key(1, 6),
            json!([others(12), event(None, "cl-erased", "se-erased", 13)])
                .to_string()
                .into_bytes(),
        ),
    ]
}

async fn stored(platform: &Platform) {
    for (key, body) in files() {
        platform.put(&key, body).await;
    }
}

async fn erased(platform: &Platform, people: &[Person], with_sessions: bool) -> EraseReport {
    let etl = platform.operator();
    let report = Box::pin(erase(&etl, people, with_sessions, &()))
        .await
        .unwrap();
    assert_eq!(
        (report.raw_unreachable, report.refresh_pending),
        (0, Some(0))
    );
    report
}

/// Every table of the warehouse that has a row with this text.
async fn tables_that_say(platform: &Platform, text: &str) -> Vec<String> {
    let admin = platform.admin().await;
    let tables = "select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind = 'r' and n.nspname in ('public', 'etl', 'context', 'rollups')";
    let mut found = Vec::new();
    for row in admin.query(tables, &[]).await.unwrap() {
        let table: String = row.get("name");
        let count = format!("select count(*) from {table} t where strpos(t::text, $1) > 0");
        if admin
            .query_one(&count, &[&text])
            .await
            .unwrap()
            .get::<_, i64>(0)
            > 0
        {
            found.push(table);
        }
    }
    found
}

async fn objects_that_say(s3: &S3, text: &str) -> Vec<String> {
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let mut found = Vec::new();
    for object in listed.contents.unwrap_or_default() {
        let key = object.key.unwrap();
        let body = s3
            .get_object()
            .bucket(BUCKET)
            .key(&key)
            .send()
            .await
            .unwrap()
            .body;
        let bytes = body.collect().await.unwrap().into_bytes();
        if key.contains(text) || unpack(&bytes).unwrap().contains(text) {
            found.push(key);
        }
    }
    found
}

/// What is known of everybody else.
async fn of_others(platform: &Platform) -> Value {
    let sql = "select jsonb_agg(jsonb_build_object('event', to_jsonb(e), 'items', (select count(*) from context.items i where i.event_id = e.event_id),
                    'search', (select query from context.searches s where s.event_id = e.event_id)) order by event_id)
                 from public.clickstream_events e where client_id = 'cl-other'";
    platform.value(sql).await
}

#[tokio::test]
async fn an_erased_person_is_nowhere_and_does_not_come_back() {
    let platform = Platform::start().await;
    stored(&platform).await;
    assert_eq!(platform.load().await.inserted, 13);
    let before = of_others(&platform).await;
    // What is excluded is erased as well.
    let session = Exclusion::new(Kind::Session, "se-erased").unwrap();
    let etl = platform.operator();
    Box::pin(exclude(&etl, &[session], None, Scope::All, &()))
        .await
        .unwrap();
    assert!(
        tables_that_say(&platform, THEIR_ID)
            .await
            .contains(&"etl.excluded_events".to_owned())
    );

    let person = [Person::user(THEIR_ID).unwrap()];
    let report = erased(&platform, &person, false).await;
    assert_eq!(
        (report.events, report.raw_objects, report.raw_events),
        (5, 5, 7)
    );
    assert_eq!(report.also_seen_as, ["client cl-erased"]);
    assert_eq!(
        tables_that_say(&platform, THEIR_ID).await,
        Vec::<String>::new()
    );
    assert_eq!(
        objects_that_say(&etl.s3, THEIR_ID).await,
        Vec::<String>::new()
    );
    assert_eq!(of_others(&platform).await, before);
    platform.verify().await;

    let again = erased(&platform, &person, false).await;
    assert_eq!((again.events, again.raw_objects, again.excerpts), (0, 0, 0));

    // A late file, and the old one under another key.
    platform
        .put(&key(2, 1), json!([theirs(20), others(21)]).to_string())
        .await;
    let late = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((late.inserted, late.duplicates), (1, 1));
    assert_eq!(
        tables_that_say(&platform, THEIR_ID).await,
        Vec::<String>::new()
    );
    platform.verify().await;

    // The rewritten files, loaded into a new warehouse, are the same to everybody else.
    let other = Platform::start().await;
    let listed = etl
        .s3
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("events/2025/12/01/")
        .send()
        .await
        .unwrap();
    for object in listed.contents.unwrap() {
        let body = etl
            .s3
            .get_object()
            .bucket(BUCKET)
            .key(object.key().unwrap())
            .send()
            .await
            .unwrap()
            .body;
        let bytes: Bytes = body.collect().await.unwrap().into_bytes();
        other.put(object.key().unwrap(), bytes).await;
    }
    other.load().await;
    assert_eq!(of_others(&other).await, before);
}

#[tokio::test]
async fn a_visit_goes_as_a_whole_when_that_is_asked_for() {
    let platform = Platform::start().await;
    stored(&platform).await;
    platform.load().await;
    let before = of_others(&platform).await;
    let report = erased(&platform, &[Person::user(THEIR_ID).unwrap()], true).await;
    assert_eq!(report.events, 6);
    for text in [THEIR_ID, "cl-erased", "se-erased"] {
        assert_eq!(tables_that_say(&platform, text).await, Vec::<String>::new());
        assert_eq!(
            objects_that_say(&platform.etl().s3, text).await,
            Vec::<String>::new()
        );
    }
    assert_eq!(of_others(&platform).await, before);
    platform.verify().await;
}

/// A backup from before the erasure brings the person back, and knows nothing of it.
#[tokio::test]
async fn after_a_restore_they_are_erased_again() {
    let platform = Platform::start().await;
    stored(&platform).await;
    platform.load().await;
    let admin = platform.admin().await;
    admin
        .batch_execute("create table public.backup as select * from public.clickstream_events")
        .await
        .unwrap();
    erased(&platform, &[Person::client("cl-erased").unwrap()], false).await;
    admin
        .batch_execute("delete from etl.erasures; insert into public.clickstream_events select * from public.backup where client_id = 'cl-erased'; drop table public.backup")
        .await
        .unwrap();
    let etl = platform.operator();
    let report = Box::pin(erase_again(&etl, &())).await.unwrap();
    assert_eq!((report.events, report.refresh_pending), (6, Some(0)));
    assert_eq!(
        tables_that_say(&platform, "cl-erased").await,
        Vec::<String>::new()
    );
}

/// Killed at any moment, and repeated: they are gone, and everybody else is there.
#[tokio::test(flavor = "multi_thread")]
async fn kills_leave_nothing_that_a_repetition_does_not_find() {
    const ROUNDS: u32 = 8;
    let platform = Platform::start().await;
    let person = |n: u32| format!("us-{n:03}");
    let objects = (0..60).map(|n| {
        let of = |round| event(Some(&person(round)), "cl", "se", n + round);
        let events: Vec<Value> = (0..ROUNDS).map(of).chain([others(n)]).collect();
        (key(1, n.into()), serde_json::to_string(&events).unwrap())
    });
    platform.put_all(objects).await;
    platform.load().await;
    let before = of_others(&platform).await;
    let mut window = Duration::from_millis(1_500);
    let mut cut_short = 0;
    for round in 0..ROUNDS {
        let erase = |user: &str| {
            let mut command = platform.program();
            command
                .env("DWH_USER", "postgres")
                .args(["--log-level", "error", "erase", "--user", user])
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        };
        let user = person(round);
        let mut run = erase(&user).spawn().unwrap();
        let started = std::time::Instant::now();
        // From before the first connection to past the end.
        let moment = window.mul_f64(f64::from(round + 1) / f64::from(ROUNDS));
        while started.elapsed() < moment && run.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        window = window.min(
            started
                .elapsed()
                .max(moment)
                .mul_f64(f64::from(ROUNDS) / f64::from(round + 1)),
        );
        run.kill().unwrap();
        if run.wait().unwrap().code().is_none() {
            cut_short += 1;
        }
        let mut repeated = erase(&user);
        let status = tokio::task::spawn_blocking(move || repeated.status().unwrap());
        assert!(status.await.unwrap().success());
        assert_eq!(
            tables_that_say(&platform, &user).await,
            Vec::<String>::new()
        );
        assert_eq!(
            objects_that_say(&platform.etl().s3, &user).await,
            Vec::<String>::new()
        );
        assert_eq!(of_others(&platform).await, before, "round {round}");
    }
    assert!(cut_short > 2, "only {cut_short} runs were killed at work");
    platform.verify().await;
}

/// Who stores an object between our reading and writing it loses nothing.
#[tokio::test]
async fn an_object_that_changed_is_not_written_over() {
    let platform = Platform::start().await;
    let etl = platform.etl();
    let bucket = Bucket::new(&etl.s3, BUCKET, etl.limits.answer_within, etl.limits.tries);
    let key = key(1, 1);
    platform.put(&key, "old").await;
    let read = bucket.content(&key, None).await.unwrap().unwrap();
    platform.put(&key, "new").await;
    let bytes = || Bytes::from_static(b"ours");
    assert_eq!(
        bucket.replace(&key, &read, bytes()).await.unwrap(),
        Written::Changed
    );
    let read = bucket.content(&key, None).await.unwrap().unwrap();
    assert_eq!(read.bytes, "new");
    assert_eq!(
        bucket.replace(&key, &read, bytes()).await.unwrap(),
        Written::Stored(None)
    );
    assert_eq!(
        bucket
            .content("events/none", None)
            .await
            .unwrap()
            .map(|c| c.bytes),
        None
    );
}
