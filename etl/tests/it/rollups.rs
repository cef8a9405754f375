//! `verify` finds what is wrong in a rollup, whichever it is.

use rstest::rstest;
use sbw_etl::verify::{Finding, verify};

use crate::{
    support::Platform,
    traffic::{STRANGE, load},
};

/// Each rollup, and ways to have it wrong: `(family, damage)`.
const DAMAGES: &[(&str, &str)] = &[
    (
        "event_counts",
        "update rollups.event_counts set events = events + 1 where grain = 'd'",
    ),
    (
        "event_counts",
        "update rollups.event_counts set revenue = revenue - 1 where revenue > 0 and grain = 'h'",
    ),
    (
        "event_counts",
        "update rollups.event_counts set priced = priced + 1 where grain = 'h'",
    ),
    (
        "event_counts",
        "update rollups.event_counts set bucket = bucket + interval '90 years' where grain = 'h'",
    ),
    (
        "event_counts",
        "delete from rollups.event_counts where grain = 'd'",
    ),
    (
        "event_counts",
        "update rollups.words set word = 'other' where word = 'search'",
    ),
    (
        "event_counts",
        "delete from rollups.words where word = 'search'",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set events = events + 1 where scope_no = 0",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set completes = completes + 1 where scope_no > 0",
    ),
    ("scope_hours", "delete from rollups.scope_hours"),
    (
        "scope_hours",
        "update rollups.words set word = 'member' where word = 'guest'",
    ),
    (
        "scope_hours",
        "update rollups.scopes set value = 'B7' where value = 'B1' and kind = 'b'",
    ),
    (
        "slots",
        "update rollups.slots set of_name[1] = of_name[1] + 1",
    ),
    (
        "slots",
        "update rollups.slots set priced = priced + 1, revenue = revenue + 1",
    ),
    (
        "slots",
        "update rollups.slots set of_subject[1] = of_subject[1] + 1 where subjects is not null",
    ),
    (
        "slots",
        "update rollups.slots set steps[1] = (steps[1] + 1) % 5 where subjects is not null",
    ),
    (
        "slots",
        "update rollups.slots set revenues[1] = revenues[1] + 1 where subjects is not null",
    ),
    (
        "slots",
        "update rollups.slots set last_at[1] = last_at[1] - interval '1 us' where subjects is not null",
    ),
    (
        "slots",
        "update rollups.slots set subjects = null, steps = null, of_subject = null, revenues = null, last_at = null where subjects is not null",
    ),
    (
        "slots",
        "update rollups.slots set slot = slot - interval '90 years'",
    ),
    ("slots", "delete from rollups.slots where names[1] > 1"),
    (
        "subject_counts",
        "update rollups.subject_counts set events = events + 1 where grain = 'h'",
    ),
    (
        "subject_counts",
        "update rollups.subject_counts set starts = starts + 1 where grain = 'd'",
    ),
    (
        "subject_counts",
        "update rollups.subject_counts set last_at = last_at + interval '1 s' where grain = 'd'",
    ),
    (
        "subject_counts",
        "delete from rollups.subject_counts where grain = 'd'",
    ),
    (
        "subject_counts",
        "update rollups.subjects set brand = 'B7' where brand = 'B1'",
    ),
    (
        "subject_counts",
        "update rollups.subjects set name = 'x' where name <> 'x'",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set of_name[1] = of_name[1] + 1 where scope_no > 0",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set clients = clients[2:] where cardinality(clients) > 1",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set clients = clients || 9999 where scope_no > 0",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set clients = clients || clients[1] where clients is not null",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set users = null where users is not null",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set clients_from[1] = clients_from[1] - interval '1 us' where scope_no = 0 and clients is not null",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set clients_to = null where scope_no = 0",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set users_to[1] = users_to[1] + interval '1 us' where users_to is not null",
    ),
    (
        "scope_hours",
        "update rollups.scope_hours set users_from = array[hour] where scope_no > 0 and users is not null",
    ),
    (
        "scope_hours",
        "update rollups.people set id = 'c-99' where id = 'c-1'",
    ),
    (
        "people_spans",
        "update rollups.people_spans set people = set_bit(people, 32767, 1) where login_no is null",
    ),
    (
        "people_spans",
        "update rollups.people_spans set people = people << 1",
    ),
    (
        "people_spans",
        "delete from rollups.people_spans where login_no is not null",
    ),
    (
        "people_spans",
        "delete from rollups.people_spans where hours = 4",
    ),
    (
        "people_spans",
        "update rollups.people_spans set block = block + 1",
    ),
    (
        "sessions",
        "update rollups.sessions set first_at = first_at - interval '1 s'",
    ),
    (
        "sessions",
        "update rollups.sessions set last_at = last_at + interval '1 us' where is_part",
    ),
    (
        "sessions",
        "update rollups.sessions set reached = reached + 1",
    ),
    (
        "sessions",
        "update rollups.sessions set span = 0 where span > 0",
    ),
    (
        "sessions",
        "update rollups.sessions set events = events - 1",
    ),
    (
        "sessions",
        "update rollups.sessions set is_carted = not is_carted where is_part",
    ),
    (
        "sessions",
        "update rollups.sessions set is_converted = not is_converted",
    ),
    (
        "sessions",
        "update rollups.sessions set is_new = not is_new",
    ),
    (
        "sessions",
        "update rollups.sessions set wait2 = wait2 + 1 where wait2 is not null",
    ),
    (
        "sessions",
        "update rollups.sessions set wait3 = wait2, wait2 = null where wait2 is not null and wait3 is null",
    ),
    (
        "sessions",
        "update rollups.sessions set wait4 = 0 where wait4 is null",
    ),
    (
        "sessions",
        "update rollups.sessions set times[2] = times[2] + interval '1 us' where events > 1",
    ),
    (
        "sessions",
        "update rollups.sessions set times = times || times[1], kinds = kinds || kinds[1] where is_part",
    ),
    (
        "sessions",
        "update rollups.sessions set kinds[1] = (kinds[1] + 8) % 16",
    ),
    (
        "sessions",
        "update rollups.sessions set times = null, kinds = null where span < 3",
    ),
    (
        "sessions",
        "update rollups.sessions set times = null, kinds = null, span = 3",
    ),
    ("sessions", "delete from rollups.sessions where is_part"),
    (
        "session_counts",
        "update rollups.session_counts set abandoned = abandoned + 1 where grain = 'd'",
    ),
    (
        "session_counts",
        "update rollups.session_counts set reached4 = reached4 + 1 where is_part",
    ),
    (
        "session_counts",
        "update rollups.session_counts set seconds = seconds || seconds[1] where grain = 'h' and scope_no > 0",
    ),
    (
        "session_counts",
        "update rollups.session_counts set wait2 = array[wait2[1] + 1] where cardinality(wait2) = 1",
    ),
    (
        "session_counts",
        "delete from rollups.session_counts where sessions > 0",
    ),
    (
        "session_seconds",
        "update rollups.session_seconds set seconds = seconds || seconds[cardinality(seconds)]",
    ),
    (
        "session_seconds",
        "update rollups.session_seconds set of_each[1] = of_each[1] + 1 where measure = 1",
    ),
    (
        "session_seconds",
        "update rollups.session_seconds set of_each = of_each || 1 where login_no > 0",
    ),
    (
        "session_seconds",
        "update rollups.session_seconds set sessions = sessions - 1 where login_no = -1",
    ),
    (
        "session_seconds",
        "delete from rollups.session_seconds where scope_no = 0",
    ),
    (
        "session_seconds",
        "update rollups.session_seconds set starts = starts - interval '90 years' where hours = 2",
    ),
    (
        "session_cuts",
        "update rollups.session_cuts set sessions = sessions + 1 where side = '='",
    ),
    (
        "session_cuts",
        "update rollups.session_cuts set seconds = seconds || seconds[1] where side = '<'",
    ),
    (
        "session_cuts",
        "delete from rollups.session_cuts where side = '>'",
    ),
    (
        "session_cuts",
        "update rollups.session_cuts set hour = hour - interval '90 years'",
    ),
    (
        "session_stays",
        "update rollups.session_stays set previous = previous - interval '90 years'",
    ),
    (
        "session_stays",
        "update rollups.session_stays set sessions = sessions + 1 where scope_no > 0",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_rollup_is_found_and_named() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    // A shop this small has no day that would be summed up.
    admin
        .batch_execute("update rollups.state set busy = 1, dense = 1")
        .await
        .unwrap();
    load(&platform, 3).await;
    admin.batch_execute(STRANGE).await.unwrap();
    admin
        .batch_execute("update etl.baseline set events = 6")
        .await
        .unwrap();
    platform.verify().await;

    for &(family, damage) in DAMAGES {
        // Taken back by hand, as `verify` has a session of its own.
        let table = damage
            .split_once("rollups.")
            .and_then(|(_, rest)| rest.split(' ').next())
            .unwrap();
        let copy = format!("create table public.undamaged as select * from rollups.{table}");
        admin.batch_execute(&copy).await.unwrap();
        let changed = admin.execute(damage, &[]).await.unwrap();
        assert!(changed > 0, "no damage done: {damage}");

        let findings = verify(&platform.warehouse()).await.unwrap();
        let found = findings.iter().any(
            |finding| matches!(finding, Finding::Rollup { family: named, .. } if *named == family),
        );
        assert!(found, "{damage}: {findings:#?}");
        assert!(!findings.iter().all(Finding::is_warning));

        let restore = format!(
            "delete from rollups.{table};
             insert into rollups.{table} overriding system value select * from public.undamaged;
             drop table public.undamaged"
        );
        admin.batch_execute(&restore).await.unwrap();
    }
    platform.verify().await;
}

#[rstest]
#[case::counted(
    "update rollups.scope_hours set completes = 2 where hour = '9999-12-31T23:00:00Z' and scope_no = 0",
    "rollups.scope_hours, hour from 9999-12-31 23:00:00, login 'guest': 1 events (checkout_complete 1), 2 checkouts, 1 clients, 0 users kept; 1 events (checkout_complete 1), 1 checkouts, 1 of 1 clients, 0 of 0 users by the events"
)]
#[case::seen(
    "update rollups.scope_hours set clients = clients || 9999 where hour = '9999-12-31T23:00:00Z' and scope_no = 0",
    "rollups.scope_hours, hour from 9999-12-31 23:00:00, login 'guest': 1 events (checkout_complete 1), 1 checkouts, 2 clients, 0 users kept; 1 events (checkout_complete 1), 1 checkouts, 1 of 1 clients, 0 of 0 users by the events"
)]
#[case::forgotten(
    "delete from rollups.sessions where first_at = '9999-12-31T23:59:59.999999Z'",
    "rollups.sessions, session 'end', login 'guest': nothing kept; 9999-12-31 23:59:59.999999 to 9999-12-31 23:59:59.999999, 1 events, checkout, step 0 by the events"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_finding_says_what_is_kept_and_what_the_events_tell(
    #[case] damage: &str,
    #[case] words: &str,
) {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    admin.batch_execute(STRANGE).await.unwrap();
    admin
        .batch_execute("update etl.baseline set events = 6")
        .await
        .unwrap();
    admin.batch_execute(damage).await.unwrap();
    let findings = verify(&platform.warehouse()).await.unwrap();
    let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(said, [words]);
}
