//! Bytes as terminals send them, and what they are taken for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};
use proptest::prelude::*;
use rstest::rstest;
use sbw_tui::input::{Decoder, Input};
use sbw_tui::keymap::Key;

/// What comes of bytes that arrive in pieces, with a silence after the last.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Input> {
    let (mut decoder, mut inputs) = (Decoder::default(), VecDeque::new());
    for piece in pieces {
        decoder.feed(piece, &mut inputs);
    }
    if decoder.patience().is_some() {
        decoder.expire(&mut inputs);
    }
    inputs.into()
}

/// The names of keys, other things in their own words.
fn names(inputs: &[Input]) -> String {
    let name = |input: &Input| match input {
        Input::Key(KeyEvent {
            code, modifiers, ..
        }) => {
            let mut name = String::new();
            for (modifier, prefix) in [
                (KeyModifiers::CONTROL, "Ctrl-"),
                (KeyModifiers::ALT, "Alt-"),
                (KeyModifiers::SHIFT, "Shift-"),
            ] {
                if modifiers.contains(modifier) {
                    name += prefix;
                }
            }
            name + &Key::new(*code, KeyModifiers::NONE).to_string()
        }
        Input::Paste(text) => format!("paste({text})"),
        Input::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                format!("click({},{})", mouse.column, mouse.row)
            }
            other => format!("{other:?}({},{})", mouse.column, mouse.row),
        },
        Input::Background(colour) => format!("background({colour:?})"),
    };
    inputs.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[rstest]
// Plain keys.
#[case("q", "q")]
#[case("Q", "Q")]
#[case("đ漢", "đ 漢")]
#[case("\r", "Enter")]
#[case("\t", "Tab")]
#[case("\u{7f}", "Backspace")]
#[case::as_some_terminals_have_it("\u{8}", "Backspace")]
#[case("\u{1}\u{17}\u{15}\u{1a}", "Ctrl-a Ctrl-w Ctrl-u Ctrl-z")]
#[case("\u{1c}\u{0}", "Ctrl-4 Ctrl-Space")]
// Escape and Alt.
#[case("\u{1b}", "Esc")]
#[case("\u{1b}\u{1b}", "Esc Esc")]
#[case("\u{1b}b\u{1b}f", "Alt-b Alt-f")]
#[case("\u{1b}é", "Alt-é")]
#[case("\u{1b}\u{7f}\u{1b}\u{8}", "Alt-Backspace Alt-Backspace")]
#[case("\u{1b}[", "Alt-[")]
#[case("\u{1b}O", "Alt-O")]
#[case("\u{1b}]", "Alt-]")]
#[case("\u{1b}P", "Alt-P")]
// Arrows, as cursor keys, in application mode, with modifiers, in rxvt.
#[case("\u{1b}[A\u{1b}[B\u{1b}[C\u{1b}[D", "Up Down Right Left")]
#[case("\u{1b}OA\u{1b}OB\u{1b}OC\u{1b}OD", "Up Down Right Left")]
#[case("\u{1b}[1;5C\u{1b}[1;3D\u{1b}[1;2A", "Ctrl-Right Alt-Left Shift-Up")]
#[case("\u{1b}[a\u{1b}Od", "Shift-Up Ctrl-Left")]
#[case("\u{1b}O5C", "Ctrl-Right")]
#[case("\u{1b}\u{1b}[A", "Esc Up")]
// Home, End, Insert, Delete, pages.
#[case("\u{1b}[H\u{1b}[F\u{1b}OH\u{1b}OF", "Home End Home End")]
#[case("\u{1b}[1~\u{1b}[4~\u{1b}[7~\u{1b}[8~", "Home End Home End")]
#[case("\u{1b}[2~\u{1b}[3~\u{1b}[5~\u{1b}[6~", "Insert Delete PgUp PgDn")]
#[case(
    "\u{1b}[3;5~\u{1b}[3^\u{1b}[3$\u{1b}[3@",
    "Ctrl-Delete Ctrl-Delete Shift-Delete Ctrl-Shift-Delete"
)]
#[case("\u{1b}[Z", "Shift-Tab")]
// Function keys of xterm, the VT220, the Linux console.
#[case("\u{1b}OP\u{1b}OS\u{1b}[P\u{1b}[1;2Q", "F1 F4 F1 Shift-F2")]
#[case("\u{1b}[11~\u{1b}[15~\u{1b}[17~\u{1b}[24~", "F1 F5 F6 F12")]
#[case("\u{1b}[[A\u{1b}[[E", "F1 F5")]
// The keypad in application mode.
#[case(
    "\u{1b}OM\u{1b}Op\u{1b}Oy\u{1b}Ok\u{1b}Om\u{1b}Oj\u{1b}Oo\u{1b}On",
    "Enter 0 9 + - * / ."
)]
// xterm's and kitty's numbers for keys.
#[case("\u{1b}[27;5;119~", "Ctrl-w")]
#[case(
    "\u{1b}[119;5u\u{1b}[27u\u{1b}[13u\u{1b}[127u",
    "Ctrl-w Esc Enter Backspace"
)]
#[case(
    "\u{1b}[97;2u\u{1b}[97:65;2u\u{1b}[9;2u",
    "Shift-A Shift-A Shift-Shift-Tab"
)]
#[case("\u{1b}[57399u\u{1b}[57414u\u{1b}[57419u", "0 Enter Up")]
#[case::released("\u{1b}[97;1:3u\u{1b}[1;1:3A", "")]
#[case::held("\u{1b}[1;1:2A", "Up")]
#[case::a_modifier_alone("\u{1b}[57441;2u", "")]
// The mouse, in three spellings.
#[case("\u{1b}[<0;10;5M\u{1b}[<0;10;5m", "click(9,4)")]
#[case("\u{1b}[<64;1;1M\u{1b}[<65;1;1M", "ScrollUp(0,0) ScrollDown(0,0)")]
#[case("\u{1b}[M !!\u{1b}[M#!!", "click(0,0)")]
#[case("\u{1b}[32;10;5M", "click(9,4)")]
#[case::moves("\u{1b}[<35;10;5M\u{1b}[<32;10;5M", "")]
#[case::nowhere("\u{1b}[<0;0;0M\u{1b}[<0;99999999;1M\u{1b}[<;;M", "")]
// Pastes.
#[case("\u{1b}[200~a\nb\u{1b}[31m\u{1b}[201~q", "paste(a\nb\u{1b}[31m) q")]
#[case::almost_an_end("\u{1b}[200~\u{1b}[20\u{1b}[201~", "paste(\u{1b}[20)")]
#[case::without_an_end("\u{1b}[200~abc", "paste(abc)")]
#[case::with_nothing("\u{1b}[200~\u{1b}[201~", "paste()")]
// Answers of the terminal, and what nobody asked for, are never typed text.
#[case("\u{1b}]11;rgb:ffff/ffff/8080\u{7}", "background([255, 255, 128])")]
#[case("\u{1b}]11;rgb:1e/1e/2e\u{1b}\\q", "background([30, 30, 46]) q")]
#[case("\u{1b}]11;rgba:f/f/f/f\u{7}", "background([255, 255, 255])")]
#[case(
    "\u{1b}]11;pink\u{7}\u{1b}]10;rgb:0/0/0\u{7}\u{1b}]11;rgb:00000/0/0\u{7}",
    ""
)]
#[case(
    "\u{1b}[?62;22c\u{1b}[>41;390;0c\u{1b}[0n\u{1b}[?1u\u{1b}[?2026;2$y",
    ""
)]
#[case::focus("\u{1b}[I\u{1b}[O", "")]
#[case::cursor("\u{1b}[24;80R\u{1b}[0;0R", "")]
#[case::strange("\u{1b}[99~\u{1b}[1;99X\u{1b}[1;2;3;4;5z\u{1b}[?=!x\u{1b}Oz", "")]
#[case::strings(
    "\u{1b}P>|XTerm(390)\u{1b}\\\u{1b}_Gi=31;OK\u{1b}\\\u{1b}^x\u{1b}\\",
    ""
)]
#[case::cut_short("\u{1b}[1;5\u{1b}[A\u{1b}[1\rj", "Up Enter j")]
#[case::cancelled("\u{1b}[1;\u{18}A\u{1b}]11;\u{1a}q", "A q")]
#[case::huge("\u{1b}[99999999999999999999~q", "q")]
fn keys(#[case] sent: &str, #[case] taken: &str) {
    assert_eq!(names(&decode([sent.as_bytes()])), taken);
    // A slow link may deliver every byte by itself.
    assert_eq!(names(&decode(sent.as_bytes().chunks(1))), taken);
}

#[rstest]
#[case(b"\xff\xfeq", "q")]
#[case(b"\xe1\xbb\rq", "Enter q")]
#[case(b"\xe1\xbb\xe1\xba\xbfq", "ế q")]
#[case(b"\xc2\x9b31m", "3 1 m")]
#[case(b"\xc0\x80\xed\xa0\x80q", "q")]
fn what_is_no_text_is_dropped(#[case] sent: &[u8], #[case] taken: &str) {
    assert_eq!(names(&decode([sent])), taken);
}

#[rstest]
#[case("", None)]
#[case("q", None)]
#[case("\u{1b}", Some(25))]
#[case("\u{1b}[", Some(250))]
#[case("\u{1b}[1", Some(1_000))]
#[case("\u{1b}[200~a", Some(3_000))]
#[case("\u{1b}[A", None)]
fn silence_decides_sooner_where_less_is_to_come(#[case] sent: &str, #[case] after: Option<u64>) {
    let mut decoder = Decoder::default();
    decoder.feed(sent.as_bytes(), &mut VecDeque::new());
    let patience = decoder.patience().map(|patience| patience.as_millis());
    assert_eq!(patience, after.map(u128::from));
}

#[test]
fn a_paste_of_many_megabytes_ends_where_it_ends() {
    let mut sent = b"\x1b[200~".to_vec();
    sent.extend(std::iter::repeat_n(b'x', 8 << 20));
    sent.extend(b"\x1b[201~q");
    let inputs = decode(sent.chunks(4_096));
    let [Input::Paste(text), Input::Key(key)] = &inputs[..] else {
        panic!("{} inputs", inputs.len());
    };
    assert!(text.len() <= 1 << 20 && key.code == KeyCode::Char('q'));
}

/// Bytes that sequences are made of come more often than others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let special = prop::sample::select(b"\x1b\x1b\x1b[[O]PM<;:~0123456789$uRm\x07\\".to_vec());
    prop::collection::vec(prop_oneof![3 => special, 1 => any::<u8>()], 0..200)
}

proptest! {
    #[test]
    fn however_bytes_are_cut_they_mean_the_same(
        sent in bytes(),
        cuts in prop::collection::vec(1_usize..9, 1..200),
    ) {
        let whole = decode([&sent[..]]);
        let (mut pieces, mut rest) = (Vec::new(), &sent[..]);
        for cut in cuts {
            let (piece, more) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = more;
        }
        pieces.push(rest);
        prop_assert_eq!(decode(pieces), whole);
    }

    #[test]
    fn no_key_is_a_control_character(sent in bytes()) {
        for input in decode([&sent[..]]) {
            if let Input::Key(KeyEvent { code: KeyCode::Char(typed), .. }) = input {
                prop_assert!(!typed.is_control());
            }
        }
    }
}
