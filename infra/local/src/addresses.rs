//! Where everything is, for those who come without the dashboard.

use std::net::SocketAddr;
use std::path::Path;

use sbw_queries::connect::Target;

use crate::home::Home;
use crate::keys::{CREDENTIALS, PASSFILE};
use crate::oltp;
use crate::raw::BUCKET;

/// Lines to read, and to paste into a shell.
#[must_use]
pub fn lines(
    home: &Home,
    api: SocketAddr,
    s3_endpoint: &str,
    reader: &Target,
    dashboard: &Path,
) -> Vec<String> {
    let passfile = quoted(&home.join(PASSFILE));
    let credentials = quoted(&home.join(CREDENTIALS));
    let dashboard = quoted(dashboard);
    let Target {
        port, user, dbname, ..
    } = reader;
    vec![
        format!("API        http://{api}/clickstream"),
        format!(
            "S3         {s3_endpoint} bucket {BUCKET} (AWS_SHARED_CREDENTIALS_FILE={credentials})"
        ),
        format!("warehouse  127.0.0.1:{port}/{dbname}"),
        format!("psql       PGPASSFILE={passfile} psql -h 127.0.0.1 -p {port} -U {user} {dbname}"),
        format!("dashboard  PGPASSFILE={passfile} {dashboard} --host 127.0.0.1 --port {port}"),
        format!(
            "shop data  PGPASSFILE={passfile} psql -h 127.0.0.1 -p {port} -U {} {}",
            oltp::ROLE,
            oltp::DATABASE
        ),
        format!("log        {}", home.join(crate::LOG).display()),
    ]
}

/// The path as one word of a shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_stay_one_word() {
        assert_eq!(
            quoted(Path::new("/tmp/sbw-local-Ab1/pgpass")),
            "/tmp/sbw-local-Ab1/pgpass"
        );
        assert_eq!(quoted(Path::new("/my data/it's")), r"'/my data/it'\''s'");
    }
}
