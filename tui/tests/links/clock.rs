//! The real program on a machine whose clock is hours off.

use chrono::Utc;
use rstest::rstest;

use super::certificates::faketime;
use super::common::program::{Program, flags, to_server};
use super::common::warehouse::Warehouse;
use super::{printed, program};

/// What shows a program another time; time goes by as ever.
fn surroundings(shift: &str) -> [(&'static str, String); 3] {
    [
        ("LD_PRELOAD", faketime().to_str().unwrap().to_owned()),
        ("FAKETIME", shift.to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

const NEWEST: &str = "insert into public.clickstream_events (event_id, event_timestamp, event_name)
    values (gen_random_uuid(), now() - interval '3 minutes', 'brand_new_event')";

#[rstest]
#[case::behind("-5h", "this machine's clock is 5 h 00 min behind the server's")]
#[case::ahead("+50h", "this machine's clock is 2 d 2 h ahead of the server's")]
#[tokio::test(flavor = "multi_thread")]
async fn ranges_and_ages_follow_the_server(#[case] shift: &str, #[case] words: &str) {
    let shop = Warehouse::with_traffic(100, Utc::now(), 20.0).await;
    let client = shop.client("clickstream_dw").await;
    client.batch_execute(NEWEST).await.unwrap();

    let asked = ["events", "--last", "1h", "--format", "csv"];
    let output = program(&["report"])
        .args(asked)
        .args(flags(shop.port()))
        .envs(surroundings(shift))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains(words), "{said}");
    let printed_then = String::from_utf8(output.stdout).unwrap();
    assert!(printed_then.contains("brand_new_event"), "{printed_then}");
    assert_eq!(printed_then, printed(shop.port(), &asked));

    let mut command = to_server(shop.port(), &["--last", "1h", "--refresh", "1s"]);
    for (name, value) in surroundings(shift) {
        command.env(name, value);
    }
    let mut program = Program::start(command, 100, 30);
    // A sentence begins with a capital.
    program.wait_for(&["● connected", &words[1..], "brand_new_event", "live, 1 s"]);
    program.wait_until("the age of the newest event", |screen| {
        screen.contains("3 min ago") || screen.contains("4 min ago")
    });
    program.send("8");
    program.wait_for(&["time, UTC", "brand_new_event"]);
    let later = NEWEST
        .replace("brand_new", "even_newer")
        .replace("3 minutes", "0 minutes");
    client.batch_execute(&later).await.unwrap();
    program.wait_for(&["even_newer_event", "just now"]);
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_right_is_not_spoken_of() {
    let shop = Warehouse::empty().await;
    let output = program(&["report", "events"])
        .args(flags(shop.port()))
        .envs(surroundings("-20s"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
