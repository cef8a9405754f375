//! Passwords and keys, made once for each home and kept where the usual
//! programs look for them: a libpq password file, an AWS credentials file.

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::home::{Home, HomeError};

/// The name of the libpq password file.
pub const PASSFILE: &str = "pgpass";
/// The name of the AWS credentials file.
pub const CREDENTIALS: &str = "aws-credentials";

const SUPERUSER: &str = "postgres";
const LOADER: &str = "sbw_loader";
const READER: &str = "sbw_reader";
const WEB_APP: &str = "web_app";
/// The name of the file with what seals the shop's cookies.
const SHOP_SECRET: &str = "shop-secret";
const ACCESS_KEY: &str = "sbw-local";

/// What opens the servers of one home.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Of the warehouse's operator.
    pub superuser: SecretString,
    /// Of the ETL.
    pub loader: SecretString,
    /// Of the dashboard.
    pub reader: SecretString,
    /// Of the shop.
    pub web_app: SecretString,
    /// What seals the shop's cookies; with another one, everybody's cart is empty.
    pub shop_secret: SecretString,
    /// Who asks the S3 server.
    pub access_key: String,
    /// What they sign with.
    pub secret_key: SecretString,
}

impl Keys {
    /// Those that are kept in a home; new ones for a new home.
    pub fn of(home: &Home) -> Result<Self, HomeError> {
        let passfile = home.read(PASSFILE)?.unwrap_or_default();
        let credentials = home.read(CREDENTIALS)?.unwrap_or_default();
        let password = |role| password_of(&passfile, role).unwrap_or_else(fresh);
        let keys = Self {
            superuser: password(SUPERUSER),
            loader: password(LOADER),
            reader: password(READER),
            web_app: password(WEB_APP),
            shop_secret: home
                .read(SHOP_SECRET)?
                .map_or_else(fresh, SecretString::from),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: secret_key_of(&credentials).unwrap_or_else(fresh),
        };
        let passfile: String = [
            (SUPERUSER, &keys.superuser),
            (LOADER, &keys.loader),
            (READER, &keys.reader),
            (WEB_APP, &keys.web_app),
        ]
        .map(|(role, password)| format!("127.0.0.1:*:*:{role}:{}\n", password.expose_secret()))
        .concat();
        home.write_private(PASSFILE, &passfile)?;
        let credentials = format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            keys.access_key,
            keys.secret_key.expose_secret()
        );
        home.write_private(CREDENTIALS, &credentials)?;
        home.write_private(SHOP_SECRET, keys.shop_secret.expose_secret())?;
        Ok(keys)
    }
}

/// 122 random bits, and no character that a file format would mind.
fn fresh() -> SecretString {
    SecretString::from(Uuid::new_v4().simple().to_string())
}

fn password_of(passfile: &str, role: &str) -> Option<SecretString> {
    let line = passfile.lines().find_map(|line| {
        line.strip_prefix("127.0.0.1:*:*:")?
            .strip_prefix(role)?
            .strip_prefix(':')
    });
    line.filter(|password| !password.is_empty())
        .map(SecretString::from)
}

fn secret_key_of(credentials: &str) -> Option<SecretString> {
    let value = credentials
        .lines()
        .find_map(|line| line.strip_prefix("aws_secret_access_key = "));
    value.filter(|key| !key.is_empty()).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_stay_with_their_home() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(dir.path())).unwrap();
        let all = |keys: &Keys| {
            [
                &keys.superuser,
                &keys.loader,
                &keys.reader,
                &keys.web_app,
                &keys.shop_secret,
                &keys.secret_key,
            ]
            .map(|key| key.expose_secret().to_owned())
        };
        let first = all(&Keys::of(&home).unwrap());
        let again = all(&Keys::of(&home).unwrap());
        assert_eq!(first, again);
        for (n, key) in first.iter().enumerate() {
            assert_eq!(key.len(), 32);
            assert!(!first[..n].contains(key), "two keys are the same");
        }
        let shown = format!("{:?}", Keys::of(&home).unwrap());
        assert!(first.iter().all(|key| !shown.contains(key)));
    }
}
