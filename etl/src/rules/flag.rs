//! Booleans.

use super::text::clean;

/// `true` and `false`, as JSON or as text in any case; all else is no answer.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    let text = clean(text, usize::MAX)?;
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::flag;

    #[rstest]
    #[case("true", Some(true))]
    #[case("false", Some(false))]
    #[case(" True\u{0} ", Some(true))]
    #[case("FALSE", Some(false))]
    #[case("1", None)]
    #[case("0", None)]
    #[case("yes", None)]
    #[case("", None)]
    fn a_flag_is_true_false_or_unknown(#[case] text: &str, #[case] expected: Option<bool>) {
        assert_eq!(flag(text), expected);
    }
}
