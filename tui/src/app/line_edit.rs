//! One line of typed text.

use unicode_segmentation::UnicodeSegmentation;

use super::action::TextEdit;
use crate::text;

/// Longer input is no range and no name.
const LONGEST: usize = 256;

/// A token that stands for a password has thousands of letters; the server takes
/// no more than this.
const LONGEST_SECRET: usize = 65_535;

/// A line and the place of its cursor, in bytes, always between graphemes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    text: String,
    cursor: usize,
    longest: usize,
    /// Something was left out because it did not fit.
    is_cut: bool,
}

impl Default for LineEdit {
    fn default() -> Self {
        Self {
            text: String::new(),
            cursor: 0,
            longest: LONGEST,
            is_cut: false,
        }
    }
}

impl LineEdit {
    /// A line with text in it, the cursor behind it.
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
            // What is in it already may be changed, however long it is.
            longest: LONGEST.max(text.len()),
            is_cut: false,
        }
    }

    /// A line for a password.
    pub(super) fn secret() -> Self {
        Self {
            longest: LONGEST_SECRET,
            ..Self::default()
        }
    }

    /// The words for a line that what was typed or pasted did not fit into.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let longest = self.longest;
        self.is_cut
            .then(|| format!("Cut: a line takes {longest} bytes. Ctrl-U clears it."))
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
        self.is_cut = false;
        std::mem::take(&mut self.text)
    }

    /// Changes the line.
    pub(super) fn apply(&mut self, edit: TextEdit) {
        match edit {
            TextEdit::Insert(typed) => self.insert(&typed),
            TextEdit::Backspace => self.remove(self.previous()..self.cursor),
            TextEdit::Delete => self.remove(self.cursor..self.next()),
            TextEdit::DeleteWord => self.remove(self.word_before()..self.cursor),
            TextEdit::DeleteWordAfter => self.remove(self.cursor..self.word_after()),
            TextEdit::DeleteToEnd => self.remove(self.cursor..self.text.len()),
            TextEdit::Left => self.cursor = self.previous(),
            TextEdit::Right => self.cursor = self.next(),
            TextEdit::WordLeft => self.cursor = self.word_before(),
            TextEdit::WordRight => self.cursor = self.word_after(),
            TextEdit::Home => self.cursor = 0,
            TextEdit::End => self.cursor = self.text.len(),
            TextEdit::Clear => {
                self.take();
            }
        }
    }

    /// A paste is one line: its breaks are spaces, and the last one ends it.
    fn insert(&mut self, typed: &str) {
        let typed = typed.trim_end_matches(['\r', '\n']);
        let mut after_space = false;
        for letter in typed.chars() {
            let is_break = matches!(letter, '\r' | '\n' | '\t');
            if is_break && after_space || !is_break && text::is_harmful(letter) {
                continue;
            }
            after_space = is_break;
            let letter = if is_break { ' ' } else { letter };
            if self.text.len() + letter.len_utf8() > self.longest {
                self.is_cut = true;
                return;
            }
            self.text.insert(self.cursor, letter);
            self.cursor += letter.len_utf8();
        }
    }

    fn remove(&mut self, gone: std::ops::Range<usize>) {
        self.cursor = gone.start;
        self.text.replace_range(gone, "");
        self.is_cut = false;
    }

    /// Where the word before the cursor begins: words end at spaces, as in a shell.
    fn word_before(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |space| {
            space + before[space..].chars().next().map_or(0, char::len_utf8)
        })
    }

    /// Where the word after the cursor ends.
    fn word_after(&self) -> usize {
        let after = &self.text[self.cursor..];
        let word = after.trim_start();
        let spaces = after.len() - word.len();
        self.cursor + spaces + word.find(char::is_whitespace).unwrap_or(word.len())
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
    use rstest::rstest;

    use super::*;

    fn edit() -> impl Strategy<Value = TextEdit> {
        prop_oneof![
            any::<String>().prop_map(TextEdit::Insert),
            Just(TextEdit::Backspace),
            Just(TextEdit::Delete),
            Just(TextEdit::DeleteWord),
            Just(TextEdit::DeleteWordAfter),
            Just(TextEdit::DeleteToEnd),
            Just(TextEdit::Left),
            Just(TextEdit::Right),
            Just(TextEdit::WordLeft),
            Just(TextEdit::WordRight),
            Just(TextEdit::Home),
            Just(TextEdit::End),
            Just(TextEdit::Clear),
        ]
    }

    #[test]
    fn edits_where_the_cursor_is() {
        let mut line = LineEdit::default();
        for step in [
            TextEdit::Insert("2025-12-01\n".to_owned()),
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

    /// From `one two  three|`, the bar being the cursor.
    #[rstest]
    #[case(&[TextEdit::DeleteWord], "one two  |")]
    #[case(&[TextEdit::DeleteWord, TextEdit::DeleteWord], "one |")]
    #[case(&[TextEdit::WordLeft, TextEdit::WordLeft], "one |two  three")]
    #[case(&[TextEdit::WordLeft, TextEdit::WordLeft, TextEdit::WordRight], "one two|  three")]
    #[case(&[TextEdit::Home, TextEdit::WordRight, TextEdit::DeleteWordAfter], "one|  three")]
    #[case(&[TextEdit::WordLeft, TextEdit::DeleteToEnd], "one two  |")]
    #[case(&[TextEdit::Home, TextEdit::DeleteWord, TextEdit::WordLeft], "|one two  three")]
    fn words_end_at_spaces(#[case] edits: &[TextEdit], #[case] becomes: &str) {
        let mut line = LineEdit::new("one two  three");
        for edit in edits {
            line.apply(edit.clone());
        }
        let after = &line.text()[line.before_cursor().len()..];
        assert_eq!(format!("{}|{after}", line.before_cursor()), becomes);
    }

    #[rstest]
    #[case("keyboard\r\n", "keyboard")]
    #[case("a\r\nb\n\n\tc", "a b c")]
    #[case("\u{1b}[31mred\u{7}\0", "[31mred")]
    #[case("Bàn phím", "Bàn phím")]
    fn a_paste_is_one_line(#[case] pasted: &str, #[case] becomes: &str) {
        let mut line = LineEdit::default();
        line.apply(TextEdit::Insert(pasted.to_owned()));
        assert_eq!((line.text(), line.problem()), (becomes, None));
    }

    #[test]
    fn a_long_secret_fits_and_a_line_that_was_cut_says_so() {
        let long = "x".repeat(4_000);
        let mut secret = LineEdit::secret();
        secret.apply(TextEdit::Insert(format!("{long}\n")));
        assert_eq!((secret.problem(), secret.take()), (None, long.clone()));
        let mut line = LineEdit::default();
        line.apply(TextEdit::Insert(long));
        assert!(line.problem().is_some_and(|words| words.contains("256")));
        line.apply(TextEdit::Clear);
        assert_eq!(line, LineEdit::default());
    }

    proptest! {
        #[test]
        fn any_edits_leave_a_clean_short_line(edits in proptest::collection::vec(edit(), 0..60)) {
            let mut line = LineEdit::default();
            for edit in edits {
                line.apply(edit);
                prop_assert!(line.text().is_char_boundary(line.before_cursor().len()));
                prop_assert!(line.text().len() <= LONGEST);
                prop_assert!(!line.text().chars().any(text::is_harmful));
            }
        }
    }
}
