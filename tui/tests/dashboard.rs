//! The real program on a real terminal, against a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use chrono::Utc;
use common::program::{Program, command, to_server};
use common::proxy::Proxy;
use common::warehouse::Warehouse;
use rstest::rstest;
use sbw_servers::postgres::Postgres;

async fn shop() -> Warehouse {
    Warehouse::with_traffic(300, Utc::now(), 20.0).await
}

fn ends_well(program: &mut Program) {
    let (status, _) = program.wait_for_end();
    assert!(status.success(), "{status:?}");
    assert!(
        !program.is_on_its_screen() && program.shows_the_cursor(),
        "the terminal is not given back"
    );
}

#[test]
fn draws_before_there_is_anything_to_connect_to() {
    // A port that nobody listens on, and one that accepts and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [1, silent.local_addr().unwrap().port()] {
        let mut program = Program::dashboard(port, &[]);
        program.wait_for(&[
            "clickstream_dw@127.0.0.1",
            "1 Overview",
            "no data yet",
            "q quit",
        ]);
        program.send("q");
        ends_well(&mut program);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_shows_the_warehouse() {
    let shop = shop().await;
    let mut program = Program::dashboard(shop.port(), &["--last", "24h"]);
    program.wait_for(&[
        "● connected",
        "Revenue",
        "Events per hour",
        "product_view",
        "data to",
    ]);
    program.send("2");
    program.wait_for(&[
        "of previous",
        "4 checkout_complete",
        "Most are lost between",
    ]);
    program.send("b");
    program.wait_for(&["by login", "logged_in", "through"]);
    program.send("3");
    program.wait_for(&["to cart", "Bàn phím AULA M75 TM", "live, 10 s"]);
    program.send("4");
    program.wait_for(&["category", "keyboard", "revenue"]);
    program.send("5");
    program.wait_for(&["brand", "Logitech", "revenue"]);
    program.send("6");
    program.wait_for(&["How long they were", "Sessions per hour", "started, UTC"]);
    program.send("7");
    program.wait_for(&[
        "Events per hour of the week",
        "busiest",
        "by the clocks of UTC",
    ]);
    program.send("8");
    program.wait_for(&["time, UTC", "Bàn phím AULA M75 TM", "live, 10 s"]);
    program.send("\r");
    program.wait_for(&["event id", "first visit"]);
    // Not in one go: Escape and a letter are Alt and the letter.
    program.send("\u{1b}");
    program.wait_for(&["time, UTC"]);
    program.send("9");
    program.wait_for(&["Rows loaded per run", "incomplete"]);
    program.send("?");
    program.wait_for(&["Keys: j and k scroll", "Overview: the shop"]);
    program.send("qq");
    ends_well(&mut program);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_says_what_the_report_says() {
    let shop = shop().await;
    let client = shop.client("clickstream_dw").await;
    let row = client
        .query_one(
            "select count(*), count(*) filter (where event_name = 'product_view') from public.clickstream_events",
            &[],
        )
        .await
        .unwrap();
    let (all, views): (i64, i64) = (row.get(0), row.get(1));
    let mut program = Program::dashboard(shop.port(), &["--last", "7d"]);
    let (all, views) = (sbw_tui::number::count(all), sbw_tui::number::count(views));
    let screen = program.wait_for(&[&all, &views]);
    let bar = screen
        .lines()
        .find(|line| line.contains("▌product_view"))
        .unwrap();
    assert!(bar.contains(&views), "{screen}");
    // The bar that is drilled into shows as many events as it counted.
    program.send("\r");
    program.wait_for(&["› event product_view", "time, UTC"]);
    program.send("q");
    ends_well(&mut program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_leaves_the_data_and_a_started_one_brings_it_back() {
    let mut shop = shop().await;
    let mut program = Program::dashboard(shop.port(), &[]);
    let before = program.wait_for(&["● connected", "Revenue", "checkout_complete"]);
    shop.postgres.stop();
    let lost = program.wait_for(&["✗ lost, try", "read just now", "not live"]);
    let revenue = |screen: &str| {
        let line = screen
            .lines()
            .position(|line| line.contains("Revenue"))
            .unwrap();
        screen.lines().nth(line + 1).unwrap().trim_end().to_owned()
    };
    assert_eq!(revenue(&before), revenue(&lost));
    shop.postgres.start_again().unwrap();
    program.wait_for(&["● connected", "live, 10 s"]);
    program.send("q");
    ends_well(&mut program);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_events_show_as_soon_as_they_are_announced() {
    let shop = shop().await;
    let mut program = Program::dashboard(shop.port(), &["--refresh", "60m"]);
    program.wait_for(&["● connected", "Revenue"]);
    program.send("8");
    program.wait_for(&["live, 1 h 00 min", "time, UTC"]);
    let client = shop.client("clickstream_dw").await;
    client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name)
             values (gen_random_uuid(), now(), 'brand_new_event'); notify clickstream_loaded, '7'",
        )
        .await
        .unwrap();
    program.wait_for(&["▌", "brand_new_event"]);
    program.send("q");
    ends_well(&mut program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_tunnel_is_noticed_and_left_without_waiting() {
    let shop = shop().await;
    let tunnel = Proxy::before(shop.port());
    let mut program = Program::dashboard(tunnel.port(), &["--query-timeout", "500ms"]);
    program.wait_for(&["● connected", "Revenue"]);
    tunnel.go_silent();
    program.send("2");
    program.wait_for(&["✗ lost, try", "tunnel"]);
    tunnel.come_back();
    program.wait_for(&["● connected", "of previous"]);
    tunnel.go_silent();
    program.send("8");
    std::thread::sleep(Duration::from_millis(200));
    program.send("q");
    let (status, took) = program.wait_for_end();
    assert!(
        status.success() && took < Duration::from_secs(2),
        "{took:?}"
    );
    assert!(!program.is_on_its_screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_filter_changes_are_two_questions_at_most() {
    let shop = shop().await;
    let tunnel = Proxy::before(shop.port());
    let mut program = Program::dashboard(tunnel.port(), &["--refresh", "60m"]);
    program.wait_for(&["● connected", "Revenue", "live"]);
    let before = tunnel.questions();
    for _ in 0..18 {
        program.send("l");
        std::thread::sleep(Duration::from_millis(45));
    }
    program.send("l");
    program.send("l");
    program.send("l");
    program.wait_for(&["login guest", "live"]);
    let asked = tunnel.questions() - before;
    assert!((1..=2).contains(&asked), "{asked}");
}

#[rstest]
#[case::no_such_database(&["--dbname", "elsewhere"], "no database \"elsewhere\"")]
#[case::no_such_role(&["--user", "nobody_here"], "\"nobody_here\"")]
#[case::missing_tables(&[], "sbw-etl migrate")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_in_a_sentence(#[case] flags: &[&str], #[case] words: &str) {
    let bare = Warehouse::bare().await;
    let mut program = Program::dashboard(bare.port(), flags);
    program.wait_for(&[words]);
    program.send("q");
    ends_well(&mut program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_and_a_wrong_one_again() {
    // As long as the tokens that stand for passwords in clouds.
    let secret = "not-a-real-secret-".repeat(230);
    let password = secret.clone();
    let postgres = tokio::task::spawn_blocking(move || {
        Postgres::builder()
            .password(password.into())
            .start()
            .unwrap()
    })
    .await
    .unwrap();
    let flags = ["--user", "postgres", "--dbname", "postgres"];
    let mut program = Program::dashboard(postgres.port(), &flags);
    program.wait_for(&["wants a password", "Nothing is shown while you type"]);
    program.send("wrong\r");
    program.wait_for(&["was refused", "Nothing is shown while you type"]);
    program.send(&format!("\u{1b}[200~{}\u{1b}[201~", "x".repeat(70_000)));
    program.wait_for(&["Cut: a line takes 65535 bytes"]);
    program.send(&format!("\u{15}\u{1b}[200~{secret}\n\u{1b}[201~\r"));
    program.wait_for(&["● connected", "sbw-etl migrate"]);
    let written = String::from_utf8_lossy(&program.written()).into_owned();
    assert!(!written.contains("wrong") && !written.contains("not-a-real"));
    program.send("q");
    ends_well(&mut program);
    // The same without a dashboard.
    let flags = [
        "--user", "postgres", "--dbname", "postgres", "report", "events",
    ];
    let mut report = Program::start(to_server(postgres.port(), &flags), 100, 30);
    report.wait_for(&["Password of postgres"]);
    report.send(&format!("{secret}\r"));
    report.wait_for(&["sbw-etl migrate"]);
    report.wait_for_end();
}

#[rstest]
fn signals_end_it_and_give_the_terminal_back(#[values("INT", "TERM", "HUP", "QUIT")] name: &str) {
    let mut program = Program::dashboard(1, &[]);
    program.wait_for(&["✗ lost"]);
    program.signal(name);
    ends_well(&mut program);
}

#[test]
fn the_screen_is_drawn_anew_on_a_terminal_that_answers_no_questions() {
    let mut program = Program::dashboard(1, &[]);
    program.wait_for(&["✗ lost", "1 Overview", "q quit"]);
    program.send("\u{c}");
    program.send("2");
    program.wait_for(&["The funnel comes", "✗ lost", "q quit"]);
    program.send("q");
    ends_well(&mut program);
}

#[test]
fn sizes_come_and_go() {
    let mut program = Program::dashboard(1, &[]);
    program.wait_for(&["q quit"]);
    for (columns, rows) in [(300, 100), (20, 5), (1, 1), (80, 24), (79, 24), (132, 43)].repeat(5) {
        program.resize(columns, rows);
    }
    program.resize(60, 20);
    program.wait_for(&["It is 60x20; 80x24 is enough."]);
    program.resize(100, 30);
    program.wait_for(&["1 Overview", "q quit"]);
    program.send("q");
    ends_well(&mut program);
}

#[test]
fn in_a_pipe_it_says_what_to_do_instead() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sbw-tui"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("needs a terminal") && words.contains("sbw-tui report"),
        "{words}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_leads_there_too() {
    let shop = shop().await;
    let url = format!(
        "postgres://sbw_reader@127.0.0.1:{}/clickstream_dw",
        shop.port()
    );
    let mut program = Program::start(command(&[&url, "--ascii"]), 80, 24);
    program.wait_for(&["* connected", "Revenue", "VND"]);
    program.send("q");
    ends_well(&mut program);
}
