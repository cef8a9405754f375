//! Whatever is typed, pasted, resized or broken: it goes on, or leaves a clean terminal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use chrono::Utc;
use common::program::Program;
use common::warehouse::Warehouse;
use portable_pty::CommandBuilder;
use rstest::rstest;

async fn shop() -> Warehouse {
    Warehouse::with_traffic(300, Utc::now(), 20.0).await
}

fn dashboard(shop: &Warehouse, folder: &std::path::Path) -> Program {
    let program = Program::dashboard_in(folder, shop.port());
    program.wait_for(&["● connected", "Revenue"]);
    program
}

/// Still there, and leaves as it should.
fn leaves_well(mut program: Program) {
    // Out of whatever is open, one step at a time.
    for _ in 0..40 {
        program.send("\u{1b}");
        std::thread::sleep(Duration::from_millis(20));
    }
    program.send("1");
    program.wait_for(&["1 Overview", "q quit"]);
    program.send("\u{3}");
    let (status, _) = program.wait_for_end();
    let written = String::from_utf8_lossy(&program.written()).into_owned();
    assert!(!written.contains("panicked"), "it panicked");
    assert!(status.success(), "{status:?}");
    assert!(!program.is_on_its_screen() && program.shows_the_cursor());
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// All but those that leave or stop the program: `q`, and the palette, which can.
const KEYS: [&str; 62] = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "\t",
    "\u{1b}[Z",
    "j",
    "k",
    "h",
    "g",
    "G",
    "\r",
    "\r",
    "\r",
    "\u{1b}[A",
    "\u{1b}[B",
    "\u{1b}[C",
    "\u{1b}[D",
    "\u{1b}[5~",
    "\u{1b}[6~",
    "\u{1b}[H",
    "\u{1b}[F",
    "\u{7f}",
    "\u{7f}",
    "\u{7f}",
    "s",
    "S",
    "b",
    "z",
    "t",
    "[",
    "]",
    "+",
    "-",
    "l",
    "c",
    " ",
    "r",
    "?",
    "f",
    "/",
    "n",
    "N",
    "o",
    "C",
    "y",
    "Y",
    "m",
    "\u{c}",
    "x",
    "é",
    "漢",
    "0",
    "\u{2}",
    "\u{6}",
    "\u{1b}[3~",
    "\u{15}",
];

/// A hundred thousand keys, in four dashboards side by side.
#[rstest]
#[case(0x5eed_1234_abcd)]
#[case(0xfeed_0cac_a0de)]
#[case(0xd1ce_0f0f_cafe)]
#[case(0x0dd5_ba11_fade)]
#[tokio::test(flavor = "multi_thread")]
async fn any_keys_break_nothing(#[case] seed: u64) {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    let mut dice = Dice(seed);
    for _ in 0..250 {
        let keys: String = (0..100).map(|_| KEYS[dice.roll(KEYS.len())]).collect();
        program.send(&keys);
    }
    leaves_well(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_megabyte_of_garbage_is_no_command() {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    let mut dice = Dice(0xbad_cafe);
    let garbage: String = (0..400_000)
        .map(|_| match dice.roll(6) {
            0 => '\u{202e}',
            1 => 'q',
            2 => '\n',
            3 => '漢',
            4 => '\u{7}',
            _ => char::from(u8::try_from(32 + dice.roll(95)).unwrap()),
        })
        .collect();
    for opened in ["", "/", "f", "t"] {
        program.send(opened);
        program.send(&format!("\u{1b}[200~{garbage}\u{1b}[201~"));
        program.send("\u{1b}");
        std::thread::sleep(Duration::from_millis(100));
    }
    leaves_well(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_come_and_go_while_data_comes() {
    let shop = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = dashboard(&shop, folder.path());
    let sizes = [
        (300, 100),
        (80, 24),
        (20, 5),
        (1, 1),
        (200, 60),
        (79, 24),
        (500, 200),
        (2, 300),
    ];
    for (round, (columns, rows)) in sizes.into_iter().cycle().take(160).enumerate() {
        program.resize(columns, rows);
        program.send(["1", "2", "3", "4", "5", "6", "7", "8", "9"][round % 9]);
    }
    program.resize(300, 100);
    program.send("6");
    program.wait_for(&["How long they were", "started, UTC"]);
    leaves_well(program);
}

/// Run by the test below on a terminal of its own: the dashboard, and a thread that panics.
#[tokio::test(flavor = "multi_thread")]
async fn panicking_dashboard() {
    if std::env::var_os("SBW_TEST_PANIC").is_none() {
        return;
    }
    let target = sbw_queries::connect::Target::new("127.0.0.1", 1, "nobody", "nowhere");
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(2));
        panic!("as the test wants it");
    });
    let dashboard = Box::pin(sbw_tui::run(sbw_tui::Options::new(target)));
    let _ = tokio::time::timeout(Duration::from_secs(4), dashboard).await;
    std::process::exit(7);
}

#[test]
fn a_panic_is_told_on_a_terminal_that_is_as_it_was() {
    let this = std::env::current_exe().unwrap();
    let mut command = CommandBuilder::new(this);
    command.args(["--exact", "panicking_dashboard", "--nocapture"]);
    command.cwd("/");
    command.env("SBW_TEST_PANIC", "1");
    command.env("RUST_BACKTRACE", "0");
    command.env("HOME", "/dev/null");
    command.env("TERM", "xterm-256color");
    let mut program = Program::start(command, 100, 30);
    program.wait_for(&["1 Overview", "lost"]);
    assert!(program.is_on_its_screen());
    program.wait_until("the panic", |screen| {
        screen.contains("as the test wants it")
    });
    assert_eq!(program.wait_for_end().0.exit_code(), 7);
    assert!(!program.is_on_its_screen() && program.shows_the_cursor());
}
