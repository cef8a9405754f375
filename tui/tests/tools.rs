//! What is taken along and what is pointed at, by the program on a real terminal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;

use chrono::Utc;
use common::program::Program;
use common::warehouse::Warehouse;

async fn shop() -> Warehouse {
    Warehouse::with_traffic(200, Utc::now(), 20.0).await
}

fn dashboard(shop: &Warehouse, folder: &std::path::Path) -> Program {
    let program = Program::dashboard_in(folder, shop.port());
    program.wait_for(&["● connected", "Revenue", "product_view"]);
    program
}

fn quit(mut program: Program) {
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_exported_for_its_owner_alone_and_never_over_another_file() {
    let shop = shop().await;
    let client = shop.client("clickstream_dw").await;
    client
        .execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, context_product_id, context_product_name)
             values (gen_random_uuid(), now(), 'product_view', 'evil', '=cmd|'' /C calc''!A0')",
            &[],
        )
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    program.send("3");
    program.wait_for(&["to cart", "=cmd|"]);
    program.send("e");
    program.wait_for(&["Export this view", "JSON"]);
    program.send("\r");
    program.wait_for(&["Written to sbw-products-", ".csv."]);
    program.send("e");
    program.wait_for(&["Export this view"]);
    program.send("j\r");
    program.wait_for(&["Written to sbw-products-", ".json."]);
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let [csv, json] = &files[..] else {
        panic!("{files:?}")
    };
    let text = fs::read_to_string(csv).unwrap();
    assert!(
        text.starts_with("\u{feff}product_id,name,category,brand,events,"),
        "{text}"
    );
    assert!(text.contains("'=cmd|"), "{text}");
    // As spreadsheets write their lines themselves.
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let document: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(document["view"], "products");
    assert!(document["rows"].as_array().unwrap().len() > 5);
    #[cfg(unix)]
    for file in &files {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    quit(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_row_reaches_the_clipboard_of_the_terminal() {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    program.send("5");
    program.wait_for(&["brand", "revenue", "live"]);
    program.send("Y");
    let screen = program.wait_for(&["Copied: "]);
    let name = screen
        .split("Copied: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .trim();
    let written = String::from_utf8_lossy(&program.written()).into_owned();
    let sent = written.split("\u{1b}]52;c;").nth(1).unwrap();
    let sent = sent.split('\u{1b}').next().unwrap();
    assert_eq!(decode(sent), name);
    quit(program);
}

/// Base64, as far as it is needed here.
fn decode(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|known| *known == letter).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mouse_works_when_it_is_taken_and_only_then() {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    let asks_for_the_mouse =
        |program: &Program| String::from_utf8_lossy(&program.written()).contains("\u{1b}[?1000h");
    assert!(!asks_for_the_mouse(&program));
    program.send("m");
    program.wait_for(&["The mouse is taken"]);
    assert!(asks_for_the_mouse(&program));
    // The tab of the funnel, as a terminal reports a click: columns and rows from 1.
    let screen = program.screen();
    let tabs = screen.lines().nth(1).unwrap();
    let column = tabs.find("2 Funnel").unwrap() + 2;
    program.send(&format!("\u{1b}[<0;{column};2M\u{1b}[<0;{column};2m"));
    program.wait_for(&["of previous", "checkout_complete"]);
    program.send("m");
    program.wait_for(&["terminal's again"]);
    quit(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_typed_is_asked_exactly() {
    let shop = shop().await;
    let client = shop.client("clickstream_dw").await;
    let hostile = "x' or ''='";
    let insert = "insert into public.clickstream_events (event_id, event_timestamp, event_name)
         values (gen_random_uuid(), now(), $1)";
    client.execute(insert, &[&hostile]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    program.send("f");
    program.wait_for(&["Keep only events of"]);
    program.send("\u{1b}[A\u{1b}[B\u{1b}[B\u{1b}[B\u{1b}[B");
    program.send(hostile);
    program.send("\r");
    let screen = program.wait_for(&[&format!("› event {hostile}"), "live"]);
    let tile = screen
        .lines()
        .position(|line| line.contains("Events ") && line.contains("Users"));
    let values = screen.lines().nth(tile.unwrap() + 1).unwrap();
    assert!(
        values.split_whitespace().any(|value| value == "1"),
        "{screen}"
    );
    quit(program);
}
