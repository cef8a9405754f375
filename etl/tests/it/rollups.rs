//! `verify` finds what is wrong in a rollup, whichever it is.

use sbw_etl::verify::{Finding, verify};

use crate::{support::Platform, traffic::load};

/// Ways to have a rollup wrong: its table, and what was done to it.
const DAMAGES: &[(&str, &str)] = &[
    ("event_counts", "update $ set events = events + 1"),
    (
        "event_counts",
        "update $ set revenue = revenue - 1 where revenue > 0",
    ),
    (
        "event_counts",
        "update $ set orders = orders + 1 where orders > 0",
    ),
    ("event_counts", "delete from $ where hours = 1"),
    ("subject_counts", "update $ set views = views + 1"),
    (
        "subject_counts",
        "update $ set last_at = last_at + interval '1 s'",
    ),
    ("subject_counts", "delete from $ where hours = 1"),
    ("presence", "delete from $"),
    (
        "presence",
        "update $ set clients = clients || 9999 where clients is not null",
    ),
    ("visits", "update $ set sessions = sessions + 1"),
    (
        "visits",
        "update $ set engaged = engaged + 1 where hours = 1",
    ),
    (
        "visits",
        "update $ set lasted_seconds[1] = lasted_seconds[1] + 1 where hours = 1 and lasted_seconds is not null",
    ),
    ("sessions", "update $ set lasted = lasted + 1"),
    ("sessions", "update $ set is_new = not is_new"),
    ("sessions", "update $ set exit_page = 7"),
    ("sessions", "delete from $"),
    ("checkouts", "update $ set units = units + 1"),
    ("checkouts", "delete from $"),
    ("checkout_items", "update $ set quantity = quantity + 1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_rollup_is_found_and_named() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    load(&platform, 3).await;
    platform.verify().await;

    for &(rollup, damage) in DAMAGES {
        // Taken back by hand, as `verify` has a session of its own.
        let table = format!("rollups.{rollup}");
        let copy = format!("create table public.undamaged as select * from {table}");
        admin.batch_execute(&copy).await.unwrap();
        let changed = admin
            .execute(&damage.replace('$', &table), &[])
            .await
            .unwrap();
        assert!(changed > 0, "no damage done: {rollup}, {damage}");

        let findings = verify(&platform.warehouse()).await.unwrap();
        let found = findings.iter().any(
            |finding| matches!(finding, Finding::Rollup { rollup: named, .. } if named == rollup),
        );
        assert!(found, "{rollup}, {damage}: {findings:#?}");
        assert!(!findings.iter().all(Finding::is_warning));

        let restore = format!(
            "delete from {table};
             insert into {table} overriding system value select * from public.undamaged;
             drop table public.undamaged"
        );
        admin.batch_execute(&restore).await.unwrap();
    }
    platform.verify().await;
}
