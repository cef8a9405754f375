//! Text: what is left of a hostile string.

use std::borrow::Cow;

use sbw_contract::{Kind, is_known_id};

/// The text without control characters and surrounding white space, cut at
/// `limit` characters. `None` when nothing is left.
#[must_use]
pub fn clean(text: &str, limit: usize) -> Option<Cow<'_, str>> {
    if is_clean(text, limit) {
        return Some(Cow::Borrowed(text));
    }
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    let kept = kept.trim();
    let end = kept
        .char_indices()
        .nth(limit)
        .map_or(kept.len(), |(at, _)| at);
    (!kept.is_empty()).then(|| Cow::Owned(kept[..end].to_owned()))
}

/// Whether [`clean`] would give the text back as it is: nearly always.
#[must_use]
fn is_clean(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return false;
    };
    // The control characters are U+0000–U+001F, U+007F, and U+0080–U+009F,
    // which UTF-8 spells 0xC2 followed by a byte under 0xA0.
    let plain = bytes.iter().all(|&b| b >= 0x20 && b != 0x7f && b != 0xc2)
        || !text.chars().any(char::is_control);
    plain
        && !first.is_whitespace()
        && !last.is_whitespace()
        && (bytes.len() <= limit || text.chars().nth(limit).is_none())
}

/// The longest text of a kind, in characters.
const fn most(kind: Kind) -> usize {
    match kind.max_chars() {
        Some(chars) => chars,
        None => usize::MAX,
    }
}

/// A text, cleaned and cut.
#[must_use]
pub fn text(text: &str) -> Option<Cow<'_, str>> {
    clean(text, const { most(Kind::Text) })
}

/// The id of somebody or something, cleaned and cut; `None` for `undefined` and its like.
#[must_use]
pub fn id(text: &str) -> Option<Cow<'_, str>> {
    clean(text, const { most(Kind::Id) }).filter(|id| is_known_id(id))
}

/// The event's name, when the text can name an event.
#[must_use]
pub fn event_name(text: &str) -> Option<Cow<'_, str>> {
    clean(text, usize::MAX).filter(|name| sbw_ingest::field::is_event_name(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("Bàn phím AULA M75 TM", Some("Bàn phím AULA M75 TM"))]
    #[case::trimmed("  a b\t", Some("a b"))]
    #[case::other_white_space("\u{a0}\u{3000}a\u{2003}", Some("a"))]
    #[case::nul("a\u{0}b", Some("ab"))]
    #[case::del("a\u{7f}b", Some("ab"))]
    #[case::c1("a\u{85}b\u{9f}", Some("ab"))]
    #[case::starts_with_c2_but_prints("©£", Some("©£"))]
    #[case::control_hides_space("\u{1} a \u{2}", Some("a"))]
    #[case::empty("", None)]
    #[case::only_space(" \n ", None)]
    #[case::only_control("\u{0}\u{1b}", None)]
    fn text_is_cleaned(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(super::text(text).as_deref(), expected);
    }

    #[rstest]
    #[case("ộộộ", 2, "ộộ")]
    #[case("abc", 3, "abc")]
    #[case("ab\u{0}cd", 3, "abc")]
    #[case("😀😀😀", 1, "😀")]
    fn text_is_cut_on_a_character(
        #[case] text: &str,
        #[case] limit: usize,
        #[case] expected: &str,
    ) {
        assert_eq!(clean(text, limit).as_deref(), Some(expected));
    }

    #[rstest]
    #[case("us-1", Some("us-1"))]
    #[case(" us-1\u{0}", Some("us-1"))]
    #[case("undefined\u{0}", None)]
    #[case(" NULL ", None)]
    #[case("0000", None)]
    #[case(" ", None)]
    fn an_id_is_one(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(id(text).as_deref(), expected);
    }

    #[test]
    fn ids_are_shorter_than_texts() {
        let long = "x".repeat(2_000);
        assert_eq!(id(&long).unwrap_or_default().len(), 256);
        assert_eq!(text(&long).unwrap_or_default().len(), 1_024);
    }

    #[rstest]
    #[case("product_view", true)]
    #[case(" click ", true)]
    #[case("a.b:c-1", true)]
    #[case("has space", false)]
    #[case("đặt", false)]
    #[case("", false)]
    fn a_name_is_usable_or_not(#[case] text: &str, #[case] usable: bool) {
        assert_eq!(event_name(text).is_some(), usable);
    }

    #[test]
    fn a_name_has_at_most_a_hundred_characters() {
        assert!(event_name(&"x".repeat(100)).is_some());
        assert!(event_name(&"x".repeat(101)).is_none());
    }

    proptest! {
        #[test]
        fn cleaned_text_is_storable(text in any::<String>(), limit in 1..20_usize) {
            if let Some(kept) = clean(&text, limit) {
                prop_assert!(!kept.is_empty());
                prop_assert!(!kept.chars().any(char::is_control));
                prop_assert!(kept.chars().count() <= limit);
                prop_assert!(!kept.starts_with(char::is_whitespace));
            }
        }

        #[test]
        fn the_shortcut_agrees_with_the_long_way(text in "[ a\u{0}\u{80}\u{9f}\u{a0}©ộ]{0,8}", limit in 1..6_usize) {
            let long_way: String = text.chars().filter(|c| !c.is_control()).collect();
            let long_way: String = long_way.trim().chars().take(limit).collect();
            prop_assert_eq!(is_clean(&text, limit), !text.is_empty() && long_way == text);
        }
    }
}
