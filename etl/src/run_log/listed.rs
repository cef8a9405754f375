//! What a listing says of objects, as the warehouse's statements take and give it.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use crate::transform::RawObject;

/// Objects, column by column.
pub(crate) struct Listed<'a> {
    pub(crate) keys: Vec<&'a str>,
    pub(crate) sizes: Vec<i64>,
    pub(crate) modified: Vec<DateTime<Utc>>,
    pub(crate) etags: Vec<Option<&'a str>>,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(objects: impl IntoIterator<Item = &'a RawObject>) -> Self {
        let mut listed = Self {
            keys: Vec::new(),
            sizes: Vec::new(),
            modified: Vec::new(),
            etags: Vec::new(),
        };
        for object in objects {
            listed.keys.push(&object.key);
            listed
                .sizes
                .push(i64::try_from(object.size_bytes).unwrap_or(i64::MAX));
            listed.modified.push(object.last_modified);
            listed.etags.push(object.etag.as_deref());
        }
        listed
    }
}

/// An object from its row in the ledger, or among those that wait.
pub(crate) fn from_row(row: &Row) -> RawObject {
    RawObject {
        key: row.get("object_key"),
        size_bytes: u64::try_from(row.get::<_, i64>("size_bytes")).unwrap_or(0),
        last_modified: row.get("last_modified"),
        etag: row.get("etag"),
    }
}
