//! Who runs the server: ourselves, or for root somebody who is not root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::Error;

/// The accounts that root's servers run as, best first.
const FOR_ROOT: [&str; 2] = ["postgres", "nobody"];

/// The account that owns the cluster and runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// The user of this process.
    Ours,
    /// Another one, because we are root.
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    pub(super) fn find() -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ours);
        }
        let path = Path::new("/etc/passwd");
        let passwd = fs::read_to_string(path).map_err(Error::io("read", path))?;
        FOR_ROOT
            .iter()
            .find_map(|name| in_passwd(&passwd, name))
            .ok_or(Error::NoAccount)
    }

    /// The command runs as this account. Supplementary groups are dropped.
    pub(super) fn runs(&self, command: &mut Command) {
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    /// The path belongs to this account.
    pub(super) fn owns(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ours => Ok(()),
            Self::Other { uid, gid, .. } => {
                chown(path, Some(*uid), Some(*gid)).map_err(Error::io("change the owner of", path))
            }
        }
    }

    /// Fails on the first of the directories above `path` that the account may not pass.
    pub(super) fn reaches(&self, path: &Path) -> Result<(), Error> {
        let Self::Other { name, uid, gid } = self else {
            return Ok(());
        };
        let mut above: Vec<_> = path
            .ancestors()
            .skip(1)
            .filter(|dir| dir.exists())
            .collect();
        above.reverse();
        for dir in above {
            let meta = fs::metadata(dir).map_err(Error::io("look at", dir))?;
            let passes = if meta.uid() == *uid {
                meta.mode() & 0o100
            } else if meta.gid() == *gid {
                meta.mode() & 0o010
            } else {
                meta.mode() & 0o001
            };
            if passes == 0 {
                return Err(Error::Unreachable {
                    path: dir.to_path_buf(),
                    user: name.clone(),
                });
            }
        }
        Ok(())
    }
}

fn in_passwd(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account::Other {
            name: name.to_owned(),
            uid,
            gid,
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
                          nobody2:x:7:8::/:/bin/false\n\
                          broken\n\
                          nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let found = in_passwd(PASSWD, "nobody").unwrap();
        assert_eq!(
            found,
            Account::Other {
                name: "nobody".into(),
                uid: 65534,
                gid: 65533
            }
        );
        assert_eq!(in_passwd(PASSWD, "postgres"), None);
        assert_eq!(in_passwd(PASSWD, "broken"), None);
    }

    #[test]
    fn a_closed_directory_above_is_named() {
        let top = tempfile::tempdir().unwrap();
        let inner = top.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(top.path(), Permissions::from_mode(0o700)).unwrap();
        let stranger = Account::Other {
            name: "stranger".into(),
            uid: 4_000_001,
            gid: 4_000_001,
        };
        let Err(Error::Unreachable { path, user }) = stranger.reaches(&inner.join("data")) else {
            panic!("a stranger passes a private directory");
        };
        assert_eq!((path.as_path(), user.as_str()), (top.path(), "stranger"));
        assert!(Account::Ours.reaches(&inner).is_ok());
    }
}
