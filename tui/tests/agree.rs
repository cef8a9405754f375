//! The screen and `report` give the same numbers for the same question, and what
//! is drilled into is as much as the number that it was drilled from.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::process::Command;

use chrono::Utc;
use common::program::{Program, flags, to_server};
use common::warehouse::Warehouse;
use sbw_tui::number;
use serde_json::Value;

/// All of the traffic is younger than a day, so that ranges that end a second
/// apart keep the same events.
async fn shop() -> Warehouse {
    Warehouse::with_traffic(300, Utc::now() - chrono::TimeDelta::minutes(30), 18.0).await
}

fn report(port: u16, words: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command
        .arg("report")
        .args(words)
        .args(["--format", "json", "--last", "7d"])
        .args(flags(port))
        .env("HOME", "/dev/null");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn int(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("{value} is no count"))
}

fn rows(report: &Value) -> Vec<Value> {
    report["rows"].as_array().unwrap().clone()
}

fn sum(rows: &[Value], field: &str) -> i64 {
    rows.iter().map(|row| int(&row[field])).sum()
}

/// Wide and high enough that nothing is shortened.
fn dashboard(shop: &Warehouse) -> Program {
    let program = Program::start(to_server(shop.port(), &["--last", "7d"]), 200, 60);
    program.wait_for(&["● connected", "Revenue"]);
    program
}

/// Waits for a line that holds all of these.
#[track_caller]
fn line_with(program: &Program, texts: &[&str]) -> String {
    let found = |screen: &str| {
        let mut lines = screen.lines();
        lines
            .find(|line| texts.iter().all(|text| line.contains(text)))
            .map(str::to_owned)
    };
    let screen = program.wait_until(&format!("{texts:?} in one line"), |screen| {
        found(screen).is_some()
    });
    found(&screen).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_shows_what_its_report_prints() {
    let shop = shop().await;
    let mut program = dashboard(&shop);
    let port = shop.port();

    let overview = report(port, &["overview"]);
    for field in [
        "total_events",
        "sessions",
        "unique_clients",
        "unique_users",
        "revenue_vnd",
    ] {
        program.wait_for(&[&number::count(int(&overview[field]))]);
    }
    for row in rows(&report(port, &["events"])) {
        let name = row["event_name"].as_str().unwrap();
        line_with(&program, &[name, &number::count(int(&row["events"]))]);
    }
    for row in rows(&report(port, &["logins"])) {
        let name = row["user_login_state"].as_str().unwrap();
        line_with(&program, &[name, &number::count(int(&row["events"]))]);
    }

    program.send("2");
    for row in rows(&report(port, &["funnel"])) {
        let name = row["event_name"].as_str().unwrap();
        let percent = number::percent(row["percent_of_first"].as_f64().unwrap());
        line_with(
            &program,
            &[name, &number::count(int(&row["sessions"])), &percent],
        );
    }

    program.send("3");
    for row in rows(&report(port, &["products"])) {
        let rate = number::percent(row["view_to_cart_percent"].as_f64().unwrap());
        let revenue = format!("{} ₫", number::count(int(&row["revenue_vnd"])));
        let views = number::count(int(&row["product_views"]));
        line_with(
            &program,
            &[row["name"].as_str().unwrap(), &views, &rate, &revenue],
        );
    }

    for (key, view) in [("4", "categories"), ("5", "brands")] {
        program.send(key);
        for row in rows(&report(port, &[view])) {
            let revenue = format!("{} ₫", number::count(int(&row["revenue_vnd"])));
            let events = number::count(int(&row["events"]));
            let carts = number::count(int(&row["add_to_carts"]));
            line_with(
                &program,
                &[row["name"].as_str().unwrap(), &events, &carts, &revenue],
            );
        }
    }

    program.send("6");
    let sessions = report(port, &["sessions"]);
    program.wait_for(&["How long they were"]);
    let median = number::duration(int(&sessions["median_duration_seconds"]));
    let returning = number::count(int(&sessions["returning_sessions"]));
    line_with(
        &program,
        &[
            &number::count(int(&sessions["sessions"])),
            &median,
            &returning,
        ],
    );
    for class in sessions["duration_histogram"].as_array().unwrap() {
        let label = class["label"].as_str().unwrap();
        line_with(&program, &[label, &number::count(int(&class["sessions"]))]);
    }
    for row in rows(&report(port, &["session_list", "--limit", "10"])) {
        let id = row["session_id"].as_str().unwrap();
        line_with(&program, &[id, &number::count(int(&row["events"]))]);
    }

    program.send("7");
    let busiest = report(port, &["heatmap"])["busiest"].clone();
    let hour = format!("{:02}:00 to", int(&busiest["hour"]));
    let events = format!("{} events", number::count(int(&busiest["events"])));
    line_with(&program, &["busiest", &hour, &events]);
    program.send("z");
    let busiest = report(port, &["heatmap", "--tz", "Asia/Ho_Chi_Minh"])["busiest"].clone();
    let hour = format!("{:02}:00 to", int(&busiest["hour"]));
    program.wait_for(&["by the clocks of Asia/Ho_Chi_Minh", "live"]);
    line_with(&program, &["busiest", &hour]);
    program.send("z");
    program.wait_for(&["by the clocks of UTC", "live"]);

    program.send("8");
    program.wait_for(&["client", "brand"]);
    for row in rows(&report(port, &["raw", "--limit", "10"])) {
        let time = row["event_timestamp"].as_str().unwrap()[..19].replace('T', " ");
        line_with(&program, &[&time, row["event_name"].as_str().unwrap()]);
    }

    program.send("9");
    let pipeline = report(port, &["pipeline"]);
    for run in pipeline["runs"].as_array().unwrap() {
        let status = run["status"].as_str().unwrap();
        line_with(&program, &[status, &number::count(int(&run["inserted"]))]);
    }
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_down_holds_what_the_step_above_counted() {
    let shop = shop().await;
    let mut program = dashboard(&shop);
    let port = shop.port();

    program.send("4");
    let category = rows(&report(port, &["categories"]))[0].clone();
    let name = category["name"].as_str().unwrap();
    line_with(
        &program,
        &["▌", name, &number::count(int(&category["events"]))],
    );
    program.send("\r");
    program.wait_for(&["brand", &format!("› category {name}"), "live"]);
    let brands = rows(&report(port, &["brands", "--category", name]));
    assert_eq!(sum(&brands, "events"), int(&category["events"]));
    for row in &brands {
        let events = number::count(int(&row["events"]));
        line_with(&program, &[row["name"].as_str().unwrap(), &events]);
    }

    let brand = brands[0]["name"].as_str().unwrap();
    program.send("\r");
    program.wait_for(&["to cart", &format!("› brand {brand}"), "live"]);
    let products = rows(&report(
        port,
        &["products", "--category", name, "--brand", brand],
    ));
    assert_eq!(sum(&products, "events"), int(&brands[0]["events"]));

    let product = &products[0];
    let id = product["product_id"].as_str().unwrap();
    line_with(
        &program,
        &[
            "▌",
            product["name"].as_str().unwrap(),
            &number::count(int(&product["product_views"])),
        ],
    );
    program.send("\r");
    let crumb = format!("› product {}", product["name"].as_str().unwrap());
    program.wait_for(&["How long they were", &crumb, "live"]);
    let filters = ["--category", name, "--brand", brand, "--product", id];
    let list = |more: &[&str]| {
        let words: Vec<&str> = [&["session_list"], &filters[..], more].concat();
        rows(&report(port, &words))
    };
    let sessions = list(&["--limit", "10000"]);
    assert_eq!(sum(&sessions, "events"), int(&product["events"]));
    let words: Vec<&str> = [&["sessions"], &filters[..]].concat();
    let counted = report(port, &words);
    assert_eq!(
        int(&counted["sessions"]),
        i64::try_from(sessions.len()).unwrap()
    );
    line_with(&program, &[&number::count(int(&counted["sessions"]))]);

    let session = sessions[0]["session_id"].as_str().unwrap();
    line_with(&program, &["▌", session]);
    program.send("\r");
    program.wait_for(&[&format!("› session {session}"), "start"]);
    let events = rows(&report_of_session(port, session));
    let words = format!(
        "{} events in",
        number::count(i64::try_from(events.len()).unwrap())
    );
    let kept = format!(
        "{} of them in the range and filters",
        number::count(int(&sessions[0]["events"]))
    );
    line_with(&program, &[&words, &kept]);
    for event in &events {
        let time = &event["event_timestamp"].as_str().unwrap()[11..19];
        line_with(&program, &[time, event["event_name"].as_str().unwrap()]);
    }
    program.send("G\r");
    program.wait_for(&[
        "event id",
        events.last().unwrap()["event_id"].as_str().unwrap(),
    ]);

    // And all the way back, each time to the row that was left.
    program.send("\u{7f}");
    program.wait_until("the timeline", |screen| !screen.contains("event id"));
    program.send("\u{7f}");
    program.wait_until("the sessions", |screen| !screen.contains("› session"));
    for (words, row) in [
        (crumb, session),
        (format!("› brand {brand}"), "▌"),
        (format!("› category {name}"), brand),
    ] {
        program.wait_for(&[&words, row]);
        program.send("\u{7f}");
    }
    program.wait_until("the categories", |screen| !screen.contains("› category"));
    line_with(&program, &["▌", name]);
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

fn report_of_session(port: u16, id: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    let output = command
        .args(["report", "session", id, "--format", "json"])
        .args(flags(port))
        .env("HOME", "/dev/null")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_a_cell_and_a_point_open_as_much_as_they_say() {
    let shop = shop().await;
    let mut program = dashboard(&shop);
    let port = shop.port();

    program.send("2");
    let funnel = rows(&report(port, &["funnel"]));
    program.wait_for(&["4 checkout_complete", "live"]);
    program.send("jj\r");
    let reached = number::count(int(&funnel[2]["sessions"]));
    let list = |outcome: &str, step: &str| {
        let words = [
            "session_list",
            "--step",
            step,
            "--outcome",
            outcome,
            "--limit",
            "10000",
        ];
        rows(&report(port, &words)).len()
    };
    line_with(
        &program,
        &[&format!("{reached} sessions reached step 3 checkout_start")],
    );
    assert_eq!(
        number::count(i64::try_from(list("reached", "3")).unwrap()),
        reached
    );
    program.send("\u{1b}");
    program.wait_for(&["4 checkout_complete", "of previous"]);
    program.send("\u{1b}[C\r");
    let dropped = number::count(int(&funnel[2]["dropped"]));
    line_with(
        &program,
        &[&format!(
            "{dropped} sessions reached step 2 add_to_cart_click and not checkout_start"
        )],
    );
    assert_eq!(
        number::count(i64::try_from(list("dropped", "2")).unwrap()),
        dropped
    );

    program.send("7");
    let week = report(port, &["heatmap"]);
    let busiest = &week["busiest"];
    program.wait_for(&["Events per hour of the week", "live"]);
    for _ in 1..int(&busiest["weekday"]) {
        program.send("j");
    }
    for _ in 0..int(&busiest["hour"]) {
        program.send("\u{1b}[C");
    }
    let events = number::count(int(&busiest["events"]));
    line_with(&program, &[&format!("{events} events"), "busiest"]);
    program.send("\r");
    // All of the traffic is of one day: the cell is one hour, and the hour its overview.
    line_with(&program, &["▌", &events]);
    program.send("\r");
    program.wait_for(&["Events per minute"]);
    line_with(&program, &["█", "product_view"]);
    program.wait_until("the tile of all events", |screen| {
        screen
            .lines()
            .any(|line| line.split("  ").any(|cell| cell.trim() == events))
    });

    program.send("1t");
    program.wait_for(&["this month"]);
    program.send("q");
    program.send("q");
    assert!(program.wait_for_end().0.success());
}
