//! A file becomes items: one object, an array, lines, or a mix of these.
//!
//! The walk is forgiving where that loses nothing (commas in arrays are not
//! counted, an array on a line is an array) and resumes after damage where it
//! can tell how: at the next line, when the file is made of lines. Otherwise
//! everything from the damage to the end is one bad item, and what stood before
//! it is loaded. Indices count items in file order, good and bad.

use serde_json::value::RawValue;

use super::{event::Values, reject::Reason};

/// The index of a bad item that is the object as a whole.
pub const WHOLE_OBJECT: i32 = -1;

/// What stands at an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// A JSON object, its known values, and its own text.
    Event(Values<'a>, &'a str),
    /// Something else, and its text.
    Bad(Reason, &'a str),
}

/// Walks the items of a file. Each comes with its index.
#[derive(Debug)]
pub struct Events<'a> {
    text: &'a str,
    at: usize,
    in_array: bool,
    /// The last thing read was damage, and the walk resumed at a line.
    resumed: bool,
    made_of_lines: Option<bool>,
    next_index: i32,
}

impl<'a> Events<'a> {
    /// Starts at the beginning of a text that is not blank.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            in_array: false,
            resumed: false,
            made_of_lines: None,
            next_index: 0,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn numbered(&mut self, item: Item<'a>) -> (i32, Item<'a>) {
        let index = self.next_index;
        self.next_index = index.saturating_add(1);
        (index, item)
    }

    /// The text of the next JSON value, read past.
    fn value(&mut self) -> Result<&'a str, serde_json::Error> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value.get())
            }
            Some(Err(error)) => Err(error),
            None => Ok(""),
        }
    }

    /// Steps over what cannot be read and says what it was.
    fn damage(&mut self, error: &serde_json::Error) -> (i32, Item<'a>) {
        let rest = self.rest();
        let reason = Reason::NotJson(error.to_string());
        let line_end = rest.find('\n').filter(|_| self.next_is_a_line(rest));
        if let Some(end) = line_end {
            self.at += end + 1;
            self.resumed = true;
            return self.numbered(Item::Bad(reason, &rest[..end]));
        }
        self.at = self.text.len();
        self.in_array = false;
        if self.next_index == 0 {
            return (WHOLE_OBJECT, Item::Bad(reason, rest));
        }
        self.numbered(Item::Bad(reason, rest))
    }

    /// The end of the text inside an array: something may have been cut off.
    fn unclosed(&mut self) -> Option<(i32, Item<'a>)> {
        if !std::mem::take(&mut self.in_array) {
            return None;
        }
        let item = Item::Bad(Reason::NotJson("the array is cut off here".to_owned()), "");
        Some(match self.next_index {
            0 => (WHOLE_OBJECT, item),
            _ => self.numbered(item),
        })
    }

    /// Whether the file is made of lines that stand for themselves: it has been
    /// read so far as values outside an array, or a line to come is an object.
    fn next_is_a_line(&mut self, rest: &str) -> bool {
        let read_some = self.next_index > 0 && !self.in_array;
        *self.made_of_lines.get_or_insert_with(|| {
            read_some
                || rest
                    .lines()
                    .skip(1)
                    .map(str::trim)
                    .filter(|line| line.starts_with('{'))
                    .any(|line| serde_json::from_str::<&RawValue>(line).is_ok())
        })
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = (i32, Item<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let resumed = std::mem::take(&mut self.resumed);
            let blank = self.rest().bytes().take_while(|b| b" \t\r\n".contains(b)).count();
            self.at += blank;
            let Some(byte) = self.peek() else {
                return self.unclosed();
            };
            match byte {
                b'[' if !self.in_array || resumed => {
                    self.in_array = true;
                    self.at += 1;
                }
                b']' if self.in_array => {
                    self.in_array = false;
                    self.at += 1;
                }
                b',' if self.in_array => self.at += 1,
                _ => {
                    let value = match self.value() {
                        Ok(value) => value,
                        Err(error) => return Some(self.damage(&error)),
                    };
                    let item = match what(value) {
                        None => match Values::read(value) {
                            Ok(values) => Item::Event(values, value),
                            Err(error) => Item::Bad(Reason::NotJson(error.to_string()), value),
                        },
                        Some(other) => Item::Bad(Reason::NotAnObject(other), value),
                    };
                    return Some(self.numbered(item));
                }
            }
        }
    }
}

/// What a JSON value is, when it is no object.
fn what(json: &str) -> Option<&'static str> {
    match json.as_bytes().first() {
        Some(b'{') => None,
        Some(b'[') => Some("an array"),
        Some(b'"') => Some("a string"),
        Some(b't' | b'f') => Some("a boolean"),
        Some(b'n') => Some("null"),
        _ => Some("a number"),
    }
}
