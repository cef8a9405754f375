//! Events are public input: what reaches the terminal and the files is harmless,
//! and tables stay tables.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;
use std::time::Duration;

use common::program::Program;
use common::warehouse::Warehouse;

/// What strangers put into their events.
const HOSTILE: [&str; 11] = [
    "a\u{1b}[31mred\u{1b}[0m",
    "b\u{1b}]52;c;aGFjaw==\u{7}",
    "c\u{1b}[2J\u{1b}[H\u{9b}2J",
    "d\u{202e}gnp.exe\u{2066}x",
    "e\u{200b}\u{200d}\u{feff}width",
    "f\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "g👨\u{200d}👩\u{200d}👧\u{200d}👦 🇻🇳 👍🏽 ❤\u{fe0f}",
    "h line\nbreak\r\ttab",
    "=cmd|' /C calc'!A0",
    "漢字漢字漢字漢字漢字漢字漢字漢字",
    "k\u{85}\u{e0041}\u{fff9}\u{2028}x",
];

async fn shop() -> Warehouse {
    let shop = Warehouse::empty().await;
    let client = shop.client("clickstream_dw").await;
    let long = "L".to_owned() + &"x".repeat(10_000);
    let insert = "insert into public.clickstream_events
         select md5($1::text || $2::int || $3::text || n)::uuid, now() - make_interval(mins => n), $3, $1, $1, $1, $1, $1, true,
                $1, $1, $1, $1, 1990000, 1790000, $1
           from generate_series($2::int, $2::int + 1) n";
    let context = "with page as (insert into context.pages (host, path) values ($1, $1) on conflict do nothing returning page_no),
              origin as (insert into context.origins (utm_source) values ($1) on conflict do nothing returning origin_no),
              agent as (insert into context.agents (device) values ($1) on conflict do nothing returning agent_no)
         insert into context.events (event_id, page_no, origin_no, agent_no)
         select md5($1::text || $2::int || $3::text || n)::uuid, page_no, origin_no, agent_no
           from generate_series($2::int, $2::int + 1) n, page, origin, agent";
    for (text, minute) in HOSTILE.into_iter().chain([&*long]).zip(1..) {
        for name in ["product_view", "add_to_cart_click", text] {
            let minute: i32 = minute * 3 + i32::try_from(name.len() % 3).unwrap();
            // A page longer than an index entry is not stored: the loader cuts it.
            if text.len() < 2_000 {
                client
                    .execute(context, &[&text, &minute, &name])
                    .await
                    .unwrap();
            }
            client
                .execute(insert, &[&text, &minute, &name])
                .await
                .unwrap();
        }
    }
    let count: i64 = client
        .query_one(
            "select count(distinct user_id) from public.clickstream_events",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 12, "each kind of text is there");
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_reaches_the_terminal_or_a_file() {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::dashboard_in(folder.path(), shop.port());
    program.wait_for(&["● connected", "Revenue", "product_view"]);
    // Every view, the first rows of it in full, drilled into, searched, filtered, exported.
    let views = [
        "1", "2", "2b", "2bb", "3", "4", "5", "6", "7", "8", "8\r", "8o", "9",
    ];
    let more = ["", "j\r", "jj\r", "j\r\rj\r", "f\t\t\u{1b}", "/x\r", "c"];
    let steps = views
        .iter()
        .flat_map(|view| more.iter().map(move |more| format!("{view}{more}")));
    for keys in steps {
        for key in keys.chars() {
            program.send(&key.to_string());
            std::thread::sleep(Duration::from_millis(25));
        }
        std::thread::sleep(Duration::from_millis(120));
        for _ in 0..8 {
            program.send("\u{7f}");
        }
    }
    for key in ["1", "3", "4", "5", "6", "8"] {
        program.send(key);
        std::thread::sleep(Duration::from_millis(400));
        program.send("e\r");
        program.wait_for(&["Written to"]);
        std::thread::sleep(Duration::from_millis(1_100));
        program.send("e");
        program.send("j\r");
        program.wait_for(&["Written to", ".json."]);
    }
    program.send("\u{3}");
    assert!(program.wait_for_end().0.success());
    let written = String::from_utf8_lossy(&program.written()).into_owned();
    let harm = [
        "\u{1b}]52",
        "\u{9b}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{200d}",
        "\u{feff}",
        "\u{7}",
        "\u{1b}[31mred",
        "\u{85}",
        "\u{e0041}",
        "\u{301}\u{301}\u{301}",
        "\u{2028}",
        "🇻🇳",
    ];
    for harm in harm {
        assert!(!written.contains(harm), "{harm:?} reached the terminal");
    }
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 12, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // What spreadsheets want: a mark at the start, and their line ends.
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let strange = text
            .chars()
            .find(|letter| *letter != '\n' && sbw_tui::text::is_harmful(*letter));
        assert_eq!(strange, None, "{}", file.display());
        if file.extension().is_some_and(|kind| kind == "csv") {
            for cell in text.split([',', '\n']) {
                assert!(
                    !cell.trim_matches('"').starts_with(['=', '+', '@']),
                    "{cell}"
                );
            }
        }
    }
}
