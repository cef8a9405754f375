//! Objects as files, and an index of them in memory.
//!
//! `<root>/<bucket>/<path of the key>` holds an object's bytes and nothing else.
//! Size, time and MD5 are in the index, which is read back from the files at
//! the start. Writes go to `<root>/.uploads` and are moved into place whole.

use std::collections::{BTreeMap, btree_map};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use md5::{Digest, Md5};

use super::attributes::Attributes;
use super::list::{self, Page, Query};
use super::path::{file_of, key_of};
use super::upload::Upload;

/// S3's own limit.
const LONGEST_KEY: usize = 1_024;
const UPLOADS: &str = ".uploads";

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such bucket.
    #[error("there is no bucket `{0}`")]
    NoSuchBucket(String),
    /// There is no such object.
    #[error("there is no object `{0}`")]
    NoSuchKey(String),
    /// A bucket must be empty to be deleted.
    #[error("bucket `{0}` is not empty")]
    BucketNotEmpty(String),
    /// A name that S3 would not take either.
    #[error("`{0}` cannot name a bucket: 3–63 lower-case letters, digits, dots and hyphens")]
    BadBucketName(String),
    /// Longer than S3 allows.
    #[error("a key of {0} bytes is too long, {LONGEST_KEY} are the most")]
    KeyTooLong(usize),
    /// The condition of a write does not hold.
    #[error("the object is not what the condition asked for")]
    PreconditionFailed,
    /// The disk is full; nothing was stored.
    #[error("the disk that holds {} is full. Free some space, or choose another directory", .path.display())]
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl StoreError {
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                path: path.to_path_buf(),
            },
            _ => Self::Io {
                what,
                path: path.to_path_buf(),
                source,
            },
        }
    }
}

/// What the index knows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
    /// The MD5 of its bytes, in hex.
    pub(super) etag: String,
    pub(super) attributes: Attributes,
}

/// What must be true for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Always,
    /// No object has the key yet.
    Absent,
    /// The object has this `ETag`.
    Matches(String),
}

#[derive(Debug)]
struct Bucket {
    created: SystemTime,
    objects: BTreeMap<String, Entry>,
}

/// Buckets of objects in a directory. Its calls block.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    uploads: AtomicU64,
    buckets: RwLock<BTreeMap<String, Bucket>>,
}

impl Store {
    /// Takes over a directory, made if it is not there, with all it holds.
    pub(super) fn open(root: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(root).map_err(StoreError::io("make", root))?;
        let uploads = root.join(UPLOADS);
        match fs::remove_dir_all(&uploads) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io("clear", &uploads)(error));
            }
            _ => fs::create_dir(&uploads).map_err(StoreError::io("make", &uploads))?,
        }
        let mut buckets = BTreeMap::new();
        for entry in fs::read_dir(root).map_err(StoreError::io("list", root))? {
            let entry = entry.map_err(StoreError::io("list", root))?;
            if let Ok(name) = entry.file_name().into_string()
                && is_bucket_name(&name)
                && entry.path().is_dir()
            {
                buckets.insert(name, Bucket::read(&entry.path())?);
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            uploads: AtomicU64::new(0),
            buckets: RwLock::new(buckets),
        })
    }

    /// Makes a bucket; whether it is new.
    pub(super) fn create_bucket(&self, name: &str) -> Result<bool, StoreError> {
        if !is_bucket_name(name) {
            return Err(StoreError::BadBucketName(name.to_owned()));
        }
        match self.write().entry(name.to_owned()) {
            btree_map::Entry::Occupied(_) => Ok(false),
            btree_map::Entry::Vacant(vacant) => {
                let dir = self.root.join(name);
                fs::create_dir_all(&dir).map_err(StoreError::io("make", &dir))?;
                vacant.insert(Bucket {
                    created: SystemTime::now(),
                    objects: BTreeMap::new(),
                });
                Ok(true)
            }
        }
    }

    pub(super) fn delete_bucket(&self, name: &str) -> Result<(), StoreError> {
        let mut buckets = self.write();
        if !bucket(&buckets, name)?.objects.is_empty() {
            return Err(StoreError::BucketNotEmpty(name.to_owned()));
        }
        let dir = self.root.join(name);
        fs::remove_dir_all(&dir).map_err(StoreError::io("remove", &dir))?;
        buckets.remove(name);
        Ok(())
    }

    /// Every bucket and when it was made.
    pub(super) fn buckets(&self) -> Vec<(String, SystemTime)> {
        self.read()
            .iter()
            .map(|(name, bucket)| (name.clone(), bucket.created))
            .collect()
    }

    pub(super) fn has_bucket(&self, name: &str) -> Result<(), StoreError> {
        bucket(&self.read(), name).map(|_| ())
    }

    /// A place to write an object's bytes to, before it becomes one.
    pub(super) fn upload(&self) -> Upload {
        let number = self.uploads.fetch_add(1, Ordering::Relaxed);
        Upload::at(self.root.join(UPLOADS).join(number.to_string()))
    }

    /// What was uploaded becomes the object, at once and whole.
    pub(super) fn commit(
        &self,
        upload: Upload,
        name: &str,
        key: &str,
        attributes: Attributes,
        condition: &Condition,
    ) -> Result<Entry, StoreError> {
        if key.len() > LONGEST_KEY {
            return Err(StoreError::KeyTooLong(key.len()));
        }
        self.has_bucket(name)?;
        let path = self.root.join(name).join(file_of(key));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("make", folder))?;
        }
        let written = upload.finish()?;
        // Under the lock, so that the index and the files agree on who was last.
        let mut buckets = self.write();
        let bucket = bucket_mut(&mut buckets, name)?;
        let holds = match (condition, bucket.objects.get(key)) {
            (Condition::Always, _) | (Condition::Absent, None) => true,
            (Condition::Absent, Some(_)) => false,
            (Condition::Matches(_), None) => return Err(StoreError::NoSuchKey(key.to_owned())),
            (Condition::Matches(etag), Some(entry)) => entry.etag == *etag,
        };
        if !holds {
            return Err(StoreError::PreconditionFailed);
        }
        attributes.keep_beside(&path)?;
        let (size, etag) = (written.size, written.etag.clone());
        let modified = written.move_to(&path)?;
        let entry = Entry {
            size,
            modified,
            etag,
            attributes,
        };
        bucket.objects.insert(key.to_owned(), entry.clone());
        Ok(entry)
    }

    pub(super) fn head(&self, name: &str, key: &str) -> Result<Entry, StoreError> {
        let buckets = self.read();
        let entry = bucket(&buckets, name)?.objects.get(key);
        entry
            .cloned()
            .ok_or_else(|| StoreError::NoSuchKey(key.to_owned()))
    }

    /// An object and its file, which stay together even if it is replaced now.
    pub(super) fn open_object(&self, name: &str, key: &str) -> Result<(Entry, File), StoreError> {
        let buckets = self.read();
        let entry = bucket(&buckets, name)?.objects.get(key);
        let entry = entry.ok_or_else(|| StoreError::NoSuchKey(key.to_owned()))?;
        let path = self.root.join(name).join(file_of(key));
        let file = File::open(&path).map_err(StoreError::io("read", &path))?;
        Ok((entry.clone(), file))
    }

    /// Deletes an object; one that is not there is as good as deleted.
    pub(super) fn delete(&self, name: &str, key: &str) -> Result<(), StoreError> {
        let mut buckets = self.write();
        let bucket = bucket_mut(&mut buckets, name)?;
        if bucket.objects.contains_key(key) {
            let path = self.root.join(name).join(file_of(key));
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            Attributes::default().keep_beside(&path)?;
            bucket.objects.remove(key);
        }
        Ok(())
    }

    pub(super) fn list(&self, name: &str, query: &Query) -> Result<Page<Entry>, StoreError> {
        Ok(list::page(&bucket(&self.read(), name)?.objects, query))
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    /// Reads back what a bucket's directory holds. Files that no key leads to
    /// are not objects.
    fn read(dir: &Path) -> Result<Self, StoreError> {
        let created = fs::metadata(dir).and_then(|meta| meta.modified());
        let created = created.map_err(StoreError::io("look at", dir))?;
        let mut objects = BTreeMap::new();
        let mut folders = vec![dir.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(&folder).map_err(StoreError::io("list", &folder))? {
                let path = item.map_err(StoreError::io("list", &folder))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(key) = path.strip_prefix(dir).ok().and_then(key_of) {
                    objects.insert(key, Entry::read(&path)?);
                }
            }
        }
        Ok(Self { created, objects })
    }
}

impl Entry {
    fn read(path: &Path) -> Result<Self, StoreError> {
        let mut file = File::open(path).map_err(StoreError::io("read", path))?;
        let meta = file.metadata().map_err(StoreError::io("look at", path))?;
        let modified = meta.modified().map_err(StoreError::io("look at", path))?;
        let mut md5 = Md5::new();
        let mut part = vec![0; 1 << 16];
        loop {
            match file.read(&mut part).map_err(StoreError::io("read", path))? {
                0 => break,
                n => md5.update(&part[..n]),
            }
        }
        let attributes = Attributes::kept_beside(path)?;
        Ok(Self {
            size: meta.len(),
            modified,
            etag: super::upload::hex(&md5.finalize()),
            attributes,
        })
    }
}

fn bucket<'a>(buckets: &'a BTreeMap<String, Bucket>, name: &str) -> Result<&'a Bucket, StoreError> {
    buckets
        .get(name)
        .ok_or_else(|| StoreError::NoSuchBucket(name.to_owned()))
}

fn bucket_mut<'a>(
    buckets: &'a mut BTreeMap<String, Bucket>,
    name: &str,
) -> Result<&'a mut Bucket, StoreError> {
    buckets
        .get_mut(name)
        .ok_or_else(|| StoreError::NoSuchBucket(name.to_owned()))
}

fn is_bucket_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| plain(byte) || b".-".contains(&byte))
        && name.bytes().next().is_some_and(plain)
        && name.bytes().last().is_some_and(plain)
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::is_bucket_name;

    #[test]
    fn bucket_names() {
        for good in ["clickstream-s3-ingest", "abc", "a.b.c", "0-0"] {
            assert!(is_bucket_name(good), "{good}");
        }
        for bad in [
            "", "ab", "Upper", "..", "a..b", ".uploads", "-ab", "ab-", "a/b", "a b", "ä-ä",
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }
}
