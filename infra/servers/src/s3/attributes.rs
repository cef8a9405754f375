//! What an object says about itself besides its bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::path::{escaped, unescaped};
use super::store::StoreError;

/// Raw events are JSON: objects that say so, and nothing else, need no second file.
pub(super) const USUAL_TYPE: &str = "application/json";

/// The headers that are kept with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            content_type: Some(USUAL_TYPE.to_owned()),
            content_encoding: None,
            metadata: BTreeMap::new(),
        }
    }
}

impl Attributes {
    /// Writes them beside the object's file, unless they are the usual ones.
    pub(super) fn keep_beside(&self, object: &Path) -> Result<(), StoreError> {
        let path = beside(object);
        if *self == Self::default() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(StoreError::io("remove", &path)(error))
                }
                _ => Ok(()),
            };
        }
        let mut lines = Vec::new();
        let mut line = |name: &str, value: &str| lines.push(format!("{name} {}\n", escaped(value)));
        if let Some(value) = &self.content_type {
            line("content-type", value);
        }
        if let Some(value) = &self.content_encoding {
            line("content-encoding", value);
        }
        for (name, value) in &self.metadata {
            line(&format!("x-amz-meta-{}", escaped(name)), value);
        }
        fs::write(&path, lines.concat()).map_err(StoreError::io("write", &path))
    }

    /// Reads them back.
    pub(super) fn kept_beside(object: &Path) -> Result<Self, StoreError> {
        let path = beside(object);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            other => other.map_err(StoreError::io("read", &path))?,
        };
        let mut kept = Self {
            content_type: None,
            content_encoding: None,
            metadata: BTreeMap::new(),
        };
        for line in text.lines() {
            let Some((name, value)) = line.split_once(' ') else {
                continue;
            };
            let Some(value) = unescaped(value) else {
                continue;
            };
            match (name, name.strip_prefix("x-amz-meta-").and_then(unescaped)) {
                ("content-type", _) => kept.content_type = Some(value),
                ("content-encoding", _) => kept.content_encoding = Some(value),
                (_, Some(name)) => {
                    kept.metadata.insert(name, value);
                }
                _ => {}
            }
        }
        Ok(kept)
    }
}

/// A name that no key leads to.
fn beside(object: &Path) -> PathBuf {
    let mut name = object.as_os_str().to_owned();
    name.push("%meta");
    PathBuf::from(name)
}
