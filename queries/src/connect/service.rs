//! `pg_service.conf`: named sets of settings.

use std::path::{Path, PathBuf};

use super::keyword::{SettingError, Settings};

/// What the section `[service]` says, in the first of the files that has it.
///
/// `named` is a file that somebody asked for, so it must be there; the others
/// may be missing.
pub(crate) fn load(
    service: &str,
    named: Option<&Path>,
    usual: &[PathBuf],
) -> Result<Settings, SettingError> {
    let files = named.into_iter().chain(usual.iter().map(PathBuf::as_path));
    let mut looked_in = Vec::new();
    for file in files {
        let shown = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => {
                if let Some(settings) = parse(&text, service, &shown)? {
                    return Ok(settings);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named != Some(file) => {}
            Err(source) => {
                return Err(SettingError::ServiceFile {
                    file: shown,
                    source,
                });
            }
        }
        looked_in.push(shown);
    }
    let looked_in = if looked_in.is_empty() {
        "no file".to_owned()
    } else {
        looked_in.join(", ")
    };
    Err(SettingError::NoService {
        service: service.to_owned(),
        looked_in,
    })
}

fn parse(text: &str, service: &str, file: &str) -> Result<Option<Settings>, SettingError> {
    let mut found: Option<Settings> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let problem = |problem: String| SettingError::ServiceLine {
            file: file.to_owned(),
            line: index + 1,
            problem,
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if name.strip_suffix(']') == Some(service) {
                found = Some(Settings::default());
            }
            continue;
        }
        let Some(settings) = &mut found else { continue };
        let (keyword, value) = line
            .split_once('=')
            .ok_or_else(|| problem("expected keyword=value".to_owned()))?;
        let keyword = keyword.trim_end();
        if matches!(keyword, "service" | "servicefile") {
            return Err(problem("a service cannot name another service".to_owned()));
        }
        settings
            .set(keyword, value.trim_start())
            .map_err(|error| problem(error.to_string()))?;
    }
    Ok(found)
}
