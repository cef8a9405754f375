//! `~/.pgpass`: passwords by server, database and role.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use secrecy::{SecretString, zeroize::Zeroizing};

/// Whom a password is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) dbname: &'a str,
    pub(crate) user: &'a str,
}

/// The first password in the file that fits, or a warning why the file was not
/// read. A file that is not there has no passwords.
pub(crate) fn find(file: &Path, key: Key<'_>) -> Result<Option<SecretString>, String> {
    let shown = file.display();
    let Ok(mut open) = File::open(file) else {
        return Ok(None);
    };
    let about = open
        .metadata()
        .map_err(|error| format!("password file {shown} was not read: {error}"))?;
    if !about.is_file() {
        return Err(format!(
            "password file {shown} was not read: it is not a plain file"
        ));
    }
    if others_may_touch(&about) {
        return Err(format!(
            "password file {shown} was not read: others may read or write it; run: chmod 600 {shown}"
        ));
    }
    let mut text = Zeroizing::new(String::new());
    open.read_to_string(&mut text)
        .map_err(|error| format!("password file {shown} was not read: {error}"))?;
    Ok(text.lines().find_map(|line| password_in(line, key)))
}

#[cfg(unix)]
fn others_may_touch(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_may_touch(_: &std::fs::Metadata) -> bool {
    false
}

/// The password of `host:port:dbname:user:password`, if the line fits.
fn password_in(line: &str, key: Key<'_>) -> Option<SecretString> {
    if line.starts_with('#') {
        return None;
    }
    let port = key.port.to_string();
    let mut rest = line;
    for wanted in [key.host, &port, key.dbname, key.user] {
        let (field, tail) = split_field(rest)?;
        if field != "*" && unescape(field) != wanted {
            return None;
        }
        rest = tail;
    }
    let field = split_field(rest).map_or(rest, |(field, _)| field);
    let password = Zeroizing::new(unescape(field));
    (!password.is_empty()).then(|| SecretString::from(password.as_str()))
}

/// Up to the next colon that no backslash hides.
fn split_field(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(if character == '\\' {
            characters.next().unwrap_or('\\')
        } else {
            character
        });
    }
    plain
}
