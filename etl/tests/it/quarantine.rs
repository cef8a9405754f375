//! Objects that the warehouse cannot take: they are found by halving and set
//! aside, and everything else loads.

use std::time::Duration;

use rstest::rstest;
use sbw_etl::{Etl, EtlError, Scope};
use serde_json::Value;

use crate::support::{Platform, event, key, load_with, retry};

/// A trigger as a shop may add it, which does this at events named `poison`.
async fn at_poison(platform: &Platform, body: &str) {
    let sql = format!(
        "create function public.mind() returns trigger language plpgsql as
         $$ begin if new.event_name = 'poison' then {body}; end if; return new; end $$;
         create trigger mind before insert on public.clickstream_events
             for each row execute function public.mind()"
    );
    platform.admin().await.batch_execute(&sql).await.unwrap();
}

async fn mend(platform: &Platform) {
    platform
        .admin()
        .await
        .batch_execute("drop trigger mind on public.clickstream_events")
        .await
        .unwrap();
}

fn poison(name: &str) -> Value {
    let mut poison = event(name);
    poison["eventName"] = "poison".into();
    poison
}

/// Sixty objects of two events; of each twentieth one event is poison.
async fn fill(platform: &Platform) -> Vec<String> {
    let mut poisoned = Vec::new();
    for n in 0..60 {
        let key = key(1, n);
        let first = event(&format!("a-{n}"));
        let second = if n % 20 == 7 {
            poisoned.push(key.clone());
            poison(&format!("b-{n}"))
        } else {
            event(&format!("b-{n}"))
        };
        platform.put(&key, format!("[{first},{second},7]")).await;
    }
    poisoned
}

/// A loader that gives the warehouse half a second for each statement.
fn hasty(platform: &Platform) -> Etl {
    let mut etl = platform.etl();
    etl.limits.chunk_within = Duration::from_millis(500);
    etl
}

#[rstest]
#[case::refused("raise exception 'no poison here'", "no poison here")]
#[case::too_slow("perform pg_sleep(5)", "statement timeout")]
#[case::too_much_for_a_type("new.context_product_price := 1e30", "out of range")]
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_cannot_be_loaded_is_set_aside_alone(
    #[case] what_poison_does: &str,
    #[case] words: &str,
) {
    let platform = Platform::start().await;
    at_poison(&platform, what_poison_does).await;
    let poisoned = fill(&platform).await;

    let report = load_with(&hasty(&platform), Scope::New).await.unwrap();
    assert_eq!(
        (report.objects, report.remaining, report.inserted),
        (60, 0, 57 * 2),
        "{report:?}"
    );
    // One bad event of each good object, and all three of a bad one.
    assert_eq!(report.rejected, 57 + 3 * 3);
    let whole: Vec<(String, i32, String)> = platform
        .rejects()
        .await
        .into_iter()
        .filter(|(key, ..)| poisoned.contains(key))
        .collect();
    assert_eq!(whole.len(), 3, "{whole:?}");
    for (_, index, reason) in &whole {
        assert_eq!(*index, -1);
        assert!(reason.contains(words), "{reason}");
    }
    platform.verify().await;

    // Nothing behind it waits, and it is not tried with every run.
    platform.put(&key(2, 0), event("later").to_string()).await;
    let next = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((next.new_objects, next.inserted), (1, 1), "{next:?}");

    // A retry that fails again leaves it as it is.
    let still = retry(&hasty(&platform), None).await;
    assert_eq!((still.inserted, still.remaining), (0, 3), "{still:?}");
    platform.verify().await;

    mend(&platform).await;
    let mended = retry(&platform.etl(), None).await;
    assert_eq!((mended.inserted, mended.remaining), (6, 0), "{mended:?}");
    assert_eq!(platform.rejects().await.len(), 60);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_is_set_aside_with_all_its_events() {
    let platform = Platform::start().await;
    at_poison(&platform, "raise exception 'no poison here'").await;
    let mut events: Vec<Value> = (0..30).map(|n| event(&format!("e-{n}"))).collect();
    events.push(poison("last"));
    let large = key(1, 1);
    platform
        .put(&large, serde_json::to_vec(&events).unwrap())
        .await;
    platform.put(&key(1, 2), event("small").to_string()).await;
    let mut etl = platform.etl();
    etl.limits.large_object_bytes = 1_000;
    etl.limits.chunk_rows = 10;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(
        (report.inserted, report.rejected, report.remaining),
        (1, 31, 0),
        "{report:?}"
    );
    let rejects = platform.rejects().await;
    assert_eq!((rejects.len(), &rejects[0].0), (1, &large));
    platform.verify().await;
}

/// What refuses everything is not the objects' fault: the run ends, and says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_that_refuses_everything_fails_the_run() {
    let platform = Platform::start().await;
    platform
        .admin()
        .await
        .batch_execute(
            "alter table public.clickstream_events add constraint none check (event_name = 'none') not valid",
        )
        .await
        .unwrap();
    platform
        .put_all((0..300).map(|n| (key(1, n), event(&format!("e-{n}")).to_string())))
        .await;
    let error = platform.load_scope(Scope::New).await.unwrap_err();
    assert!(matches!(error, EtlError::Warehouse { .. }), "{error}");
    assert!(error.to_string().contains("none"), "{error}");
    let aside = platform.number("select count(*) from etl.ledger").await;
    assert!((64..=130).contains(&aside), "{aside}");
}

/// An operator who holds a table is waited for; nothing is set aside for it.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_waits_for_a_lock_is_not_at_fault() {
    let platform = Platform::start().await;
    fill(&platform).await;
    let operator = platform.admin().await;
    operator
        .batch_execute("begin; lock table public.clickstream_events in share mode")
        .await
        .unwrap();
    let etl = hasty(&platform);
    let loading = tokio::spawn(async move { load_with(&etl, Scope::New).await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    operator.batch_execute("commit").await.unwrap();
    let report = loading.await.unwrap().unwrap();
    assert_eq!((report.inserted, report.rejected), (120, 60), "{report:?}");
    platform.verify().await;
}

#[rstest]
#[case::small(usize::MAX)]
#[case::in_parts(100)]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_rejects_a_thousand_are_kept(#[case] large_object_bytes: usize) {
    let platform = Platform::start().await;
    let numbers = vec!["7"; 1_500].join(",");
    platform
        .put(&key(1, 1), format!("[{},{numbers}]", event("good")))
        .await;
    let mut etl = platform.etl();
    etl.limits.large_object_bytes = large_object_bytes;
    etl.limits.chunk_rows = 400;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!((report.inserted, report.rejected), (1, 1_500), "{report:?}");
    let rejects = platform.rejects().await;
    assert_eq!(rejects.len(), 1_001);
    let (_, index, reason) = &rejects[1_000];
    assert_eq!((*index, reason.as_str()), (1_001, "and 500 more"));
    platform.verify().await;
    let again = retry(&etl, None).await;
    assert_eq!((again.inserted, again.rejected), (0, 1_500));
    platform.verify().await;
}

/// Longer than an index takes.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_texts_there_can_be_load() {
    let platform = Platform::start().await;
    let mut long = event("long");
    let text = |from: u32| -> Value {
        (0..1_024)
            .filter_map(|n| char::from_u32(0x4e00 + (from + n * 7) % 20_000))
            .collect::<String>()
            .into()
    };
    long["userId"] = text(1);
    long["sessionId"] = text(2);
    long["clientId"] = text(3);
    long["userLoginState"] = text(4);
    for field in ["id", "name", "category", "brand", "urlPath"] {
        long["product"][field] = text(5);
    }
    platform.put(&key(1, 1), long.to_string()).await;
    let report = platform.load().await;
    assert_eq!((report.inserted, report.rejected), (1, 0), "{report:?}");
    platform.verify().await;
}
