//! Escapes of half a character.
//!
//! JavaScript strings may hold a lone UTF-16 surrogate, and `JSON.stringify` of
//! older engines writes it as `\ud800`: valid JSON syntax, no Unicode text.

use std::borrow::Cow;

/// The JSON text with every lone surrogate escape replaced by `\ufffd`; the
/// text itself when there is none.
pub(super) fn mend(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(memchr_backslash) {
        at += step;
        match unit(bytes, at) {
            Some(0xd800..=0xdbff) => {
                if let Some(0xdc00..=0xdfff) = unit(bytes, at + 6) {
                    at += 12;
                    continue;
                }
            }
            Some(0xdc00..=0xdfff) => {}
            Some(_) => {
                at += 6;
                continue;
            }
            // Another escape: two characters, the second of which may be a backslash.
            None => {
                at += 2;
                continue;
            }
        }
        let copy = mended.get_or_insert_with(|| bytes.to_vec());
        copy[at..at + 6].copy_from_slice(br"\ufffd");
        at += 6;
    }
    match mended.map(String::from_utf8) {
        Some(Ok(text)) => Cow::Owned(text),
        // ASCII replaced by ASCII of the same length keeps UTF-8 valid.
        Some(Err(_)) | None => Cow::Borrowed(json),
    }
}

fn memchr_backslash(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&b| b == b'\\')
}

/// The UTF-16 unit that an escape at `at` spells.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let hex = escape.strip_prefix(br"\u")?;
    if !hex.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use rstest::rstest;

    use super::mend;

    #[rstest]
    #[case::high(r#""\ud800""#, r#""\ufffd""#)]
    #[case::low(r#""\udc00""#, r#""\ufffd""#)]
    #[case::upper_case(r#""\uD83D""#, r#""\ufffd""#)]
    #[case::pair(r#""\ud83d\ude00""#, r#""\ud83d\ude00""#)]
    #[case::reversed(r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#)]
    #[case::high_then_pair(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#)]
    #[case::high_then_text(r#""\ud83dxx""#, r#""\ufffdxx""#)]
    #[case::escaped_backslash(r#""\\ud800""#, r#""\\ud800""#)]
    #[case::other_escapes(r#""\n\u0041\"""#, r#""\n\u0041\"""#)]
    #[case::at_the_end(r#""\ud8"#, r#""\ud8"#)]
    fn lone_halves_are_replaced(#[case] json: &str, #[case] expected: &str) {
        assert_eq!(mend(json), expected);
    }

    proptest! {
        #[test]
        fn any_string_of_escapes_parses_when_mended(units in proptest::collection::vec(0xd7f0..0xe010_u32, 0..8)) {
            let body: Vec<String> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let body = body.concat();
            let json = format!("\"{body}\"");
            let text: String = serde_json::from_str(&mend(&json)).unwrap();
            let units: Vec<u16> = units.iter().map(|&unit| u16::try_from(unit).unwrap()).collect();
            prop_assert_eq!(text, String::from_utf16_lossy(&units));
        }
    }
}
