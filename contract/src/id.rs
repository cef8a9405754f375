//! Ids that are no ids.

/// What programs write where they had no id, in lower case.
const PLACEHOLDERS: [&str; 4] = ["undefined", "null", "nan", "[object object]"];

/// Whether a text can be an id: not `undefined` and its like in any case, and not only zeros and
/// hyphens. The SQL twin is `metrics.known_id`.
#[must_use]
pub fn is_known_id(text: &str) -> bool {
    !text.bytes().all(|byte| matches!(byte, b'0' | b'-'))
        && !PLACEHOLDERS
            .iter()
            .any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is_known_id;

    #[rstest]
    #[case("us-1", true)]
    #[case("10", true)]
    #[case("0a", true)]
    #[case("nullable", true)]
    #[case("undefined", false)]
    #[case("Null", false)]
    #[case("NaN", false)]
    #[case("[object Object]", false)]
    #[case("0", false)]
    #[case("-", false)]
    #[case("00000000-0000-0000-0000-000000000000", false)]
    #[case("", false)]
    fn some_texts_are_no_ids(#[case] text: &str, #[case] known: bool) {
        assert_eq!(is_known_id(text), known);
    }
}
