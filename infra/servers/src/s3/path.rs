//! Where on disk an object is kept: a path that its key can neither escape from
//! nor break, and that leads back to the key.
//!
//! Ordinary keys look like themselves. Of everything else:
//! - bytes other than letters, digits and `-_.=` are written `%XX`, and so are
//!   the dots of `.` and `..`;
//! - a folder with a dot in its name and a file without one get a `%` at the
//!   end, so that the keys `a` and `a/b` can both exist;
//! - an empty folder name is `%0`, and a name too long for a file system is
//!   split into folders that end in `%~`.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// File systems take 255 bytes; the rest is for the marks.
const LONGEST_NAME: usize = 240;
const EMPTY_FOLDER: &str = "%0";
const CONTINUED: &str = "%~";

/// The file of a key, relative to its bucket's directory.
pub(super) fn file_of(key: &str) -> PathBuf {
    let (folders, file) = key.rsplit_once('/').unwrap_or(("", key));
    let mut path = PathBuf::new();
    if key.contains('/') {
        for folder in folders.split('/') {
            let mut name = escaped_name(folder);
            if name.is_empty() {
                EMPTY_FOLDER.clone_into(&mut name);
            } else if name.contains('.') {
                name.push('%');
            }
            push_split(&mut path, &name);
        }
    }
    let mut name = escaped_name(file);
    if !name.contains('.') {
        name.push('%');
    }
    push_split(&mut path, &name);
    path
}

/// The key of a file; `None` for a file that no key leads to.
pub(super) fn key_of(path: &Path) -> Option<String> {
    let mut names = Vec::new();
    let mut begun = String::new();
    for component in path.components() {
        let Component::Normal(name) = component else {
            return None;
        };
        let name = name.to_str()?;
        if let Some(part) = name.strip_suffix(CONTINUED) {
            begun.push_str(part);
        } else {
            names.push(std::mem::take(&mut begun) + name);
        }
    }
    let file = names.pop().filter(|_| begun.is_empty())?;
    let mut key = String::new();
    for folder in &names {
        if folder != EMPTY_FOLDER {
            key.push_str(&unescaped(folder.strip_suffix('%').unwrap_or(folder))?);
        }
        key.push('/');
    }
    key.push_str(&unescaped(file.strip_suffix('%').unwrap_or(&file))?);
    // Only the one way to write a key counts, so that no two files share one.
    (file_of(&key) == path).then_some(key)
}

/// Writes every byte that is not plain as `%XX`.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Undoes [`escaped`]; `None` for what it never writes.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn escaped_name(name: &str) -> String {
    match name {
        "." | ".." => name.replace('.', "%2E"),
        _ => escaped(name),
    }
}

fn push_split(path: &mut PathBuf, name: &str) {
    let mut rest = name;
    while rest.len() > LONGEST_NAME {
        // Escaped names are ASCII: any index is a boundary.
        let (part, after) = rest.split_at(LONGEST_NAME);
        path.push(format!("{part}{CONTINUED}"));
        rest = after;
    }
    path.push(rest);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ordinary("events/2025/12/01/event-1.json", "events/2025/12/01/event-1.json")]
    #[case::no_dot("a", "a%")]
    #[case::both_file_and_folder("a/b", "a/b%")]
    #[case::folder_with_a_dot("a.json/b.json", "a.json%/b.json")]
    #[case::parent("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd%")]
    #[case::absolute("/etc/passwd", "%0/etc/passwd%")]
    #[case::folder_marker("a/", "a/%")]
    #[case::slashes("//", "%0/%0/%")]
    #[case::control("a\0b\n.c", "a%00b%0A.c")]
    #[case::percent("100%.txt", "100%25.txt")]
    #[case::vietnamese("chuột.json", "chu%E1%BB%99t.json")]
    fn files_of_keys(#[case] key: &str, #[case] file: &str) {
        assert_eq!(file_of(key), Path::new(file));
        assert_eq!(key_of(Path::new(file)).as_deref(), Some(key));
    }

    #[rstest]
    #[case("../up.json")]
    #[case("/root.json")]
    #[case("lower%2e.json")]
    #[case("cut%4")]
    #[case("event.json%meta")]
    #[case("long%~")]
    fn files_that_no_key_leads_to(#[case] file: &str) {
        assert_eq!(key_of(Path::new(file)), None);
    }

    proptest! {
        #[test]
        fn every_key_has_a_safe_file_of_its_own(
            key in "([a-z./%~]|\\PC|[\\x00-\\x1f]){0,1024}", other in "[a./%]{1,4}",
        ) {
            let file = file_of(&key);
            let mut depth = 0;
            for component in file.components() {
                let Component::Normal(name) = component else { panic!("{file:?} leaves its place") };
                prop_assert!((1..=255).contains(&name.len()));
                depth += 1;
            }
            prop_assert!(depth >= 1);
            prop_assert_eq!(key_of(&file), Some(key.clone()));
            // One key's file is never another's folder.
            let (a, b) = (file_of(&other), file_of(&format!("{other}/{key}")));
            prop_assert!(!b.starts_with(&a) || a == b);
            prop_assert!(a != b);
        }

        #[test]
        fn long_names_are_split(length in 200_usize..1_025) {
            let key = "x".repeat(length);
            prop_assert_eq!(key_of(&file_of(&key)), Some(key));
        }
    }
}
