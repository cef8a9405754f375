//! Terminals that are not what they say, say nothing, or go away.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::program::{Program, to_server};
use portable_pty::CommandBuilder;
use rstest::rstest;

fn on(variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = to_server(1, &["--no-state"]);
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

fn leaves(mut program: Program) {
    program.send("q");
    let (status, _) = program.wait_for_end();
    assert!(
        status.success() && !program.is_on_its_screen(),
        "{status:?}"
    );
}

fn written(program: &Program) -> String {
    String::from_utf8_lossy(&program.written()).into_owned()
}

#[rstest]
#[case::none(&[], "1 Overview")]
#[case::from_the_environment(&[("COLUMNS", "70"), ("LINES", "20")], "It is 70x20; 80x24")]
fn a_terminal_without_a_size_has_the_usual_one(
    #[case] variables: &[(&str, &str)],
    #[case] words: &str,
) {
    let program = Program::start(on(variables), 0, 0);
    program.wait_for(&[words]);
    leaves(program);
}

#[test]
fn of_a_terminal_without_measure_a_part_is_drawn() {
    let program = Program::start(on(&[]), 2_000, 700);
    let screen = program.wait_for(&["1 Overview", "q quit"]);
    assert!(screen.lines().all(|line| line.chars().count() <= 1_000));
    assert!(screen.trim_end().lines().count() <= 500);
    leaves(program);
}

#[rstest]
#[case("dumb")]
#[case("unknown")]
fn where_nothing_can_be_drawn_it_says_so(#[case] term: &str) {
    let mut program = Program::start(on(&[("TERM", term)]), 80, 24);
    let (status, _) = program.wait_for_end();
    assert_eq!(status.exit_code(), 2);
    let screen = program.screen().replace('\n', "");
    assert!(
        screen.contains("set TERM to") && screen.contains("report VIEW"),
        "{screen}"
    );
}

/// Sequences that set more colours than the terminal has.
const TRUE_COLOUR: &str = "\u{1b}[38;2;";
const INDEXED: &str = "38;5;";

#[rstest]
#[case::console(&[("TERM", "linux"), ("COLORTERM", "truecolor")], &[TRUE_COLOUR, "●", "─", "]11;?"])]
#[case::posix(&[("LC_ALL", "C")], &["●", "─"])]
#[case::screen(&[("TERM", "screen"), ("COLORTERM", "truecolor"), ("STY", "1")], &[TRUE_COLOUR])]
#[case::monochrome(&[("TERM", "vt220")], &[TRUE_COLOUR, INDEXED, "●", "]11;?"])]
#[case::no_term(&[("TERM", "")], &[TRUE_COLOUR, INDEXED, "]11;?"])]
#[case::no_colour(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], &[TRUE_COLOUR, INDEXED])]
fn nothing_is_sent_that_it_cannot_show(#[case] variables: &[(&str, &str)], #[case] never: &[&str]) {
    let program = Program::start(on(variables), 80, 24);
    program.wait_for(&["1 Overview", "q quit", "lost, try"]);
    let sent = written(&program);
    for sequence in never {
        assert!(!sent.contains(sequence), "{sequence:?} in {sent:?}");
    }
    leaves(program);
}

/// The blue of headings on light backgrounds, of 256 colours.
const BLUE: &str = "38;5;25;";

#[test]
fn the_terminal_says_how_light_it_is_and_keys_in_between_work() {
    let mut program = Program::start(on(&[]), 80, 24);
    program.wait_until("the question", |_| {
        written(&program).contains("\u{1b}]11;?\u{1b}\\")
    });
    program.wait_for(&["1 Overview"]);
    assert!(!written(&program).contains(BLUE));
    // The answer comes in two pieces, a key before and one behind it.
    program.send("2\u{1b}]11;rgb:ffff/fff");
    program.send("f/e000\u{1b}\\3");
    program.wait_for(&["The products come"]);
    program.wait_until("colours for a light background", |_| {
        written(&program).contains(BLUE)
    });
    leaves(program);
}

#[rstest]
#[case::by_the_environment(&[("COLORFGBG", "0;15")], &[])]
#[case::by_a_flag(&[], &["--theme", "light"])]
fn it_is_told_how_light_the_terminal_is(
    #[case] variables: &[(&str, &str)],
    #[case] flags: &[&str],
) {
    let mut command = on(variables);
    command.args(flags);
    let program = Program::start(command, 80, 24);
    program.wait_until("colours for a light background", |_| {
        written(&program).contains(BLUE)
    });
    assert_eq!(written(&program).contains("]11;?"), flags.is_empty());
    leaves(program);
}

#[test]
fn lines_are_edited_as_in_a_shell() {
    let mut program = Program::start(on(&[]), 80, 24);
    program.wait_for(&["1 Overview", "q quit"]);
    program.send("f");
    program.wait_for(&["Keep only events of"]);
    // Backspace as ^H; a word goes with Ctrl-W; keypads and old Home keys work; what no
    // key sends is not typed.
    program.send("one twoo\u{8}\u{1b}[I\u{1b}[99~ three\u{17}");
    program.wait_for(&["one two "]);
    program.send("\u{1b}[7~zero \u{1b}OF\u{1b}Oq\u{1b}[?62;22c");
    program.wait_for(&["zero one two 1"]);
    program.send("\u{1b}[200~a\r\nb\u{1b}[201~");
    let screen = program.wait_for(&["zero one two 1a b"]);
    assert!(
        screen.contains("Keep only events of"),
        "a paste pressed Enter"
    );
    program.send("\u{1b}");
    program.wait_until("the view", |screen| !screen.contains("Keep only events of"));
    leaves(program);
}

/// Backspace steps back in views, whatever it sends.
#[rstest]
fn backspace_steps_back(#[values("\u{8}", "\u{7f}")] backspace: &str) {
    let mut program = Program::start(on(&[]), 80, 24);
    program.wait_for(&["1 Overview", "q quit"]);
    program.send("?");
    program.wait_for(&["Keys: j and k scroll"]);
    program.send(backspace);
    program.wait_until("the view", |screen| {
        !screen.contains("Keys: j and k scroll")
    });
    leaves(program);
}

#[test]
fn a_terminal_that_takes_nothing_more_does_not_hold_up_the_end() {
    let mut program = Program::start(on(&[]), 300, 100);
    program.wait_for(&["1 Overview", "q quit"]);
    program.get_stuck();
    // More frames than any buffer on the way holds.
    for _ in 0..200 {
        program.send("\u{c}");
    }
    program.signal("TERM");
    let (_, took) = program.wait_for_end();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// The window is closed: the program ends, and does not spin until somebody finds it.
#[test]
fn it_ends_with_its_terminal() {
    let mut program = Program::start(on(&[]), 80, 24);
    program.wait_for(&["1 Overview", "q quit"]);
    program.hang_up();
    let (_, took) = program.wait_for_end();
    assert!(took < Duration::from_secs(10), "{took:?}");
}
