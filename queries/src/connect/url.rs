//! `postgres://user:password@host:port/dbname?keyword=value`.

use super::keyword::{SettingError, Settings};

/// Whether a text is meant as a connection URL.
pub(crate) fn is_url(text: &str) -> bool {
    after_scheme(text).is_some()
}

/// What the URL says. Errors never repeat the URL: it may hold a password.
pub(crate) fn parse(url: &str) -> Result<Settings, SettingError> {
    let rest = after_scheme(url).ok_or(SettingError::Url("it does not start with postgres://"))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, dbname) = rest.split_once('/').unwrap_or((rest, ""));
    let (userinfo, hostport) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let (host, port) = host_and_port(hostport)?;

    let mut settings = Settings::default();
    // The query is read first: where it repeats a part of the address, libpq
    // lets the query win.
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair
            .split_once('=')
            .ok_or(SettingError::Url("a part after ? has no ="))?;
        let (keyword, value) = (decode(keyword)?, decode(value)?);
        if keyword == "ssl" && value == "true" {
            settings.set("sslmode", "require")?;
        } else {
            settings.set(&keyword, &value)?;
        }
    }
    for (keyword, part) in [
        ("user", user),
        ("password", password),
        ("host", host),
        ("port", port),
        ("dbname", dbname),
    ] {
        settings.set(keyword, &decode(part)?)?;
    }
    Ok(settings)
}

fn after_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"))
}

/// An IPv6 address stands in brackets.
fn host_and_port(text: &str) -> Result<(&str, &str), SettingError> {
    if text.contains(',') {
        return Err(SettingError::Url(
            "it names several hosts, and one is supported",
        ));
    }
    let Some(bracketed) = text.strip_prefix('[') else {
        return Ok(text.split_once(':').unwrap_or((text, "")));
    };
    let (host, rest) = bracketed
        .split_once(']')
        .ok_or(SettingError::Url("a [ has no ]"))?;
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, port)),
        None if rest.is_empty() => Ok((host, "")),
        None => Err(SettingError::Url("something stands between ] and the port")),
    }
}

fn decode(text: &str) -> Result<String, SettingError> {
    const BAD: SettingError = SettingError::Url("a % is not followed by two hexadecimal digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2).ok_or(BAD)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(BAD);
        }
        let digits = std::str::from_utf8(digits).map_err(|_| BAD)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| BAD)?);
        rest = tail;
    }
    if bytes.contains(&0) {
        return Err(SettingError::Url("it has a %00"));
    }
    String::from_utf8(bytes).map_err(|_| SettingError::Url("it is not UTF-8 when decoded"))
}
