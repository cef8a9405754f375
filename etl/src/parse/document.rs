//! A file becomes items: one object, an array, lines, or a mix of these.
//!
//! The walk is forgiving where that loses nothing (commas in arrays are not
//! counted, an array on a line is an array) and resumes after damage where it
//! can tell how: at the next line, when the file is made of lines, else where the
//! damaged value ends. Otherwise
//! everything from the damage to the end is one bad item, and what stood before
//! it is loaded. Indices count items in file order, good and bad.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{
    event::Quick, fields::ContextField, recover::Recovery, reject::Reason, values::Values,
};

/// The index of a bad item that is the object as a whole.
pub const WHOLE_OBJECT: i32 = -1;

/// What stands at an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one exists at a time; a box would be an allocation for every event"
)]
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
    /// Where the line ends that `at` is in, once lines are known to count.
    line_end: usize,
    next_index: i32,
    /// What the object's first `_ingest` says, by [`RECEIPT`]: for the events that came with it
    /// and have none.
    receipt: [Option<Cow<'a, str>>; RECEIPT.len()],
    recovery: Recovery,
}

/// What ingest says of a request, once an object. Older objects have it in each event.
const RECEIPT: [ContextField; 3] = [
    ContextField::ReceivedAt,
    ContextField::SourceIp,
    ContextField::UserAgent,
];

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
            line_end: 0,
            next_index: 0,
            receipt: [const { None }; RECEIPT.len()],
            recovery: Recovery::new(text),
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

    fn event(&mut self, mut values: Values<'a>, text: &'a str) -> (i32, Item<'a>) {
        for (field, first) in RECEIPT.into_iter().zip(&mut self.receipt) {
            share(first, values.place(field));
        }
        self.numbered(Item::Event(values, text))
    }

    /// The text of the next JSON value, read past.
    fn value(&mut self) -> Result<&'a str, serde_json::Error> {
        let text = self
            .text
            .get(self.at..self.value_limit())
            .unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value.get())
            }
            Some(Err(error)) => Err(error),
            None => Ok(""),
        }
    }

    /// The next value, read past, when it is an event like nearly all are.
    fn quick_event(&mut self, first: u8) -> Option<(Values<'a>, &'a str)> {
        if first != b'{' {
            return None;
        }
        let text = self.text.get(self.at..self.value_limit())?;
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Quick<'_>>();
        let Quick(event) = values.next()?.ok()?;
        let end = values.byte_offset();
        self.at += end;
        Some((event, text.get(..end)?))
    }

    /// How far a value may reach. Where lines count, to the end of its line: a
    /// bad line must not make every later one be read to the end of the file.
    fn value_limit(&mut self) -> usize {
        if self.made_of_lines != Some(true) {
            return self.text.len();
        }
        if self.at >= self.line_end {
            let line = self.rest().find('\n');
            self.line_end = line.map_or(self.text.len(), |end| self.at + end);
        }
        self.line_end
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
        // A single object that cannot be read is the object as a whole.
        let is_among_others = self.in_array || self.next_index > 0;
        if let Some(end) = self.recovery.end_of_value(rest)
            && (is_among_others || !rest[end..].trim_matches(is_filler).is_empty())
        {
            self.at += end;
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
    /// read so far as values outside an array, or a line to come is an object
    /// or an array of them.
    fn next_is_a_line(&mut self, rest: &str) -> bool {
        let read_some = self.next_index > 0 && !self.in_array;
        *self.made_of_lines.get_or_insert_with(|| {
            read_some
                || rest
                    .lines()
                    .skip(1)
                    .map(str::trim)
                    .filter(|line| line.starts_with('{') || line.starts_with("[{"))
                    .any(|line| serde_json::from_str::<&RawValue>(line).is_ok())
        })
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = (i32, Item<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let resumed = std::mem::take(&mut self.resumed);
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(is_filler).len();
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
                    if let Some((values, text)) = self.quick_event(byte) {
                        return Some(self.event(values, text));
                    }
                    let value = match self.value() {
                        Ok(value) => value,
                        Err(error) => return Some(self.damage(&error)),
                    };
                    let reason = match what(value) {
                        None => match Values::read(value) {
                            Ok(values) => return Some(self.event(values, value)),
                            Err(error) => Reason::NotJson(error.to_string()),
                        },
                        Some(other) => Reason::NotAnObject(other),
                    };
                    return Some(self.numbered(Item::Bad(reason, value)));
                }
            }
        }
    }
}

/// What stands between values and says nothing: white space, the padding of a file's last block, marks
/// that a file or a record begins.
fn is_filler(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\0' | '\u{1e}' | '\u{feff}')
}

/// Keeps the first that an event brings; gives it to each event that has none.
fn share<'a>(first: &mut Option<Cow<'a, str>>, own: &mut Option<Cow<'a, str>>) {
    if first.is_none() {
        first.clone_from(own);
    } else if own.is_none() {
        own.clone_from(first);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use sbw_contract::Column;

    /// What the walk found: names of events, `!` for what is bad, with indices.
    fn walk(text: &str) -> String {
        let items: Vec<String> = Events::new(text)
            .map(|(index, item)| match item {
                Item::Event(values, _) => {
                    format!("{index}:{}", values.get(Column::EventName).unwrap_or("?"))
                }
                Item::Bad(..) => format!("{index}!"),
            })
            .collect();
        items.join(" ")
    }

    #[rstest]
    #[case::object(r#"{"eventName":"a"}"#, "0:a")]
    #[case::object_and_space(" {\"eventName\":\"a\"}\r\n\n", "0:a")]
    #[case::pretty_object("{\n  \"eventName\": \"a\"\n}\n", "0:a")]
    #[case::array(r#"[{"eventName":"a"},{"eventName":"b"}]"#, "0:a 1:b")]
    #[case::empty_array("[]", "")]
    #[case::pretty_array("[\n  {\"eventName\":\"a\"},\n  {\"eventName\":\"b\"}\n]", "0:a 1:b")]
    #[case::lines("{\"eventName\":\"a\"}\n{\"eventName\":\"b\"}\n", "0:a 1:b")]
    #[case::crlf_and_blank_lines("{\"eventName\":\"a\"}\r\n\r\n{\"eventName\":\"b\"}", "0:a 1:b")]
    #[case::objects_in_a_row(r#"{"eventName":"a"}{"eventName":"b"}"#, "0:a 1:b")]
    #[case::arrays_on_lines(
        "[{\"eventName\":\"a\"}]\n[{\"eventName\":\"b\"},{\"eventName\":\"c\"}]",
        "0:a 1:b 2:c"
    )]
    #[case::no_objects(r#"[1,"x",null,true,[{"eventName":"a"}]]"#, "0! 1! 2! 3! 4!")]
    #[case::one_no_object_among_good(r#"[{"eventName":"a"},7,{"eventName":"b"}]"#, "0:a 1! 2:b")]
    #[case::scalar("17", "0!")]
    #[case::bad_line("{\"eventName\":\"a\"}\nnot json\n{\"eventName\":\"b\"}", "0:a 1! 2:b")]
    #[case::bad_lines_together(
        "{\"eventName\":\"a\"}\n{\"x\nnope\n{\"eventName\":\"b\"}\n",
        "0:a 1! 2! 3:b"
    )]
    #[case::first_line_bad("{\"eventName\":\"a\"\n{\"eventName\":\"b\"}\n", "0! 1:b")]
    #[case::last_lines_bad("{\"eventName\":\"a\"}\nx\n{\"eventName\":", "0:a 1! 2!")]
    #[case::rest_of_a_line_bad("{\"eventName\":\"a\"} x\n{\"eventName\":\"b\"}", "0:a 1! 2:b")]
    #[case::bad_array_on_a_line(
        "{\"eventName\":\"a\"}\n[{\"eventName\":\"b\"},{\"ev\n[{\"eventName\":\"c\"}]\n",
        "0:a 1:b 2! 3:c"
    )]
    #[case::array_of_lines_with_a_bad_one(
        "[\n{\"eventName\":\"a\"},\n{\"eventName\":\"b\",},\n{\"eventName\":\"c\"}\n]",
        "0:a 1! 2:c"
    )]
    #[case::cut_object(r#"{"eventName":"a","pro"#, "-1!")]
    #[case::cut_pretty_object("{\n  \"eventName\": \"a\",\n  \"x\": {\n", "-1!")]
    #[case::cut_array_in_an_event(r#"[{"eventName":"a"},{"eventName":"b"},{"eventN"#, "0:a 1:b 2!")]
    #[case::cut_array_between_events(r#"[{"eventName":"a"},"#, "0:a 1!")]
    #[case::cut_array_at_once("[", "-1!")]
    #[case::garbage("\u{fffd}PNG\u{1a}\u{fffd}\0\0", "-1!")]
    #[case::not_a_number(
        r#"[{"eventName":"a"},{"eventName":"b","x":NaN},{"eventName":"c"}]"#,
        "0:a 1! 2:c"
    )]
    #[case::infinity(r#"[{"eventName":"b","x":-Infinity},{"eventName":"c"}]"#, "0! 1:c")]
    #[case::bare_words(r#"[NaN,undefined,{"eventName":"a"},Infinity]"#, "0! 1! 2:a 3!")]
    #[case::function(
        r#"[{"eventName":"a","x":function(){return {}}},{"eventName":"b"}]"#,
        "0! 1:b"
    )]
    #[case::octal_number(r#"[{"eventName":"a","x":01},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::bare_fraction(r#"[{"eventName":"a","x":.5},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::single_quotes(r#"[{'eventName':'a'},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::no_quotes(r#"[{eventName:"a"},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::duplicate_keys(r#"[{"eventName":"a","eventName":"z"},{"eventName":"b"}]"#, "0:a 1:b")]
    #[case::comma_too_many(r#"[{"eventName":"a",},,{"eventName":"b"},]"#, "0! 1:b")]
    #[case::comma_missing(r#"[{"eventName":"a"}{"eventName":"b"}]"#, "0:a 1:b")]
    #[case::colon_missing(r#"[{"eventName" "a"},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::control_in_a_string(
        "[{\"eventName\":\"a\",\"x\":\"\u{1}\"},{\"eventName\":\"b\"}]",
        "0! 1:b"
    )]
    #[case::newline_in_a_string(
        "[{\"eventName\":\"a\",\"x\":\"y\nz\"},{\"eventName\":\"b\"}]",
        "0! 1:b"
    )]
    #[case::newline_in_a_string_of_lines(
        "{\"eventName\":\"a\"}\n{\"eventName\":\"b\",\"x\":\"y\nz\"}\n{\"eventName\":\"c\"}",
        "0:a 1! 2! 3:c"
    )]
    #[case::quote_in_a_string(
        r#"[{"eventName":"a","x":"y"z"},{"eventName":"b"},{"eventName":"c"}]"#,
        "0! 1:b 2:c"
    )]
    #[case::bad_escape(r#"[{"eventName":"a","x":"\q"},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::half_an_escape(r#"[{"eventName":"a","x":"\u12"},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::comment(r#"[/* x */{"eventName":"a"},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::bracket_missing(r#"[{"eventName":"a","x":[1},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::brace_missing(r#"[{"eventName":"a","x":{"y":1},{"eventName":"b"}]"#, "0! 1:b")]
    #[case::pretty_with_a_bad_one(
        "[\n  {\n    \"eventName\": \"a\",\n    \"x\": NaN\n  },\n  {\n    \"eventName\": \"b\"\n  }\n]",
        "0! 1:b"
    )]
    #[case::bad_object_in_a_row(r#"{"eventName":"a","x":NaN}{"eventName":"b"}"#, "0! 1:b")]
    #[case::bad_object_alone(r#"{"eventName":"a","x":NaN}"#, "-1!")]
    #[case::padded("{\"eventName\":\"a\"}\n\0\0\0\0", "0:a")]
    #[case::padded_array("[{\"eventName\":\"a\"}]\0\0", "0:a")]
    #[case::marks_between("{\"eventName\":\"a\"}\n\u{feff}{\"eventName\":\"b\"}", "0:a 1:b")]
    #[case::records(
        "\u{1e}{\"eventName\":\"a\"}\n\u{1e}{\"eventName\":\"b\"}\n",
        "0:a 1:b"
    )]
    #[case::html("<html>\n<body>\n</body>\n</html>\n", "-1!")]
    fn a_file_is_walked(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(walk(text), expected);
    }

    #[test]
    fn the_first_receipt_of_an_object_is_that_of_its_events() {
        let text = r#"[{"eventName":"a"},{"eventName":"b","_ingest":{"receivedAt":"t1","sourceIp":"203.0.113.0","userAgent":"one"}},7,
            {"eventName":"c","_ingest":{"requestId":"r"}},{"eventName":"d","_ingest":{"sourceIp":"2001:db8:1::","userAgent":"two"}},{"eventName":"e"}]"#;
        let receipts: Vec<_> = Events::new(text)
            .filter_map(|(_, item)| match item {
                Item::Event(values, _) => {
                    let text = |field| values.get(field).unwrap_or("-").to_owned();
                    Some(RECEIPT.map(text).join(" "))
                }
                Item::Bad(..) => None,
            })
            .collect();
        assert_eq!(
            receipts,
            [
                "- - -",
                "t1 203.0.113.0 one",
                "t1 203.0.113.0 one",
                "t1 2001:db8:1:: two",
                "t1 203.0.113.0 one"
            ]
        );
    }

    #[test]
    fn a_bad_line_does_not_make_the_others_slow() {
        // Each line opens what the next would go on with: read to the end of the
        // file every time, this would be 10^10 steps.
        let text = "{\"eventName\":\"a\"}\n".to_owned() + &"{\"a\":\n".repeat(100_000);
        assert_eq!(Events::new(&text).count(), 100_001);
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = "[".repeat(200_000) + &"]".repeat(200_000);
        let objects = r#"{"a":"#.repeat(200_000) + "1" + &"}".repeat(200_000);
        let text = format!(
            r#"[{{"eventName":"a","x":{deep}}},{{"product":{objects},"eventName":"b"}},{deep},{{"eventName":"c"}}]"#
        );
        assert_eq!(walk(&text), "0:a 1:b 2! 3:c");
        let cut = "[".repeat(200_000);
        assert_eq!(walk(&cut), "-1!");
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = prop_oneof![
                Just("eventName".to_owned()),
                Just("product".to_owned()),
                "[a-z]{0,4}"
            ];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::vec((key, inner), 0..4)
                    .prop_map(|pairs| pairs.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_ends_and_indices_count_up(text in any::<String>()) {
            let indices: Vec<i32> = Events::new(&text).map(|(index, _)| index).collect();
            if indices != [WHOLE_OBJECT] {
                for (at, index) in indices.iter().enumerate() {
                    prop_assert_eq!(usize::try_from(*index).unwrap(), at);
                }
            }
        }

        #[test]
        fn any_text_of_json_pieces_ends(text in r#"([\[\]{},:" \n]|"eventName"|"a"|1|null|\{"eventName":"a"\}){0,30}"#) {
            prop_assert!(Events::new(&text).count() <= text.len() + 1);
        }

        #[test]
        fn an_array_and_its_lines_are_the_same_items(events in proptest::collection::vec(json(), 1..8)) {
            // An array on a line is taken apart, within an array it is no event.
            let events: Vec<_> = events.into_iter().filter(|event| !event.is_array()).collect();
            let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
            let array = walk(&format!("[{}]", lines.join(",")));
            prop_assert_eq!(walk(&lines.join("\n")), array.clone());
            let pretty = serde_json::to_string_pretty(&events).unwrap();
            prop_assert_eq!(walk(&pretty), array);
        }

        #[test]
        fn what_stands_before_a_cut_is_kept(events in proptest::collection::vec(json(), 1..6), cut in 0.0..1.0_f64) {
            let text = serde_json::to_string(&events).unwrap();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let at = text.floor_char_boundary((text.len() as f64 * cut) as usize);
            let whole: Vec<_> = Events::new(&text).collect();
            let part: Vec<_> = Events::new(&text[..at]).collect();
            // What ends just there may be a number cut short.
            let end = |(_, item): &(i32, Item<'_>)| match item {
                Item::Event(_, item) | Item::Bad(_, item) => item.as_ptr().addr() - text.as_ptr().addr() + item.len(),
            };
            let kept = whole.iter().filter(|item| end(item) < at).count();
            prop_assert!(part.len() >= kept);
            for ((_, before), (_, after)) in whole.iter().zip(&part).take(kept) {
                prop_assert_eq!(before, after);
            }
        }
    }
}
