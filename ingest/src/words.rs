//! Bare words where JSON has values: `NaN`, `Infinity`, `undefined`.
//!
//! Python's `json.dumps` and JSON that is put together by hand write them. Where they are the only
//! thing wrong with a body, its structure is certain, and only the events that hold them are lost.

/// The text with each bare word turned into a string of the same length; `None` when there is none.
///
/// Offsets stay the same, so that what is cut out of the mended text can be found in the sent one.
pub(crate) fn quoted(text: &str) -> Option<String> {
    let mut mended = text.as_bytes().to_vec();
    let mut found = false;
    let mut at = 0;
    while let Some(&byte) = mended.get(at) {
        if byte == b'"' {
            at = end_of_string(&mended, at);
            continue;
        }
        if !is_of_word(byte) {
            at += 1;
            continue;
        }
        let end = at + mended[at..].iter().take_while(|&&b| is_of_word(b)).count();
        if is_bare_word(&text[at..end]) {
            mended[at] = b'"';
            mended[end - 1] = b'"';
            found = true;
        }
        at = end;
    }
    // ASCII took the place of ASCII: this is UTF-8 as before.
    found.then(|| String::from_utf8(mended).ok()).flatten()
}

/// Words and numbers alike, signs included.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-._$".contains(&byte)
}

fn is_bare_word(word: &str) -> bool {
    let name = word.trim_start_matches(['+', '-']);
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !["true", "false", "null"].contains(&word)
}

/// Where a string ends that starts at `at`: behind its closing quote, or at the end of the text.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::quoted;

    #[rstest]
    #[case::nan(r#"[{"a":NaN}]"#, Some(r#"[{"a":"a"}]"#))]
    #[case::infinity("[Infinity,-Infinity]", Some(r#"["nfinit","Infinit"]"#))]
    #[case::undefined("[undefined ]", Some(r#"["ndefine" ]"#))]
    #[case::python("[None,True]", Some(r#"["on","ru"]"#))]
    #[case::json(r#"[true,false,null,-1.5e+10,0,""]"#, None)]
    #[case::within_a_string(r#"["NaN","a\" NaN \\"]"#, None)]
    #[case::open_string(r#"["NaN"#, None)]
    #[case::open_escape(r#"["NaN\"#, None)]
    #[case::one_letter("[x]", None)]
    #[case::a_number_with_letters("[0x1F]", None)]
    fn bare_words_become_strings(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(quoted(text).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn offsets_stay(text in r#"([\[\]{},:" \\]|NaN|-Infinity|true|"é"|1e9|ấ){0,30}"#) {
            if let Some(mended) = quoted(&text) {
                prop_assert_eq!(mended.len(), text.len());
                let word = |c: char| c.is_ascii_alphanumeric() || "+-\"".contains(c);
                prop_assert!(text.chars().zip(mended.chars()).all(|(a, b)| a == b || word(a)));
            }
        }
    }
}
