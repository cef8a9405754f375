//! Where a value ends that is no JSON, so that it costs itself and not what stands behind it.

use serde_json::value::RawValue;

/// No event is longer; what seems to be has lost its end.
const LONGEST: usize = 1024 * 1024;
/// A text is scanned at most this many times, however damaged it is.
const LOOKS: usize = 16;

/// Finds the ends of damaged values of one text.
#[derive(Debug)]
pub(super) struct Recovery {
    /// Bytes that may still be looked at.
    budget: usize,
}

impl Recovery {
    pub(super) const fn new(text: &str) -> Self {
        Self {
            budget: text.len().saturating_mul(LOOKS),
        }
    }

    /// The length of the damaged value at the beginning of `rest`, when what follows can be read
    /// on: its brackets close, or the next event is found behind it.
    pub(super) fn end_of_value(&mut self, rest: &str) -> Option<usize> {
        if let Some(end) = self.extent(rest)
            && is_followed_well(&rest[end..])
        {
            return Some(end);
        }
        self.next_event(rest)
    }

    /// Where the next event begins behind the comma of the list that the values stand in.
    fn next_event(&mut self, rest: &str) -> Option<usize> {
        let mut from = 0;
        while let Some(found) = rest[from..].find('}') {
            let close = from + found;
            self.spend(found + 1)?;
            from = close + 1;
            let Some(list) = rest[from..].trim_start().strip_prefix(',') else {
                continue;
            };
            let event = list.trim_start();
            if !event.starts_with('{') {
                continue;
            }
            if let Some(end) = self.extent(event)
                && is_event(&event[..end])
            {
                return Some(from);
            }
        }
        None
    }

    /// How far the value at the beginning reaches by its brackets and quotes alone; none when it
    /// does not end within [`LONGEST`].
    fn extent(&mut self, text: &str) -> Option<usize> {
        let extent = extent(text.as_bytes());
        self.spend(extent.unwrap_or(text.len().min(LONGEST)))?;
        extent.filter(|&end| end > 0)
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.budget = self.budget.checked_sub(bytes)?;
        Some(())
    }
}

/// A value of a list, or of a row of values, is followed by a comma, the list's end, or a value.
fn is_followed_well(rest: &str) -> bool {
    let next = rest.trim_start().bytes().next();
    matches!(next, None | Some(b',' | b']' | b'{' | b'['))
}

fn is_event(text: &str) -> bool {
    (text.contains("\"eventName\"") || text.contains("\"event_name\""))
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn extent(bytes: &[u8]) -> Option<usize> {
    let mut open = Vec::new();
    let mut at = 0;
    while at < bytes.len().min(LONGEST) {
        match bytes[at] {
            b'"' => {
                at = past_string(bytes, at)?;
                if open.is_empty() {
                    return Some(at);
                }
                continue;
            }
            bracket @ (b'{' | b'[') => open.push(bracket),
            b'}' => {
                // A list that was not closed ends with the object that it is in.
                while open.pop()? != b'{' {}
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            // The end of a bare word, by the list that it stands in.
            b']' | b',' | b'\n' if open.is_empty() => return Some(at),
            b']' => {
                if open.pop()? != b'[' {
                    return None;
                }
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    // A bare word may be the last.
    (open.is_empty() && at == bytes.len()).then_some(at)
}

fn past_string(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    while at < bytes.len().min(quote + LONGEST) {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::not_a_number(r#"{"a":NaN},{"#, Some(9))]
    #[case::bare_word("undefined,{", Some(9))]
    #[case::last_word("NaN]", Some(3))]
    #[case::bracket_in_a_string(r#"{"a":"}",b},1"#, Some(11))]
    #[case::list_not_closed(r#"{"a":[1,2},{"eventName":"b"}]"#, Some(10))]
    #[case::object_not_closed(r#"{"a":{"b":1},{"eventName":"b"}]"#, Some(12))]
    #[case::quote_too_many(r#"{"a":"x"y"},{"eventName":"b"}]"#, Some(11))]
    #[case::items_are_no_events(r#"{"a":"x"y","i":[{"id":1},{"id":2}]}]"#, None)]
    #[case::cut_off(r#"{"a":[{"b":"#, None)]
    fn a_damaged_value_ends(#[case] rest: &str, #[case] end: Option<usize>) {
        assert_eq!(Recovery::new(rest).end_of_value(rest), end);
    }

    #[test]
    fn what_is_damaged_all_over_is_looked_through_a_few_times() {
        let text = r#"},{"a":"},{"eventName":[""#.repeat(100_000);
        let mut recovery = Recovery::new(&text);
        let mut at = 0;
        while let Some(end) = recovery.end_of_value(&text[at..]) {
            at += end;
        }
        assert!(recovery.budget < text.len() * LOOKS);
    }
}
