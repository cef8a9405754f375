//! One line of typed text.

use unicode_segmentation::UnicodeSegmentation;

use super::action::TextEdit;
use crate::text;

/// Longer input is no range, no name and no password.
const LONGEST: usize = 256;

/// A line and the place of its cursor, in bytes, always between graphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineEdit {
    text: String,
    cursor: usize,
}

impl LineEdit {
    /// A line with text in it, the cursor behind it.
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is before the cursor.
    #[must_use]
    pub fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Empties the line and hands out what was in it.
    pub(super) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Changes the line.
    pub(super) fn apply(&mut self, edit: TextEdit) {
        match edit {
            TextEdit::Insert(typed) => {
                for character in typed.chars() {
                    if self.text.len() < LONGEST && !text::is_harmful(character) {
                        self.text.insert(self.cursor, character);
                        self.cursor += character.len_utf8();
                    }
                }
            }
            TextEdit::Backspace => {
                let start = self.previous();
                self.text.replace_range(start..self.cursor, "");
                self.cursor = start;
            }
            TextEdit::Delete => {
                let end = self.next();
                self.text.replace_range(self.cursor..end, "");
            }
            TextEdit::Left => self.cursor = self.previous(),
            TextEdit::Right => self.cursor = self.next(),
            TextEdit::Home => self.cursor = 0,
            TextEdit::End => self.cursor = self.text.len(),
            TextEdit::Clear => {
                self.text.clear();
                self.cursor = 0;
            }
        }
    }

    fn previous(&self) -> usize {
        let last = self.text[..self.cursor].graphemes(true).next_back();
        self.cursor - last.map_or(0, str::len)
    }

    fn next(&self) -> usize {
        let first = self.text[self.cursor..].graphemes(true).next();
        self.cursor + first.map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edit() -> impl Strategy<Value = TextEdit> {
        prop_oneof![
            any::<String>().prop_map(TextEdit::Insert),
            Just(TextEdit::Backspace),
            Just(TextEdit::Delete),
            Just(TextEdit::Left),
            Just(TextEdit::Right),
            Just(TextEdit::Home),
            Just(TextEdit::End),
            Just(TextEdit::Clear),
        ]
    }

    #[test]
    fn edits_where_the_cursor_is() {
        let mut line = LineEdit::default();
        for step in [
            TextEdit::Insert("2025-12-0\n1".to_owned()),
            TextEdit::Left,
            TextEdit::Backspace,
            TextEdit::Insert("3".to_owned()),
            TextEdit::End,
            TextEdit::Insert("d".to_owned()),
            TextEdit::Home,
            TextEdit::Delete,
        ] {
            line.apply(step);
        }
        assert_eq!((line.text(), line.before_cursor()), ("025-12-31d", ""));
    }

    proptest! {
        #[test]
        fn any_edits_leave_a_clean_short_line(edits in proptest::collection::vec(edit(), 0..60)) {
            let mut line = LineEdit::default();
            for edit in edits {
                line.apply(edit);
                prop_assert!(line.text().is_char_boundary(line.before_cursor().len()));
                prop_assert!(line.text().len() < LONGEST + 4);
                prop_assert!(!line.text().chars().any(text::is_harmful));
            }
        }
    }
}
