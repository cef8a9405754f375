//! What the dashboard promises of its speed and size, measured on the real program.
//!
//! ```sh
//! cargo bench -p sbw-queries -p sbw-tui --bench limits
//! ```
//!
//! It runs on a terminal of its own against a PostgreSQL of its own. An hour of
//! refreshes is the number of them, 360, a tenth of a second apart.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;
mod processor;

use std::io::sink;
use std::time::{Duration, Instant};

use chrono::Utc;
use common::answers::{any, size};
use common::program::Program;
use common::proxy::Proxy;
use common::warehouse::Warehouse;
use processor::preempted;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use sbw_tui::app::View;
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

const AN_HOUR_OF_REFRESHES: usize = 360;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Warehouse::with_traffic(20_000, Utc::now(), 160.0));
    println!("| what | measured | limit | |\n|---|---|---|---|");
    let (median, worst) = first_frame();
    took("first frame after exec, median", median, 50);
    row("first frame after exec, worst of 20", ms(worst), "", true);
    let p99 = keys(&shop);
    took("key to frame while queries run, p99", p99, 16);
    let p99 = draws();
    took("draw of the slowest view at 200x50, p99", p99, 2);
    let (bytes, cpu) = idle(&shop);
    row(
        "idle for 20 s: bytes drawn",
        bytes.to_string(),
        "0",
        bytes == 0,
    );
    row(
        "idle for 20 s: processor",
        format!("{cpu:.2} %"),
        "0.5 %",
        cpu < 0.5,
    );
    let (early, late) = memory(&shop);
    let grown = late.saturating_sub(early);
    row(
        "resident after 360 refreshes",
        mb(late),
        "30 MB",
        late <= 30 * 1_024,
    );
    row(
        "grown since the 60th of them",
        mb(grown),
        "none, but for 1 MB of noise",
        grown <= 1_024,
    );
    took("quit with a hung connection", quit(&shop), 100);
    let asked = filters(&shop);
    row(
        "questions of 20 filter changes in a second",
        asked.to_string(),
        "2",
        asked <= 2,
    );
}

fn row(what: &str, measured: impl std::fmt::Display, limit: &str, kept: bool) {
    let verdict = if kept { "" } else { "over" };
    println!("| {what} | {measured} | {limit} | {verdict} |");
}

/// A time next to its limit in milliseconds.
fn took(what: &str, time: Duration, limit: u64) {
    let kept = time <= Duration::from_millis(limit);
    row(what, ms(time), &format!("{limit} ms"), kept);
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn mb(kilobytes: usize) -> String {
    format!("{:.1} MB", kilobytes as f64 / 1_024.0)
}

fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

/// No database is needed for it: nobody listens there.
fn first_frame() -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let started = Instant::now();
            let program = Program::dashboard(1, &[]);
            while !program.screen().contains("q quit") {
                std::thread::sleep(Duration::from_micros(200));
            }
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() - 1])
}

/// From a key's write to the first byte of what it changed, ten refreshes a second.
fn keys(shop: &Warehouse) -> Duration {
    let mut program = Program::dashboard(shop.port(), &["--refresh", "100ms", "--last", "7d"]);
    program.wait_for(&["● connected", "Revenue"]);
    program.send("3");
    program.wait_for(&["to cart", "live"]);
    let mut times = Vec::new();
    for round in 0..500 {
        std::thread::sleep(Duration::from_millis(7 + round % 13));
        let before = program.written().len();
        let started = Instant::now();
        program.send(if round / 3 % 2 == 0 { "j" } else { "k" });
        while program.written().len() == before && started.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_micros(100));
        }
        times.push(started.elapsed());
    }
    // A cursor at the end of the table changes nothing, and is no frame.
    times.retain(|time| *time < Duration::from_secs(1));
    p99(times)
}

/// Whole frames, escape sequences included, into nothing. One in which another
/// program had the processor says nothing of this one and is left out.
fn draws() -> Duration {
    let look = Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false);
    let views = View::ALL.into_iter().chain(View::DEEPER);
    let slowest = views.map(|view| {
        let state = any(view, size(200, 50));
        let viewport = Viewport::Fixed(Rect::new(0, 0, 200, 50));
        let backend = CrosstermBackend::new(sink());
        let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
        let times = (0..600).filter_map(|_| {
            terminal.swap_buffers();
            let (before, started) = (preempted(), Instant::now());
            terminal
                .draw(|frame| sbw_tui::view::draw(frame, &state, &look))
                .unwrap();
            let took = started.elapsed();
            (preempted() == before).then_some(took)
        });
        p99(times.collect())
    });
    slowest.max().unwrap()
}

fn idle(shop: &Warehouse) -> (usize, f64) {
    let mut program = Program::dashboard(shop.port(), &[]);
    program.wait_for(&["● connected", "Revenue"]);
    program.send("2");
    program.wait_for(&["of previous", "live"]);
    // Right after a minute turned, the age of the data says the same for a while.
    program.send(" ");
    program.wait_for(&["paused"]);
    std::thread::sleep(Duration::from_secs(2));
    let (bytes, ticks) = (program.written().len(), ticks(&program));
    std::thread::sleep(Duration::from_secs(20));
    let used = self::ticks(&program) - ticks;
    #[expect(clippy::cast_precision_loss, reason = "a few ticks")]
    let cpu = used as f64 / 100.0 / 20.0 * 100.0;
    (program.written().len() - bytes, cpu)
}

/// Processor time so far, in hundredths of a second.
fn ticks(program: &Program) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

fn resident(program: &Program) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn memory(shop: &Warehouse) -> (usize, usize) {
    let tunnel = Proxy::before(shop.port());
    let mut program = Program::dashboard(tunnel.port(), &["--refresh", "100ms"]);
    program.wait_for(&["● connected", "Revenue"]);
    for (key, words) in [
        ("2", "of previous"),
        ("3", "to cart"),
        ("4", "category"),
        ("5", "brand"),
        ("6", "How long they were"),
        ("7", "busiest"),
        ("8", "time, UTC"),
        ("9", "Rows loaded"),
        ("1", "Revenue"),
    ] {
        program.send(key);
        program.wait_for(&[words]);
    }
    let wait_for = |refreshes: usize| {
        while tunnel.questions() < refreshes {
            std::thread::sleep(Duration::from_millis(20));
        }
        resident(&program)
    };
    let early = wait_for(60);
    (early, wait_for(AN_HOUR_OF_REFRESHES))
}

fn quit(shop: &Warehouse) -> Duration {
    let tunnel = Proxy::before(shop.port());
    let mut program = Program::dashboard(tunnel.port(), &[]);
    program.wait_for(&["● connected", "Revenue"]);
    tunnel.go_silent();
    program.send("2");
    std::thread::sleep(Duration::from_millis(300));
    program.send("q");
    let (_, took) = program.wait_for_end();
    took
}

fn filters(shop: &Warehouse) -> usize {
    let tunnel = Proxy::before(shop.port());
    let mut program = Program::dashboard(tunnel.port(), &["--refresh", "60m"]);
    program.wait_for(&["● connected", "Revenue", "live"]);
    let before = tunnel.questions();
    // One more than goes round: the last is another filter than the first.
    for _ in 0..21 {
        program.send("l");
        std::thread::sleep(Duration::from_millis(47));
    }
    std::thread::sleep(Duration::from_secs(2));
    tunnel.questions() - before
}
