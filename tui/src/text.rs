//! Text from events is public input. What it looks like on a screen or in an
//! export is decided here, and nowhere else: cleaned, measured, cut, padded.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Marks that may sit on one letter. Vietnamese in decomposed form needs two;
/// more is decoration that climbs over the neighbouring lines.
const MARKS_ON_A_LETTER: usize = 2;

/// What becomes of one character.
enum Fate {
    Keep,
    Drop,
    Become(char),
}

/// Makes `text` harmless: control characters become their visible pictures,
/// bidi overrides a replacement character; zero-width characters, variation
/// selectors and piles of combining marks disappear.
///
/// Flags become their two letters and skin tones are dropped: terminals do not
/// agree on how wide those are, and a table must stay a table.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, 0x20..0x7f)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut marks = MARKS_ON_A_LETTER; // none before the first letter
    for character in text.chars() {
        match fate(character) {
            Fate::Drop => {}
            Fate::Become(picture) => {
                marks = 0;
                cleaned.push(picture);
            }
            Fate::Keep if character.width() == Some(0) => {
                if marks < MARKS_ON_A_LETTER {
                    marks += 1;
                    cleaned.push(character);
                }
            }
            Fate::Keep => {
                marks = 0;
                cleaned.push(character);
            }
        }
    }
    Cow::Owned(cleaned)
}

fn fate(character: char) -> Fate {
    match character {
        '\0'..='\x1f' => Fate::Become(picture(character)),
        '\x7f' => Fate::Become('\u{2421}'),
        '\u{2028}' | '\u{2029}' => Fate::Become('\u{2424}'),
        // C1 controls, bidi embeddings, overrides and isolates, private use.
        '\u{80}'..='\u{9f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{e000}'..='\u{f8ff}'
        | '\u{f0000}'..='\u{10ffff}' => Fate::Become('\u{fffd}'),
        // What takes no room and can hide things: joiners, marks of direction,
        // fillers, selectors, tags.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0000}'..='\u{e0fff}' => Fate::Drop,
        '\u{1f1e6}'..='\u{1f1ff}' => {
            let letter = u32::from(character) - 0x1f1e6 + u32::from('A');
            Fate::Become(char::from_u32(letter).unwrap_or('?'))
        }
        _ => Fate::Keep,
    }
}

/// The picture of a control character below space.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

/// Is this one of the characters that [`clean`] would not let through?
#[must_use]
pub fn is_harmful(character: char) -> bool {
    !matches!(fate(character), Fate::Keep)
}

/// JSON whose strings hold no harmful character: each is written as its
/// `\u` escape, which every reader turns back into the same text.
#[must_use]
pub fn harmless_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        // Between strings JSON holds nothing harmful but its own line breaks.
        if character == '\n' || !is_harmful(character) {
            safe.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}

/// Columns that `text` takes, counted as the screen is filled: by grapheme.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// On which side the padding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Exactly `columns` columns of cleaned `text`; what is cut ends in `ellipsis`.
#[must_use]
pub fn fit(text: &str, columns: usize, align: Align, ellipsis: char) -> String {
    let shown = cut(text, columns, ellipsis);
    let padding = columns.saturating_sub(width(&shown));
    let mut fitted = String::with_capacity(shown.len() + padding);
    if align == Align::Right {
        fitted.extend(std::iter::repeat_n(' ', padding));
    }
    fitted.push_str(&shown);
    if align == Align::Left {
        fitted.extend(std::iter::repeat_n(' ', padding));
    }
    fitted
}

/// At most `columns` columns of cleaned `text`; what is cut ends in `ellipsis`.
#[must_use]
pub fn cut(text: &str, columns: usize, ellipsis: char) -> String {
    // A name may be megabytes long; nobody needs to clean what cannot show.
    // A shown column is at most a letter and its marks, so this keeps enough
    // to see that there is more.
    let enough = (columns + 1) * (1 + MARKS_ON_A_LETTER) * 4;
    let head = match text.char_indices().nth(enough) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    let head_is_all = head.len() == text.len();
    let cleaned = clean(head);
    if head_is_all && width(&cleaned) <= columns {
        return cleaned.into_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in cleaned.graphemes(true) {
        let wide = UnicodeWidthStr::width(grapheme);
        if used + wide > columns - 1 {
            break;
        }
        used += wide;
        shown.push_str(grapheme);
    }
    shown.push(ellipsis);
    shown
}

/// Cleaned `text` broken into lines of at most `columns` columns: at spaces
/// where it can, inside a word where it must.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let cleaned = clean(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for piece in cleaned.split_inclusive(' ') {
        // The space after a word may stand beyond the edge: it is trimmed there.
        let word = piece.trim_end_matches(' ');
        let wide = width(word);
        if used + wide > columns && wide <= columns {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if word.is_empty() && used == 0 && !lines.is_empty() {
            continue;
        }
        for grapheme in piece.graphemes(true) {
            // One with many marks may be wider than a line: it is broken between them.
            let unbroken = UnicodeWidthStr::width(grapheme) <= columns;
            let ends = grapheme
                .char_indices()
                .map(|(start, letter)| start + letter.len_utf8())
                .filter(|end| !unbroken || *end == grapheme.len());
            let mut start = 0;
            for end in ends {
                let part = &grapheme[start..end];
                start = end;
                let wide = UnicodeWidthStr::width(part);
                if used + wide > columns && part != " " {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                    used = 0;
                }
                line.push_str(part);
                used += wide;
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Words as a sentence of its own.
#[must_use]
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let mut sentence: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("Bàn phím AULA M75", "Bàn phím AULA M75")]
    #[case::decomposed_vietnamese("Ba\u{300}n phi\u{301}m", "Ba\u{300}n phi\u{301}m")]
    #[case::two_marks("e\u{302}\u{301}", "e\u{302}\u{301}")]
    #[case::a_pile_of_marks("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}")]
    #[case::mark_on_nothing("\u{301}a", "a")]
    #[case::colour("\u{1b}[31mred\u{1b}[0m", "␛[31mred␛[0m")]
    #[case::clipboard("\u{1b}]52;c;aGk=\u{7}", "␛]52;c;aGk=␇")]
    #[case::c1("\u{9b}31m", "\u{fffd}31m")]
    #[case::newline("a\nb\tc\r", "a␊b␉c␍")]
    #[case::override_("\u{202e}gpj.exe", "\u{fffd}gpj.exe")]
    #[case::zero_width("a\u{200b}\u{200d}\u{feff}b", "ab")]
    #[case::family("👨\u{200d}👩\u{200d}👧", "👨👩👧")]
    #[case::heart("❤\u{fe0f}", "❤")]
    #[case::flag("🇻🇳", "VN")]
    #[case::skin("👍🏽", "👍")]
    #[case::nul("\0", "␀")]
    #[case::delete("\u{7f}", "␡")]
    #[case::tags("a\u{e0041}b", "ab")]
    fn what_hostile_text_becomes(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(clean(text), shown);
    }

    #[rstest]
    #[case("abc", 5, "abc  ")]
    #[case("abcdef", 5, "abcd…")]
    #[case("abcde", 5, "abcde")]
    #[case("漢字漢字", 5, "漢字…")]
    #[case("漢字漢字", 6, "漢字… ")]
    #[case("漢字漢字", 8, "漢字漢字")]
    #[case("Tai nghe Việt", 8, "Tai ngh…")]
    #[case("abc", 1, "…")]
    #[case("abc", 0, "")]
    fn fits_a_column(#[case] text: &str, #[case] columns: usize, #[case] shown: &str) {
        assert_eq!(fit(text, columns, Align::Left, '…'), shown);
    }

    #[rstest]
    #[case("one two three", 7, &["one two", "three"])]
    #[case("abcdefghij", 4, &["abcd", "efgh", "ij"])]
    #[case("", 4, &[""])]
    #[case("a 漢字漢字", 4, &["a 漢", "字漢", "字"])]
    #[case::a_hyphen_is_no_space("run sbw-etl now", 8, &["run", "sbw-etl", "now"])]
    #[case::many_spaces("one     two", 5, &["one", "two"])]
    fn wraps_lines(#[case] text: &str, #[case] columns: usize, #[case] lines: &[&str]) {
        assert_eq!(wrap(text, columns), lines);
    }

    #[rstest]
    #[case("no answer within 6 s", "No answer within 6 s.")]
    #[case("Is it there?", "Is it there?")]
    #[case("đã mất", "Đã mất.")]
    #[case("", ".")]
    fn words_become_a_sentence(#[case] words: &str, #[case] becomes: &str) {
        assert_eq!(sentence(words), becomes);
    }

    #[test]
    fn json_escapes_keep_the_value() {
        let text = "a\u{202e}\u{9b}\u{e0041}\u{1b}é";
        let json = serde_json::to_string_pretty(&[text]).unwrap_or_default();
        let safe = harmless_json(&json);
        assert!(!safe.chars().any(|c| c != '\n' && is_harmful(c)), "{safe}");
        assert_eq!(
            serde_json::from_str::<Vec<String>>(&safe).ok(),
            Some(vec![text.to_owned()])
        );
    }

    proptest! {
        #[test]
        fn a_fitted_text_is_exactly_as_wide_as_its_column(text in any::<String>(), columns in 0_usize..40) {
            for align in [Align::Left, Align::Right] {
                let fitted = fit(&text, columns, align, '…');
                prop_assert_eq!(width(&fitted), columns);
                prop_assert!(!fitted.chars().any(is_harmful));
            }
        }

        #[test]
        fn a_letter_wider_than_a_line_is_broken(columns in 2_usize..4) {
            let text = "®\u{11937}\u{bc6}";
            let lines = wrap(text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            prop_assert_eq!(lines.concat(), text);
        }

        #[test]
        fn no_wrapped_line_is_too_wide(text in any::<String>(), columns in 2_usize..40) {
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns);
                prop_assert!(!line.chars().any(is_harmful));
            }
        }
    }
}
