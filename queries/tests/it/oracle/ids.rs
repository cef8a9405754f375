//! Values that say nothing, and groups of values.

/// NULL and '' are the same nothing.
pub(crate) fn present(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

/// An id, unless it is one of those that broken scripts send.
pub(crate) fn known_id(value: Option<&String>) -> Option<&str> {
    present(value).filter(|id| {
        let word = id.to_lowercase();
        let is_word = ["undefined", "null", "nan", "[object object]"].contains(&word.as_str());
        let is_zero = word.chars().all(|letter| letter == '0' || letter == '-');
        !is_word && !is_zero
    })
}

/// The group that a login state is counted in.
pub(crate) fn login_group(state: Option<&String>) -> &str {
    match present(state) {
        None => "UNKNOWN",
        Some(state @ ("logged_in" | "anonymous" | "guest")) => state,
        Some(_) => "other",
    }
}
