//! Bytes into keys: a state per kind of sequence, and how long each may be silent.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Input, mouse, sequence};

/// Turns what a terminal sends into [`Input`], whatever it is and however it is
/// cut into pieces. What it does not know is dropped, never taken for typed text.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// The start of a character of several bytes, and its modifiers.
    Character(Vec<u8>, KeyModifiers),
    /// `ESC`: a key of its own, or the start of everything else.
    Escape,
    /// `ESC [` and what came so far of its parameters.
    Control(Vec<u8>),
    /// `ESC O`, from keypads and arrows in application mode.
    Shift(Vec<u8>),
    /// `ESC [ [`: the function keys of the Linux console.
    Console,
    /// `ESC [ M` and what came of its three bytes.
    OldMouse(Vec<u8>),
    /// An answer of the terminal: its introducer, its text, and whether the last
    /// byte was an `ESC`, which may end it.
    Text(u8, Vec<u8>, bool),
    /// Pasted text, and how much of the mark that ends it just came.
    Paste(Vec<u8>, usize),
}

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;
const CANCEL: [u8; 2] = [0x18, 0x1a];

const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// More parameters than any key has: the rest is passed over.
const LONGEST_SEQUENCE: usize = 64;

/// The longest answer that is kept.
const LONGEST_TEXT: usize = 256;

/// The longest paste that is kept: no line takes more.
const LONGEST_PASTE: usize = 1 << 20;

impl Decoder {
    /// Takes bytes and hands out what is complete.
    pub fn feed(&mut self, bytes: &[u8], out: &mut VecDeque<Input>) {
        for byte in bytes {
            self.take(*byte, out);
        }
    }

    /// How long after the last byte [`expire`](Self::expire) is due, if no other
    /// byte comes; none if there is nothing to decide.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        let milliseconds = match &self.state {
            State::Ground | State::Character(..) => return None,
            // Long enough for the rest of a sequence, too short to be felt.
            State::Escape => 25,
            // Hardly ever keys; `ESC [` is, if somebody holds Alt.
            State::Control(sent) | State::Shift(sent) | State::Text(_, sent, _)
                if sent.is_empty() =>
            {
                250
            }
            State::Control(_)
            | State::Shift(_)
            | State::Console
            | State::OldMouse(_)
            | State::Text(..) => 1_000,
            // The rest of a paste must not become keys.
            State::Paste(..) => 3_000,
        };
        Some(Duration::from_millis(milliseconds))
    }

    /// Nothing more came: hands out what there is.
    pub fn expire(&mut self, out: &mut VecDeque<Input>) {
        let alt = |character| key(KeyCode::Char(character), KeyModifiers::ALT);
        out.extend(match std::mem::take(&mut self.state) {
            State::Escape => Some(key(KeyCode::Esc, KeyModifiers::NONE)),
            State::Control(sent) if sent.is_empty() => Some(alt('[')),
            State::Shift(sent) if sent.is_empty() => Some(alt('O')),
            State::Text(introducer, sent, _) if sent.is_empty() => {
                Some(alt(char::from(introducer)))
            }
            State::Paste(pasted, _) => Some(paste(&pasted)),
            _ => None,
        });
    }

    fn take(&mut self, byte: u8, out: &mut VecDeque<Input>) {
        self.state = match std::mem::take(&mut self.state) {
            State::Ground => ground(byte, KeyModifiers::NONE, out),
            State::Escape => escape(byte, out),
            State::Character(bytes, modifiers) => character(bytes, byte, modifiers, out),
            State::Control(sent) => control(sent, byte, out),
            State::Shift(sent) => shift(sent, byte, out),
            State::Console => {
                out.extend(sequence::console(byte).map(Input::Key));
                State::Ground
            }
            State::OldMouse(mut sent) => {
                sent.push(byte);
                if sent.len() < 3 {
                    State::OldMouse(sent)
                } else {
                    out.extend(mouse::old(&sent).map(Input::Mouse));
                    State::Ground
                }
            }
            State::Text(introducer, sent, escaped) => text(introducer, sent, escaped, byte, out),
            State::Paste(pasted, ended) => pasting(pasted, ended, byte, out),
        };
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn paste(pasted: &[u8]) -> Input {
    Input::Paste(String::from_utf8_lossy(pasted).into_owned())
}

/// A byte outside of any sequence.
fn ground(byte: u8, modifiers: KeyModifiers, out: &mut VecDeque<Input>) -> State {
    let code = match byte {
        ESCAPE => return State::Escape,
        b'\r' => KeyCode::Enter,
        b'\t' => KeyCode::Tab,
        // Which of the two Backspace sends is the terminal's choice.
        0x7f | 0x08 => KeyCode::Backspace,
        0x20..=0x7e => KeyCode::Char(char::from(byte)),
        0x80.. => return character(Vec::new(), byte, modifiers, out),
        _ => {
            let letter = match byte {
                0 => ' ',
                1..=0x1a => char::from(byte - 1 + b'a'),
                _ => char::from(byte - 0x1c + b'4'),
            };
            out.push_back(key(
                KeyCode::Char(letter),
                modifiers | KeyModifiers::CONTROL,
            ));
            return State::Ground;
        }
    };
    out.push_back(key(code, modifiers));
    State::Ground
}

/// A byte of a character that has several. What is no UTF-8 is dropped.
fn character(
    mut bytes: Vec<u8>,
    byte: u8,
    modifiers: KeyModifiers,
    out: &mut VecDeque<Input>,
) -> State {
    if byte < 0x80 {
        // The character before was cut short; this is the next.
        return ground(byte, modifiers, out);
    }
    bytes.push(byte);
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let typed = text.chars().filter(|typed| !typed.is_control());
            out.extend(typed.map(|typed| key(KeyCode::Char(typed), modifiers)));
            State::Ground
        }
        Err(error) if error.error_len().is_none() => State::Character(bytes, modifiers),
        // The last byte may be the first of the next character.
        Err(_) if bytes.len() > 1 => character(Vec::new(), byte, modifiers, out),
        Err(_) => State::Ground,
    }
}

/// A byte after `ESC`.
fn escape(byte: u8, out: &mut VecDeque<Input>) -> State {
    match byte {
        b'[' => State::Control(Vec::new()),
        b'O' => State::Shift(Vec::new()),
        b']' | b'P' | b'X' | b'^' | b'_' => State::Text(byte, Vec::new(), false),
        ESCAPE => {
            out.push_back(key(KeyCode::Esc, KeyModifiers::NONE));
            State::Escape
        }
        _ => ground(byte, KeyModifiers::ALT, out),
    }
}

/// A byte of a sequence that began with `ESC [`.
fn control(mut sent: Vec<u8>, byte: u8, out: &mut VecDeque<Input>) -> State {
    let is_number = !sent.is_empty() && sent.iter().all(u8::is_ascii_digit);
    match byte {
        ESCAPE => State::Escape,
        _ if CANCEL.contains(&byte) => State::Ground,
        b'[' if sent.is_empty() => State::Console,
        b'M' if sent.is_empty() => State::OldMouse(Vec::new()),
        b'~' if sent == b"200" => State::Paste(Vec::new(), 0),
        // rxvt ends a shifted key with what is nowhere else an end.
        b'$' if is_number => {
            out.extend(sequence::control(&sent, byte));
            State::Ground
        }
        0x20..=0x3f => {
            if sent.len() < LONGEST_SEQUENCE {
                sent.push(byte);
            }
            State::Control(sent)
        }
        0x40..=0x7e => {
            out.extend(sequence::control(&sent, byte));
            State::Ground
        }
        // No sequence has such a byte: it was cut short, and this is a key.
        _ => ground(byte, KeyModifiers::NONE, out),
    }
}

/// A byte of a sequence that began with `ESC O`.
fn shift(mut sent: Vec<u8>, byte: u8, out: &mut VecDeque<Input>) -> State {
    match byte {
        ESCAPE => State::Escape,
        b'0'..=b'9' | b';' => {
            if sent.len() < LONGEST_SEQUENCE {
                sent.push(byte);
            }
            State::Shift(sent)
        }
        0x20..=0x7e => {
            out.extend(sequence::shift(&sent, byte).map(Input::Key));
            State::Ground
        }
        _ => ground(byte, KeyModifiers::NONE, out),
    }
}

/// A byte of an answer; only that about the background is of use.
fn text(
    introducer: u8,
    mut sent: Vec<u8>,
    escaped: bool,
    byte: u8,
    out: &mut VecDeque<Input>,
) -> State {
    let is_over = byte == BELL || (escaped && byte == b'\\');
    match byte {
        _ if is_over => {
            if introducer == b']' {
                out.extend(sequence::background(&sent).map(Input::Background));
            }
            State::Ground
        }
        // Not its end: the answer was cut short.
        _ if escaped => escape(byte, out),
        ESCAPE => State::Text(introducer, sent, true),
        _ if CANCEL.contains(&byte) => State::Ground,
        _ => {
            if sent.len() < LONGEST_TEXT {
                sent.push(byte);
            }
            State::Text(introducer, sent, false)
        }
    }
}

/// A byte of a paste.
fn pasting(mut pasted: Vec<u8>, ended: usize, byte: u8, out: &mut VecDeque<Input>) -> State {
    let keep = |pasted: &mut Vec<u8>, more: &[u8]| {
        let room = LONGEST_PASTE.saturating_sub(pasted.len());
        pasted.extend(more.iter().take(room));
    };
    if END_OF_PASTE.get(ended) == Some(&byte) {
        if ended + 1 == END_OF_PASTE.len() {
            out.push_back(paste(&pasted));
            return State::Ground;
        }
        return State::Paste(pasted, ended + 1);
    }
    // No end after all.
    keep(&mut pasted, END_OF_PASTE.get(..ended).unwrap_or_default());
    if byte == ESCAPE {
        return State::Paste(pasted, 1);
    }
    keep(&mut pasted, &[byte]);
    State::Paste(pasted, 0)
}
